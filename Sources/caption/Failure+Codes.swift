import BatchCaptioning
import CaptionMetrics
import Captioning
import Datasets
import ImageEncoding
import ModelFiles
import ModelHub
import Tensors
import TextDecoding
import Training

extension Failure {
  /// The codes of sysexits.h that `caption --help` documents.
  static func code(of error: any Error) -> Int32 {
    switch error {
    case let error as ModelStoreError: code(of: error)
    case let error as FileSystemError: code(of: error)
    case let error as HubError: code(of: error)
    case let error as ReportError: code(of: error)
    case let error as TrainingError: code(of: error)
    case let error as FeatureCacheError: code(of: error)
    case DatasetError.cannotRead: 66
    case is DatasetError: 65
    case is OutOfMemory, is TooFewThreads: 71
    case ModelFileError.noAddressSpace, ModelFileError.outOfMemory, ModelFileError.tooManyOpenFiles: 71
    case ModelFileError.cannotWrite: 74
    case CaptionerError.unnamedEncoder, CaptionerError.unknownEncoder, CaptionerError.unreadEncoder: 64
    case is CaptionerManifestError, is CaptionerError, is ModelFileError, is ZipError: 65
    case let error as ImageDecodingError where error.isLackOfMemory: 71
    case is ImageDecodingError, is EncodingError, is DecodingError, is GenerationError: 65
    case is CaptionerLocatorError, PrefixFileError.notFound, PEFTError.notFound: 66
    case is PrefixFileError, is PEFTError: 65
    case is EvaluationError, is CaptionMetricsError, is CalibrationError: 65
    case is OutputError: 74
    case BatchError.noPlaceForShard, BatchError.sameIdentifier: 64
    case BatchError.unreadableJournal, BatchError.olderJournal, BatchError.shortOutput, BatchError.changedOutput,
      BatchError.notAdoptable, BatchError.otherSettings:
      65
    case is BatchError: 73
    case let error as ImageListingError: code(of: error)
    case let error as Interruption: 128 + error.signal
    default: 70
    }
  }

  private static func code(of error: ModelStoreError) -> Int32 {
    switch error {
    case .unknownModel, .unknownBase, .missingBase, .noMapper: 66
    case .missingModels, .missingPython, .missingPip, .noNetwork, .failedDownload: 69
    case .noHomeDirectory, .unusableRoot, .nameInUse: 73
    case .invalidName: 64
    case .differentFile, .unclearWeights, .unknownWheel, .differentWheel, .differentContent, .failedConversion: 65
    }
  }

  private static func code(of error: HubError) -> Int32 {
    switch error {
    case .invalidReference, .invalidEndpoint: 64
    case .repositoryNotFound, .revisionNotFound, .fileNotFound: 66
    case .noConnection, .noHTTPClient, .untrustedCertificate, .refusedByProxy, .serverError, .notAHub, .gated,
      .unauthorized, .notCached:
      69
    case .noWeights, .wrongSize, .wrongHash: 65
    case .noCache: 73
    }
  }

  private static func code(of error: ImageListingError) -> Int32 {
    switch error {
    case .unreadableList: 66
    case .invalidPattern, .invalidShard: 64
    case .lineTooLong, .wideList: 65
    }
  }

  private static func code(of error: ReportError) -> Int32 {
    switch error {
    case .file(let error): code(of: error)
    case .invalidLine: 65
    case .unwritable: 74
    }
  }

  private static func code(of error: TrainingError) -> Int32 {
    switch error {
    case .nothingToResume: 66
    case .existingRun: 73
    case .missingFeatures, .noExamples, .tooFewExamples, .noStartToken, .otherFeatureTokens, .notANumber, .exploded,
      .diverged, .otherSettings, .noUsableCheckpoint, .baseChanged, .damagedCheckpoint:
      65
    }
  }

  private static func code(of error: FeatureCacheError) -> Int32 {
    switch error {
    case .cannotWrite, .cannotRead: 74
    case .noHeader, .notAHeader, .unknownVersion, .otherKey, .damaged, .wrongShape, .notRepresentable: 65
    }
  }

  private static func code(of error: FileSystemError) -> Int32 {
    switch error {
    case .notFound: 66
    case .permissionDenied, .diskFull, .failed: 74
    case .tooManyOpenFiles: 71
    }
  }
}
