"""QR codes and bar codes, alone or on labels and tickets."""
import io

import numpy as np
import segno
from PIL import Image, ImageDraw

from common import color, dark, font, light, pick, title, words


def qr(rng):
    content = pick(rng, ["https://example.org/", "WIFI:S:", "BEGIN:VCARD\n", ""]) + words(rng, int(rng.integers(1, 30)))
    code = segno.make(content, error=pick(rng, "lmqh"), micro=False)
    data = io.BytesIO()
    plain = rng.random() < 0.6
    front, back = ((0, 0, 0), (255, 255, 255)) if plain else (dark(rng), light(rng))
    code.save(data, kind="png", scale=int(rng.integers(4, 12)), border=int(rng.integers(1, 6)), dark=front, light=back)
    return Image.open(data).convert("RGB")


def bars(rng):
    """Bars as of a linear code, with digits below."""
    widths = rng.integers(1, 5, int(rng.integers(50, 90)))
    module, height = int(rng.integers(2, 5)), int(rng.integers(80, 260))
    image = Image.new("RGB", (int(widths.sum()) * module + 60, height + 50), "white")
    draw, x = ImageDraw.Draw(image), 30
    for index, width in enumerate(widths):
        if index % 2 == 0:
            draw.rectangle((x, 15, x + width * module - 1, 15 + height), "black")
        x += int(width) * module
    digits = "".join(str(rng.integers(10)) for _ in range(13))
    draw.text((image.width / 2, height + 20), digits, "black", font(rng, 20, "sans", "mono"), anchor="ma")
    return image


def label(rng):
    image = Image.new("RGB", (600, 800), light(rng))
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 20, 580, 780), outline="black", width=3)
    for line in range(5):
        draw.text((50, 50 + 36 * line), title(rng), "black", font(rng, 24, "sans", "mono"))
    image.paste(qr(rng).resize((240, 240), Image.NEAREST), (40, 260))
    image.paste(bars(rng).resize((500, 160), Image.NEAREST), (50, 570))
    for line in range(6):
        draw.text((310, 270 + 30 * line), words(rng, 2), "black", font(rng, 18, "sans", "mono"))
    return image


def code(rng, number):
    image = [qr, qr, bars, qr, label][number % 5](rng)
    if rng.random() < 0.3:
        image = image.rotate(rng.uniform(-12, 12), Image.BICUBIC, expand=True, fillcolor=color(rng, 0.1, 0.9))
    if rng.random() < 0.3:
        pixels = np.asarray(image, float) * rng.uniform(0.8, 1) + rng.normal(0, 8, (image.height, image.width, 3))
        image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    return image
