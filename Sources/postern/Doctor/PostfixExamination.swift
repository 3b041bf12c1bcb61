/// Who can submit mail to Postfix with its own programs.
enum PostfixExamination {
  /// The most table look-ups: a server may host thousands of sites.
  private static let sitesAsked = 50

  /// Examines every instance that postdrop accepts.
  ///
  /// - Returns: The default instance; nil if there is no Postfix that answers.
  static func run(_ sites: [String], _ diagnosis: inout Diagnosis) -> PostfixInstance? {
    guard Machine.find("postconf") != nil else {
      diagnosis.skip("Postfix", because: "postconf is not installed")
      return nil
    }
    guard let main = PostfixInstance.read(PostfixInstance.defaultDirectory) else {
      diagnosis.add(unreadable(PostfixInstance.defaultDirectory))
      return nil
    }
    diagnosis.add(findings(main, sites))
    for directory in main.others {
      if let instance = PostfixInstance.read(directory) {
        diagnosis.add(findings(instance, sites))
      } else {
        diagnosis.add(unreadable(directory))
      }
    }
    diagnosis.add(SenderMaps.finding(main) { maps in answer(of: maps, for: SubmitUsers.gate) })
    return main
  }

  private static func findings(_ instance: PostfixInstance, _ sites: [String]) -> [Finding] {
    var asked = 0
    return SubmitUsers.findings(instance, sites: sites) { source, user in
      asked += 1
      guard asked <= sitesAsked || user == SubmitUsers.gate else { return false }
      return holds(source, user)
    }
  }

  private static func holds(_ source: String, _ user: String) -> Bool {
    if source.hasPrefix("/") {
      return Machine.text(source)?.listWords.contains(user) ?? false
    }
    return Machine.run(["postmap", "-q", user, source])?.status == 0
  }

  private static func answer(of maps: String, for user: String) -> String? {
    // An inline table holds blanks and commas; any other list is divided there.
    let tables = maps.contains("{") ? [maps] : maps.listWords
    for table in tables {
      if let text = Machine.run(["postmap", "-q", user, table])?.success { return text.trimmed }
    }
    return nil
  }

  private static func unreadable(_ directory: String) -> Finding {
    Finding(
      .instanceUnreadable,
      "\(directory) is a configuration of Postfix, but cannot be read: nobody knows whom it lets in",
      evidence: ["postconf -c \(directory) failed"],
      remedy: "mend \(directory)/main.cf, or take the directory out of "
        + "alternate_config_directories and multi_instance_directories")
  }
}
