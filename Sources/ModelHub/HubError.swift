/// Why a model could not be had from the Hugging Face hub.
package enum HubError: Error, Equatable, Sendable, CustomStringConvertible {
  case invalidReference(text: String, problem: String)
  case invalidEndpoint(String)
  case noCache
  case noConnection(host: String, reason: String)
  /// The library that speaks HTTP is not on this machine.
  case noHTTPClient(reason: String)
  case untrustedCertificate(host: String, reason: String)
  /// - Parameter proxy: without user and password.
  case refusedByProxy(proxy: String, reason: String)
  /// The server answered with an error again and again.
  case serverError(url: String, status: Int)
  /// The server's answer is not that of a hub.
  case notAHub(url: String, problem: String)
  /// Access must be asked for on the model's page.
  case gated(repository: String, page: String, hasToken: Bool)
  case unauthorized(repository: String, page: String, hasToken: Bool)
  case repositoryNotFound(repository: String, page: String, hasToken: Bool)
  case revisionNotFound(repository: String, revision: String)
  case fileNotFound(repository: String, file: String)
  /// The repository has no weights that can be read here.
  case noWeights(repository: String, problem: String)
  case wrongSize(file: String, expected: Int, found: Int)
  case wrongHash(file: String, expected: String, found: String)
  case notCached(reference: String, place: String)

  package var description: String {
    switch self {
    case .invalidReference(let text, let problem):
      "'\(text)' names no model of the hub: \(problem) (expected hf:org/name[@revision] or hf:org/name/file.gguf)"
    case .invalidEndpoint(let endpoint): "HF_ENDPOINT is '\(endpoint)', which is no http or https address"
    case .noCache: "there is no place for models of the hub: set HF_HOME (or HOME) to a directory"
    case .noConnection(let host, let reason):
      "\(host) cannot be reached: \(reason); check the network, or HF_ENDPOINT if you use a mirror"
        + " (with HF_HUB_OFFLINE=1 models that are in the cache can be used)"
    case .noHTTPClient(let reason):
      "libcurl, which fetches models of the hub, cannot be loaded: \(reason); install it"
        + " (Debian and Ubuntu: apt-get install libcurl4; Fedora: dnf install libcurl)"
    case .untrustedCertificate(let host, let reason):
      "the certificate of \(host) is not trusted: \(reason); if a proxy on the way has a certificate of its own,"
        + " set SSL_CERT_FILE to a file with it, else install ca-certificates"
    case .refusedByProxy(let proxy, let reason):
      "the proxy \(proxy) cannot be used: \(reason); check the variables HTTPS_PROXY, HTTP_PROXY and ALL_PROXY:"
        + " user and password stand before the host, as in http://user:password@host:8080"
    case .serverError(let url, let status): "\(url): the server answers with status \(status); try again later"
    case .notAHub(let url, let problem):
      "\(url): not what a Hugging Face hub answers: \(problem); check HF_ENDPOINT, and proxies on the way"
    case .gated(let repository, let page, let hasToken):
      "\(repository) is given only to those who accepted its terms: accept them on \(page), "
        + (hasToken ? "with the account of your token" : "then set HF_TOKEN to an access token of yours")
    case .unauthorized(let repository, let page, let hasToken):
      "\(repository): access is refused: "
        + (hasToken
          ? "check on \(page) that the account of your token (HF_TOKEN, or huggingface_hub's token file) may read it"
          : "set HF_TOKEN to an access token of an account that may read \(page)")
    case .repositoryNotFound(let repository, let page, let hasToken):
      "there is no \(page): check the name \(repository)"
        + (hasToken ? "" : " (if the model is private, set HF_TOKEN to an access token)")
    case .revisionNotFound(let repository, let revision): "\(repository) has no revision '\(revision)'"
    case .fileNotFound(let repository, let file): "\(repository) has no file \(file)"
    case .noWeights(let repository, let problem): "\(repository): \(problem)"
    case .wrongSize(let file, let expected, let found):
      "\(file): \(found) bytes came, expected \(expected); they were deleted: pull again"
    case .wrongHash(let file, let expected, let found):
      "\(file): what came has the hash \(found), expected \(expected); it was deleted: pull again,"
        + " and if it stays so, do not trust that server"
    case .notCached(let reference, let place):
      "\(reference) is not wholly in \(place), and HF_HUB_OFFLINE is set: unset it and pull the model once"
    }
  }
}
