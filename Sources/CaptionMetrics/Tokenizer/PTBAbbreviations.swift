/// Words whose dot belongs to them, found by running the original on every word of up to four letters and on many
/// longer ones.
enum PTBAbbreviations {
  static let longest = 6

  static func contains(_ word: String) -> Bool {
    let lowercase = word.lowercased()
    if lowercase.utf8.count == 1 || titles.contains(lowercase) || others.contains(lowercase) { return true }
    // With a capital they are states, without they are words: "a yellow la. X".
    if capitalized.contains(lowercase) { return word.first?.isUppercase == true }
    return notInCapitals.contains(lowercase) && word != word.uppercased()
  }

  /// Whether the original looks at the character after the dot of this abbreviation, too.
  static func mayEndSentence(_ word: String) -> Bool {
    let lowercase = word.lowercased()
    return lowercase.utf8.count > 1 && !titles.contains(lowercase)
  }

  /// Abbreviations before a number only.
  static let beforeNumbers: Set<String> = [
    "art", "ca", "fig", "figs", "no", "nos", "op", "pp", "prop",
  ]

  private static let capitalized: Set<String> = [
    "ark", "az", "del", "ill", "la", "mass", "miss", "ore", "pa", "tex", "wash",
  ]

  private static let notInCapitals: Set<String> = [
    "mfg", "mtg", "ppte", "ppty", "pte", "ptes", "pty", "ptys",
  ]

  /// After these a sentence continues: `mr. Smith`; all the others may also end it.
  private static let titles: Set<String> = [
    "adj", "adm", "adv", "alex", "assoc", "asst", "atty", "ave", "brig", "capt", "cf", "cie", "cmdr", "col", "comdr",
    "cpl", "dept", "det", "dr", "drs", "elec", "ens", "ft", "gen", "gov", "govs", "hon", "insp", "invt", "jos",
    "lieut", "lt", "maj", "messrs", "mlle", "mme", "mr", "mrs", "ms", "msgr", "mt", "natl", "pfc", "ph", "pres",
    "prof", "pvt", "rep", "reps", "rev", "sen", "sens", "sfc", "sgt", "spc", "st", "ste", "supt", "supts", "vs", "wm",
  ]

  private static let others: Set<String> = [
    "al", "ala", "apr", "ariz", "assn", "aug", "bhd", "bldg", "blvd", "bros", "calif", "co", "colo", "conn", "corp",
    "cos", "ct", "dak", "dec", "esq", "est", "etc", "ext", "feb", "fla", "fri", "ga", "inc", "ind", "intl", "jan",
    "jr", "jul", "jun", "kan", "kans", "ky", "ltd", "mar", "md", "mich", "minn", "mo", "mon", "mont", "neb", "nev",
    "nov", "oct", "okla", "penn", "plc", "rd", "rt", "sep", "sept", "seq", "sq", "sr", "sys", "tel", "tenn", "thu",
    "tue", "tues", "univ", "va", "vt", "wed", "wis", "wisc", "wyo",
  ]

  /// Words that, with a capital, begin a sentence rather than continue one after an initial.
  static let sentenceOpenings: Set<String> = [
    "a", "about", "according", "additionally", "after", "an", "as", "at", "but", "earlier", "he", "her", "here",
    "however", "if", "in", "it", "last", "many", "more", "now", "once", "one", "other", "our", "she", "since", "so",
    "some", "such", "that", "the", "their", "then", "there", "these", "they", "this", "we", "what", "when", "while",
    "yet", "you",
  ]
}
