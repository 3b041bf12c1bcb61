// swift-tools-version: 6.2
import PackageDescription

// One source, two builds (Tests/build knows them). As it stands here everything is ordinary Swift with glibc: the tool,
// the unit tests, fuzzing, and the fall-back. With this the programs that sites execute, and they alone, are Embedded
// Swift with musl: without the Swift runtime, which took as long to start as all else that happens to a message.
// Its value is the directory of the toolchain with the archives of Embedded Swift.
let archives = Context.environment["POSTERN_EMBEDDED"]

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
// Only with this variable, which Tests/build sets together with `--disable-local-rpath`: glibc's start
// code ends a static-pie that has the RUNPATH of a plain `swift build`. What that builds is for
// debugging and unit tests; it runs, and must not be installed.
let staticPIE: [LinkerSetting] = [
  .unsafeFlags(
    Context.environment["POSTERN_STATIC"] == nil
      ? ["-static-stdlib", "-use-ld=lld"]
      : [
        "-static-executable", "-use-ld=lld", "-Xclang-linker", "-static-pie",
        "-Xlinker", "-z", "-Xlinker", "now",
      ])
]

#if arch(arm64)
  let musl = "aarch64-linux-musl"
#else
  let musl = "x86_64-linux-musl"
#endif

let muslHeaders = "/usr/include/\(musl)"
let muslObjects = "/usr/lib/\(musl)/"

let embedded: [SwiftSetting] = [
  .enableExperimentalFeature("Embedded"),
  .unsafeFlags([
    "-wmo", "-Xfrontend", "-function-sections", "-Xcc", "-isystem", "-Xcc", muslHeaders,
  ]),
]

// -fno-builtin: what defines malloc may not be compiled as if it called it.
let embeddedC: [CSetting] = [
  .unsafeFlags([
    "-nostdlibinc", "-isystem", muslHeaders, "-fno-builtin", "-fstack-protector-strong",
  ])
]

// Nothing comes from glibc: musl's start code and library are named, and the entry point is SecureStart's.
let embeddedPIE: [LinkerSetting] = [
  .unsafeFlags([
    "-enable-experimental-feature", "Embedded", "-use-ld=lld",
    "-Xclang-linker", "-static-pie", "-Xclang-linker", "-nostdlib",
    "-Xclang-linker", "-nostartfiles",
    "-Xlinker", "-e", "-Xlinker", "secure_start",
    "-Xlinker", "-z", "-Xlinker", "now", "-Xlinker", "--gc-sections", "-Xlinker", "--strip-debug",
    "\(archives ?? "")/libswiftUnicodeDataTables.a",
    muslObjects + "rcrt1.o", muslObjects + "crti.o", muslObjects + "libc.a", muslObjects + "crtn.o",
  ])
]

let package = Package(
  name: "postern",
  products: [
    .executable(name: "postern-sendmail", targets: ["postern-sendmail"]),
    .executable(name: "postern", targets: ["postern"]),
    .executable(name: "postern-dispatch", targets: ["postern-dispatch"]),
    .executable(name: "postern-smtpd", targets: ["postern-smtpd"]),
  ],
  targets: [
    .target(name: "SecureStart", exclude: ["Musl"]),
    .target(
      name: "LinuxSystem",
      dependencies: ["GlibcExtras"],
      exclude: ["Glibc", "Musl"],
      // Glibc declares setresuid, memfd_create, F_OFD_SETLK and their like only with this.
      cSettings: [.define("_GNU_SOURCE")],
      swiftSettings: strict),
    .systemLibrary(name: "GlibcExtras", path: "Sources/LinuxSystem/Glibc"),
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
    .executableTarget(
      name: "postern-smtpd",
      dependencies: ["LinuxSystem", "SecureStart", "Submission"],
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

if archives != nil {
  let programs = ["postern-sendmail", "postern-dispatch", "postern-smtpd"]
  let modules = ["LinuxSystem", "InternetMessage", "Policy", "Ledger", "Submission"]
  package.products.removeAll { !programs.contains($0.name) }
  package.targets.removeAll { !(programs + modules + ["SecureStart"]).contains($0.name) }
  for target in package.targets {
    switch target.name {
    case "SecureStart":
      target.exclude = ["Glibc"]
      target.cSettings = embeddedC
      continue
    case "LinuxSystem":
      target.exclude = ["Glibc", "Musl/include"]
      target.dependencies = ["Glibc", "SecureStart"]
    default: break
    }
    target.swiftSettings = strict + embedded
    if target.linkerSettings != nil { target.linkerSettings = embeddedPIE }
  }
  package.targets.append(.systemLibrary(name: "Glibc", path: "Sources/LinuxSystem/Musl/include"))
}
