// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  // Types are asked for by calls, not by names that the runtime would have to parse at the first use of each: a third of
  // all that one submission cost.
  .unsafeFlags(["-Xfrontend", "-disable-concrete-type-metadata-mangled-name-accessors"]),
]

// One self-contained file that no dynamic loader touches: nothing of the caller's (RUNPATH,
// preloading, a replaced library) can come between the kernel and our first instruction.
// `swift build` must be given `--disable-local-rpath`: glibc's start code ends a static-pie that
// has a RUNPATH. Install/install and Tests/run do so.
let staticPIE: [LinkerSetting] = [
  .unsafeFlags([
    "-static-executable", "-use-ld=lld", "-Xclang-linker", "-static-pie",
    "-Xlinker", "-z", "-Xlinker", "now",
  ])
]

let package = Package(
  name: "postern",
  products: [
    .executable(name: "postern-sendmail", targets: ["postern-sendmail"]),
    .executable(name: "postern", targets: ["postern"]),
    .executable(name: "postern-dispatch", targets: ["postern-dispatch"]),
  ],
  targets: [
    .target(name: "SecureStart"),
    .target(
      name: "LinuxSystem",
      // Glibc declares setresuid, memfd_create, F_OFD_SETLK and their like only with this.
      cSettings: [.define("_GNU_SOURCE")],
      swiftSettings: strict),
    .target(name: "InternetMessage", swiftSettings: strict),
    .target(name: "Policy", dependencies: ["InternetMessage"], swiftSettings: strict),
    .target(name: "Ledger", dependencies: ["LinuxSystem", "Policy"], swiftSettings: strict),
    .target(
      name: "Submission",
      dependencies: ["InternetMessage", "Ledger", "LinuxSystem", "Policy"],
      swiftSettings: strict),
    .executableTarget(
      name: "postern-sendmail",
      dependencies: ["LinuxSystem", "SecureStart", "Submission"],
      swiftSettings: strict,
      linkerSettings: staticPIE),
    .executableTarget(
      name: "postern",
      dependencies: ["Submission", "Ledger", "LinuxSystem", "Policy", "InternetMessage"],
      swiftSettings: strict,
      // gold complains of functions in FoundationEssentials that nothing here calls.
      linkerSettings: [.unsafeFlags(["-use-ld=lld"])]),
    .executableTarget(
      name: "postern-dispatch",
      dependencies: ["LinuxSystem", "Policy", "SecureStart"],
      swiftSettings: strict,
      linkerSettings: staticPIE),

    .testTarget(
      name: "LinuxSystemTests", dependencies: ["LinuxSystem"], swiftSettings: strict),
    .testTarget(
      name: "InternetMessageTests", dependencies: ["InternetMessage"], swiftSettings: strict),
    .testTarget(
      name: "PolicyTests", dependencies: ["Policy", "InternetMessage"], swiftSettings: strict),
    .testTarget(
      name: "LedgerTests", dependencies: ["Ledger", "LinuxSystem", "Policy"],
      swiftSettings: strict),
    .testTarget(
      name: "PosternTests",
      dependencies: ["postern", "Submission", "LinuxSystem", "Policy", "InternetMessage"],
      swiftSettings: strict),
    .testTarget(
      name: "SubmissionTests",
      dependencies: ["Submission", "Ledger", "LinuxSystem", "Policy", "InternetMessage"],
      swiftSettings: strict),
  ]
)

// The program of Tests/Fuzz, which sees what only this package may see; nothing else builds it.
if Context.environment["POSTERN_FUZZ"] != nil {
  let modules: [Target.Dependency] = [
    "Submission", "Ledger", "LinuxSystem", "Policy", "InternetMessage",
  ]
  package.targets += [
    .executableTarget(
      name: "fuzz", dependencies: modules, path: "Tests/Fuzz/Targets", swiftSettings: strict)
  ]
}
