package import ModelFiles
import Tensors

extension SubwordTokenizer {
  /// The tokeniser of a `tokenizer.json`, as Hugging Face's `tokenizers` writes it.
  ///
  /// The model is `BPE` without dropout and affixes, over bytes (pre-tokeniser and decoder are `ByteLevel`; `Split` by
  /// the patterns of GPT-2, Llama 3 and Qwen2) or over characters, or `Unigram`. Normalisers are those of
  /// `TextNormalizer`. A post-processor is accepted, but nothing is put around the text.
  /// - Throws: `ModelFileError.cannotOpen`, `.malformed`, `.missingValue`, `.invalidValue`; `.unsupported`, with key
  ///   and value, for everything that would tokenise differently.
  package convenience init(tokenizerJSON path: String) throws(ModelFileError) {
    let file = try MappedFile(path: path).bytes
    let vocabulary = try withExtendedLifetime(file) { () throws(ModelFileError) in
      try TokenizerVocabulary(tokenizerJSON: file.buffer, path: path)
    }
    self.init(vocabulary)
    try prepareToEncode()
  }
}
