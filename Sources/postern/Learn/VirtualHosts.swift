internal import InternetMessage
internal import LinuxSystem

/// The names of the web sites that Apache and nginx serve here, and whose files those are.
///
/// A name counts for the owner of the site's directory alone: whoever serves the neighbor's site
/// must not be given the neighbor's addresses.
struct VirtualHosts {
  /// Which server serves a site.
  enum Server: CaseIterable {
    case apache, nginx

    /// Where Debian, RPM systems and panels have its sites.
    var directories: [String] {
      switch self {
      case .apache:
        [
          "/etc/apache2/sites-enabled", "/etc/apache2/conf.d", "/etc/apache2/conf.d/domains",
          "/etc/httpd/conf.d",
        ]
      case .nginx:
        ["/etc/nginx/sites-enabled", "/etc/nginx/conf.d", "/etc/nginx/conf.d/domains"]
      }
    }

    /// Reads the sites of one of its files.
    func sites(_ text: String) -> [Site] {
      switch self {
      case .apache: Site.apache(text)
      case .nginx: Site.nginx(text)
      }
    }
  }

  /// More than a server has sites.
  private static let fileCount = 200_000

  /// The owners of each domain, in comparison form.
  private var owners: [[UInt8]: Set<UInt32>] = [:]

  /// Takes sites.
  ///
  /// - Parameters:
  ///   - sites: What the servers' files say.
  ///   - owner: Tells whose a directory is; nil = there is none.
  init(_ sites: [Site], owner: (String) -> UInt32?) {
    for site in sites {
      guard let owner = owner(site.root), owner != 0 else { continue }
      for name in site.names.compactMap(Self.domain) {
        owners[name, default: []].insert(owner)
      }
    }
  }

  /// Reads the files of this machine's servers.
  static func current() -> VirtualHosts {
    VirtualHosts(Server.allCases.flatMap(sites)) { Machine.status($0)?.ownerUID }
  }

  /// Reads the files of a server; whatever others than root can change says nothing.
  static func sites(of server: Server) -> [Site] {
    server.directories.flatMap { directory in
      Machine.entries(directory).sorted().prefix(fileCount).flatMap { name -> [Site] in
        let path = "\(directory)/\(name)"
        guard isRoots(path), let text = Machine.text(path) else { return [] }
        return server.sites(text)
      }
    }
  }

  private static func isRoots(_ path: String) -> Bool {
    let way = FileGuard.way(to: path)
    guard way.open.isEmpty, let file = way.path, let status = Machine.status(file) else {
      return false
    }
    return !FileGuard.step(file, status).isOpen(to: 0, isDirectory: false)
  }

  /// Whether a domain is the name of a site of a user's.
  ///
  /// - Parameters:
  ///   - uid: The user.
  ///   - domain: In comparison form.
  /// - Returns: Whether the site's directory is the user's.
  func has(_ uid: UInt32, _ domain: [UInt8]) -> Bool { owners[domain]?.contains(uid) == true }

  /// The domain in which a site's name has its mail: without `www.` and the star of a wildcard.
  private static func domain(_ name: String) -> [UInt8]? {
    var name = Substring(name)
    for prefix in ["*.", ".", "www."] where name.hasPrefix(prefix) {
      name = name.dropFirst(prefix.count)
    }
    guard name.contains("."), !name.contains("*"), !name.hasPrefix("~") else { return nil }
    return DomainName.canonical(Array(name.utf8))
  }
}

extension VirtualHosts {
  /// One site of a server's.
  struct Site: Equatable {
    var names: [String] = []
    /// Its directory; empty = none is given, or one with variables.
    var root = ""

    /// The sites of a file of Apache's.
    ///
    ///     site = "<VirtualHost" … ">" *( "ServerName" name / "ServerAlias" 1*name / "DocumentRoot" path )
    ///            "</VirtualHost>"
    static func apache(_ text: String) -> [Site] {
      var sites: [Site] = []
      var open: Site?
      for line in Machine.lines(text) {
        let words = line.split { $0 == " " || $0 == "\t" }.map(unquoted)
        guard let directive = words.first?.lowercased() else { continue }
        switch directive {
        case "<virtualhost": open = Site()
        case "</virtualhost>":
          if let site = open, !site.root.isEmpty { sites.append(site) }
          open = nil
        case "servername", "serveralias":
          // A port may follow the name.
          open?.names += words.dropFirst().map { String($0.prefix { $0 != ":" }) }
        case "documentroot": open?.root = words.count > 1 ? words[1] : ""
        default: break
        }
      }
      return sites
    }

    /// The sites of a file of nginx's.
    ///
    ///     site = "server" "{" *( "server_name" 1*name ";" / "root" path ";" / other ) "}"
    static func nginx(_ text: String) -> [Site] {
      var sites: [Site] = []
      var open: (site: Site, depth: Int)?
      var depth = 0
      var words: [String] = []
      for token in tokens(text) {
        switch token {
        case "{":
          depth += 1
          if words == ["server"] { open = (Site(), depth) }
          words = []
        case "}":
          if let ended = open, ended.depth == depth {
            if !ended.site.root.isEmpty { sites.append(ended.site) }
            open = nil
          }
          depth -= 1
          words = []
        case ";":
          if open?.depth == depth, words.first == "server_name" {
            open?.site.names += words.dropFirst()
          } else if words.count == 2, words[0] == "root", open?.site.root == "" {
            open?.site.root = words[1].contains("$") ? "" : words[1]
          }
          words = []
        default: words.append(token)
        }
      }
      return sites
    }

    private static func tokens(_ text: String) -> [String] {
      var tokens: [String] = []
      for line in Machine.lines(text) {
        var word = ""
        func end() {
          if !word.isEmpty { tokens.append(unquoted(Substring(word))) }
          word = ""
        }
        scan: for character in line {
          switch character {
          case "#" where word.isEmpty: break scan
          case " ", "\t": end()
          case "{", "}", ";":
            end()
            tokens.append(String(character))
          default: word.append(character)
          }
        }
        end()
      }
      return tokens
    }

    private static func unquoted(_ word: Substring) -> String {
      String(word.filter { $0 != "\"" && $0 != "'" })
    }
  }
}
