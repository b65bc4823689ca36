import ArgumentParser
import Foundation

/// A word in place of a subcommand that is not one. (`caption` takes files there, too, so the parser would look for a
/// file of that name.)
struct UnknownSubcommand {
  /// The command whose subcommand is wanted: `caption models`.
  let command: String
  let word: String
  let known: [String]

  /// - Parameters:
  ///   - arguments: the arguments after the program's name.
  ///   - fileExists: says whether there is something at a path.
  init?(
    _ arguments: ArraySlice<String>, of command: any ParsableCommand.Type = CaptionCommand.self,
    fileExists: (String) -> Bool = { FileManager.default.fileExists(atPath: $0) }
  ) {
    var (command, arguments) = (command, arguments)
    var path = [Self.name(of: command)]
    while !command.configuration.subcommands.isEmpty {
      guard let word = arguments.popFirst(), Self.isWord(word), word != "help" else { return nil }
      let subcommands = command.configuration.subcommands
      if let next = subcommands.first(where: { Self.name(of: $0) == word }) {
        command = next
        path.append(word)
        continue
      }
      self.command = path.joined(separator: " ")
      self.word = word
      known = subcommands.filter { $0.configuration.shouldDisplay }.map { Self.name(of: $0) }
      // Where files are allowed, it may be a missing file among others that exist.
      let mayBeFile = command.configuration.defaultSubcommand != nil
      if mayBeFile, fileExists(word) || nearest == nil && arguments.contains(where: fileExists) { return nil }
      return
    }
    return nil
  }

  /// The subcommand that is most likely meant.
  var nearest: String? {
    let distances = known.map { (name: $0, distance: Self.distance(Array($0.utf8), Array(word.utf8))) }
    return distances.filter { $0.distance <= 2 && $0.distance < $0.name.utf8.count }.min { $0.distance < $1.distance }?
      .name
  }

  var message: String {
    let meant = nearest.map { "did you mean '\($0)'?" } ?? "there are \(known.joined(separator: ", "))."
    let isOfRoot = command == Self.name(of: CaptionCommand.self)
    return "'\(word)' is \(isOfRoot ? "neither a file nor a subcommand" : "no subcommand of '\(command)'"); \(meant)"
  }

  private static func name(of command: any ParsableCommand.Type) -> String { command.configuration.commandName ?? "" }

  private static func isWord(_ text: String) -> Bool {
    guard let first = text.utf8.first, (0x61...0x7A).contains(first) else { return false }
    return text.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "-") }
  }

  /// The number of letters that must be changed, added or left out.
  private static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
    var row = Array(0...second.count)
    for (index, letter) in first.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for place in second.indices {
        let changed = diagonal + (letter == second[place] ? 0 : 1)
        diagonal = row[place + 1]
        row[place + 1] = min(changed, row[place] + 1, row[place + 1] + 1)
      }
    }
    return row[second.count]
  }
}
