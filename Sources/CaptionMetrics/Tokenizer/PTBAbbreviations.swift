/// Words whose dot belongs to them, found by asking the original for every word of up to four letters and for many longer
/// ones.
enum PTBAbbreviations {
  static let longest = 6

  static func contains(_ word: String) -> Bool {
    let lowercase = word.lowercased()
    if lowercase.utf8.count == 1 || inAnyCase.contains(lowercase) { return true }
    // With a capital they are states, without they are words: "a yellow la. X".
    if capitalized.contains(lowercase) { return word.first?.isUppercase == true }
    return notInCapitals.contains(lowercase) && word != word.uppercased()
  }

  /// Before a number only.
  static let beforeNumbers: Set<String> = [
    "art", "ca", "fig", "figs", "no", "nos", "op", "pp", "prop",
  ]

  private static let capitalized: Set<String> = [
    "ark", "az", "del", "ill", "la", "mass", "miss", "ore", "pa", "tex", "wash",
  ]

  private static let notInCapitals: Set<String> = [
    "mfg", "mtg", "ppte", "ppty", "pte", "ptes", "pty", "ptys",
  ]

  private static let inAnyCase: Set<String> = [
    "adj", "adm", "adv", "al", "ala", "alex", "apr", "ariz", "assn", "assoc", "asst", "atty", "aug", "ave", "bhd",
    "bldg", "blvd", "brig", "bros", "calif", "capt", "cf", "cie", "cmdr", "co", "col", "colo", "comdr", "conn",
    "corp", "cos", "cpl", "ct", "dak", "dec", "dept", "det", "dr", "drs", "elec", "ens", "esq", "est", "etc", "ext",
    "feb", "fla", "fri", "ft", "ga", "gen", "gov", "govs", "hon", "inc", "ind", "insp", "intl", "invt", "jan", "jos",
    "jr", "jul", "jun", "kan", "kans", "ky", "lieut", "lt", "ltd", "maj", "mar", "md", "messrs", "mich", "minn",
    "mlle", "mme", "mo", "mon", "mont", "mr", "mrs", "ms", "msgr", "mt", "natl", "neb", "nev", "nov", "oct", "okla",
    "penn", "pfc", "ph", "plc", "pres", "prof", "pvt", "rd", "rep", "reps", "rev", "rt", "sen", "sens", "sep", "sept",
    "seq", "sfc", "sgt", "spc", "sq", "sr", "st", "ste", "supt", "supts", "sys", "tel", "tenn", "thu", "tue", "tues",
    "univ", "va", "vs", "vt", "wed", "wis", "wisc", "wm", "wyo",
  ]

  /// Words that, with a capital, begin a sentence rather than go on after an initial.
  static let sentenceOpenings: Set<String> = [
    "a", "about", "according", "additionally", "after", "an", "as", "at", "but", "earlier", "he", "her", "here",
    "however", "if", "in", "it", "last", "many", "more", "now", "once", "one", "other", "our", "she", "since", "so",
    "some", "such", "that", "the", "their", "then", "there", "these", "they", "this", "we", "what", "when", "while",
    "yet", "you",
  ]
}
