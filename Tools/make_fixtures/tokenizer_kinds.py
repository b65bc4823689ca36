#!/usr/bin/env python3
"""Writes Fixtures/tokenizer-kinds from `tokenizers` and `sentencepiece`. See Fixtures/tokenizer-kinds/SCHEMA.md.

    venv/bin/pip install tokenizers==0.23.3 gguf==0.19.0 sentencepiece==0.2.3 protobuf
    venv/bin/python Tools/make_fixtures/tokenizer_kinds.py

Every tokeniser is trained here, on text that is generated under a fixed seed.
"""
import io
import json
import random
import re
import tempfile
import unicodedata

import gguf
import pins
import sentencepiece
import tokenizer as base
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

OUT = pins.FIXTURES / "tokenizer-kinds"
CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
MODERN = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3, QWEN2 = MODERN % r"\p{N}{1,3}", MODERN % r"\p{N}"
LLAMA_CPP_DEFAULT = [r"[\p{P}\$\+<=>\^~\|]+", r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)",
                     r"\p{N}+", r"[0-9][0-9][0-9]"]
CONTROLS = ["<|im_start|>", "<|im_end|>"]
PROMPT = "<|im_start|>user\nDescribe the picture.<|im_end|>\n<|im_start|>assistant\n"
EXTRA = [
    PROMPT, "I'M we'RE you'Ve THEY'LL he'D it'S don'T", "it'\u017f '\u017f", "'S'T'RE", "1234567 12 1 \u0661\u0662\u0663\u0664", "a1b22c333d4444",
    "end.\n\nnext", "a\r\n\r\nb", "\t\tx", " \n  y", "foo  \n", "foo \n\n  bar", "!\n", "  !\n\n a", "x" + " " * 40 + "y", "\n" * 20, " " * 33,
    "\t \t", "a\u00a0b\u3000c", "e\u0301le\u0300ve", "\u00e9l\u00e8ve", "\u1100\u1161\u11a8", "\uac01", "a\u0323\u0307", "a\u0307\u0323", "\u212b \u2126",
    "\ufb01sh \uff21\uff22 \u2460\u00bd", "\u72ac\u304c\u8d70\u308b", "\U0001f415\U0001f469\u200d\U0001f9b0", "\0\x01\x02\x1f\x7f", "\u2581", "\u2581\u2581a \u2581b",
    "<0x41><0xE4>", "</s>", "a</s>b", " </s> b", "<s>x", "<unk>", "<unk> a", "<pad>", "\u0130\u01c5\u03a3 STRASSE \u1e9e", "\u0301a", "a \u0301", "x \U0001e030 \ua7f2 \U000107a5",
    "$5+3=8 <a|b> ^~`", "...!!!???", "a_b-c/d", "12345", "12\u06613", "1234a567", "\u3400\u4e00", "\ud7a3\u11a8", "q\u0300\u0301\u0323", "\u0344\u0390", "\u0958 \u2adc",
    "  lead", "trail  ", " both ", "two  spaces", "a\u2028b\u2029c\u0085d", "\ufeffbom", "\u1e9b\u0323", "\u3392\u32ff",
]


def fnv(data, value=0xCBF29CE484222325):
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def digest(ids, text):
    data = b"".join(i.to_bytes(4, "little") for i in ids) + b"\xff" + text.encode()
    return f"{fnv(data) >> 16:012x}"


def write_lines(name, rows):
    lines = (json.dumps(row, ensure_ascii=True, separators=(",", ":")) for row in rows)
    (OUT / name).write_text("\n".join(lines) + "\n", newline="\n")


def corpus(count, seed):
    rng = random.Random(seed)
    return [" ".join(rng.choice(base.piece(rng)[:7])() for _ in range(3)).replace("\0", "") for _ in range(count)]


# Byte-level BPE.

