/// Which Postern this is.
enum Version {
  /// The number, written here and nowhere else in the programs.
  ///
  /// Install/build-rpm reads it here; debian/changelog and Install/CHANGES.md repeat it, and a
  /// check holds them to it.
  static let current = "0.2.0"
}
