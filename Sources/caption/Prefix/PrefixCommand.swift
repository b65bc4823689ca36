import ArgumentParser

struct PrefixCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prefix",
    abstract: "Keep, join and exchange prefixes: what a decoder is told before its first word.",
    discussion: """
      caption prefix from-image photo.jpg -o photo.safetensors
      caption prefix from-text "A photo of a dog." -o dog.safetensors
      caption prefix apply photo.safetensors dog.safetensors
      caption prefix concat photo.safetensors dog.safetensors -o both.safetensors
      caption prefix export photo.safetensors --peft photo-adapter
      caption prefix import adapter -o adapter.safetensors

      A prefix is keys and values of every layer, as its decoder's cache holds them. It belongs to that very decoder: the \
      file has the SHA-256 of its weights, and other decoders refuse it.
      """,
    subcommands: [
      PrefixFromImageCommand.self, PrefixFromTextCommand.self, PrefixInspectCommand.self, PrefixApplyCommand.self,
      PrefixConcatCommand.self, PrefixExportCommand.self, PrefixImportCommand.self,
    ])
}