def byte_level_bpe(name, pattern, normalizer, seed):
    tokenizer = Tokenizer(models.BPE())
    plain = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=pattern is None)
    patterns = pattern if isinstance(pattern, list) else [pattern] if pattern else []
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(p), behavior="isolated") for p in patterns] + [plain]) if patterns else plain
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(corpus(1500, seed), trainers.BpeTrainer(
        vocab_size=700, special_tokens=base.SPECIALS, initial_alphabet=list(base.ALPHABET.values()), show_progress=False))
    if name == "llama3":
        vocabulary, merges = base.vocabulary_and_merges(tokenizer)
        for word in ["\u0120xylophone", "qqq", "123", "\u010a\u010a\u010a"]:
            vocabulary.setdefault(word, len(vocabulary))
        tokenizer.model = models.BPE(vocab=vocabulary, merges=merges, ignore_merges=True)
        tokenizer.add_special_tokens(base.SPECIALS)
    return tokenizer


def byte_level():
    nfc = normalizers.NFC
    kinds = {"llama3": (LLAMA3, None, "llama-bpe"), "qwen2": (QWEN2, nfc(), "qwen2"), "default": (LLAMA_CPP_DEFAULT, None, "default"),
             "neox": (None, nfc(), None), "opt": (None, None, None)}
    for seed, (name, (pattern, normalizer, pre)) in enumerate(kinds.items(), 20):
        tokenizer = byte_level_bpe(name, pattern, normalizer, seed)
        if name == "neox":
            tokenizer.add_tokens([AddedToken(" " * n, normalized=True) for n in (2, 3, 4, 8)])
            tokenizer.add_tokens([AddedToken("e\u0301", normalized=True), AddedToken("o\u0302", normalized=False)])
        if name == "opt":
            tokenizer.add_special_tokens([AddedToken("</s>", normalized=True), AddedToken("<pad>", normalized=True, lstrip=True)])
        vocabulary, merges = base.vocabulary_and_merges(tokenizer)
        if pre:
            base.write_gguf(OUT / f"{name}.gguf", vocabulary, merges, pre)
        if name != "default":  # No tokenizer.json has that sequence of patterns.
            tokenizer.save(str(OUT / f"{name}.json"), pretty=False)
        write(name, tokenizer)


# SentencePiece.

def rules():
    """A small table of characters, in place of that of NFKC, which takes 300 kB."""
    table = {chr(0xFF21 + i): chr(0x41 + i) for i in range(26)} | {chr(0xFF41 + i): chr(0x61 + i) for i in range(26)}
    table |= {m + chr(mark): c for m in "aeiou" for mark in (0x300, 0x301, 0x308) if len(c := unicodedata.normalize("NFC", m + chr(mark))) == 1}
    table |= {"\ufb01": "fi", "\ufb02": "fl", "\u00bd": "1\u20442", "\u2460": "1", "\u00a8": " \u0308", "\u33a0": "cm2", "\u2126": "\u03a9", "\u212b": "\u00c5"}
    table |= {c: " " for c in "\t\n\r\u00a0\u2003\u3000\u2028\u0085"} | {chr(c): "" for c in [*range(1, 9), 0x7F, 0x200B, 0xFEFF]}
    table |= {"\u3042\u3044": "AI", "\u3042": "a"}
    return table


def train(kind, **options):
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        if kind == "unigram":
            rows = sorted((" ".join(f"{ord(c):X}" for c in a), " ".join(f"{ord(c):X}" for c in b)) for a, b in rules().items())
            file.write("".join(f"{a}\t{b}\n" for a, b in rows))
            file.flush()
            options |= {"normalization_rule_tsv": file.name}
        else:
            options |= {"normalization_rule_name": "identity", "remove_extra_whitespaces": False}
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(t.replace("\n", " ") for t in corpus(3000, 30)), model_writer=model, model_type=kind,
            control_symbols=CONTROLS, minloglevel=2, num_threads=1, max_sentence_length=1 << 16, **options)
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


def proto_of(processor):
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(processor.serialized_model_proto())
    return proto


