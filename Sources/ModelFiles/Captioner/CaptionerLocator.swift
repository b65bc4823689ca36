#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Finds captioners by name or directory.
package struct CaptionerLocator: Sendable {
  /// The captioner that comes with the program.
  package static let defaultName = "default"

  /// Directories that hold captioners, in the order in which they are searched.
  package let places: [String]

  /// Searches the user's own captioners, then those beside the executable, where SwiftPM or an installation puts them.
  package init(store: ModelStore, executable: String = Self.executable) {
    let directory = Path.parent(executable)
    places = [
      store.captionersDirectory,
      Path.join(directory, "caption_Captioning.resources"),
      Path.join(Path.parent(directory), "share/caption"),
    ]
  }

  /// The path of the running program, links resolved. Linux provides it; elsewhere it is what the program was called
  /// by.
  package static var executable: String {
    let link = "/proc/self/exe"
    if let path = try? FileManager.default.destinationOfSymbolicLink(atPath: link) { return path }
    return Path.absolute(CommandLine.arguments.first ?? "caption")
  }

  /// - Parameter nameOrDirectory: a directory with `captioner.json`, or the name of one in `places`; `nil` is the
  ///   default captioner, whatever is in the current directory.
  /// - Throws: `CaptionerLocatorError`.
  package func directory(of nameOrDirectory: String?) throws(CaptionerLocatorError) -> String {
    let name = nameOrDirectory ?? Self.defaultName
    if nameOrDirectory != nil, Self.isCaptioner(name) { return name }
    if Path.isPlainName(name) {
      for place in places where Self.isCaptioner(Path.join(place, name)) { return Path.join(place, name) }
    }
    if nameOrDirectory != nil, FileSystem.isDirectory(name) { throw .noManifest(directory: name) }
    throw .notFound(name: name, searched: places, known: names())
  }

  /// The names of all captioners in `places`.
  package func names() -> [String] {
    let names = places.flatMap { place in
      ((try? FileSystem.names(in: place)) ?? []).filter { Self.isCaptioner(Path.join(place, $0)) }
    }
    return Set(names).sorted()
  }

  private static func isCaptioner(_ directory: String) -> Bool {
    FileSystem.isRegularFile(Path.join(directory, CaptionerManifest.fileName))
  }
}

/// No captioner by that name or in that directory.
package enum CaptionerLocatorError: Error, Equatable, Sendable, CustomStringConvertible {
  case noManifest(directory: String)
  case notFound(name: String, searched: [String], known: [String])

  package var description: String {
    switch self {
    case .noManifest(let directory):
      "\(directory): no captioner: it has no \(CaptionerManifest.fileName)"
    case .notFound(let name, let searched, let known):
      "no captioner '\(name)': it is no directory, and not in \(searched.joined(separator: ", ")); "
        + (known.isEmpty
          ? "there is none at all: reinstall caption with its resources"
          : "there are: \(known.joined(separator: ", "))")
    }
  }
}
