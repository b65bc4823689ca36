#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension ModelStore {
  /// The store of the user: `$CAPTION_HOME`, else `$XDG_CACHE_HOME/caption`, else `~/.cache/caption`.
  ///
  /// - Throws: `ModelStoreError.noHomeDirectory`.
  ///
  /// - Parameter environment: `nil` is the process's own.
  package init(environment: [String: String]? = nil, catalog: BaseModelCatalog = .standard) throws {
    let environment = environment ?? ProcessInfo.processInfo.environment
    self.init(root: try Self.root(environment: environment), catalog: catalog)
  }

  static func root(environment: [String: String]) throws -> String {
    // An empty variable counts as unset, as it does for XDG.
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    if let home = value("CAPTION_HOME") { return home }
    // The XDG base directory specification has relative paths ignored.
    if let cache = value("XDG_CACHE_HOME"), Path.isAbsolute(cache) { return Path.join(cache, "caption") }
    if let home = value("HOME"), Path.isAbsolute(home) { return Path.join(home, ".cache/caption") }
    throw ModelStoreError.noHomeDirectory
  }
}