def write_sentencepiece_gguf(name, processor, **flags):
    proto = proto_of(processor)
    writer = gguf.GGUFWriter(OUT / f"{name}.gguf", "llama")
    writer.add_tokenizer_model("t5" if proto.trainer_spec.model_type == 1 else "llama")
    writer.add_tokenizer_pre("default")
    # As the converters of llama.cpp write user-defined tokens.
    writer.add_token_list([p.piece.replace("\u2581", " ") if p.type == 4 else p.piece for p in proto.pieces])
    writer.add_token_scores([p.score for p in proto.pieces])
    writer.add_token_types([p.type for p in proto.pieces])
    writer.add_unk_token_id(proto.trainer_spec.unk_id)
    if proto.trainer_spec.bos_id >= 0:
        writer.add_bos_token_id(proto.trainer_spec.bos_id)
    writer.add_eos_token_id(proto.trainer_spec.eos_id)
    writer.add_add_space_prefix(proto.normalizer_spec.add_dummy_prefix)
    if flags.get("table"):
        writer.add_remove_extra_whitespaces(proto.normalizer_spec.remove_extra_whitespaces)
        writer.add_precompiled_charsmap(proto.normalizer_spec.precompiled_charsmap)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()


def merges_of(proto):
    """Merges that do what the scores of pieces do, as transformers makes them."""
    pieces = {p.piece: i for i, p in enumerate(proto.pieces)}
    merges = []
    for piece in proto.pieces:
        if piece.type != 1:
            continue
        parts = [(piece.piece[:i], piece.piece[i:]) for i in range(1, len(piece.piece))]
        local = sorted((p for p in parts if p[0] in pieces and p[1] in pieces), key=lambda p: (pieces[p[0]], pieces[p[1]]))
        merges += [(piece.score, len(a), len(b), a, b) for a, b in local]
    merges.sort(key=lambda m: m[:3], reverse=True)
    return pieces, [(a, b) for _, _, _, a, b in merges]


def specials_of(proto):
    return [p.piece for p in proto.pieces if p.type in (2, 3)]


def sentencepiece_ids(processor, text, user_defined=()):
    """What SentencePiece makes of the text between special and user-defined tokens."""
    known = [*specials_of(proto_of(processor)), *user_defined]
    pattern = "(" + "|".join(re.escape(t) for t in sorted(known, key=len, reverse=True)) + ")"
    ids = []
    for part in re.split(pattern, text):
        if part in known:
            ids.append(processor.piece_to_id(part.replace(" ", "\u2581")))
        elif part:
            ids += processor.encode(part)
    return ids


def sentencepiece_bpe():
    llama = train("bpe", vocab_size=900, byte_fallback=True, character_coverage=0.985)
    user_defined = ["\n", "\n\n", "  ", "   ", "    ", "<table>"]
    gemma = train("bpe", vocab_size=900, byte_fallback=True, character_coverage=0.985, add_dummy_prefix=False, pad_id=0, eos_id=1,
                  bos_id=2, unk_id=3, user_defined_symbols=[u.replace(" ", "\u2581") for u in user_defined])
    space, replace = "\u2581", normalizers.Replace(" ", "\u2581")
    chain = [decoders.Replace(space, " "), decoders.ByteFallback(), decoders.Fuse()]
    prefixed = normalizers.Sequence([normalizers.Prepend(space), replace])
    metaspace = pre_tokenizers.Metaspace(replacement=space, prepend_scheme="first", split=False)
    stripped = decoders.Sequence([*chain, decoders.Strip(" ", 1, 0)])
    kinds = {"llama2": (llama, prefixed, None, stripped), "mistral": (llama, None, metaspace, stripped),
             "gemma": (gemma, replace, pre_tokenizers.Split(" ", "merged_with_previous"), decoders.Sequence(chain)),
             "fused-unknown": (llama, prefixed, None, stripped)}
    for name, (processor, normalizer, pre, decoder) in kinds.items():
        proto = proto_of(processor)
        pieces, merges = merges_of(proto)
        options = {"byte_fallback": True}
        if name == "gemma":
            # transformers leaves the symbol to the normaliser and spells these tokens with spaces.
            pieces = {(p.replace("\u2581", " ") if p.replace("\u2581", " ") in user_defined else p): i for p, i in pieces.items()}
        if name == "fused-unknown":  # Without byte tokens, or with too few of them: unknown tokens in a row.
            pieces = {p: i for i, p in enumerate(p for p in pieces if not p.startswith("<0x") or p in ("<0xE7>", "<0x8A>", "<0xAC>", "<0x09>"))}
        tokenizer = Tokenizer(models.BPE(vocab=pieces, merges=merges, unk_token="<unk>", fuse_unk=True, **options))
        if normalizer:
            tokenizer.normalizer = normalizer
        if pre:
            tokenizer.pre_tokenizer = pre
        tokenizer.decoder = decoder
        tokenizer.add_special_tokens(specials_of(proto))
        if name == "gemma":
            tokenizer.add_tokens([AddedToken(u, normalized=False) for u in user_defined])
        tokenizer.save(str(OUT / f"{name}.json"), pretty=False)
        write(name, tokenizer)
        if name in ("llama2", "gemma"):
            write_sentencepiece_gguf(f"{name}-scores", processor)
            write(f"{name}-scores", tokenizer, lambda t: sentencepiece_ids(processor, t, user_defined if name == "gemma" else ()))


