package import ModelFiles
import Tensors

/// One of several variants of a photo that people would describe alike: a part of it, in other light.
///
/// What happens to a photo depends on its content, on the kinds of changes and on the variant's number alone, so that its
/// features can be kept.
package struct ImageAugmentation: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable, Comparable {
    /// Mirrors every other photo.
    case flip
    /// A random part of 60 to 100 % of the photo, up to a third wider or narrower in proportion (Szegedy et al. 2015).
    case crop
    /// Brightness, contrast and saturation each times 0.7 to 1.3; hues stay, since captions name colours.
    case color

    package static func < (a: Kind, b: Kind) -> Bool { a.rawValue < b.rawValue }
  }

  package let kinds: Set<Kind>
  /// Tells variants of one photo apart.
  package let variant: Int

  /// - Parameter variant: from 1.
  package init(_ kinds: Set<Kind>, variant: Int) {
    precondition(variant > 0, "variant \(variant)")
    self.kinds = kinds
    self.variant = variant
  }

  static let smallestArea = 0.6
  static let largestRatio = 4.0 / 3
  static let colorRange = 0.7...1.3

  /// How much larger a decoder leaves a photo than the whole photo needs, at least, so that a part is as sharp as the
  /// whole.
  static let enlargement = 1.5

  /// The text for the keys of caches.
  package var description: String {
    "augment \(kinds.sorted().map(\.rawValue).joined(separator: ",")) \(variant)"
  }

  /// - Parameter content: the hash of the photo's file.
  package func callAsFunction(_ image: RGBImage, content: FileHash) -> RGBImage {
    let seed = content.digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    var generator = Xoshiro256PlusPlus(seed: seed, stream: UInt64(variant))
    // The same numbers are drawn for every set of kinds, so that `crop` takes the same part with and without `color`.
    let draws = (0..<8).map { _ in generator.nextUnitInterval() }
    var image = image
    if kinds.contains(.crop) {
      let part = Self.part(of: image.size, draws)
      image = image.cropped(columns: part.columns, rows: part.rows)
    }
    if kinds.contains(.color) {
      let factors = draws[4..<7].map {
        Float(Self.colorRange.lowerBound + $0 * (Self.colorRange.upperBound - Self.colorRange.lowerBound))
      }
      image = image.toned(brightness: factors[0], contrast: factors[1], saturation: factors[2])
    }
    if kinds.contains(.flip), draws[7] < 0.5 { image = image.oriented(.mirroredHorizontally) }
    return image
  }

  private static func part(of size: ImageSize, _ draws: [Double]) -> (columns: Range<Int>, rows: Range<Int>) {
    let area = smallestArea + draws[0] * (1 - smallestArea)
    // Evenly between narrower and wider.
    let stretch = (draws[1] - 0.5) * 2
    let ratio = stretch < 0 ? 1 / (1 - stretch * (largestRatio - 1)) : 1 + stretch * (largestRatio - 1)
    func range(_ share: Double, of length: Int, _ place: Double) -> Range<Int> {
      let count = min(max(Int((share * Double(length)).rounded()), 1), length)
      let start = min(Int(place * Double(length - count + 1)), length - count)
      return start..<start + count
    }
    let (width, height) = ((area * ratio).squareRoot(), (area / ratio).squareRoot())
    // A part that would be wider or higher than the photo keeps its area.
    let (columns, rows) = (min(width, 1), min(height, 1))
    return (
      range(height > 1 ? min(area, 1) : columns, of: size.width, draws[2]),
      range(width > 1 ? min(area, 1) : rows, of: size.height, draws[3])
    )
  }
}
