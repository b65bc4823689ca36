"""Makes Fixtures/caption-cleaning: how Python strips white space and capitalises, as the reference trainer cleans captions.

Needs no packages. Made with Python 3.11.7, whose tables are Unicode 14.0. Run: python3 Tools/make_fixtures/caption_cleaning.py
"""
import json
import sys
import unicodedata

import pins

PARTS = ["a dog", "A dog", "éclair", "e\u0301tude", "ßa", "ŉa", "ǆa", "ﬁsh", "3 dogs", "“so”", "𐐨x", "犬"]
ENDS = ["", ".", " .", "..", ". .", " . ", "\n", "!", "\u00a0.\u3000", "\x1f", "\u200b", ".\u0301", "。"]


def clean(caption):
    caption = caption.strip()
    caption = caption[:-1].strip() if caption.endswith(".") else caption
    return caption[:1].upper() + caption[1:] + "."


def main():
    characters = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    content = {
        "spaces": [ord(c) for c in characters if not c.strip()],
        "uppercase": {c: c.upper() for c in characters if len(c.upper()) > 1},
        "sentences": [[start + part + end, clean(start + part + end)]
                      for start in ("", "\t ") for part in PARTS + [""] for end in ENDS],
    }
    path = pins.FIXTURES / "caption-cleaning" / "cases.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content) + "\n")
    print(f"Python {sys.version.split()[0]}, Unicode {unicodedata.unidata_version}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
