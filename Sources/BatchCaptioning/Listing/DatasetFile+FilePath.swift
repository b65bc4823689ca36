import Datasets
import SystemPackage

extension DatasetFile {
  /// Opens a regular file whose name may be any bytes.
  ///
  /// - Parameter stage: the stage at which the file is opened, for the failure.
  convenience init(_ path: FilePath, stage: ImageFailure.Stage) throws(ImageFailure) {
    let file: FileDescriptor
    do {
      // Without non-blocking, opening a pipe would wait until something writes into it.
      file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
    } catch {
      throw ImageFailure(error as? Errno ?? .ioError, stage: stage)
    }
    do {
      try self.init(descriptor: file.rawValue, path: path.text)
    } catch {
      throw ImageFailure(.notAFile, stage: stage, message: "is no regular file; give image files")
    }
  }
}
