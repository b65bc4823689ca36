"""Solid colours, gradients and noise."""
import numpy as np
from PIL import Image

from common import color, pick, size


def solid(rng, number):
    """One colour; every fourth with a lightness that hardly changes, as of a covered lens or a blank page."""
    width, height = size(rng)
    base = [(255, 255, 255), (0, 0, 0), (128, 128, 128)][number] if number < 3 else color(rng)
    pixels = np.full((height, width, 3), base, np.float64)
    if number % 4 == 3:
        ramp = np.linspace(-1, 1, width)[None, :, None] * rng.uniform(1, 5)
        pixels += ramp + rng.normal(0, rng.uniform(0.3, 1.5), pixels.shape)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def gradient(rng, number):
    """Linear, radial, conical, of four corners, or bands; between two to four colours."""
    width, height = size(rng)
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    angle = rng.random() * 2 * np.pi
    kind = number % 5
    if kind == 0:
        t = (x * np.cos(angle) + y * np.sin(angle)) / 2 ** 0.5 / 2 + 0.5
    elif kind == 1:
        t = np.hypot(x - rng.uniform(-1, 1), y - rng.uniform(-1, 1)) / 2
    elif kind == 2:
        t = np.arctan2(y, x) / (2 * np.pi) + 0.5
    elif kind == 3:
        corners = [np.array(color(rng), float) for _ in range(4)]
        u, v = (x[..., None] + 1) / 2, (y[..., None] + 1) / 2
        pixels = (corners[0] * (1 - u) + corners[1] * u) * (1 - v) + (corners[2] * (1 - u) + corners[3] * u) * v
        return Image.fromarray(pixels.astype(np.uint8))
    else:
        t = np.floor((x * np.cos(angle) + y * np.sin(angle) + 1.5) * rng.integers(2, 8)) % 5 / 4
    stops = np.linspace(0, 1, int(rng.integers(2, 5)))
    colors = np.array([color(rng) for _ in stops], float)
    pixels = np.stack([np.interp(t, stops, colors[:, channel]) for channel in range(3)], -1)
    return Image.fromarray(pixels.astype(np.uint8))


def noise(rng, number):
    """White, blurred, of many scales, salt and pepper, lines of a broken signal, or few colours."""
    width, height = size(rng)
    channels = pick(rng, [1, 3])
    kind = number % 6
    if kind == 0:
        pixels = rng.integers(0, 256, (height, width, channels)).astype(float)
    elif kind == 1:
        scale = int(rng.integers(3, 40))
        small = rng.integers(0, 256, (height // scale + 2, width // scale + 2, channels)).astype(np.uint8)
        small = Image.fromarray(small.repeat(3 // channels, 2))
        return small.resize((width, height), pick(rng, [Image.NEAREST, Image.BILINEAR, Image.BICUBIC]))
    elif kind == 2:
        # Amplitudes fall with the frequency, as in clouds.
        fx, fy = np.fft.fftfreq(width), np.fft.fftfreq(height)[:, None]
        falloff = np.maximum(np.hypot(fx, fy), 1 / width) ** -rng.uniform(0.5, 1.8)
        layers = [np.fft.ifft2(np.fft.fft2(rng.normal(size=(height, width))) * falloff).real for _ in range(channels)]
        pixels = np.stack([(a - a.min()) / np.ptp(a) * 255 for a in layers], -1)
    elif kind == 3:
        pixels = np.full((height, width, channels), 128.0) + rng.normal(0, rng.uniform(10, 60), (height, width, channels))
        salt = rng.random((height, width, 1)) < rng.uniform(0.05, 0.4)
        pixels = np.where(salt, rng.integers(0, 2, (height, width, 1)) * 255.0, pixels)
    elif kind == 4:
        pixels = rng.integers(0, 256, (height, 1, channels)).repeat(width, 1).astype(float)
        pixels += rng.normal(0, 25, (height, width, channels))
    else:
        palette = np.array([color(rng) for _ in range(int(rng.integers(2, 6)))], float)
        pixels = palette[rng.integers(0, len(palette), (height, width))]
    pixels = pixels.clip(0, 255).astype(np.uint8)
    return Image.fromarray(pixels.repeat(3 // pixels.shape[2], 2))
