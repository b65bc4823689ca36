// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "Folder",
  platforms: [.macOS(.v15)],
  // In a package of your own: .package(url: "…", from: "…")
  dependencies: [.package(name: "caption", path: "../..")],
  targets: [
    .executableTarget(name: "Folder", dependencies: [.product(name: "Captioning", package: "caption")])
  ],
  swiftLanguageModes: [.v6]
)
