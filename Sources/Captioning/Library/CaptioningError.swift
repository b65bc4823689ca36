public import Foundation
import ImageEncoding
import ModelFiles
import Tensors
import TextDecoding

/// Why there is no captioner, or no caption. The description names the file, the cause and the remedy.
public struct CaptioningError: Error, Sendable, Hashable, CustomStringConvertible, LocalizedError {
  public enum Kind: Sendable, Hashable {
    /// The file is not an image that can be read.
    case unreadableImage
    /// Base models are missing, or cannot be fetched: see `Captioner.pull(_:)`.
    case missingModels
    /// The captioner, one of its models or a prefix is damaged, or does not fit.
    case damagedModel
    /// The options contradict each other, or are out of range.
    case invalidOptions
    /// Memory or threads are lacking.
    case outOfResources
    /// Anything else.
    case other
  }

  public let kind: Kind
  public let description: String

  public var errorDescription: String? { description }

  init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  init(_ error: any Error) {
    if let error = error as? CaptioningError {
      self = error
    } else {
      self.init(Self.kind(of: error), "\(error)")
    }
  }

  private static func kind(of error: any Error) -> Kind {
    switch error {
    case let error as ImageDecodingError: error.isLackOfMemory ? .outOfResources : .unreadableImage
    case is OutOfMemory, is TooFewThreads: .outOfResources
    case ModelFileError.noAddressSpace, ModelFileError.outOfMemory, ModelFileError.tooManyOpenFiles: .outOfResources
    case is ModelStoreError, is CaptionerLocatorError: .missingModels
    case is CaptionerManifestError, is CaptionerError, is ModelFileError, is ZipError, is PrefixFileError: .damagedModel
    default: .other
    }
  }

  /// The value of `body`; its errors become errors of this type.
  static func wrapping<Value>(_ body: () throws -> Value) throws(CaptioningError) -> Value {
    do {
      return try body()
    } catch {
      throw CaptioningError(error)
    }
  }
}
