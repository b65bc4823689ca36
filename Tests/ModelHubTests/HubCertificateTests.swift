import Foundation
import ModelHub
import TestSupport
import Testing

private let openssl = "/usr/bin/openssl"

@Suite("Certificates", .enabled(if: FileManager.default.isExecutableFile(atPath: openssl)))
struct HubCertificateTests {
  /// How a pull from a server that nobody vouches for fails, with the environment that `variables` makes of the place
  /// of its certificate.
  private func failure(_ variables: (String) -> [String: String]) async throws -> HubError? {
    var error: HubError?
    try await withTemporaryDirectory { directory in
      let (key, certificate) = (directory.path + "/key.pem", directory.path + "/certificate.pem")
      let making = try process([
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
      ])
      making.waitUntilExit()
      // A free port, of which it says "ACCEPT 127.0.0.1:4711".
      let output = Pipe()
      let server = try process(
        ["s_server", "-accept", "localhost:0", "-www", "-key", key, "-cert", certificate], output: output)
      // It may have inherited that SIGTERM is ignored.
      defer { kill(server.processIdentifier, SIGKILL) }
      var said = ""
      while !said.contains(/ACCEPT .*\n/) {
        let more = output.fileHandleForReading.availableData
        try #require(!more.isEmpty, "\(said)")
        said += String(decoding: more, as: UTF8.self)
      }
      let port = try #require(said.firstMatch(of: /ACCEPT .*:(\d+)\n/)).1
      var environment = ["HF_ENDPOINT": "https://localhost:\(port)", "HF_HOME": directory.path]
      environment.merge(variables(certificate)) { $1 }
      let settings = try HubSettings(environment: environment)
      error = await #expect(throws: HubError.self) {
        _ = try await ModelHub(settings: settings).pull(HubReference("hf:a/b")) { _ in }
      }
    }
    return error
  }

  private func process(_ arguments: [String], output: Pipe? = nil) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: openssl)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output ?? FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  @Test("a certificate that nobody vouches for is refused, and the message says what to set")
  func untrusted() async throws {
    let error = try await failure { _ in [:] }
    guard case .untrustedCertificate("localhost", _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.description.contains("SSL_CERT_FILE") == true)
  }

  @Test("a certificate that the environment names is trusted", arguments: ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
  func trusted(variable: String) async throws {
    let error = try await failure { [variable: $0] }
    // The server answers, though not as a hub does.
    guard case .notAHub = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
