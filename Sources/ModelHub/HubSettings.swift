import ModelFiles

#if canImport(FoundationEssentials)
  package import FoundationEssentials
#else
  package import Foundation
#endif

/// Where the hub and its cache are, by the environment variables of huggingface_hub.
package struct HubSettings: Sendable {
  /// `HF_ENDPOINT`; https://huggingface.co by default.
  package var endpoint: URL
  /// `HF_TOKEN`, else what is in the file `HF_TOKEN_PATH` or `$HF_HOME/token`.
  package var token: String?
  /// `HF_HUB_CACHE`, else `$HF_HOME/hub`, else `~/.cache/huggingface/hub`.
  package var cacheDirectory: String
  /// `HF_HUB_OFFLINE`: no request is sent.
  package var isOffline: Bool
  /// `HTTPS_PROXY` and the like.
  package var proxies: ProxySettings
  /// Certificates to trust in place of the system's: `SSL_CERT_FILE`, `REQUESTS_CA_BUNDLE` or `CURL_CA_BUNDLE`.
  package var certificateFile: String?
  /// `SSL_CERT_DIR`.
  package var certificateDirectory: String?
  /// How long a connection may deliver nothing before it is given up; whole seconds.
  package var stallTimeout: Duration = .seconds(30)
  /// The pause before a failed request is repeated; doubled for each further attempt.
  package var firstPause: Duration = .seconds(1)
  package var attempts = 5

  /// - Parameter environment: `nil` is the process's own.
  /// - Throws: `HubError.invalidEndpoint`, `.noCache`.
  package init(environment: [String: String]? = nil) throws(HubError) {
    let environment = environment ?? ProcessInfo.processInfo.environment
    func value(_ names: String...) -> String? {
      names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    }
    func expanded(_ path: String) -> String {
      path.hasPrefix("~/") ? value("HOME").map { Path.join($0, String(path.dropFirst(2))) } ?? path : path
    }
    var address = value("HF_ENDPOINT") ?? "https://huggingface.co"
    while address.hasSuffix("/") { address.removeLast() }
    guard let endpoint = URL(string: address), ["http", "https"].contains(endpoint.scheme), endpoint.host() != nil
    else { throw .invalidEndpoint(address) }
    self.endpoint = endpoint
    proxies = ProxySettings(environment: environment)
    certificateFile = value("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
    certificateDirectory = value("SSL_CERT_DIR")
    let caches = value("XDG_CACHE_HOME") ?? value("HOME").map { Path.join($0, ".cache") }
    let home = value("HF_HOME").map(expanded) ?? caches.map { Path.join($0, "huggingface") }
    let hub = value("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE").map(expanded) ?? home.map { Path.join($0, "hub") }
    guard let hub else { throw .noCache }
    cacheDirectory = Path.absolute(hub)
    let tokenFile = value("HF_TOKEN_PATH").map(expanded) ?? home.map { Path.join($0, "token") }
    token = Self.cleaned(value("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")) ?? tokenFile.flatMap(Self.token(inFile:))
    isOffline = ["1", "on", "yes", "true"].contains((value("HF_HUB_OFFLINE") ?? "").lowercased())
  }

  /// The proxy on the way to the endpoint; `nil` where there is none.
  package var proxy: String? { proxies.proxy(for: endpoint) }

  private static func token(inFile path: String) -> String? {
    guard let bytes = try? FileSystem.read(path, limit: 1 << 16) else { return nil }
    return cleaned(String(decoding: bytes, as: UTF8.self))
  }

  /// The token without line ends, which editors leave; a token with others inside would break the request's header.
  private static func cleaned(_ token: String?) -> String? {
    guard let token = token?.split(whereSeparator: { $0.isWhitespace }).first else { return nil }
    return token.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f } ? String(token) : nil
  }
}
