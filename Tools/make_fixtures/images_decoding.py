"""Writes Fixtures/images-decoding: small images of every kind, and what a pinned Pillow makes of them.

    python3 -m venv venv && venv/bin/pip install pillow==13.0.0 numpy==2.4.6 transformers==5.23.0
    apt-get install libjpeg-turbo-progs   # cjpeg, jpegtran 2.1: what Pillow does not write (4:1:1, arithmetic)
    venv/bin/python Tools/make_fixtures/images_decoding.py

Everything is synthetic and seeded: nothing here is anyone's photo. Where Pillow departs from the PNG specification
(16-bit grey is clipped, transparent colours are compared after the reduction to 8 bits), the expectation is computed
here from the stored samples instead, and says so.
"""
import io, json, os, struct, subprocess, zlib
import numpy as np
from PIL import Image, ImageFilter, ImageOps
from transformers.image_transforms import center_crop, get_resize_output_image_size, normalize, rescale

import pins

pins.check("pillow", "numpy", "transformers")

ROOT = str(pins.FIXTURES / "images-decoding")
WHITE = (255, 255, 255)
random = np.random.default_rng(20240501)
cases = []


def picture(width, height, channels=3):
    """Smooth waves with a hard edge and a little noise: something for every part of a codec."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [127 + 100 * np.sin(x / (5 + 3 * c) + c) * np.cos(y / (7 - c) - c) for c in range(channels)]
    image = np.stack(planes, axis=-1)
    image[height // 3: height // 2, width // 4: width // 2] = [230, 30, 60, 120][:channels]
    image += random.normal(0, 6, image.shape)
    return np.clip(np.round(image), 0, 255).astype(np.uint8)


def oracle(data, background=WHITE):
    """Pillow's way from a file to opaque RGB."""
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", rgba.size, background + (255,)), rgba)
    return np.asarray(image.convert("RGB"))


def composite(rgba, background=WHITE):
    image = Image.fromarray(rgba, "RGBA")
    under = Image.new("RGBA", image.size, background + (255,))
    return np.asarray(Image.alpha_composite(under, image).convert("RGB"))


def case(name, data, expected=None, orientation=1, background=None):
    with open(os.path.join(ROOT, name), "wb") as file:
        file.write(data)
    expected = oracle(data, background or WHITE) if expected is None else expected
    with open(os.path.join(ROOT, "decoding-expected.rgb"), "ab") as file:
        file.write(np.ascontiguousarray(expected).tobytes())
    entry = {"file": name, "width": expected.shape[1], "height": expected.shape[0], "orientation": orientation}
    if background:
        entry["background"] = list(background)
    cases.append(entry)


def encoded(image, **options):
    out = io.BytesIO()
    image.save(out, **options)
    return out.getvalue()


def exif(orientation, big=False):
    entry = struct.pack(">HHIHH" if big else "<HHIHH", 0x0112, 3, 1, orientation, 0)
    head = b"MM\0*\0\0\0\x08\0\x01" if big else b"II*\0\x08\0\0\0\x01\0"
    return head + entry + b"\0\0\0\0"


def run(*command, data):
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def ppm(array):
    return b"P6 %d %d 255\n" % (array.shape[1], array.shape[0]) + array.tobytes()


def jpegs():
    base = picture(45, 31)
    rgb = Image.fromarray(base)
    for orientation in range(1, 9):
        data = encoded(rgb, format="JPEG", quality=85, exif=b"Exif\0\0" + exif(orientation, big=orientation % 2 == 0))
        case(f"exif-{orientation}.jpg", data, orientation=orientation)
    for name, sampling in (("444", "1x1"), ("422", "2x1"), ("440", "1x2"), ("420", "2x2"), ("411", "4x1")):
        sample = f"{sampling},1x1,1x1"
        case(f"sampling-{name}.jpg", run("cjpeg", "-quality", "80", "-sample", sample, data=ppm(base)))
    baseline = encoded(rgb, format="JPEG", quality=80)
    case("grey.jpg", encoded(rgb.convert("L"), format="JPEG"))
    case("progressive.jpg", encoded(rgb, format="JPEG", quality=80, progressive=True))
    case("progressive-grey.jpg", encoded(rgb.convert("L"), format="JPEG", progressive=True))
    case("arithmetic.jpg", run("jpegtran", "-arithmetic", data=baseline))
    case("arithmetic-progressive.jpg", run("jpegtran", "-arithmetic", "-progressive", data=baseline))
    case("restart.jpg", run("jpegtran", "-restart", "1B", data=baseline))
    case("rgb.jpg", encoded(rgb, format="JPEG", quality=90, keep_rgb=True))
    inks = Image.fromarray(picture(45, 31, 4), "CMYK")
    cmyk = encoded(inks, format="JPEG", quality=90)
    case("cmyk.jpg", cmyk)
    # The same planes under Adobe's transform 2 are luminance, chrominance and black.
    marker = cmyk.index(b"Adobe") + 11
    assert cmyk[marker] == 0
    case("ycck.jpg", cmyk[:marker] + b"\x02" + cmyk[marker + 1:])
    start = cmyk.index(b"\xff\xee")
    case("cmyk-without-adobe.jpg", cmyk[:start] + cmyk[start + 16:])


