"""Icons and signs: glyphs of icon fonts, alone, in a sheet, or on a coloured tile; and simple logos of shapes."""
from functools import cache
from pathlib import Path

import fonticon_fa6
import fonticon_mdi7
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw

from common import color, dark, font, light, load, pick, title


@cache
def glyphs():
    """(file, character) of every icon."""
    files = [
        Path(fonticon_mdi7.__path__[0]) / "fonts/materialdesignicons-webfont.ttf",
        Path(fonticon_fa6.__path__[0]) / "fonts/Font Awesome 6 Free-Solid-900.otf",
        Path(fonticon_fa6.__path__[0]) / "fonts/Font Awesome 6 Brands-Regular-400.otf",
    ]
    return [
        [(str(path), chr(code)) for code in sorted(TTFont(path).getBestCmap()) if code >= 0xE000] for path in files
    ]


def glyph(rng, draw, center, points, fill):
    path, character = pick(rng, pick(rng, glyphs()))
    draw.text(center, character, fill, load(path, int(points)), anchor="mm")


def alone(rng):
    side = int(rng.integers(96, 700))
    image = Image.new("RGB", (side, side), light(rng) if rng.random() < 0.7 else dark(rng))
    bright = sum(image.getpixel((0, 0))) > 380
    glyph(rng, ImageDraw.Draw(image), (side / 2, side / 2), side * rng.uniform(0.4, 0.9), dark(rng) if bright else light(rng))
    return image


def tile(rng):
    """An application's icon: a rounded tile with a glyph, twice as large and made smaller, so that edges are smooth."""
    image = Image.new("RGB", (1024, 1024), light(rng))
    draw, inset = ImageDraw.Draw(image), int(rng.integers(40, 200))
    draw.rounded_rectangle((inset, inset, 1024 - inset, 1024 - inset), rng.integers(20, 400), color(rng, 0.7, 0.8))
    glyph(rng, draw, (512, 512), rng.integers(300, 600), light(rng))
    return image.resize((512, 512), Image.LANCZOS)


def sheet(rng):
    columns, rows, step = int(rng.integers(2, 9)), int(rng.integers(2, 8)), int(rng.integers(70, 140))
    image = Image.new("RGB", (columns * step, rows * step), light(rng))
    draw, one, names = ImageDraw.Draw(image), dark(rng), rng.random() < 0.4
    text, many = font(rng, step * 0.13, "sans"), rng.random() < 0.5
    for row in range(rows):
        for column in range(columns):
            center = ((column + 0.5) * step, (row + 0.45) * step)
            glyph(rng, draw, center, step * 0.55, color(rng, 0.8, 0.7) if many else one)
            if names:
                draw.text((center[0], (row + 0.85) * step), title(rng)[:12], one, text, anchor="mm")
    return image


def logo(rng):
    width, height = pick(rng, [(600, 600), (800, 400), (700, 300)])
    image = Image.new("RGB", (width, height), light(rng) if rng.random() < 0.7 else dark(rng))
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(1, 5))):
        x, y, r = rng.uniform(0.2, 0.8) * width, rng.uniform(0.2, 0.5) * height, rng.uniform(0.08, 0.25) * height
        shape = int(rng.integers(3))
        if shape == 0:
            draw.ellipse((x - r, y - r, x + r, y + r), color(rng, 0.8, 0.8))
        elif shape == 1:
            draw.regular_polygon((x, y, r), int(rng.integers(3, 8)), int(rng.integers(360)), color(rng, 0.8, 0.8))
        else:
            draw.pieslice((x - r, y - r, x + r, y + r), rng.integers(360), rng.integers(360), color(rng, 0.8, 0.8))
    bright = sum(image.getpixel((0, 0))) > 380
    draw.text((width / 2, height * 0.8), title(rng)[:16], dark(rng) if bright else light(rng), font(rng, height / 7), anchor="mm")
    return image


def icon(rng, number):
    return [alone, tile, sheet, logo, alone][number % 5](rng)
