// swift-tools-version: 6.1
import PackageDescription

/// Imports say what they use: nothing leaks from one target to the next by accident.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
]

func library(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: ["TestSupport"] + dependencies, swiftSettings: strict)
}

/// A library of the system, with the Debian/Ubuntu package that brings its headers.
func system(_ name: String, apt: String) -> Target {
  .systemLibrary(name: name, path: "Sources/System/\(name)", providers: [.apt([apt])])
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let realModule = Target.Dependency.product(name: "RealModule", package: "swift-numerics")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")

let package = Package(
  name: "caption",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "caption", targets: ["caption"]),
    .library(name: "Captioning", targets: ["Captioning"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.0.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.4.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
  ],
  targets: [
    system("CPNG", apt: "libpng-dev"),
    system("CJPEG", apt: "libjpeg-dev"),
    system("CWebP", apt: "libwebp-dev"),
    system("CZlib", apt: "zlib1g-dev"),
    system("COpenSSL", apt: "libssl-dev"),

    .target(
      name: "CKernels", linkerSettings: [.linkedLibrary("m"), .linkedLibrary("pthread")]),
    .target(
      name: "CImageCodecs", dependencies: ["CPNG", "CJPEG", "CWebP"],
      linkerSettings: [
        .linkedLibrary("png16"), .linkedLibrary("jpeg"), .linkedLibrary("webp"), .linkedLibrary("webpdemux"),
      ]),
    // Built against libcurl's headers (libcurl4-openssl-dev), but linked with it only when it is wanted.
    .target(name: "CCurl", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    library("Digests", ["COpenSSL"]),
    library("Tensors", ["CKernels", realModule]),
    library("ModelFiles", ["Digests", "Tensors", "CZlib", subprocess]),
    // Apart from ModelFiles, so that only the command that fetches models brings an HTTP client with it.
    library("ModelHub", ["CCurl", "Digests", "ModelFiles"]),
    library("ImageEncoding", ["CImageCodecs", "ModelFiles", "Tensors"]),
    library("TextDecoding", ["ModelFiles", "Tensors", "CKernels", heap]),
    library("PrefixMapping", ["TextDecoding", "ModelFiles", "Tensors", realModule]),
    library("Datasets", ["Digests"]),
    library("CaptionMetrics", []),
    library(
      "Training",
      ["Datasets", "PrefixMapping", "TextDecoding", "CaptionMetrics", "ModelFiles", "Tensors", realModule]),
    library(
      "Captioning",
      [
        "Datasets", "Digests", "ImageEncoding", "PrefixMapping", "TextDecoding", "ModelFiles", "Tensors",
      ],
      resources: [.copy("Resources/default")]),
    library(
      "BatchCaptioning",
      [
        "Captioning", "Datasets", "Digests", "ImageEncoding", "TextDecoding", "ModelFiles", "Tensors", "CZlib", deque,
        systemPackage,
      ]),
    .executableTarget(
      name: "caption",
      dependencies: [
        "BatchCaptioning", "CaptionMetrics", "Captioning", "Datasets", "ImageEncoding", "PrefixMapping",
        "TextDecoding", "Training", "ModelFiles", "ModelHub", "Tensors", argumentParser, logging, systemPackage,
      ],
      swiftSettings: strict),

    .target(
      name: "TestSupport", dependencies: ["ModelFiles", "Tensors", "CKernels"], path: "Tests/TestSupport",
      swiftSettings: strict),
    // A hub on 127.0.0.1, so that no test needs a network.
    .target(
      name: "LocalHub", dependencies: ["Digests"], path: "Tests/LocalHub", swiftSettings: strict),
    tests("DigestsTests", ["Digests"]),
    tests("TensorsTests", ["Tensors", "CKernels"]),
    tests("ModelFilesTests", ["ModelFiles", "Tensors"]),
    tests("ModelHubTests", ["LocalHub", "ModelHub", "ModelFiles"]),
    tests("ImageEncodingTests", ["ImageEncoding", "ModelFiles", "Tensors"]),
    tests("TextDecodingTests", ["TextDecoding", "ModelFiles", "Tensors"]),
    tests("PrefixMappingTests", ["PrefixMapping", "TextDecoding", "ModelFiles", "Tensors"]),
    tests("CaptionMetricsTests", ["CaptionMetrics"]),
    tests("DatasetsTests", ["Datasets"]),
    tests("TrainingTests", ["Training", "PrefixMapping", "TextDecoding", "ModelFiles", "Tensors"]),
    tests(
      "CaptioningTests",
      [
        "Captioning", "CaptionMetrics", "Datasets", "ImageEncoding", "PrefixMapping", "TextDecoding", "ModelFiles",
        "Tensors",
      ]),
    tests(
      "BatchCaptioningTests",
      [
        "BatchCaptioning", "Captioning", "Datasets", "Digests", "ImageEncoding", "TextDecoding", "ModelFiles",
        "Tensors", systemPackage,
      ]),
    tests("CaptionCommandTests", ["caption", "LocalHub"]),
  ],
  swiftLanguageModes: [.v6]
)
