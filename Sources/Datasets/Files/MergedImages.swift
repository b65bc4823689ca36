/// Images in the order of their first appearance; a repeated image in the same split adds its captions.
struct MergedImages {
  private struct Identity: Hashable {
    let image: ImageLocation
    let split: Split?
  }

  private(set) var images: [CaptionedImage] = []
  private var places: [Identity: Int] = [:]

  mutating func add(_ image: CaptionedImage) {
    let identity = Identity(image: image.image, split: image.split)
    guard let place = places[identity] else {
      places[identity] = images.count
      images.append(image)
      return
    }
    let first = images[place]
    images[place] = CaptionedImage(
      name: first.name, image: first.image, captions: first.captions + image.captions, split: first.split,
      labels: first.labels + image.labels.filter { !first.labels.contains($0) }, source: first.source ?? image.source)
  }
}
