internal import Glibc

/// The terminal of standard input and output.
package enum Terminal {
  /// The size of a screen, in characters.
  package struct Size: Equatable, Sendable {
    /// How many characters a line has.
    package let columns: Int
    /// How many lines there are.
    package let rows: Int

    /// Creates a size.
    package init(columns: Int, rows: Int) {
      self.columns = columns
      self.rows = rows
    }
  }

  /// Returns the size of the terminal of standard output; nil = none, or unknown.
  ///
  /// The corresponding C function is `ioctl` with `TIOCGWINSZ`.
  package static func size() -> Size? {
    var size = winsize()
    // SAFETY: the kernel fills the one structure it is given.
    guard unsafe ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return nil
    }
    return Size(columns: Int(size.ws_col), rows: Int(size.ws_row))
  }

  /// How the terminal of standard input treats its keys.
  package struct Keys: ~Copyable {
    private var settings = termios()

    /// Stops showing what is typed; nil = standard input is not a terminal.
    ///
    /// Keys that send signals go on doing so.
    ///
    /// The corresponding C functions are `tcgetattr` and `tcsetattr`.
    package init?() {
      // SAFETY: the kernel fills, and then reads, the one structure it is given.
      guard unsafe tcgetattr(0, &settings) == 0 else { return nil }
      hide()
    }

    /// Takes what was typed since the last look, at most 64 bytes; nothing where nothing was.
    ///
    /// The corresponding C functions are `poll` and `read`.
    package func typed() -> [UInt8] {
      let input = FileDescriptor.standardInput
      guard (try? input.waitForInput(seconds: 0)) != nil else { return [] }
      return (try? input.read(upTo: 64)) ?? []
    }

    /// Does so again after `restore`.
    package func hide() {
      var silent = settings
      silent.c_lflag &= ~tcflag_t(ECHO | ICANON)
      // SAFETY: the kernel reads the one structure it is given.
      _ = unsafe tcsetattr(0, TCSADRAIN, &silent)
    }

    /// Puts the settings back, and forgets what was typed.
    package func restore() {
      var settings = settings
      // SAFETY: the kernel reads the one structure it is given.
      _ = unsafe tcsetattr(0, TCSAFLUSH, &settings)
    }
  }
}
