/// CHAIR (Rohrbach et al. 2018, "Object Hallucination in Image Captioning"): how often captions name objects of COCO that
/// are not in the photo. An object is there if the photo's labels or a human caption names it.
///
/// The words for objects are this module's own, so that figures are near those of the paper's list, not equal to them.
package struct ObjectHallucination: Sendable, Equatable {
  /// Photos that were looked at: those with labels all of which are COCO's own, since other labels name one thing only.
  package let images: Int
  /// CHAIRs: the share of captions that name an object which is not there.
  package let captionShare: Double
  /// CHAIRi: the share of all objects named that are not there.
  package let objectShare: Double
  /// How many times captions name an object.
  package let mentions: Int
  /// The phrases for objects that are not there, the most frequent first; ties are in alphabetical order.
  package let imagined: [(phrase: String, count: Int)]

  /// - Returns: `nil` where no photo has such labels.
  package init?(_ captions: [ScoredCaption]) {
    let looked = captions.filter { !$0.labels.isEmpty && $0.labels.allSatisfy(Self.isObject) }
    if looked.isEmpty { return nil }
    var (mentions, wrong, captionsWithWrong) = (0, 0, 0)
    var imagined: [String: Int] = [:]
    for caption in looked {
      let present = Self.present(in: caption)
      let named = ObjectMention.all(in: caption.candidate)
      let absent = named.filter { $0.objects.isDisjoint(with: present) }
      mentions += named.count
      wrong += absent.count
      if !absent.isEmpty { captionsWithWrong += 1 }
      for mention in absent { imagined[mention.phrase, default: 0] += 1 }
    }
    images = looked.count
    captionShare = Double(captionsWithWrong) / Double(looked.count)
    objectShare = mentions > 0 ? Double(wrong) / Double(mentions) : 0
    self.mentions = mentions
    self.imagined = imagined.map { (phrase: $0.key, count: $0.value) }
      .sorted { ($1.count, $0.phrase) < ($0.count, $1.phrase) }
  }

  private static func isObject(_ label: String) -> Bool { COCOObjects.known.contains(label.lowercased()) }

  private static func present(in caption: ScoredCaption) -> Set<String> {
    let labelled = caption.labels.reduce(into: Set<String>()) { $0.formUnion(COCOObjects.objects(ofLabel: $1)) }
    return caption.references.reduce(into: labelled) { present, reference in
      for mention in ObjectMention.all(in: reference) { present.formUnion(mention.objects) }
    }
  }

  package static func == (a: ObjectHallucination, b: ObjectHallucination) -> Bool {
    (a.images, a.captionShare, a.objectShare, a.mentions) == (b.images, b.captionShare, b.objectShare, b.mentions)
      && a.imagined.elementsEqual(b.imagined) { $0 == $1 }
  }
}
