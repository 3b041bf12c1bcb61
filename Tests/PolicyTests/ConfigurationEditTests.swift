import Policy
import Testing

@Suite("postern.cf, edited in place")
struct ConfigurationEditTests {
  struct Edit: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let before: String
    let name: String
    /// nil = unset.
    let value: String?
    let after: String

    init(_ description: String, _ before: String, _ name: String, _ value: String?, _ after: String)
    {
      testDescription = description
      self.before = before
      self.name = name
      self.value = value
      self.after = after
    }
  }

  @Test(arguments: [
    Edit(
      "a name that is set keeps its place", "a = 1\nmode=audit\nb = 2\n", "mode", "enforce",
      "a = 1\nmode = enforce\nb = 2\n"),
    Edit(
      "a sample line is kept, the name set after it", "# Text.\n#mode = enforce\n\n# More.\n",
      "mode",
      "audit", "# Text.\n#mode = enforce\nmode = audit\n\n# More.\n"),
    Edit(
      "a sample of a longer name is none", "#mode_x = 1\n", "mode", "audit",
      "#mode_x = 1\nmode = audit\n"),
    Edit(
      "a name that stands nowhere goes to the end", "a = 1", "mode", "audit",
      "a = 1\nmode = audit\n"),
    Edit("an empty file", "", "mode", "audit", "mode = audit\n"),
    Edit(
      "lines that continue the old value go, comments between them stay",
      "exempt_users = root,\n  # cron\n  cron\nmode = audit\n", "exempt_users", "root",
      "exempt_users = root\n  # cron\nmode = audit\n"),
    Edit(
      "a sample inside another value does not cut it in two",
      "exempt_users = root,\n#mode = enforce\n  cron\n# end\n", "mode", "audit",
      "exempt_users = root,\n#mode = enforce\n  cron\nmode = audit\n# end\n"),
    Edit("an empty value", "notify = a@b.example\n", "notify", "", "notify =\n"),
    Edit(
      "unset takes the whole value", "exempt_users = root,\n  cron\nmode = audit\n", "exempt_users",
      nil, "mode = audit\n"),
    Edit(
      "unset of what is not set changes nothing", "#mode = audit\n", "mode", nil, "#mode = audit\n"),
    Edit(
      "a text in a comment is not the setting", "# mode = audit is for looking\nmode = audit\n",
      "mode",
      nil, "# mode = audit is for looking\n"),
  ])
  func `one name changes, all else stays`(edit: Edit) {
    var text = ConfigurationEdit(bytes(edit.before))
    if let value = edit.value {
      text.set(edit.name, to: bytes(value))
    } else {
      text.unset(edit.name)
    }
    #expect(String(decoding: text.text, as: UTF8.self) == edit.after)
  }

  @Test func `the sample file takes every setting, and gives it back`() {
    let sample = Vectors.installed("postern.cf")
    let wanted = ConfigurationFile.parse(Vectors.file("every-name.cf"), file: "").configuration
    var edit = ConfigurationEdit(sample)
    for setting in Setting.parameters { edit.set(setting.name, to: setting.text(in: wanted)) }
    let file = ConfigurationFile.parse(edit.text, file: "")
    #expect(file.problems.isEmpty && file.configuration == wanted)
    for setting in Setting.parameters { edit.unset(setting.name) }
    #expect(edit.text == sample)
  }
}
