import Testing

@testable import LinuxSystem

/// The search and the moving of bytes, sixteen at once, beside what they say byte by byte.
@Suite("Bytes in blocks")
struct ByteBlocksTests {
  private static let stop = UInt8(ascii: "\r")

  /// Letters, each place another one than those around it, with `stop` at some of them.
  private static func bytes(_ count: Int, stops: [Int] = []) -> [UInt8] {
    var bytes = (0..<count).map { UInt8(ascii: "A") + UInt8($0 % 57) }
    for place in stops { bytes[place] = stop }
    return bytes
  }

  @Test(arguments: [0, 1, 7, 8, 15, 16, 17, 63, 64, 65, 130])
  func `a byte is found wherever it stands, and nothing beyond the range`(count: Int) {
    for start in 0...min(count, 20) {
      #expect(ByteSearch.firstIndex(of: Self.stop, in: Self.bytes(count), start..<count) == nil)
      for place in start..<count {
        let bytes = Self.bytes(count, stops: [place])
        #expect(ByteSearch.firstIndex(of: Self.stop, in: bytes, start..<count) == place)
        #expect(ByteSearch.firstIndex(of: Self.stop, in: bytes, start..<place) == nil)
        #expect(ByteSearch.firstIndex(of: Self.stop, in: bytes, (place + 1)..<count) == nil)
      }
    }
  }

  @Test func `of several the first one is found, whatever the bytes are`() {
    for byte in [UInt8.min, 0x01, 0x7F, 0x80, 0xFF] {
      var bytes = [UInt8](repeating: byte ^ 0x01, count: 100)
      for place in [90, 40, 23] {
        bytes[place] = byte
        #expect(ByteSearch.firstIndex(of: byte, in: bytes, 0..<100) == place)
      }
    }
  }

  @Test(arguments: [0, 1, 2, 15, 16, 17, 40])
  func `bytes move down up to the byte that stops them, and no others change`(gap: Int) {
    let front = 3
    for count in 0...70 {
      let source = (front + gap)..<(front + gap + count)
      for stops in [[], [count - 1], [count / 2, count - 1]] where count > 0 || stops.isEmpty {
        let before = Self.bytes(source.upperBound + 20, stops: stops.map { source.lowerBound + $0 })
        var after = before
        let moved = ByteMove.move(in: &after, source, to: front, before: Self.stop)
        #expect(moved == stops.first ?? count)
        let rest = source.lowerBound + moved
        #expect(after.count == before.count)
        #expect(after[..<front] == before[..<front])
        #expect(after[front..<(front + moved)].elementsEqual(before[source.lowerBound..<rest]))
        #expect(after[rest...] == before[rest...])
      }
    }
  }

  @Test func `what lies outside of the array, or moves up, ends the process`() async {
    await #expect(processExitsWith: .failure) {
      _ = ByteSearch.firstIndex(of: 0, in: [1, 2, 3], 1..<4)
    }
    await #expect(processExitsWith: .failure) {
      var bytes: [UInt8] = [1, 2, 3]
      _ = ByteMove.move(in: &bytes, 1..<4, to: 0, before: 0)
    }
    await #expect(processExitsWith: .failure) {
      var bytes: [UInt8] = [1, 2, 3]
      _ = ByteMove.move(in: &bytes, 0..<2, to: 1, before: 0)
    }
  }
}
