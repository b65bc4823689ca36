#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The filters of Pillow's `Image.resize`.
package enum ResamplingFilter: String, Sendable, CaseIterable, Codable {
  /// The source pixel under the destination pixel's centre.
  case nearest
  case box
  case bilinear
  case hamming
  /// Keys' cubic with a = −0.5.
  case bicubic
  /// Windowed sinc of three lobes.
  case lanczos

  /// How far the kernel reaches from its centre, in source pixels when enlarging.
  var support: Double {
    switch self {
    case .nearest, .box: 0.5
    case .bilinear, .hamming: 1
    case .bicubic: 2
    case .lanczos: 3
    }
  }

  /// The kernel's value `distance` from its centre.
  func weight(at distance: Double) -> Double {
    let x = abs(distance)
    switch self {
    case .nearest, .box:
      return distance > -0.5 && distance <= 0.5 ? 1 : 0
    case .bilinear:
      return x < 1 ? 1 - x : 0
    case .hamming:
      if x == 0 { return 1 }
      if x >= 1 { return 0 }
      // The window's constants are single-precision in Pillow; as doubles they would round some coefficients otherwise.
      return sin(.pi * x) / (.pi * x) * (Double(Float(0.54)) + Double(Float(0.46)) * cos(.pi * x))
    case .bicubic:
      let a = -0.5
      if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
      return 0
    case .lanczos:
      return distance >= -3 && distance < 3 ? Self.sinc(distance) * Self.sinc(distance / 3) : 0
    }
  }

  private static func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(x * .pi) / (x * .pi) }
}
