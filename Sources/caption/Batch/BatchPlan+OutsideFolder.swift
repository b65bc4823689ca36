import BatchCaptioning
import Captioning
import ModelFiles
import SystemPackage

extension BatchPlan {
  /// Warnings about a `metadata.jsonl` whose images are outside its folder.
  ///
  /// - Parameter roots: the images' directories, and given files.
  func warnings(ofRoots roots: [FilePath]) -> [String] {
    targets.filter { $0.format == .imagefolder }.compactMap(\.path).compactMap { path in
      let folder = FilePath(Path.parent(path)).absolute
      guard let outside = roots.first(where: { !$0.absolute.starts(with: folder) }) else { return nil }
      return
        "\(path): \(outside.text) lies outside of its folder: names in it lead out of that (../), and Hugging Face's "
        + "datasets does not load them; write it into a folder above the images"
    }
  }
}
