import ArgumentParser
import ImageEncoding

struct ReadingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("What transparent pixels show: white, black, or a colour like #80FF00.", valueName: "colour"))
  var background = BackgroundColor(color: .white)

  @Option(help: "Refuse images of more pixels than this.")
  var maxPixels = ImageDecoder.Options().maximumPixels

  @Flag(help: "Caption what can be read of truncated files, with a warning.")
  var allowTruncated = false

  @Flag(help: "Decode large JPEGs at full size: slower, and hardly better.")
  var exactDecode = false

  func validate() throws {
    if maxPixels < 1 { throw ValidationError("--max-pixels takes 1 or more.") }
  }

  var options: ImageDecoder.Options {
    var options = ImageDecoder.Options()
    options.background = background.color
    options.maximumPixels = maxPixels
    options.allowTruncated = allowTruncated
    options.exactDecode = exactDecode
    return options
  }
}

extension ReadingOptions {
  /// Options that differ from the defaults, as they are given.
  var differences: [String] {
    var differences: [String] = []
    let color = background.color
    if color != BackgroundColor(color: .white).color {
      differences.append("--background \(color.red),\(color.green),\(color.blue)")
    }
    if maxPixels != ImageDecoder.Options().maximumPixels { differences.append("--max-pixels \(maxPixels)") }
    if allowTruncated { differences.append("--allow-truncated") }
    if exactDecode { differences.append("--exact-decode") }
    return differences
  }
}

/// A colour as people write it.
struct BackgroundColor: ExpressibleByArgument {
  let color: RGBColor

  init(color: RGBColor) { self.color = color }

  init?(argument: String) {
    switch argument.lowercased() {
    case "white": color = RGBColor(red: 255, green: 255, blue: 255)
    case "black": color = RGBColor(red: 0, green: 0, blue: 0)
    default:
      let digits = argument.hasPrefix("#") ? String(argument.dropFirst()) : argument
      guard digits.utf8.count == 6, digits.allSatisfy(\.isHexDigit), let value = UInt32(digits, radix: 16) else {
        return nil
      }
      color = RGBColor(
        red: UInt8(truncatingIfNeeded: value >> 16), green: UInt8(truncatingIfNeeded: value >> 8),
        blue: UInt8(truncatingIfNeeded: value))
    }
  }

  var defaultValueDescription: String { "white" }
}
