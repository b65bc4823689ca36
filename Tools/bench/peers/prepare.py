"""A JPEG to the input of all encoders of a captioner, by Pillow or libvips.

    python prepare.py WAY IMAGE CAPTIONER --repeats R

WAY is `pillow` (decodes all pixels), `draft` (Pillow's JPEG draft mode: libjpeg scales while it decodes) or `vips` (the same,
and thumbnails of that). The file is decoded once for all encoders. All end in normalised float32 [3, height, width]. Prints
{"seconds"}.
"""
import argparse
import json
import time
from pathlib import Path

import numpy
from PIL import Image

parser = argparse.ArgumentParser()
parser.add_argument("way", choices=("pillow", "draft", "vips"))
parser.add_argument("image")
parser.add_argument("captioner", type=Path)
parser.add_argument("--repeats", type=int, default=5)
arguments = parser.parse_args()
manifest = json.loads((arguments.captioner / "captioner.json").read_text())
encoders = [encoder["preprocessing"] for encoder in manifest.get("encoders") or [manifest["encoder"]]]
sizes = [(settings["width"], settings["height"]) for settings in encoders]


def resized():
    """RGB bytes [height, width, 3] for each encoder."""
    largest = tuple(map(max, zip(*sizes)))
    if arguments.way == "vips":
        import pyvips

        pyvips.cache_set_max(0)
        file = pyvips.Image.new_from_file(arguments.image)
        # As its thumbnail of a file chooses: at least a factor of two is left for resizing.
        room = min(file.width / largest[0], file.height / largest[1])
        shrink = next(factor for factor in (8, 4, 2, 1) if room >= 2 * factor or factor == 1)
        image = pyvips.Image.new_from_file(arguments.image, shrink=shrink).copy_memory()
        return [
            image.thumbnail_image(width, height=height, size="force").numpy()[:, :, :3] for width, height in sizes]
    with Image.open(arguments.image) as image:
        if arguments.way == "draft":
            image.draft("RGB", largest)
        image = image.convert("RGB")
        return [numpy.asarray(image.resize(size, Image.Resampling.BICUBIC)) for size in sizes]


def normalised(rows, settings):
    mean, deviation = numpy.float32(settings["mean"]), numpy.float32(settings["std"])
    scaled = rows.astype(numpy.float32) * numpy.float32(settings["rescaleFactor"])
    return numpy.ascontiguousarray(((scaled - mean) / deviation).transpose(2, 0, 1))


def prepare():
    return [normalised(rows, settings) for rows, settings in zip(resized(), encoders)]


prepare()
seconds = []
for _ in range(arguments.repeats):
    start = time.perf_counter()
    prepare()
    seconds.append(time.perf_counter() - start)
print(json.dumps({"seconds": seconds}))
