/// Punycode, RFC 3492, with the parameters of its section 5.
enum Punycode {
  private static let base: UInt32 = 36
  private static let tMin: UInt32 = 1
  private static let tMax: UInt32 = 26
  private static let skew: UInt32 = 38
  private static let damp: UInt32 = 700

  /// Encodes one label, RFC 3492 §6.3.
  ///
  /// - Parameter scalars: At most 63 scalars.
  /// - Returns: The code without `xn--`; nil if the label is too long.
  static func encode(_ scalars: [Unicode.Scalar]) -> [UInt8]? {
    guard scalars.count <= MessageLimits.labelBytes else { return nil }
    var output: [UInt8] = []
    for scalar in scalars where scalar.value < 0x80 {
      output.append(UInt8(truncatingIfNeeded: scalar.value))
    }
    let basicCount = UInt32(output.count)
    if basicCount > 0 { output.append(Octets.hyphen) }

    var handled = basicCount
    var n: UInt32 = 0x80
    var delta: UInt32 = 0
    var bias: UInt32 = 72
    while handled < UInt32(scalars.count) {
      // 63 scalars below 0x110000 keep delta below 2^27: no overflow.
      guard let next = scalars.lazy.map({ $0.value }).filter({ $0 >= n }).min() else { return nil }
      delta += (next - n) * (handled + 1)
      n = next
      for scalar in scalars {
        if scalar.value < n { delta += 1 }
        guard scalar.value == n else { continue }
        appendInteger(delta, bias: bias, to: &output)
        bias = adapt(delta, count: handled + 1, isFirst: handled == basicCount)
        delta = 0
        handled += 1
      }
      delta += 1
      n += 1
    }
    return output
  }

  /// Appends one generalized variable-length integer, RFC 3492 §3.3.
  private static func appendInteger(_ value: UInt32, bias: UInt32, to output: inout [UInt8]) {
    var rest = value
    var k = base
    while true {
      let threshold = k <= bias ? tMin : min(k - bias, tMax)
      if rest < threshold { break }
      output.append(digit(threshold + (rest - threshold) % (base - threshold)))
      rest = (rest - threshold) / (base - threshold)
      k += base
    }
    output.append(digit(rest))
  }

  /// `a`–`z` are 0–25, `0`–`9` are 26–35.
  private static func digit(_ value: UInt32) -> UInt8 {
    UInt8(truncatingIfNeeded: value < 26 ? value + 0x61 : value - 26 + 0x30)
  }

  /// The bias for the next integer, RFC 3492 §6.1.
  private static func adapt(_ delta: UInt32, count: UInt32, isFirst: Bool) -> UInt32 {
    var rest = isFirst ? delta / damp : delta / 2
    rest += rest / count
    var k: UInt32 = 0
    while rest > (base - tMin) * tMax / 2 {
      rest /= base - tMin
      k += base
    }
    return k + (base - tMin + 1) * rest / (rest + skew)
  }
}
