import Testing

@testable import postern

@Suite("Outgoing SMTP")
struct FirewallTests {
  private static let site = 1001

  /// Which ports a site cannot reach in the world over IPv4.
  private static func blocked(_ firewall: Firewall?, isIPv6: Bool = false) -> [Int] {
    [25, 465, 587].filter { port in
      let packet = Firewall.Packet(port: port, userID: site, groupID: site, isIPv6: isIPv6)
      return firewall?.blocks(packet) ?? false
    }
  }

  private static let tcp =
    #"{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":"#

  /// A listing of nft with one output chain, whose rules have these expressions.
  private static func listing(
    policy: String = "accept", family: String = "inet", _ rules: [String]
  ) -> String {
    let head =
      #"{"nftables":[{"metainfo":{"json_schema_version":1}},"#
      + #"{"set":{"family":"\#(family)","table":"t","name":"users","type":"uid","elem":[0,{"range":[100,102]}]}},"#
      + #"{"chain":{"family":"\#(family)","table":"t","name":"shut"}},"#
      + #"{"rule":{"family":"\#(family)","table":"t","chain":"shut","expr":[{"drop":null}]}},"#
      + #"{"chain":{"family":"\#(family)","table":"t","name":"out","type":"filter","hook":"output","prio":0,"policy":"\#(policy)"}}"#
    let tail = rules.map {
      #",{"rule":{"family":"\#(family)","table":"t","chain":"out","expr":[\#($0)]}}"#
    }
    return head + tail.joined() + "]}"
  }

  private static func user(_ op: String, _ value: String) -> String {
    #"{"match":{"op":"\#(op)","left":{"meta":{"key":"skuid"}},"right":\#(value)}}"#
  }

  @Test(arguments: [
    ("an empty rule set", [], []),
    (
      "the ready rule set",
      [tcp + #"{"set":[25,465,587]}}},"# + user("!=", #""@users""#) + #",{"reject":null}"#],
      [25, 465, 587]
    ),
    ("only one port", [tcp + "25}}," + user("!=", "0") + #",{"drop":null}"#], [25]),
    ("a range of ports", [tcp + #"{"range":[400,600]}}},{"drop":null}"#], [465, 587]),
    (
      "others than the site", [tcp + "25}}," + user("==", #"{"set":[7,8]}"#) + #",{"drop":null}"#],
      []
    ),
    (
      "the site accepted before",
      [user("==", #"{"range":[1000,2000]}"#) + #",{"accept":null}"#, #"{"drop":null}"#], []
    ),
    ("a jump", [tcp + #"25}},{"jump":{"target":"shut"}}"#], [25]),
    (
      "a verdict map",
      [
        #"{"vmap":{"key":{"payload":{"protocol":"tcp","field":"dport"}},"data":{"set":[[25,{"drop":null}],[465,{"accept":null}]]}}}"#
      ], [25]
    ),
    (
      "established connections accepted",
      [
        #"{"match":{"op":"in","left":{"ct":{"key":"state"}},"right":["established","related"]}},{"accept":null}"#,
        #"{"drop":null}"#,
      ], [25, 465, 587]
    ),
    (
      "the loopback accepted",
      [
        #"{"match":{"op":"==","left":{"meta":{"key":"oifname"}},"right":"lo"}},{"accept":null}"#,
        #"{"drop":null}"#,
      ], [25, 465, 587]
    ),
    (
      "a smart host accepted",
      [
        #"{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"daddr"}},"right":"192.0.2.1"}},{"accept":null}"#,
        #"{"drop":null}"#,
      ], [25, 465, 587]
    ),
    ("blocked in a way that is not understood", [#"{"limit":{"rate":1}},{"drop":null}"#], []),
    (
      "accepted in a way that is not understood",
      [#"{"limit":{"rate":1}},{"accept":null}"#, #"{"drop":null}"#], []
    ),
    (
      "a counter and a log line",
      [#"{"counter":{"packets":1,"bytes":2}},{"log":{"prefix":"x\"y"}},{"drop":null}"#],
      [25, 465, 587]
    ),
  ])
  func `nftables are followed as the kernel does`(name: String, rules: [String], expected: [Int]) {
    #expect(Self.blocked(NftRuleset.parse(Self.listing(rules))) == expected, "\(name)")
  }

  @Test func `a policy decides where no rule does`() {
    #expect(Self.blocked(NftRuleset.parse(Self.listing(policy: "drop", []))) == [25, 465, 587])
    let accepting = Self.listing(policy: "drop", [Self.tcp + #"25}},{"accept":null}"#])
    #expect(Self.blocked(NftRuleset.parse(accepting)) == [465, 587])
  }

  @Test func `a table of IPv4 blocks nothing over IPv6`() {
    let firewall = NftRuleset.parse(Self.listing(family: "ip", [#"{"drop":null}"#]))
    #expect(Self.blocked(firewall) == [25, 465, 587])
    #expect(Self.blocked(firewall, isIPv6: true) == [])
  }

  @Test(arguments: ["", "{", "[1,2", #"{"nftables":[]}"#, String(repeating: "[", count: 9_999)])
  func `what is no listing is none`(text: String) {
    #expect(NftRuleset.parse(text) == nil)
  }

  private static func iptables(_ rules: String...) -> Firewall {
    let text =
      "*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:smtp - [0:0]\n"
      + rules.map { "-A " + $0 + "\n" }.joined() + "COMMIT\n"
    return IptablesRuleset.parse(text, isIPv6: false) { $0 == "postfix" ? 102 : nil }
  }

  @Test func `iptables are followed, with owner, multiport, negation and chains`() {
    #expect(
      Self.blocked(
        Self.iptables(
          "OUTPUT -p tcp -m tcp --dport 25 -m owner ! --uid-owner 102 -j REJECT --reject-with tcp-reset"
        )) == [25])
    #expect(
      Self.blocked(
        Self.iptables(
          "OUTPUT -p tcp -m multiport --dports 25,465,587 -j smtp",
          "smtp -m owner --uid-owner 102 -j RETURN", "smtp -j DROP")) == [25, 465, 587])
    #expect(
      Self.blocked(
        Self.iptables(
          "OUTPUT -p tcp -m multiport --dports 25,465,587 -j smtp",
          "smtp -m owner --uid-owner 1001 -j RETURN", "smtp -j DROP")) == [])
    #expect(
      Self.blocked(
        Self.iptables(
          "OUTPUT -m comment --comment \"mail of sites\" -p tcp --dport 25 -m owner ! --uid-owner postfix -j DROP"
        )) == [25])
    #expect(Self.blocked(Self.iptables("OUTPUT -p udp -j DROP")) == [])
    #expect(Self.blocked(Self.iptables("OUTPUT -m quota --quota 5 -j DROP")) == [])
    #expect(Self.blocked(Self.iptables("OUTPUT -p tcp --dport 25 -j DROP"), isIPv6: true) == [])
  }
}