def reduced():
    """A larger JPEG, and what Pillow's draft mode makes of it at an eighth and a quarter."""
    image = Image.fromarray(picture(640, 420)).filter(ImageFilter.GaussianBlur(3))
    data = encoded(image, format="JPEG", quality=60, exif=b"Exif\0\0" + exif(6))
    with open(os.path.join(ROOT, "large.jpg"), "wb") as file:
        file.write(data)
    for denominator in (8, 4):
        draft = Image.open(io.BytesIO(data))
        draft.draft("RGB", (640 // denominator, 420 // denominator))
        upright = ImageOps.exif_transpose(draft)
        assert upright.size == (-(-420 // denominator), 640 // denominator), upright.size
        np.asarray(upright).tofile(os.path.join(ROOT, f"large-{denominator}.rgb"))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def packed(samples, depth):
    """Rows of samples [height, width, channels] as a PNG stores them, filter 0 before each."""
    out = b""
    for row in samples:
        values = row.reshape(-1)
        if depth == 16:
            data = values.astype(">u2").tobytes()
        else:
            bits = "".join(format(int(v), f"0{depth}b") for v in values)
            bits += "0" * (-len(bits) % 8)
            data = bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))
        out += b"\0" + data
    return out


def png(samples, depth, colour, interlaced=False, before=(), after=()):
    """Pillow and its like write few of the variants of PNG: this writes them all."""
    height, width, _ = samples.shape
    if interlaced:
        raw = b"".join(packed(samples[y::dy, x::dx], depth) for x, y, dx, dy in ADAM7
                       if samples[y::dy, x::dx].size)
    else:
        raw = packed(samples, depth)
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    chunks = [chunk(b"IHDR", header)] + [chunk(*c) for c in before] + [chunk(b"IDAT", zlib.compress(raw, 9))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks + [chunk(*c) for c in after] + [chunk(b"IEND", b"")])


def eight(samples, depth):
    """Samples as 8 bits: the high byte of 16, fewer spread over the range."""
    return (samples >> 8 if depth == 16 else samples * (255 // (2 ** depth - 1))).astype(np.uint8)


def pngs():
    width, height = 23, 17
    palette = random.integers(0, 256, (256, 3), dtype=np.uint8)
    for interlaced in (False, True):
        suffix = "-interlaced" if interlaced else ""
        for depth in (1, 2, 4, 8, 16):
            wide = picture(width, height, 4).astype(np.uint32) * 257 + random.integers(0, 200, (height, width, 4))
            samples = np.minimum(wide, 65535) >> (16 - depth)
            grey, grey_alpha, rgb, rgba = samples[..., :1], samples[..., [0, 3]], samples[..., :3], samples
            low = eight(samples, depth)
            grey_expected = np.repeat(low[..., :1], 3, axis=-1)

            def write(kind, data, expected, pillow=True):
                if pillow:
                    assert np.array_equal(oracle(data), expected), (kind, depth)
                case(f"{kind}-{depth}{suffix}.png", data, expected)

            # Pillow clips 16-bit grey to 255.
            write("grey", png(grey, depth, 0, interlaced), grey_expected, pillow=depth != 16)
            if not interlaced:
                # One grey is transparent. Compared as stored; Pillow compares with the 8-bit sample.
                key = int(grey[0, 0, 0])
                alpha = np.where(grey == key, 0, 255).astype(np.uint8)
                data = png(grey, depth, 0, before=[(b"tRNS", struct.pack(">H", key))])
                write("grey-key", data, composite(np.concatenate([grey_expected, alpha], -1)), pillow=depth in (1, 8))
            if depth <= 8:
                indices = np.minimum(grey, 15 if depth == 8 else 255)
                colours = palette[:min(2 ** depth, 16)]
                before = [(b"PLTE", colours.tobytes())]
                write("palette", png(indices, depth, 3, interlaced, before), colours[indices[..., 0]])
                alphas = np.array([0, 90, 200][:len(colours)], np.uint8)
                full = np.concatenate([alphas, np.full(len(colours) - len(alphas), 255, np.uint8)])
                before.append((b"tRNS", alphas.tobytes()))
                expected = composite(np.concatenate([colours[indices[..., 0]], full[indices]], -1))
                write("palette-alpha", png(indices, depth, 3, interlaced, before), expected)
            if depth >= 8:
                write("rgb", png(rgb, depth, 2, interlaced), low[..., :3])
                write("rgba", png(rgba, depth, 6, interlaced), composite(low))
                expected = composite(np.concatenate([grey_expected, low[..., 3:]], -1))
                write("grey-alpha", png(grey_alpha, depth, 4, interlaced), expected)
                if not interlaced:
                    key = rgb[3, 4]
                    alpha = np.where((rgb == key).all(-1, keepdims=True), 0, 255).astype(np.uint8)
                    data = png(rgb, depth, 2, before=[(b"tRNS", key.astype(">u2").tobytes())])
                    write("rgb-key", data, composite(np.concatenate([low[..., :3], alpha], -1)), pillow=depth == 8)
    samples = picture(width, height)
    case("exif-before.png", png(samples, 8, 2, before=[(b"eXIf", exif(6))]), orientation=6)
    case("exif-after.png", png(samples, 8, 2, after=[(b"eXIf", exif(5, big=True))]), orientation=5)
    case("gamma.png", png(samples, 8, 2, before=[(b"gAMA", struct.pack(">I", 100000))]))
    # Every alpha over a colour that is not white.
    ramp = np.empty((16, 256, 4), np.uint8)
    ramp[..., :3] = random.integers(0, 256, (16, 256, 3))
    ramp[..., 3] = np.arange(256)
    case("alpha-ramp.png", png(ramp, 8, 6), background=(12, 200, 77))


def webps():
    base = Image.fromarray(picture(45, 31))
    alpha = Image.fromarray(picture(45, 31, 4), "RGBA")
    case("lossy.webp", encoded(base, format="WEBP", quality=70))
    case("lossless.webp", encoded(base, format="WEBP", lossless=True))
    case("lossy-alpha.webp", encoded(alpha, format="WEBP", quality=70))
    case("lossless-alpha.webp", encoded(alpha, format="WEBP", lossless=True, exact=True))
    case("exif.webp", encoded(base, format="WEBP", lossless=True, exif=exif(8)), orientation=8)
    case("exif-prefixed.webp", encoded(base, format="WEBP", quality=70, exif=b"Exif\0\0" + exif(3)), orientation=3)
    frames = [Image.fromarray(picture(45, 31, 4), "RGBA") for _ in range(3)]
    case("animated-alpha.webp", encoded(frames[0], format="WEBP", save_all=True, append_images=frames[1:]))
    opaque = [frame.convert("RGB") for frame in frames]
    data = encoded(opaque[0], format="WEBP", save_all=True, append_images=opaque[1:])
    case("animated.webp", data)
    # A first frame that covers a part of the canvas only, on canvases with and without alpha.
    still = encoded(base, format="WEBP", quality=70)
    assert still[12:16] == b"VP8 "
    for name, flags in (("animated-part.webp", 0x02), ("animated-part-alpha.webp", 0x12)):
        canvas = struct.pack("<I", flags) + struct.pack("<I", 59)[:3] + struct.pack("<I", 39)[:3]
        place = struct.pack("<I", 4)[:3] + struct.pack("<I", 2)[:3]
        size = struct.pack("<I", 44)[:3] + struct.pack("<I", 30)[:3]
        frame = place + size + b"\x64\0\0\0" + still[12:]
        body = b"WEBP"
        for kind, content in ((b"VP8X", canvas), (b"ANIM", b"\x11\x22\x33\xff\0\0"), (b"ANMF", frame), (b"ANMF", frame)):
            body += kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
        case(name, b"RIFF" + struct.pack("<I", len(body)) + body)


FILTERS = {"nearest": Image.NEAREST, "box": Image.BOX, "bilinear": Image.BILINEAR, "hamming": Image.HAMMING,
           "bicubic": Image.BICUBIC, "lanczos": Image.LANCZOS}


def resampling():
    """Noise is the worst case: every rounding shows."""
    source = random.integers(0, 256, (47, 61, 3), dtype=np.uint8)
    source[10:25, 15:40] = np.where(random.random((15, 25, 1)) < 0.5, 0, 255)  # over- and undershoot
    source.tofile(os.path.join(ROOT, "resampling-source.rgb"))
    image = Image.fromarray(source)
    entries = []
    with open(os.path.join(ROOT, "resampling-expected.rgb"), "wb") as file:
        for name, kind in FILTERS.items():
            for width, height in ((13, 11), (61, 17), (29, 47), (61, 47), (60, 46), (97, 71), (7, 83), (1, 1), (31, 3)):
                file.write(np.asarray(image.resize((width, height), kind)).tobytes())
                entries.append({"filter": name, "width": width, "height": height})
    return {"width": 61, "height": 47, "resized": entries}


def digest(array):
    return zlib.crc32(np.ascontiguousarray(array).tobytes())


def large_resampling():
    """Widths that the vector loops' ends and the sliding window meet; only checksums are kept. The source is a formula,
    so that the tests make the same one."""
    entries = []
    for width, height in ((1003, 7), (5, 2011), (333, 517)):
        index = np.arange(width * height * 3, dtype=np.uint64)
        source = ((index * index * 7 + index * 13 + (index >> 5) * 101) & 255).astype(np.uint8)
        image = Image.fromarray(source.reshape(height, width, 3))
        for name, kind in FILTERS.items():
            # The last two: on either side of where Pillow 13 begins with the vertical pass.
            for w, h in ((224, 224), (37, 3), (3, 41), (641, 5), (width - 1, height - 2), (width - 1, height - 3)):
                entries.append({"sourceWidth": width, "sourceHeight": height, "filter": name, "width": w, "height": h,
                                "crc32": digest(np.asarray(image.resize((w, h), kind)))})
    return entries


MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def fast_center_crop(array, height, width):
    """The arithmetic of transformers' fast image processors (BaseImageProcessorFast.center_crop)."""
    h, w = array.shape[:2]
    if width > w or height > h:
        left, right = ((width - w) // 2, (width - w + 1) // 2) if width > w else (0, 0)
        top, bottom = ((height - h) // 2, (height - h + 1) // 2) if height > h else (0, 0)
        array = np.pad(array, ((top, bottom), (left, right), (0, 0)))
        h, w = array.shape[:2]
    top, left = int((h - height) / 2.0), int((w - width) / 2.0)
    return array[top:top + height, left:left + width]


def preprocessing():
    entries, blob = [], b""
    for width, height in ((61, 47), (47, 61), (50, 50), (120, 9), (9, 120)):
        index = np.arange(width * height * 3, dtype=np.uint64)
        source = ((index * index * 7 + index * 13 + (index >> 5) * 101) & 255).astype(np.uint8)
        image = Image.fromarray(source.reshape(height, width, 3))
        for mode, size, edge in (("squash", (28, 20), None), ("shortestEdgeCenterCrop", (28, 28), 32),
                                 ("shortestEdgeCenterCrop", (27, 20), 33), ("shortestEdgeCenterCrop", (31, 40), 29),
                                 ("longestEdgePad", (28, 28), None), ("longestEdgePad", (29, 16), None)):
            if mode == "squash":
                result = np.asarray(image.resize(size, Image.BICUBIC))
            elif mode == "longestEdgePad":
                result = np.asarray(ImageOps.pad(image, size, Image.BICUBIC, color=(12, 34, 56)))
            else:
                h, w = get_resize_output_image_size(np.asarray(image), edge, default_to_square=False)
                resized = np.asarray(image.resize((w, h), Image.BICUBIC))
                result = fast_center_crop(resized, size[1], size[0])
                if w >= size[0] and h >= size[1]:  # Where something is missing, the slow processors pad otherwise.
                    slow = center_crop(resized, (size[1], size[0]), input_data_format="channels_last")
                    assert np.array_equal(result, slow)
            blob += np.ascontiguousarray(result).tobytes()
            entries.append({"sourceWidth": width, "sourceHeight": height, "mode": mode, "width": size[0],
                            "height": size[1], "shortestEdge": edge})
    with open(os.path.join(ROOT, "preprocessing-expected.rgb"), "wb") as file:
        file.write(blob)
    # All bytes through transformers' rescale and normalise: [256, 3] float32.
    bytes_ = np.repeat(np.arange(256, dtype=np.uint8)[:, None, None], 3, axis=-1)
    scaled = rescale(bytes_, 1 / 255, input_data_format="channels_last")
    normalize(scaled, MEAN, STD, input_data_format="channels_last").astype("<f4").tofile(
        os.path.join(ROOT, "normalised.f32"))
    return entries


if __name__ == "__main__":
    os.makedirs(ROOT, exist_ok=True)
    for name in os.listdir(ROOT):
        if name != "SCHEMA.md":
            os.remove(os.path.join(ROOT, name))
    jpegs()
    reduced()
    pngs()
    webps()
    manifest = {"decoding": cases, "resampling": resampling(), "largeResampling": large_resampling(),
                "preprocessing": preprocessing()}
    with open(os.path.join(ROOT, "manifest.json"), "w") as file:
        json.dump(manifest, file, indent=1)
    sizes = [os.path.getsize(os.path.join(ROOT, name)) for name in os.listdir(ROOT)]
    print(len(cases), "images,", sum(sizes), "bytes")
