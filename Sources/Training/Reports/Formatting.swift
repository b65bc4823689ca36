/// Numbers as people read them, and text within markup.
package enum Formatting {
  /// A number with `places` decimals, rounded to even as in IEEE 754: "0.35"; "nan" and "inf" where it is not finite.
  package static func fixed(_ value: Double, _ places: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
    let scaled = (value.magnitude * scale).rounded(.toNearestOrEven)
    guard scaled < 1e15 else { return "\(value)" }
    var digits = String(Int(scaled))
    if digits.count <= places { digits = String(repeating: "0", count: places + 1 - digits.count) + digits }
    let sign = value < 0 && scaled > 0 ? "-" : ""
    return places == 0 ? sign + digits : sign + digits.dropLast(places) + "." + digits.suffix(places)
  }

  /// A number with commas between thousands: "12,000".
  package static func grouped(_ value: Int) -> String {
    var digits = String(value.magnitude)
    var text = ""
    while digits.count > 3 {
      text = "," + digits.suffix(3) + text
      digits.removeLast(3)
    }
    return (value < 0 ? "-" : "") + digits + text
  }

  /// A remaining time in its two largest units, rounded up so that it is never 0: "45 s", "14 min", "2 h 5 min", "1 d 3
  /// h".
  package static func duration(_ seconds: Double) -> String {
    // The limit is about thirty thousand years.
    let whole = Int(min(max(1, seconds.rounded(.up)), 1e12))
    if whole < 60 { return "\(whole) s" }
    let minutes = (whole + 59) / 60
    if minutes < 60 { return "\(minutes) min" }
    if minutes < 24 * 60 { return "\(minutes / 60) h \(minutes % 60) min" }
    return "\(grouped(minutes / (24 * 60))) d \(minutes / 60 % 24) h"
  }

  /// The text escaped for use in text and in quoted attributes of HTML, XML and SVG. Control characters, which XML does
  /// not allow, are replaced.
  package static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      case "\t", "\n", "\r": escaped += " "
      case "\0"..<" ", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
