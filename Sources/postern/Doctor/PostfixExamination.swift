/// Who can submit mail to Postfix with its own programs.
enum PostfixExamination {
  /// The most table look-ups: a server may host thousands of sites.
  private static let lookUps = 50

  /// Examines every instance that postdrop accepts.
  ///
  /// - Parameters:
  ///   - sites: Login names that must not get in.
  ///   - diagnosis: Takes what is found.
  /// - Returns: The instances that answer, the default one first; none if there is no Postfix.
  static func run(
    _ sites: [String], _ diagnosis: inout Diagnosis
  ) -> [PostfixInstance] {
    let instances = read(&diagnosis)
    for instance in instances {
      examine(instance, sites, &diagnosis)
      diagnosis.add(SenderRewriting.finding(instance))
      diagnosis.add(queue(instance))
      if instance.services == nil {
        diagnosis.skip("\(instance.directory)/master.cf", because: "postconf -M failed")
      }
    }
    if let main = instances.first {
      diagnosis.add(SenderMaps.finding(main) { maps in answer(of: maps, for: SubmitUsers.gate) })
    }
    return instances
  }

  /// Reads the instances, the default one first.
  static func read(_ diagnosis: inout Diagnosis) -> [PostfixInstance] {
    guard Machine.has("postconf") else {
      diagnosis.skip("Postfix", because: "postconf is not installed")
      return []
    }
    guard let main = PostfixInstance.read(PostfixInstance.defaultDirectory) else {
      diagnosis.add(unreadable(PostfixInstance.defaultDirectory))
      return []
    }
    var instances = [main]
    for directory in main.others {
      if let instance = PostfixInstance.read(directory) {
        instances.append(instance)
      } else {
        diagnosis.add(unreadable(directory))
      }
    }
    return instances
  }

  /// Judges who may list the queue: it tells who mails whom.
  static func queue(_ instance: PostfixInstance) -> Finding? {
    let value = instance.value("authorized_mailq_users")
    guard value.listWords.contains(where: { $0.hasPrefix("static:") }) else { return nil }
    return Finding(
      .queueVisible, "a site can read in the mail queue to whom others send mail",
      evidence: ["\(instance.directory)/main.cf: authorized_mailq_users = \(value)"],
      remedy: "postconf \(instance.option)-e 'authorized_mailq_users = root'")
  }

  private static func examine(
    _ instance: PostfixInstance, _ sites: [String], _ diagnosis: inout Diagnosis
  ) {
    var asked = 0
    let found = SubmitUsers.findings(instance, sites: sites) { source, user in
      asked += 1
      guard asked <= lookUps || user == SubmitUsers.gate else { return false }
      return holds(source, user)
    }
    diagnosis.add(found)
    if asked > lookUps {
      diagnosis.skip(
        "the tables in authorized_submit_users of \(instance.directory)",
        because: "only the first \(lookUps) look-ups were made")
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
      "the Postfix configuration \(directory) cannot be read, so it may accept mail from any site",
      evidence: ["postconf -c \(directory) failed"],
      remedy: "correct \(directory)/main.cf, or remove the directory from "
        + "alternate_config_directories and multi_instance_directories")
  }
}
