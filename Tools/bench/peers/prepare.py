"""An image file to the encoder's input, by Pillow or libvips.

    python prepare.py WAY IMAGE CAPTIONER --repeats R

WAY is `pillow` (decodes all pixels), `draft` (Pillow's JPEG draft mode: libjpeg scales while it decodes) or `vips`
(thumbnail). All end in the same normalised float32 [3, height, width]. Prints {"seconds"}.
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
settings = json.loads((arguments.captioner / "captioner.json").read_text())["encoder"]["preprocessing"]
size = settings["width"], settings["height"]
mean, deviation = numpy.float32(settings["mean"]), numpy.float32(settings["std"])


def rows():
    if arguments.way == "vips":
        import pyvips

        pyvips.cache_set_max(0)
        return pyvips.Image.thumbnail(arguments.image, size[0], height=size[1], size="force").numpy()[:, :, :3]
    with Image.open(arguments.image) as image:
        if arguments.way == "draft":
            image.draft("RGB", size)
        return numpy.asarray(image.convert("RGB").resize(size, Image.Resampling.BICUBIC))


def prepare():
    scaled = rows().astype(numpy.float32) * numpy.float32(settings["rescaleFactor"])
    return numpy.ascontiguousarray(((scaled - mean) / deviation).transpose(2, 0, 1))


prepare()
seconds = []
for _ in range(arguments.repeats):
    start = time.perf_counter()
    prepare()
    seconds.append(time.perf_counter() - start)
print(json.dumps({"seconds": seconds}))
