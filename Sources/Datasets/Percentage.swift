/// A share from 0 to 1, as people write it: `5%`, `0.5 %`, `0.05`.
package struct Percentage: Sendable, Hashable, LosslessStringConvertible {
  /// The share, between 0 and 1.
  package let share: Double

  /// `nil` unless `share` lies between 0 and 1.
  package init?(share: Double) {
    guard (0...1).contains(share) else { return nil }
    self.share = share
  }

  /// - Precondition: `percent` lies between 0 and 100.
  package init(percent: Double) {
    precondition((0...100).contains(percent), "\(percent) % is no share")
    share = percent / 100
  }

  /// `nil` for what is no share. Without a percent sign only fractions below 1 are taken: `1` is ambiguous.
  package init?(_ text: String) {
    let hasSign = text.hasSuffix("%")
    let digits = hasSign ? text.dropLast() : text[...]
    let trimmed = digits.reversed().drop { $0 == " " }.reversed()
    guard !trimmed.isEmpty, trimmed.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
      let number = Double(String(trimmed))
    else { return nil }
    guard hasSign || number < 1 else { return nil }
    self.init(share: hasSign ? number / 100 : number)
  }

  /// The share as `5%`, without needless decimals.
  package var description: String {
    // 4 % is not 0.04 × 100 in binary: a millionth of a percent is as fine as anyone writes.
    let percent = (share * 100_000_000).rounded() / 1_000_000
    return percent == percent.rounded() ? "\(Int(percent))%" : "\(percent)%"
  }
}
