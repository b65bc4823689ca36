#!/usr/bin/env python3
"""Writes Sources/TextDecoding/Tokenizer/Normalization/NormalizationData.swift: what Unicode normalisation needs.

    venv/bin/pip install tokenizers==0.23.3 && venv/bin/python Tools/make_tables/normalization.py

Canonical decompositions are Python's `unicodedata`, kept where the `tokenizers` library knows them too; all else is
asked of the library, whose tables are of several versions of Unicode. The tests compare every code point.
"""
import pathlib
import sys
import textwrap
import unicodedata

import tokenizers
from tokenizers import normalizers

assert tokenizers.__version__ == "0.23.3", tokenizers.__version__
OUT = pathlib.Path(__file__).resolve().parents[2] / "Sources/TextDecoding/Tokenizer/Normalization/NormalizationData.swift"
NFC, NFD, NFKD, STRIP = (f().normalize_str for f in (normalizers.NFC, normalizers.NFD, normalizers.NFKD, normalizers.StripAccents))
CODES = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
HANGUL = range(0xAC00, 0xAC00 + 11172)


def digits(numbers):
    """Numbers by five bits a character, the low ones first; a character from "P" on says that more follow."""
    text = []
    for number in numbers:
        while number >= 32:
            text.append(chr(0x30 + 32 + number % 32))
            number //= 32
        text.append(chr(0x30 + number))
    return "".join(text)


def canonical():
    """Code point (as a step from the last), first and second of its decomposition (0: none), whether it is composed."""
    numbers, last = [], 0
    for code in CODES:
        raw = unicodedata.decomposition(chr(code))
        if not raw or raw.startswith("<") or code in HANGUL or NFD(chr(code)) == chr(code):
            continue
        parts = [int(p, 16) for p in raw.split()]
        assert len(parts) <= 2
        composed = len(parts) == 2 and NFC(chr(parts[0]) + chr(parts[1])) == chr(code)
        numbers += [code - last, parts[0], 2 * (parts[1] if len(parts) == 2 else 0) + composed]
        last = code
    return numbers


def compatible():
    """Code point, length, and the whole compatibility decomposition, where it differs from the canonical one."""
    numbers, last = [], 0
    for code in CODES:
        if (parts := NFKD(chr(code))) != NFD(chr(code)):
            numbers += [code - last, len(parts), *map(ord, parts)]
            last = code
    return numbers


def swaps(first, second):
    """Whether the library puts the second of two marks before the first."""
    return NFD("b" + first + second) != "b" + first + second


# One mark of each class that the library knows: all but those of class 1 go after one of class 1.
REFERENCES = {value: chr(c) for c in reversed(CODES) if (value := unicodedata.combining(chr(c)))
              and (swaps(chr(c), "\u0334") or swaps("\u0345", chr(c)))}


def combining_class(code):
    """The class by which the library sorts a mark, found by sorting it among marks whose classes are known."""
    mark = chr(code)
    if NFD(mark) != mark or not (swaps(mark, REFERENCES[1]) or swaps(REFERENCES[240], mark)):
        return 0
    return next(v for v in sorted(REFERENCES) if not swaps(mark, REFERENCES[v]) and not swaps(REFERENCES[v], mark))


def runs(value_of):
    """Step to the start, length and value of each run of equal values other than 0."""
    numbers, last, code = [], 0, 0
    while code < 0x110000:
        value, start = (0 if 0xD800 <= code < 0xE000 else value_of(code)), code
        while code < 0x110000 and (0 if 0xD800 <= code < 0xE000 else value_of(code)) == value:
            code += 1
        if value:
            numbers += [start - last, code - start, value]
            last = start
    return numbers


def main():
    tables = {
        "canonical": (canonical(), "Step to the code point, first part, twice the second part plus whether the two compose to it."),
        "compatible": (compatible(), "Step to the code point, length and parts of its whole compatibility decomposition."),
        "combiningClasses": (runs(combining_class), "Step to the first code point, length and class of each run."),
        "accents": (runs(lambda c: int(STRIP(chr(c)) == "")), "The same for what `StripAccents` removes; the value is 1."),
    }
    lines = ["// Made by Tools/make_tables/normalization.py, of tokenizers " + tokenizers.__version__ + "; not to be edited.", "",
             "/// Tables of Unicode normalisation, as numbers of five bits a character; see `NormalizationTables`.",
             "enum NormalizationData {"]
    for name, (numbers, comment) in tables.items():
        lines += ["  /// " + comment, f'  static let {name}: StaticString = #"""']
        text = digits(numbers)
        lines += ["    " + text[i:i + 112] for i in range(0, len(text), 112)]
        lines += ['    """#', ""]
    lines[-1] = "}"
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text("\n".join(lines) + "\n")
    print(f"{len(lines)} lines, {OUT.stat().st_size:,} bytes")


main()
