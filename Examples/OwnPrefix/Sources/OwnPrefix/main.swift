import Captioning

// OwnPrefix PHOTO FILE: keeps what the photo says to the decoder in a file, and lets texts grow from it.
// A third argument names a captioner of one's own.
let arguments = Array(CommandLine.arguments.dropFirst())

func captioner() async throws -> Captioner {
  if arguments.count > 2 { return try Captioner(directory: arguments[2]) }
  return try await Captioner.default()
}

if arguments.count >= 2 {
  let captioner = try await captioner()
  try captioner.prefix(photo: arguments[0]).write(to: arguments[1])

  let prefix = try StoredPrefix(file: arguments[1])
  print("\(prefix.length) positions of \(prefix.origin)")
  print(try captioner.text(from: prefix))
  print(try captioner.text(from: prefix, prompt: "In this photo,"))
} else {
  print("usage: OwnPrefix PHOTO FILE [CAPTIONER]")
}
