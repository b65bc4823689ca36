import ArgumentParser

@main
struct Caption: AsyncParsableCommand {
  func run() async throws {}
}
