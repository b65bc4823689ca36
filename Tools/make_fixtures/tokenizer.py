#!/usr/bin/env python3
"""Writes Fixtures/tokenizer from the `tokenizers` library. See Fixtures/tokenizer/SCHEMA.md.

    python3 -m venv venv && venv/bin/pip install tokenizers==0.23.3 gguf==0.19.0 numpy
    venv/bin/python Tools/make_fixtures/tokenizer.py SmolLM2-135M-Instruct.Q4_1.gguf

Everything is generated under a fixed seed; no text comes from elsewhere.
"""

import hashlib
import json
import pathlib
import random
import sys
import unicodedata
from importlib.metadata import version

import gguf
import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

TOKENIZERS, GGUF = "0.23.3", "0.19.0"
assert tokenizers.__version__ == TOKENIZERS, tokenizers.__version__
assert version("gguf") == GGUF, version("gguf")
REAL_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

OUT = pathlib.Path(__file__).resolve().parents[2] / "Fixtures" / "tokenizer"
PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
STRING_COUNT = 5000

WORDS = """a an the two three some dog cat child woman man people horse bird boat train bicycle ball kite tree river
street beach grass snow water mountain field window table cup plate red blue green small large old young wet running
jumping sitting standing holding looking swimming riding playing through over under beside in on with near behind at
sunset morning photograph caption encoder prefix attention it's don't we're I've she'll they'd I'm o'clock rock'n'roll
naïve café façade Zürich Straße coöperate jalapeño Łódź İstanbul""".split()
CODE = ["def forward(self, x):", "    return x + 1", "for (int i = 0; i < n; ++i) {", "let x = [1, 2, 3].map { $0 * 2 }",
        "#include <stdio.h>", "if a != b && c <= d { return }", "SELECT * FROM t WHERE id = 42;", "<div class=\"x\">&nbsp;</div>",
        "\tfoo(bar)[0]->baz;", "x = y if z else None  # why", "0xDEADBEEF", "1e-5", "https://example.org/a?b=c&d=%20",
        "\\d+\\.\\d*", "print(f'{a:>8.3f}')", "}\n\n\n  else\t{\r\n", "*args, **kwargs", "@Test(\"it's\")", "'s't're've'm'll'd'S'T"]
SCRIPTS = ["犬が芝生の上を走っている。", "一隻黑狗在草地上奔跑", "개가 공원에서 뛰고 있다", "Собака бежит по траве", "Ο σκύλος τρέχει",
           "الكلب يركض على العشب", "הכלב רץ על הדשא", "कुत्ता घास पर दौड़ रहा है", "สุนัขวิ่งบนหญ้า", "ውሻ በሣር ላይ ይሮጣል",
           "ძაღლი გარბის", "শিশুটি খেলছে", "நாய் ஓடுகிறது", "Շունը վազում է", "ខ្មែរ", "བོད་སྐད", "ᏣᎳᎩ", "ᚠᚢᚦᚨᚱᚲ", "𐌰𐌱𐌲", "𒀀𒁀𒂀",
           "𓀀𓀁", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "𝟘𝟙𝟚", "Ⅷ½²³①⑳㊿", "٣٤٥", "१२३", "๑๒๓", "〇一二", "ǅǈ", "ʰˤ", "𞤀𞤁", "߀߁ߒ", "ﷺ", "ﬁ"]
EMOJI = ["😀", "👍🏽", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "🇯🇵🇫🇷", "❤️", "👨🏿‍🚀", "1️⃣", "🐕‍🦺", "☃︎", "🫠", "🧑‍🤝‍🧑"]
MARKS = ["é", "ñ", "ü", "ệ", "ç", "Å", "ǭ", "한글", "が", "ṩ", "Ω", "각", "ấ", "Ệ"]
SPACES = [" ", "  ", "   ", "\n", "\n\n", "\t", "\r\n", " \n ", "\u00a0", "\u2003", "\u3000", "\u200b", "\u2028", "\u0085", "\ufeff",
          "\x0b", "\x0c", "\x1c", "\u1680", "\u180e", "\u202f", "\u205f", "\u2060"]
LOOKALIKES = SPECIALS + ["<|im_end|", "<|im_end |>", "|im_end|>", "<<|im_end|>>", "<|IM_END|>", "<|im_start|><|im_end|>", "<|", "|>",
                         "<|endoftext|><|endoftext|>", "<|im_|>", "<|im_end|><", "<s>", "</s>", "[CLS]", "<repo_name>", "<reponame>", "<file_sep>"]


