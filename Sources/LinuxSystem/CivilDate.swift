/// A day of the Gregorian calendar, in UTC.
///
/// The C library would look for a time zone in files and variables that the caller may choose.
package struct CivilDate: Equatable, Sendable {
  /// The year, 1970 or later.
  package let year: UInt64
  /// The month, 1 to 12.
  package let month: Int
  /// The day of the month, 1 to 31.
  package let day: Int

  /// Creates the date that is some days after 1 January 1970.
  ///
  /// Years are counted from March, so that the leap day is the last one of a year; 146 097 days are
  /// 400 years, and five months from March on have 153 days.
  ///
  /// - Parameter daysSince1970: At most 2^62; larger ones count as that.
  package init(daysSince1970: UInt64) {
    let days = min(daysSince1970, 1 << 62)
    let sinceMarch0 = days + 719_468
    let era = sinceMarch0 / 146_097
    let dayOfEra = sinceMarch0 % 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
    year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
  }

  /// The English abbreviation of the month (RFC 5322 §3.3, RFC 3164 §4.1.2).
  package var monthName: String { Self.monthNames[month - 1] }

  private static let monthNames = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
}
