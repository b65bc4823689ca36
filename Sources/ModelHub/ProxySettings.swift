#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The proxies that the environment names, as curl reads it.
package struct ProxySettings: Sendable {
  private let https: String?
  private let http: String?
  /// Hosts and domains that are reached without a proxy.
  private let exceptions: [String]

  init(environment: [String: String]) {
    func value(_ names: String...) -> String? {
      names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    }
    let all = value("all_proxy", "ALL_PROXY")
    https = value("https_proxy", "HTTPS_PROXY") ?? all
    // Not HTTP_PROXY: in a program that a web server starts, the server's clients can set it.
    http = value("http_proxy") ?? all
    exceptions = (value("no_proxy", "NO_PROXY") ?? "").split { $0 == "," || $0 == " " }.map { entry in
      String(entry.drop { $0 == "." })
    }
  }

  /// The proxy with its scheme, and with user and password where those are given. `nil` where there is none, and for
  /// this machine.
  func proxy(for url: URL) -> String? {
    guard let host = url.host(), !["localhost", "127.0.0.1", "::1", "[::1]"].contains(host) else { return nil }
    if exceptions.contains(where: { $0 == "*" || host == $0 || host.hasSuffix("." + $0) }) { return nil }
    guard let text = url.scheme == "https" ? https : http else { return nil }
    return text.contains("://") ? text : "http://" + text
  }

  /// A proxy without user and password.
  static func shown(_ proxy: String) -> String {
    let parts = proxy.split(separator: "@")
    guard parts.count > 1, let host = parts.last else { return proxy }
    return (proxy.firstRange(of: "://").map { String(proxy[..<$0.upperBound]) } ?? "") + host
  }
}