def byte_alphabet():
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [b for b in range(256) if b not in printable]
    return {b: chr(b) for b in printable} | {b: chr(0x100 + i) for i, b in enumerate(others)}


ALPHABET = byte_alphabet()


def character(rng, low, high):
    while True:
        value = rng.randrange(low, high)
        if not 0xD800 <= value < 0xE000:
            return chr(value)


def sentence(rng, count):
    text = " ".join(rng.choice(WORDS) for _ in range(count))
    return rng.choice([text, text.capitalize() + ".", text.upper(), f'"{text}", he said', text + "!?"])


def piece(rng):
    """One piece of text of a random kind."""
    return [
        lambda: sentence(rng, rng.randint(1, 7)),
        lambda: rng.choice(CODE),
        lambda: rng.choice(SCRIPTS),
        lambda: rng.choice(EMOJI) * rng.randint(1, 2),
        lambda: unicodedata.normalize(rng.choice(["NFC", "NFD"]), rng.choice(MARKS) + rng.choice(WORDS)),
        lambda: "".join(character(rng, 0, 0x20) for _ in range(rng.randint(1, 4))),
        lambda: str(rng.randrange(10 ** rng.randint(1, 24))),
        lambda: "".join(rng.choice(SPACES) for _ in range(rng.randint(1, 4))),
        lambda: rng.choice(LOOKALIKES),
        lambda: "".join(character(rng, 0x80, 0x3000) for _ in range(rng.randint(1, 4))),
        lambda: "".join(character(rng, 0x10000, 0x20000) for _ in range(rng.randint(1, 3))),
        lambda: character(rng, 0xE000, 0xF900) + character(rng, 0xF0000, 0x110000),
        lambda: "".join(character(rng, 0, 0x110000) for _ in range(rng.randint(1, 3))),
        lambda: "".join(chr(rng.randrange(0x21, 0x7F)) for _ in range(rng.randint(1, 9))),
        lambda: "a" + "\u0301" * rng.randint(1, 6),
        lambda: rng.choice(["ha", "-", "=", "ab", "0", "。", "'"]) * rng.randint(2, 44),
    ]


def strings(seed, count):
    rng = random.Random(seed)
    result, seen = [], set()
    for text in ["", " ", "  ", "\n", "'", "' s", "'s", " 's", "a 's", "'ll'l", "\0", "\u0301", "a\u0301", "\u00e1", "12 34", " 1", "a1b2"]:
        result.append(text)
        seen.add(text)
    while len(result) < count:
        parts = []
        for _ in range(rng.choice([1, 1, 1, 1, 1, 2, 2, 3])):
            kinds = piece(rng)
            parts.append(kinds[len(result) % len(kinds)]() if not parts else rng.choice(kinds)())
            parts.append(rng.choice(["", "", " ", "  ", "\n"]))
        text = "".join(parts[: rng.choice([len(parts), len(parts) - 1])])
        if text not in seen:
            seen.add(text)
            result.append(text)
    return result


def with_pre(tokenizer, pre):
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    digits = pre_tokenizers.Digits(individual_digits=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, byte_level]) if pre == "smollm" else byte_level
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def train(vocabulary_size, seed, missing=()):
    """A BPE of seeded text, without tokens for the bytes `missing`."""
    rng = random.Random(seed)
    corpus = []
    for _ in range(6000):
        kinds = piece(rng)
        corpus.append(" ".join(rng.choice(kinds[:5] + kinds[:1] * 4)() for _ in range(3)))
    tokenizer = with_pre(Tokenizer(models.BPE()), "gpt2")
    alphabet = [c for b, c in ALPHABET.items() if b not in missing]
    gone = {ALPHABET[b] for b in missing}
    text = [t for t in corpus if not gone & set("".join(ALPHABET[b] for b in t.encode()))]
    tokenizer.train_from_iterator(text, trainers.BpeTrainer(
        vocab_size=vocabulary_size, special_tokens=SPECIALS, initial_alphabet=alphabet, show_progress=False))
    return tokenizer


def vocabulary_and_merges(tokenizer):
    model = json.loads(tokenizer.to_str())["model"]
    return model["vocab"], [tuple(m) for m in model["merges"]]


def write_gguf(path, vocabulary, merges, pre):
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    tokens = sorted(vocabulary, key=vocabulary.get)
    writer.add_token_list(tokens)
    writer.add_token_types([3 if t in SPECIALS else 1 for t in tokens])
    writer.add_token_merges([" ".join(m) for m in merges])
    writer.add_bos_token_id(vocabulary["<|im_start|>"])
    writer.add_eos_token_id(vocabulary["<|im_end|>"])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()


