public import ModelFiles
import Tensors

extension ByteLevelBPETokenizer {
  /// The tokeniser of a `tokenizer.json`, as Hugging Face's `tokenizers` writes it.
  ///
  /// The model is `BPE` without dropout, affixes and byte fallback; there is no normaliser; the decoder is `ByteLevel`,
  /// and so is the pre-tokeniser, possibly after `Digits` or a `Split` by the pattern of GPT-2. A post-processor is
  /// accepted, but nothing is put around the text.
  /// - Throws: `ModelFileError.cannotOpen`, `.malformed`, `.missingValue`, `.invalidValue`; `.unsupported`, with key and
  ///   value, for everything that would tokenise in another way.
  public convenience init(tokenizerJSON path: String) throws(ModelFileError) {
    let file = try MappedFile(path: path).bytes
    let vocabulary = try withExtendedLifetime(file) { () throws(ModelFileError) in
      try TokenizerVocabulary(tokenizerJSON: file.buffer, path: path)
    }
    self.init(vocabulary)
    try prepareToEncode()
  }
}
