import Captioning

// OnePhoto PHOTO: prints what is in the photo. A second argument names a captioner of one's own.
let arguments = CommandLine.arguments.dropFirst()

func captioner() async throws -> Captioner {
  if let directory = arguments.dropFirst().first { return try Captioner(directory: directory) }
  return try await Captioner.default()
}

if let photo = arguments.first {
  do {
    print(try await captioner().caption(file: photo).text)
  } catch {
    print("no caption: \(error)")
  }
} else {
  print("usage: OnePhoto PHOTO [CAPTIONER]")
}
