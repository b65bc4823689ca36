import Captioning
import Foundation

// Folder DIRECTORY: prints a caption for each photo in it. A second argument names a captioner of one's own.
let arguments = CommandLine.arguments.dropFirst()

func captioner() async throws -> Captioner {
  if let directory = arguments.dropFirst().first { return try Captioner(directory: directory) }
  return try await Captioner.default()
}

if let folder = arguments.first {
  let photos = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    .filter { ["jpg", "jpeg", "png", "webp"].contains(URL(filePath: $0).pathExtension.lowercased()) }
    .map { "\(folder)/\($0)" }
  for try await photo in try await captioner().captions(of: photos) {
    switch photo.result {
    case .success(let caption): print("\(photo.file)\t\(caption.text)")
    case .failure(let error): print("\(photo.file)\tno caption: \(error)")
    }
  }
} else {
  print("usage: Folder DIRECTORY [CAPTIONER]")
}
