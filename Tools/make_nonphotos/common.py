"""Colours, sizes, fonts and words that every kind of image draws from."""
import colorsys
from functools import cache
from pathlib import Path

import font_amatic_sc
import font_caladea
import font_intuitive
import font_lato
import font_roboto
import font_source_sans_pro
import font_source_serif_pro
import matplotlib
from PIL import ImageFont

SHAPES = [(640, 480), (480, 640), (800, 600), (1024, 768), (600, 600), (720, 1280), (1280, 720), (512, 512), (900, 300)]
WORDS = """the of and a to in is for that with as on by at from this are be or an was which it not have were has their
more can its one may all also other than these some into only between such after over most report year section results
water energy school market price council member public service local water process method system example number value
change increase average study group people country city state river road building early late small large new old first
second third following table figure page chapter account payment total order delivery customer address street phone
email name date time open close start end left right above below please note important information contact office
please read write send receive return press button water light paper letter book story garden window summer winter
morning evening history science music language question answer problem reason purpose meaning measure temperature
pressure distance height weight length material surface""".split()


def pick(rng, items):
    return items[int(rng.integers(len(items)))]


def color(rng, saturation=None, value=None):
    """A colour anywhere between grey and garish."""
    s = rng.beta(1.2, 1.2) if saturation is None else saturation
    v = rng.beta(2.5, 1.2) if value is None else value
    return tuple(round(255 * c) for c in colorsys.hsv_to_rgb(rng.random(), s, v))


def light(rng):
    """A background: white, off-white or a pale colour."""
    return pick(rng, [(255, 255, 255), (250, 250, 248), (244, 240, 230), color(rng, 0.12, 0.97), (240, 242, 245)])


def dark(rng):
    return pick(rng, [(0, 0, 0), (30, 30, 30), (40, 44, 52), (13, 17, 23), color(rng, 0.5, 0.25)])


def size(rng):
    return pick(rng, SHAPES)


@cache
def font_files():
    """Kind → font files, in the order of their names."""
    folders = [
        (font_roboto, "sans"), (font_lato, "sans"), (font_source_sans_pro, "sans"), (font_source_serif_pro, "serif"),
        (font_caladea, "serif"), (font_amatic_sc, "hand"), (font_intuitive, "hand"),
    ]
    files = {"sans": [], "serif": [], "hand": [], "mono": []}
    for package, kind in folders:
        files[kind] += sorted(str(path) for path in Path(package.__path__[0]).rglob("*.ttf"))
    own = Path(matplotlib.get_data_path()) / "fonts/ttf"
    files["sans"] += [str(own / name) for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "cmss10.ttf")]
    files["serif"] += [str(own / name) for name in ("DejaVuSerif.ttf", "STIXGeneral.ttf", "cmr10.ttf")]
    files["mono"] = [str(own / name) for name in ("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf", "cmtt10.ttf")]
    return files


@cache
def load(path, points):
    return ImageFont.truetype(path, points)


def font_path(rng, *kinds):
    return pick(rng, [path for kind in kinds for path in font_files()[kind]])


def font(rng, points, *kinds):
    return load(font_path(rng, *(kinds or ("sans", "serif"))), max(6, int(points)))


def words(rng, count):
    return " ".join(pick(rng, WORDS) for _ in range(count))


def sentence(rng):
    text = words(rng, int(rng.integers(4, 16)))
    return text[0].upper() + text[1:] + pick(rng, [".", ".", ".", "?", ":"])


def title(rng):
    return words(rng, int(rng.integers(1, 5))).title()


def number(rng):
    return pick(rng, [
        f"{rng.integers(1, 1000)}", f"{rng.random() * 100:.2f}", f"{rng.integers(1, 100)} %", f"{rng.integers(1000, 99999):,}",
        f"{rng.integers(1, 29)}.{rng.integers(1, 13)}.20{rng.integers(10, 27)}",
    ])


def fit(draw, text, font, width):
    """As many of the text's words as fit into the width."""
    parts = text.split(" ")
    while len(parts) > 1 and draw.textlength(" ".join(parts), font) > width:
        parts.pop()
    return " ".join(parts)


def paragraph(draw, rng, box, font, fill, spacing=1.3, last=True):
    """Lines of text that fill a box (left, top, right, bottom)."""
    left, top, right, bottom = box
    step = font.size * spacing
    y = top
    while y + font.size <= bottom:
        text = " ".join(sentence(rng) for _ in range(3))
        line = fit(draw, text, font, right - left)
        if last and rng.random() < 0.12:
            line = line[: len(line) // 2]
        draw.text((left, y), line, fill, font)
        y += step
    return y
