import ArgumentParser

struct CaptionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "caption",
    abstract: "Say what is in a photo: offline, on an ordinary CPU.",
    discussion: """
      caption photo.jpg             one photo: its caption
      caption *.jpg                 several: path, tab, caption
      caption - < photo.jpg         from standard input
      caption --json photo.jpg      with confidence, tokens and timings
      caption --beams 5 photo.jpg   look further for a likelier caption
      caption batch photos/ -o captions.jsonl
                                    directories, shards and lists, however many
      caption models pull           fetch the base models (206 MB), once
      caption train …               a captioner of your own images and captions
      caption evaluate …            score captions against what people wrote
      caption calibrate …           fit what tells how far captions can be trusted
      caption prefix …              keep what a photo says to the decoder
      caption doctor                what this machine computes with

      'caption help photo' lists every option, 'caption help batch' and 'caption
      help train' those of these. A file that is called like a subcommand is given as ./models.

      EXIT CODES
        0  every image has its caption, or was none to be sure of
        1  some image could not be captioned
        2  batch stopped after more failures than --max-errors
       64  wrong usage
       65  a model, captioner, prefix, dataset, journal or file of captions is
           damaged, or does not fit; training broke down
       66  a named model, captioner, prefix, dataset or file of captions does
           not exist
       69  base models are missing, or cannot be fetched
       70  a fault of this program: please report it
       71  memory, threads or open files are lacking: a limit of the system
       73  a file cannot be created, or is there already, or is another run's
       74  reading or writing failed
      130  interrupted
      143  terminated
      """,
    version: "0.1.0",
    subcommands: [
      PhotoCommand.self, BatchCommand.self, TrainCommand.self, EvaluateCommand.self, CalibrateCommand.self,
      ModelsCommand.self,
      PrefixCommand.self, DoctorCommand.self,
      DebugTensorsCommand.self, DebugTrainStepsCommand.self, DebugPrecisionCommand.self,
      DebugSpeedCommand.self, DebugParityCommand.self,
    ],
    defaultSubcommand: PhotoCommand.self)
}