def from_gguf(path):
    """The oracle for a GGUF's vocabulary with the pre-tokeniser `smollm`."""
    fields = gguf.GGUFReader(path).fields
    tokens, types = fields["tokenizer.ggml.tokens"].contents(), fields["tokenizer.ggml.token_type"].contents()
    merges = [tuple(m.split(" ")) for m in fields["tokenizer.ggml.merges"].contents()]
    tokenizer = with_pre(Tokenizer(models.BPE(vocab={t: i for i, t in enumerate(tokens)}, merges=merges)), "smollm")
    tokenizer.add_special_tokens([t for t, kind in zip(tokens, types) if kind == 3])
    return tokenizer


def ids(tokenizer, text):
    return tokenizer.encode(text, add_special_tokens=False).ids


def write_lines(name, rows):
    lines = (json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    # A file of lines must not hold other line breaks than its own.
    (OUT / name).write_text("\n".join(lines).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
                            .replace("\u0085", "\\u0085") + "\n", newline="\n")


def parity(real_path):
    """Two small GGUFs that differ in the pre-tokeniser only, and ids of 5,000 strings by both and by the real one."""
    missing = {0x04, 0x06, 0x13, 0x14, 0x16, 0x1D, 0xC0, 0xC1, 0xF1, 0xF2, *range(0xF5, 0x100)}
    trained = train(1500, seed=1, missing=missing)
    vocabulary, merges = vocabulary_and_merges(trained)
    oracles = {}
    for pre in ["smollm", "gpt2"]:
        write_gguf(OUT / f"{pre}.gguf", vocabulary, merges, pre)
        oracles[pre] = with_pre(Tokenizer(models.BPE(vocab=vocabulary, merges=merges)), pre)
        oracles[pre].add_special_tokens(SPECIALS)
    oracles["smollm"].save(str(OUT / "smollm.json"), pretty=False)
    real = from_gguf(real_path)
    rows = []
    for text in strings(seed=2, count=STRING_COUNT):
        row = {"text": text}
        encoded = {"smollm": ids(oracles["smollm"], text), "gpt2": ids(oracles["gpt2"], text), "real": ids(real, text)}
        row["smollm"] = encoded["smollm"]
        if encoded["gpt2"] != encoded["smollm"]:
            row["gpt2"] = encoded["gpt2"]
        row["real"] = encoded["real"]
        # Decoding restores the text, but where bytes have no token: the same ones in both vocabularies.
        decoded = real.decode(encoded["real"], skip_special_tokens=False)
        assert decoded == oracles["smollm"].decode(encoded["smollm"], skip_special_tokens=False)
        if decoded != text:
            row["decoded"] = decoded
        rows.append(row)
    write_lines("strings.jsonl", rows)
    rng = random.Random(3)
    rows = []
    for _ in range(300):
        tokens = [rng.choice([rng.randrange(len(vocabulary)), rng.randrange(3, 250)]) for _ in range(rng.randint(1, 12))]
        text = oracles["smollm"].decode(tokens, skip_special_tokens=False)
        row = {"ids": tokens, "text": text}
        without = oracles["smollm"].decode(tokens, skip_special_tokens=True)
        if without != text:
            row["withoutSpecial"] = without
        rows.append(row)
    write_lines("decoding.jsonl", rows)


def classes():
    """Runs of code points that the pre-tokenisers treat alike, over all of Unicode."""
    words = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    digits = pre_tokenizers.Digits(individual_digits=True)
    tokenizer = Tokenizer(models.BPE(vocab={"z": 0}, merges=[]))
    tokenizer.add_tokens([AddedToken("zz", single_word=True, normalized=False)])
    runs = []
    for value in range(0x110000):
        if 0xD800 <= value < 0xE000:
            continue
        c = chr(value)
        kind = next((k for k, before in [("L", "a"), ("N", "1"), ("O", "!")]
                     if len(words.pre_tokenize_str(before + c)) == 1), "S")
        kind += "d" if len(digits.pre_tokenize_str("a" + c)) == 2 else ""
        kind += "" if 1 in tokenizer.encode("zz" + c).ids else "w"
        if not runs or runs[-1][1] != kind:
            runs.append([value, kind])
    body = ",\n".join(json.dumps(runs[i:i + 12], separators=(",", ":"))[1:-1] for i in range(0, len(runs), 12))
    (OUT / "classes.json").write_text(f"[\n{body}\n]\n")


def variants():
    """tokenizer.json files that use one feature each, and what they give."""
    vocabulary, merges = vocabulary_and_merges(train(420, seed=4))
    digits, byte_level = pre_tokenizers.Digits, pre_tokenizers.ByteLevel
    plain = byte_level(add_prefix_space=False, use_regex=True)
    pre = {
        "prefix-space": byte_level(add_prefix_space=True, use_regex=True),
        "digit-runs": pre_tokenizers.Sequence([digits(individual_digits=False), plain]),
        "split": pre_tokenizers.Sequence([
            pre_tokenizers.Split(Regex(PATTERN), behavior="isolated"), byte_level(add_prefix_space=False, use_regex=False)]),
        "no-words": byte_level(add_prefix_space=False, use_regex=False),
    }
    for name in ["added-tokens", "unknown", "fused-unknown", "whole-words", *pre]:
        vocab, options = dict(vocabulary), {}
        if "unknown" in name:
            # The last bytes of the alphabet give up their tokens to nobody; none of them is part of a merge.
            used = {c for m in merges for c in "".join(m)}
            for byte in [0x04, 0x13, 0xE1, 0xF0, 0x90, 0xF1]:
                if ALPHABET[byte] not in used:
                    del vocab[ALPHABET[byte]]
            order = sorted(vocab, key=vocab.get)
            vocab = {t: i for i, t in enumerate(order)}
            options = {"unk_token": "?", "fuse_unk": name == "fused-unknown"}
        if name == "whole-words":
            options = {"ignore_merges": True}
            for word in ["Ġxylophone", "qqq", "123"]:
                vocab[word] = len(vocab)
        tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=merges, **options))
        tokenizer.pre_tokenizer, tokenizer.decoder = pre.get(name, plain), decoders.ByteLevel()
        tokenizer.post_processor = processors.ByteLevel(trim_offsets=True)
        tokenizer.add_special_tokens(SPECIALS)
        pool = []
        if name == "added-tokens":
            tokenizer.add_special_tokens([AddedToken("<l>", lstrip=True), AddedToken("<r>", rstrip=True),
                                          AddedToken("<b>", lstrip=True, rstrip=True), "<b>x"])
            tokenizer.add_tokens([AddedToken("word", single_word=True, normalized=False), AddedToken("<b", normalized=False),
                                  AddedToken("norm", normalized=True), AddedToken(" two spaces ", normalized=False),
                                  AddedToken("é", normalized=False), AddedToken("rm<l", normalized=False), AddedToken("   ", normalized=True)])
            pool = ["<l>", "<r>", "<b>", "<b>x", "<b", "word", "norm", " two spaces ", "é", "e\u0301", "rm<l", "no", "<", ">", "_", "\u0301",
                    "   ", " ", "  ", "\u3000", "\n", "x", "9", "words", "\u200d", "犬", "\u00b2", "<|im_end|>"]
        rng = random.Random(5)
        texts = ["".join(rng.choice(pool) for _ in range(rng.randint(1, 7))) for _ in range(400)] if pool else [
            *strings(seed=6, count=120), "xylophone xylophones qqq qqqq 123 1234", "\u0004\u0013a\u0004\u1000\U00010000",
            "\U00010400\u0004\u0013 b", "a12b3 45", "12a", " 12"]
        rows = []
        for text in dict.fromkeys(texts):
            row = {"text": text, "ids": ids(tokenizer, text)}
            tokenizer.encode_special_tokens = True
            if (without := ids(tokenizer, text)) != row["ids"]:
                row["withoutParsing"] = without
            tokenizer.encode_special_tokens = False
            decoded = tokenizer.decode(row["ids"], skip_special_tokens=False)
            if decoded != text:
                row["decoded"] = decoded
            rows.append(row)
        tokenizer.save(str(OUT / f"{name}.json"), pretty=False)
        if name == "split":  # The older spelling of merges.
            file = json.loads((OUT / f"{name}.json").read_text())
            file["model"]["merges"] = [" ".join(m) for m in file["model"]["merges"]]
            (OUT / f"{name}.json").write_text(json.dumps(file, ensure_ascii=True, separators=(",", ":")))
        write_lines(f"{name}.jsonl", rows)


def main():
    real_path = pathlib.Path(sys.argv[1])
    digest = hashlib.sha256(real_path.read_bytes()).hexdigest()
    assert digest == REAL_SHA256, digest
    OUT.mkdir(parents=True, exist_ok=True)
    parity(real_path)
    classes()
    variants()
    print(f"tokenizers {TOKENIZERS}, gguf {GGUF}: wrote {sum(p.stat().st_size for p in OUT.iterdir()):,} bytes to {OUT}")


if __name__ == "__main__":
    main()
