import ArgumentParser

struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models",
    abstract: "Fetch, add, look into, check and remove the frozen base models.",
    discussion: """
      Captioners are small; the models that they build on are fetched once and kept in $CAPTION_HOME, else
      $XDG_CACHE_HOME/caption, else ~/.cache/caption.
      """,
    subcommands: [
      ModelsPullCommand.self, ModelsImportCommand.self, ModelsAddCommand.self, ModelsConvertCommand.self,
      ModelsListCommand.self,
      ModelsPathCommand.self,
      ModelsVerifyCommand.self, ModelsInspectCommand.self, ModelsRemoveCommand.self,
    ])
}
