/// How often captions name the animal that a photo shows.
package struct AnimalNaming: Sendable, Equatable {
  package struct Animal: Sendable, Equatable {
    /// The animal's name as COCO spells it.
    package let name: String
    /// The number of photos whose labels have it.
    package let images: Int
    /// The number of those photos whose caption names it.
    package let named: Int

    package var share: Double { Double(named) / Double(images) }
  }

  /// The number of photos with an animal of COCO among their labels.
  package let images: Int
  /// The number of those photos whose caption names one of the animals that are labelled.
  package let named: Int
  /// Each animal that is labelled somewhere, in the order of `COCOObjects.animals`.
  package let animals: [Animal]

  package var share: Double { Double(named) / Double(images) }

  /// - Returns: `nil` where no photo is labelled with an animal.
  package init?(_ captions: [ScoredCaption]) {
    var (images, named) = (0, 0)
    var counts: [String: (images: Int, named: Int)] = [:]
    for caption in captions {
      let labelled = caption.labels.reduce(into: Set<String>()) { $0.formUnion(COCOObjects.objects(ofLabel: $1)) }
        .intersection(COCOObjects.animals)
      if labelled.isEmpty { continue }
      let mentioned = ObjectMention.all(in: caption.candidate).reduce(into: Set<String>()) { $0.formUnion($1.objects) }
      images += 1
      if !labelled.isDisjoint(with: mentioned) { named += 1 }
      for animal in labelled {
        counts[animal, default: (0, 0)].images += 1
        if mentioned.contains(animal) { counts[animal, default: (0, 0)].named += 1 }
      }
    }
    if images == 0 { return nil }
    (self.images, self.named) = (images, named)
    animals = COCOObjects.animals.compactMap { name in
      counts[name].map { Animal(name: name, images: $0.images, named: $0.named) }
    }
  }
}
