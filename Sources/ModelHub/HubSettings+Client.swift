import AsyncHTTPClient
import NIOCore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension HubSettings {
  /// Redirects are followed by `HubTransport`, which knows who may see the token.
  var clientConfiguration: HTTPClient.Configuration {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow, timeout: .init(connect: .seconds(10), read: .seconds(30)),
      proxy: proxy.flatMap { url in url.host().map { .server(host: $0, port: url.port ?? 80) } })
    // `HubTransport` counts attempts; within one, who refuses would be asked until the time is up.
    configuration.connectionPool.retryConnectionEstablishment = false
    return configuration
  }

  /// The proxy that the environment names for the endpoint, as curl reads it; none for this machine itself.
  static func proxy(for endpoint: URL, environment: [String: String]) -> URL? {
    guard let host = endpoint.host(), !["localhost", "127.0.0.1", "::1", "[::1]"].contains(host) else { return nil }
    let without = (environment["no_proxy"] ?? environment["NO_PROXY"] ?? "").split { $0 == "," || $0 == " " }
    let isExcepted = without.contains { entry in
      let name = entry.drop { $0 == "." }
      return name == "*" || host == name || host.hasSuffix("." + name)
    }
    if isExcepted { return nil }
    let names = endpoint.scheme == "https" ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy"]
    let text = (names + ["all_proxy", "ALL_PROXY"]).compactMap { environment[$0] }.first { !$0.isEmpty }
    return text.flatMap { URL(string: $0.contains("://") ? $0 : "http://" + $0) }.flatMap {
      $0.host() == nil ? nil : $0
    }
  }
}
