/// Postfix's second lock: `local_login_sender_maps` (Postfix 3.6 and later).
enum SenderMaps {
  private static let unset = "static:*"
  private static let remedy =
    "postconf -e 'local_login_sender_maps = inline:{ { root = * }, { postern = * } }'"

  /// Judges the default instance.
  ///
  /// Every message of a site reaches Postfix as postern, so the map must let postern use any
  /// sender.
  ///
  /// - Parameters:
  ///   - instance: The instance.
  ///   - answer: What the maps answer for postern; nil if nothing.
  /// - Returns: That there is no second lock, or that it keeps the gate out.
  static func finding(_ instance: PostfixInstance, answer: (String) -> String?) -> Finding? {
    guard let value = instance.values["local_login_sender_maps"] else { return nil }
    let evidence = ["\(instance.directory)/main.cf: local_login_sender_maps = \(value)"]
    if value == unset {
      return Finding(
        .senderMapsUnset,
        "Postfix's second check of local senders, local_login_sender_maps, is not configured",
        evidence: evidence, remedy: remedy)
    }
    let answered = answer(value)
    guard answered?.listWords.contains("*") != true else { return nil }
    return Finding(
      .senderMapsRefuse, "Postfix refuses the senders of mail that Postern hands over",
      evidence: evidence + ["answer for postern: \(answered ?? "none")"], remedy: remedy)
  }
}
