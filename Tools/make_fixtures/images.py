"""Fixtures/images: free photos from packages, at most 640 pixels wide. Sources and licences: Fixtures/README.md.

Pinned: pillow 13.0.0.
Run:    python Tools/make_fixtures/images.py SOURCES
SOURCES holds the originals: chelsea.png, coffee.png, astronaut.png, rocket.jpg of scikit-image 0.16.2's wheel
(skimage/data); from Debian's gcompris-qt-data 3.1-2 the files of its Qt resource archives erase.rcc
(northern_harrier.webp), explore_farm_animals.rcc (dog.webp) and explore_world_music.rcc (italy.webp); from Debian's
lomiri-wallpapers-16.04 20.04.0-2 friends_by_Aitzol_Berasategi.jpg.
"""
import shutil
import sys
from pathlib import Path

from PIL import Image

import pins


def shrunk(source, width):
    image = Image.open(source).convert("RGB")
    if image.width <= width:
        return image
    return image.resize((width, round(image.height * width / image.width)), Image.LANCZOS)


if __name__ == "__main__":
    pins.check("pillow")
    sources, out = Path(sys.argv[1]), pins.FIXTURES / "images"
    out.mkdir(parents=True, exist_ok=True)
    for name in ("rocket.jpg", "dog.webp"):
        shutil.copyfile(sources / name, out / name)
    shrunk(sources / "chelsea.png", 300).save(out / "chelsea.png", optimize=True)
    for name, source, width in (
        ("coffee.jpg", "coffee.png", 600), ("astronaut.jpg", "astronaut.png", 512),
        ("harrier.jpg", "northern_harrier.webp", 640),
        ("opera.jpg", "italy.webp", 640), ("two-dogs.jpg", "friends_by_Aitzol_Berasategi.jpg", 400),
    ):
        shrunk(sources / source, width).save(out / name, quality=88, optimize=True)
