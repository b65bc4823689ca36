/// A normalisation form of Unicode (Unicode Standard Annex 15).
package enum NormalizationForm: Sendable, Equatable {
  case composed, decomposed, compatiblyComposed, compatiblyDecomposed

  private var isCompatible: Bool { self == .compatiblyComposed || self == .compatiblyDecomposed }
  private var composes: Bool { self == .composed || self == .compatiblyComposed }

  /// All scalars below this one stay unchanged in this form, whatever their neighbours.
  private var firstAffected: UInt32 {
    switch self {
    case .composed: 0x300
    case .decomposed: 0xc0
    case .compatiblyComposed, .compatiblyDecomposed: 0xa0
    }
  }

  func normalize(_ scalars: [UInt32]) -> [UInt32] {
    guard scalars.contains(where: { $0 >= firstAffected }) else { return scalars }
    let tables = NormalizationTables.shared
    var output: [UInt32] = []
    output.reserveCapacity(scalars.count + scalars.count / 2)
    for scalar in scalars { tables.appendDecomposition(of: scalar, isCompatible: isCompatible, to: &output) }
    var classes = output.map(tables.combiningClass)
    Self.sortMarks(&output, &classes)
    if composes { Self.compose(&output, &classes, tables) }
    return output
  }

  /// Sorts each run of marks by their classes, leaving marks of one class in their order.
  private static func sortMarks(_ scalars: inout [UInt32], _ classes: inout [UInt8]) {
    var start = 0
    while start < scalars.count {
      guard classes[start] != 0 else {
        start += 1
        continue
      }
      let end = classes[start...].firstIndex(of: 0) ?? classes.count
      if (start + 1..<end).contains(where: { classes[$0 - 1] > classes[$0] }) {
        let sorted = zip(classes[start..<end], scalars[start..<end]).sorted { $0.0 < $1.0 }
        for (offset, mark) in sorted.enumerated() { (classes[start + offset], scalars[start + offset]) = mark }
      }
      start = end
    }
  }

  /// Joins each starter with the marks and starters after it, unless something between them blocks the composition.
  private static func compose(_ scalars: inout [UInt32], _ classes: inout [UInt8], _ tables: NormalizationTables) {
    var count = 0
    var starter: Int?
    for index in 0..<scalars.count {
      let (scalar, combiningClass) = (scalars[index], classes[index])
      if let starter {
        let isAdjacent = count == starter + 1
        let lastClass = classes[count - 1]
        if isAdjacent || lastClass != 0 && lastClass < combiningClass,
          let joined = tables.composition(scalars[starter], scalar)
        {
          scalars[starter] = joined
          continue
        }
      }
      if combiningClass == 0 { starter = count }
      scalars[count] = scalar
      classes[count] = combiningClass
      count += 1
    }
    scalars.removeSubrange(count...)
    classes.removeSubrange(count...)
  }
}