def unigram():
    t5 = train("unigram", vocab_size=700, character_coverage=0.985, pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
    proto = proto_of(t5)
    space = "\u2581"
    table = normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap)
    metaspace, last = pre_tokenizers.Metaspace, decoders.Metaspace
    vocabulary = [(p.piece, p.score) for p in proto.pieces]
    spaces = normalizers.Sequence([table, normalizers.Strip(left=False, right=True), normalizers.Replace(Regex(" {2,}"), space)])
    folded = normalizers.Sequence([normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase(), normalizers.Strip()])
    chain = decoders.Sequence([decoders.Replace(space, " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    with_bytes = vocabulary + [(f"<0x{b:02X}>", -20.0 - b / 256) for b in range(256)]
    kinds = {"t5": (spaces, metaspace(), last(), vocabulary, {}),
             "xlm-roberta": (table, pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), metaspace(prepend_scheme="first")]), last(), vocabulary, {}),
             "folded": (folded, metaspace(split=False, prepend_scheme="never"), last(prepend_scheme="never"), vocabulary, {}),
             "unigram-bytes": (normalizers.NFKC(), metaspace(prepend_scheme="first"), chain, with_bytes, {"byte_fallback": True})}
    for name, (normalizer, pre, decoder, vocab, options) in kinds.items():
        tokenizer = Tokenizer(models.Unigram(vocab, unk_id=2, **options))
        tokenizer.normalizer, tokenizer.pre_tokenizer, tokenizer.decoder = normalizer, pre, decoder
        tokenizer.add_special_tokens(specials_of(proto))
        tokenizer.add_tokens([AddedToken("\uff21\u0301bc", normalized=True), AddedToken("STRASSE", normalized=True, single_word=True)])
        tokenizer.save(str(OUT / f"{name}.json"), pretty=False)
        write(name, tokenizer)
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=2))
    tokenizer.decoder = chain
    tokenizer.add_special_tokens(specials_of(proto))
    write_sentencepiece_gguf("t5-scores", t5, table=True)
    write("t5-scores", tokenizer, lambda t: sentencepiece_ids(t5, t))


# What is written.

def is_decodable(tokenizer, tokens):
    """Whether runs of byte tokens are valid UTF-8: `tokenizers` gives as many U+FFFD as such a run has bytes."""
    run = bytearray()
    for token in [*(tokenizer.id_to_token(t) or "" for t in tokens), ""]:
        if match := re.fullmatch("<0x([0-9A-F]{2})>", token):
            run.append(int(match[1], 16))
            continue
        try:
            run.decode()
        except UnicodeDecodeError:
            return False
        run.clear()
    return True


