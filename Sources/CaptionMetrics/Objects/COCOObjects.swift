/// The 80 kinds of objects that are marked in the photos of COCO (Lin et al. 2014).
package enum COCOObjects {
  /// As COCO spells them, in the order of its numbers.
  package static let names = [
    "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat", "traffic light",
    "fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog", "horse", "sheep", "cow", "elephant",
    "bear", "zebra", "giraffe", "backpack", "umbrella", "handbag", "tie", "suitcase", "frisbee", "skis", "snowboard",
    "sports ball", "kite", "baseball bat", "baseball glove", "skateboard", "surfboard", "tennis racket", "bottle",
    "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple", "sandwich", "orange", "broccoli",
    "carrot", "hot dog", "pizza", "donut", "cake", "chair", "couch", "potted plant", "bed", "dining table", "toilet",
    "tv", "laptop", "mouse", "remote", "keyboard", "cell phone", "microwave", "oven", "toaster", "sink",
    "refrigerator", "book", "clock", "vase", "scissors", "teddy bear", "hair drier", "toothbrush",
  ]

  /// The names of those that are animals.
  package static let animals = [
    "cat", "dog", "horse", "cow", "sheep", "bear", "elephant", "zebra", "giraffe", "bird",
  ]

  static let known = Set(names)

  /// The objects that a dataset's label stands for: the label itself where COCO has it, else the objects that it
  /// mentions. So `Abyssinian cat` is a cat, and `cat and dog` is both.
  package static func objects(ofLabel label: String) -> Set<String> {
    let label = label.lowercased()
    if known.contains(label) { return [label] }
    return Set(ObjectMention.all(in: label).compactMap { $0.objects.count == 1 ? $0.objects.first : nil })
  }
}
