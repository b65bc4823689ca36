import Foundation
import ModelHub
import Testing

@Suite("Settings from huggingface_hub's variables")
struct HubSettingsTests {
  @Test(
    "the cache is where huggingface_hub has it",
    arguments: [
      (["HOME": "/h"], "/h/.cache/huggingface/hub"), (["HOME": "/h", "XDG_CACHE_HOME": "/x"], "/x/huggingface/hub"),
      (["HOME": "/h", "HF_HOME": "/f"], "/f/hub"), (["HF_HOME": "/f", "HF_HUB_CACHE": "/c"], "/c"),
      (["HOME": "/h", "HF_HOME": "~/f"], "/h/f/hub"),
    ])
  func cache(environment: [String: String], expected: String) throws {
    #expect(try HubSettings(environment: environment).cacheDirectory == expected)
  }

  @Test("the endpoint is huggingface.co unless one is named, and must be an http address")
  func endpoint() throws {
    #expect(try HubSettings(environment: ["HOME": "/h"]).endpoint.absoluteString == "https://huggingface.co")
    let mirror = try HubSettings(environment: ["HOME": "/h", "HF_ENDPOINT": "https://mirror.example/hf/"])
    #expect(mirror.endpoint.absoluteString == "https://mirror.example/hf")
    #expect(throws: HubError.invalidEndpoint("ftp://x")) {
      try HubSettings(environment: ["HOME": "/h", "HF_ENDPOINT": "ftp://x"])
    }
  }

  @Test("a token that would break the request's header is not used", arguments: ["a\u{1}b", "ü"])
  func badToken(token: String) throws {
    #expect(try HubSettings(environment: ["HOME": "/h", "HF_TOKEN": token]).token == nil)
  }

  @Test("the proxy of the environment is used, but neither for this machine nor for what no_proxy names")
  func proxy() throws {
    func proxy(_ endpoint: String, _ more: [String: String] = [:]) throws -> String? {
      let environment = ["HOME": "/h", "HF_ENDPOINT": endpoint, "HTTPS_PROXY": "http://p:8080", "http_proxy": "q:80"]
      return try HubSettings(environment: environment.merging(more) { $1 }).proxy
    }
    #expect(try proxy("https://huggingface.co") == "http://p:8080")
    #expect(try proxy("http://mirror.example") == "http://q:80")
    #expect(try proxy("http://127.0.0.1:9") == nil)
    #expect(try proxy("https://huggingface.co", ["NO_PROXY": "example.com, .co"]) == nil)
  }
}
