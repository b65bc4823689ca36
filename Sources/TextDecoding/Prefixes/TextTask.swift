/// How a text task is written for a decoder: the input in a template, then the target (Li & Liang 2021).
package struct TextTask: Sendable, Equatable {
  package static let placeholder = "{input}"
  package static let defaultTemplate = "{input}\n"

  /// A text that contains `{input}` exactly once.
  package let template: String

  /// - Precondition: `TextTask.isTemplate(template)`.
  package init(template: String = defaultTemplate) { self.template = template }

  package static func isTemplate(_ text: String) -> Bool { text.ranges(of: placeholder).count == 1 }

  /// The tokens of an input in the template. Special tokens spelt in the template become these tokens; those spelt in
  /// the input are text.
  package func tokens(of input: String, tokenizer: any Tokenizer) -> [Int] {
    let parts = template.ranges(of: Self.placeholder).first.map {
      (template[..<$0.lowerBound], template[$0.upperBound...])
    }
    guard let (before, after) = parts else { return tokenizer.encode(template) }
    return tokenizer.encode(String(before)) + tokenizer.encode(input, parsingSpecialTokens: false)
      + tokenizer.encode(String(after))
  }
}
