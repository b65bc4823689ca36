"""Pages of text as scanners and fax machines make them: letters, articles, forms, receipts, notes by hand, tables."""
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from common import color, fit, font, font_path, light, load, number as figure, paragraph, pick, sentence, title, words

INKS = [(0, 0, 0), (20, 20, 20), (50, 50, 60), (30, 40, 110)]


def page(rng, wide=False):
    width, height = (1000, 707) if wide else (707, 1000)
    image = Image.new("RGB", (width, height), light(rng))
    return image, ImageDraw.Draw(image), pick(rng, INKS)


def letter(rng):
    image, draw, ink = page(rng)
    text = font(rng, rng.integers(13, 20), "serif", "sans", "mono")
    for line in range(4):
        draw.text((80, 70 + line * text.size * 1.2), title(rng), ink, text)
    draw.text((460, 190), figure(rng), ink, text)
    draw.text((80, 250), title(rng), ink, load(text.path, text.size + 3))
    end = paragraph(draw, rng, (80, 300, 630, rng.integers(500, 860)), text, ink)
    draw.text((80, end + 30), title(rng), ink, text)
    return image


def article(rng):
    image, draw, ink = page(rng, rng.random() < 0.3)
    columns = int(rng.integers(1, 4))
    draw.text((50, 40), title(rng), ink, font(rng, rng.integers(24, 44), "serif", "sans"))
    text = font(rng, rng.integers(9, 15), "serif", "sans")
    step = (image.width - 80) / columns
    for column in range(columns):
        left, y = 40 + column * step, 110 + (rng.random() < 0.3) * 80
        while y < image.height - 120:
            end = min(y + rng.integers(80, 400), image.height - 50)
            y = paragraph(draw, rng, (left, y, left + step - 20, end), text, ink) + text.size
    return image


def form(rng):
    image, draw, ink = page(rng)
    bold, text = font(rng, 26, "sans"), font(rng, 14, "sans")
    draw.text((60, 50), title(rng), ink, bold)
    y = 120
    while y < 900:
        draw.text((60, y), fit(draw, title(rng), text, 150), ink, text)
        if rng.random() < 0.25:
            for box in range(3):
                draw.rectangle((230 + box * 140, y, 246 + box * 140, y + 16), outline=ink)
                draw.text((254 + box * 140, y), words(rng, 1), ink, text)
        else:
            draw.rectangle((220, y - 6, 640, y + 22), outline=ink)
            if rng.random() < 0.6:
                draw.text((228, y - 4), title(rng), (30, 40, 130), font(rng, 20, "hand"))
        y += int(rng.integers(36, 60))
    return image


def receipt(rng):
    width, height = int(rng.integers(300, 420)), int(rng.integers(600, 1000))
    image = Image.new("RGB", (width, height), light(rng))
    draw, text = ImageDraw.Draw(image), font(rng, 15, "mono")
    draw.text((width / 2, 30), title(rng), (20, 20, 20), font(rng, 26, "sans", "mono"), anchor="ma")
    for y in range(90, height - 60, 22):
        draw.text((20, y), fit(draw, title(rng), text, width - 110), (30, 30, 30), text)
        draw.text((width - 20, y), f"{rng.random() * 40:.2f}", (30, 30, 30), text, anchor="ra")
    return image


def note(rng):
    image, draw, _ = page(rng)
    step = int(rng.integers(32, 56))
    if rng.random() < 0.7:
        for y in range(80, image.height, step):
            draw.line((0, y + step * 0.8, image.width, y + step * 0.8), (170, 190, 220))
    path, ink = font_path(rng, "hand"), pick(rng, INKS)
    for y in range(80, int(rng.integers(400, 950)), step):
        text = load(path, int(step * rng.uniform(0.75, 0.9)))
        draw.text((60 + rng.integers(-5, 8), y + rng.integers(-3, 4)), fit(draw, sentence(rng), text, 600), ink, text)
    return image


def table(rng):
    image, draw, ink = page(rng, rng.random() < 0.5)
    text, columns = font(rng, rng.integers(10, 16), "sans", "serif", "mono"), int(rng.integers(3, 8))
    step = (image.width - 80) / columns
    for row, y in enumerate(range(60, image.height - 60, int(text.size * 1.9))):
        for column in range(columns):
            content = title(rng) if row == 0 or column == 0 else figure(rng)
            draw.text((44 + column * step, y), fit(draw, content, text, step - 8)[:18], ink, text)
        draw.line((40, y - 4, image.width - 40, y - 4), ink)
    return image


def scan(rng, number):
    """A page, then what scanning does to it: turned a little, grey, soft, speckled, darker to one side, or two-coloured."""
    image = [letter, article, form, receipt, note, table][number % 6](rng)
    paper = image.getpixel((2, 2))
    image = image.rotate(rng.normal(0, 1.2), Image.BICUBIC, fillcolor=paper)
    if rng.random() < 0.4:
        box = [int(side * rng.uniform(0, 0.3)) for side in image.size]
        image = image.crop((*box, box[0] + int(image.width * 0.65), box[1] + int(image.height * 0.65)))
    if rng.random() < 0.5:
        image = image.convert("L").convert("RGB")
    image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1.1)))
    pixels = np.asarray(image, float)
    shade = np.linspace(1, rng.uniform(0.75, 1), pixels.shape[1])[None, :, None]
    pixels = pixels * shade + rng.normal(0, rng.uniform(0, 7), pixels.shape)
    if rng.random() < 0.2:
        pixels = np.where(pixels.mean(-1, keepdims=True) > 150, 255.0, 0.0).repeat(3, 2)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
