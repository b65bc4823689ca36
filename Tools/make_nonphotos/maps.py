"""Maps: streets, countries, contour lines, underground lines, areas coloured by a number."""
import importlib.util
from functools import cache
from pathlib import Path

import numpy as np
import shapefile
from matplotlib.figure import Figure
from PIL import Image, ImageDraw

from common import color, font, pick, title


@cache
def countries():
    """Each country's outlines as lists of (longitude, latitude): Natural Earth, in geopandas' wheel."""
    package = Path(importlib.util.find_spec("geopandas").submodule_search_locations[0])
    reader = shapefile.Reader(str(package / "datasets/naturalearth_lowres/naturalearth_lowres.shp"))
    outlines = []
    for shape in reader.shapes():
        ends = list(shape.parts[1:]) + [len(shape.points)]
        outlines.append([shape.points[start:end] for start, end in zip(shape.parts, ends)])
    return outlines


def streets(rng):
    """Blocks between streets that lean, a river, parks, main roads, and names, as route planners draw them."""
    width, height = pick(rng, [(800, 600), (600, 800), (700, 700)])
    ground, road, main, park, water, ink = pick(rng, [
        ("#f2efe9", "#ffffff", "#fcd6a4", "#c8e6b0", "#aad3df", "#555555"),
        ("#eaeaea", "#ffffff", "#ffe168", "#cfe8c8", "#a3ccff", "#444444"),
        ("#242f3e", "#38414e", "#746855", "#263c3f", "#17263c", "#9ca5b3"),
    ])
    image = Image.new("RGB", (width * 2, height * 2), ground)
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(1, 6))):
        x, y = rng.uniform(0, width * 2), rng.uniform(0, height * 2)
        around = np.sort(rng.uniform(0, 2 * np.pi, 7))
        reach = rng.uniform(60, 260, 7)
        draw.polygon([(x + r * np.cos(a), y + r * np.sin(a)) for a, r in zip(around, reach)], park)
    t = np.linspace(-0.2, 1.2, 60)
    river = [(u * width * 2, height * (rng.uniform(0.4, 1.6) + 0.02 * v)) for u, v in zip(t, rng.normal(size=60).cumsum())]
    draw.line([(x, river[0][1] + 150 * np.sin(x / 300)) for x, _ in river], water, int(rng.integers(30, 120)), "curve")
    lean, step = rng.uniform(-0.5, 0.5), int(rng.integers(70, 180))
    for direction in range(2):
        for place in range(-2 * height, 4 * width, step):
            place += rng.uniform(-0.3, 0.3) * step
            big = rng.random() < 0.15
            if rng.random() < 0.2:
                continue
            if direction == 0:
                line = [(place, 0), (place + lean * height * 2, height * 2)]
            else:
                line = [(0, place), (width * 2, place - lean * width * 2)]
            draw.line(line, main if big else road, 26 if big else int(rng.integers(8, 16)))
    text = font(rng, 22, "sans")
    for _ in range(int(rng.integers(6, 25))):
        draw.text((rng.uniform(0, width * 1.8), rng.uniform(0, height * 2)), title(rng)[:18], ink, text)
    return image.resize((width, height), Image.LANCZOS)


def world(rng):
    """The world, or a part of it, each country in a colour of its own or in one of a scale."""
    sea, edge = pick(rng, [("#a6cee3", "#777777"), ("#ffffff", "#ffffff"), ("#dbe9f4", "#333333"), ("#0b1e38", "#557799")])
    scale = [color(rng, s, 0.9) for s in (0.15, 0.35, 0.55, 0.8)] if rng.random() < 0.5 else None
    base, near = color(rng, 0.35, 0.9), rng.random() < 0.7
    center, span = ((rng.uniform(-100, 140), rng.uniform(-30, 55)), rng.uniform(20, 70)) if near else ((0, 10), 180)
    width, height = (900, 500) if not near else pick(rng, [(800, 600), (600, 700)])
    factor = width / (2 * span)

    def place(point):
        return (width / 2 + (point[0] - center[0]) * factor, height / 2 - (point[1] - center[1]) * factor)

    image = Image.new("RGB", (width, height), sea)
    draw, text = ImageDraw.Draw(image), font(rng, 13, "sans")
    for outlines in countries():
        fill = pick(rng, scale) if scale else (color(rng, 0.35, 0.9) if near else base)
        for outline in outlines:
            draw.polygon([place(point) for point in outline], fill, edge)
        if near:
            draw.text(place(np.mean(outlines[0], 0)), title(rng)[:12], "black", text, anchor="mm")
    return image


def contours(rng):
    """Heights as lines, with or without colours between."""
    figure = Figure(figsize=(8, 6))
    axis = figure.add_axes((0, 0, 1, 1))
    x, y = np.meshgrid(np.linspace(0, 1, 120), np.linspace(0, 1, 90))
    height = sum(rng.normal() * np.exp(-((x - rng.random()) ** 2 + (y - rng.random()) ** 2) / rng.uniform(0.005, 0.08))
                 for _ in range(14))
    if rng.random() < 0.6:
        axis.contourf(x, y, height, 14, cmap=pick(rng, ["terrain", "YlGn", "gist_earth", "Oranges"]))
    lines = axis.contour(x, y, height, 18, colors="saddlebrown", linewidths=0.8)
    axis.clabel(lines, fontsize=7)
    axis.axis("off")
    return canvas(figure)


def canvas(figure):
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    drawn = FigureCanvasAgg(figure)
    drawn.draw()
    return Image.fromarray(np.asarray(drawn.buffer_rgba())[..., :3].copy())


def underground(rng):
    """Lines in directions of 45 degrees with stations, as of an underground railway."""
    image = Image.new("RGB", (1600, 1200), "white")
    draw, text = ImageDraw.Draw(image), font(rng, 24, "sans")
    directions = [(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)]
    for _ in range(int(rng.integers(3, 9))):
        point, heading = (rng.uniform(200, 1400), rng.uniform(200, 1000)), int(rng.integers(8))
        line, shade = [point], color(rng, 0.9, 0.8)
        for _ in range(int(rng.integers(4, 12))):
            dx, dy = directions[heading]
            length = rng.uniform(60, 200)
            point = (point[0] + dx * length, point[1] + dy * length)
            line.append(point)
            heading = (heading + pick(rng, [-1, 0, 0, 1])) % 8
        draw.line(line, shade, 16, "curve")
        for x, y in line:
            draw.ellipse((x - 12, y - 12, x + 12, y + 12), "white", "black", 4)
            draw.text((x + 18, y - 12), title(rng)[:14], "black", text)
    return image.resize((800, 600), Image.LANCZOS)


def map_image(rng, number):
    return [streets, world, contours, streets, underground][number % 5](rng)
