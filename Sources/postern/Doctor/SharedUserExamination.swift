/// Many sites under one account: for Postern they are one site.
enum SharedUserExamination {
  private static let modules = "/etc/apache2/mods-enabled"
  /// So many directories are shown.
  private static let shown = 5

  /// Looks whether Apache itself runs the PHP of several sites.
  ///
  /// - Parameter diagnosis: Takes what is found.
  static func run(_ diagnosis: inout Diagnosis) {
    let modules = Machine.entries(modules).filter { $0.hasPrefix("php") && $0.hasSuffix(".load") }
    guard let module = modules.first else { return }
    diagnosis.add(finding(module: module, sites: VirtualHosts.sites(of: .apache)))
  }

  /// Judges the sites of an Apache with PHP in it.
  ///
  /// - Parameters:
  ///   - module: The file that loads PHP.
  ///   - sites: Its virtual hosts.
  /// - Returns: The finding; nil = there is one directory at most.
  static func finding(module: String, sites: [VirtualHosts.Site]) -> Finding? {
    let roots = Set(sites.map(\.root)).sorted()
    guard roots.count > 1 else { return nil }
    return Finding(
      .sitesShareUser,
      "Apache runs the PHP of \(roots.count) sites as one user: each may send with the addresses of all, and they share one quota and one suspension",
      evidence: ["\(modules)/\(module)"] + roots.prefix(shown)
        + (roots.count > shown ? ["\(roots.count - shown) more"] : []),
      remedy: "give each site a PHP-FPM pool with a user of its own; until then "
        + "cwd= in the log and 'postern learn' tell the sites apart")
  }
}