def write(name, tokenizer, encode=None):
    """Ids of some texts, digests of those of 5,000, and the texts of lists of tokens."""
    encode = encode or (lambda text: base.ids(tokenizer, text))
    rows = []
    for text in dict.fromkeys([*EXTRA, *base.strings(seed=40, count=60)]):
        row = {"text": text, "ids": encode(text)}
        # SentencePiece takes the symbol in a text for a space, also where tokens of spaces are defined.
        if not is_decodable(tokenizer, row["ids"]) or name == "gemma-scores" and "\u2581" in text:
            continue
        decoded = tokenizer.decode(row["ids"], skip_special_tokens=False)
        if decoded != text:
            row["decoded"] = decoded
        rows.append(row)
    write_lines(f"{name}.jsonl", rows)
    specials = [t.content for t in tokenizer.get_added_tokens_decoder().values() if t.special] if "Unigram" in str(tokenizer.model) else []
    ids = {tokenizer.token_to_id(t) for t in specials if t != "<unk>"}
    specials = re.compile("|".join(re.escape(t) for t in specials if t != "<unk>")) if ids else None
    digests = []
    for text in base.strings(seed=2, count=base.STRING_COUNT):
        tokens = encode(text)
        # A normaliser can make the spelling of a special token, which we do not take for one.
        is_same = specials is None or sum(t in ids for t in tokens) == len(specials.findall(text))
        digests.append(digest(tokens, tokenizer.decode(tokens, skip_special_tokens=False)) if is_same else "-")
    (OUT / f"{name}.digests").write_text("\n".join(digests) + "\n")
    rng = random.Random(41)
    size = tokenizer.get_vocab_size()
    rows = []
    while len(rows) < 100:
        tokens = [rng.choice([rng.randrange(size), rng.randrange(min(300, size))]) for _ in range(rng.randint(1, 9))]
        if not is_decodable(tokenizer, tokens):
            continue
        row = {"ids": tokens, "text": tokenizer.decode(tokens, skip_special_tokens=False)}
        without = tokenizer.decode(tokens, skip_special_tokens=True)
        if without != row["text"]:
            row["withoutSpecial"] = without
        rows.append(row)
    write_lines(f"{name}.decoding.jsonl", rows)


def normalization():
    """Digests of every code point's normal forms, 4,096 code points each, and the forms of texts."""
    forms = {"NFC": normalizers.NFC(), "NFD": normalizers.NFD(), "NFKC": normalizers.NFKC(), "NFKD": normalizers.NFKD(),
             "Lowercase": normalizers.Lowercase(), "StripAccents": normalizers.StripAccents()}
    blocks = {}
    for name, form in forms.items():
        blocks[name] = []
        for start in range(0, 0x110000, 4096):
            codes = [c for c in range(start, start + 4096) if not 0xD800 <= c < 0xE000]
            blocks[name].append(f"{fnv(b''.join(form.normalize_str(chr(c)).encode() + bytes([255]) for c in codes)) >> 16:012x}")
    rng = random.Random(42)
    marks = [chr(c) for c in range(0x110000) if unicodedata.combining(chr(c))]
    starters = [chr(c) for c in range(0x110000) if unicodedata.decomposition(chr(c))] + list("aeiouAnsZ") + [chr(c) for c in range(0x1100, 0x1200)]
    texts = ["".join(rng.choice([rng.choice(marks), rng.choice(marks[:60]), rng.choice(starters), rng.choice("aeio \u1161\u11a8")])
                     for _ in range(rng.randint(2, 9))) for _ in range(400)]
    texts += EXTRA
    rows = [{"text": t} | {n: d for n, f in forms.items() if (d := f.normalize_str(t)) != t} for t in texts]
    (OUT / "normalization.json").write_text(json.dumps(blocks, separators=(",", ":")) + "\n")
    write_lines("normalization.jsonl", rows)


def main():
    pins.check("tokenizers", "gguf", "sentencepiece")
    OUT.mkdir(parents=True, exist_ok=True)
    normalization()
    byte_level()
    sentencepiece_bpe()
    unigram()
    print(f"{sum(p.stat().st_size for p in OUT.iterdir()):,} bytes in {OUT.relative_to(pins.FIXTURES)}")


if __name__ == "__main__":
    main()
