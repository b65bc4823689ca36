"""Images that are no photos, to fit and to test when a captioner says "not sure".

    python Tools/make_nonphotos OUT [--count 20] [--seed 1] [--kinds maps,charts]

Writes OUT/KIND/NN.png or .jpg. The same seed and the same versions (requirements.txt) make the same images; image NN of a
kind does not depend on the count. `caption calibrate --nonphotos OUT` fits with every other image of a kind and tests with
the rest.
"""
import argparse
import io
import zlib
from pathlib import Path

import numpy

import charts
import codes
import drawings
import flat
import icons
import maps
import screens
import scans

KINDS = {
    "solid": flat.solid, "gradient": flat.gradient, "noise": flat.noise, "text": scans.scan,
    "screenshot": screens.screenshot, "icon": icons.icon, "chart": charts.chart, "code": codes.code,
    "map": maps.map_image, "drawing": drawings.drawing,
}


def encoded(image, rng):
    """The image as a file of a kind that such images come in → (bytes, ending)."""
    image = image.convert("RGB")
    data = io.BytesIO()
    if rng.random() < 0.5:
        image.save(data, "PNG")
        return data.getvalue(), "png"
    image.save(data, "JPEG", quality=int(rng.integers(55, 95)))
    return data.getvalue(), "jpg"


def main():
    parser = argparse.ArgumentParser(description="Draw images that are no photos.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=20, help="images of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", default=",".join(KINDS), help="some kinds, separated by commas")
    arguments = parser.parse_args()
    for kind in arguments.kinds.split(","):
        directory = arguments.out / kind
        directory.mkdir(parents=True, exist_ok=True)
        for number in range(arguments.count):
            rng = numpy.random.default_rng([arguments.seed, zlib.crc32(kind.encode()), number])
            content, ending = encoded(KINDS[kind](rng, number), rng)
            (directory / f"{number:03}.{ending}").write_bytes(content)


main()
