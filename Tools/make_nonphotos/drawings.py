"""Line drawings: houses and gardens, faces, animals, plans, solids, spirals, mazes, circuits, comics, scribbles."""
import numpy as np
from PIL import Image, ImageDraw

from common import dark, font, light, pick, sentence, title, words

PAPER = [(255, 255, 255), (255, 255, 255), (250, 248, 240), (235, 225, 200)]


class Pen:
    """Lines that tremble a little, on a sheet of twice the size."""

    def __init__(self, rng, width=700, height=700):
        self.rng, self.width, self.height = rng, width, height
        self.image = Image.new("RGB", (width * 2, height * 2), pick(rng, PAPER))
        self.draw = ImageDraw.Draw(self.image)
        self.ink, self.weight = dark(rng), int(rng.integers(3, 10))
        self.tremble = rng.uniform(0, 4)

    def line(self, points, closed=False):
        points = np.array(list(points) + ([points[0]] if closed else []), float) * 2
        fine = np.concatenate([np.linspace(a, b, 12, endpoint=False) for a, b in zip(points, points[1:])] + [points[-1:]])
        fine += np.convolve(self.rng.normal(0, self.tremble, len(fine)), np.ones(5) / 5, "same")[:, None]
        self.draw.line([tuple(p) for p in fine], self.ink, self.weight, "curve")

    def circle(self, x, y, rx, ry=None, start=0.0, end=2 * np.pi):
        t = np.linspace(start, end, 30)
        self.line([(x + rx * np.cos(a), y + (ry or rx) * np.sin(a)) for a in t])

    def done(self):
        return self.image.resize((self.width, self.height), Image.LANCZOS)


def house(rng):
    pen = Pen(rng)
    u = rng.uniform
    left, right, eave, ground = u(100, 250), u(420, 560), u(300, 360), u(560, 620)
    pen.line([(left, eave), (right, eave), (right, ground), (left, ground)], True)
    pen.line([(left - 30, eave), ((left + right) / 2, eave - u(80, 200)), (right + 30, eave)])
    for x in np.arange(left + 40, right - 60, u(80, 130)):
        pen.line([(x, eave + 50), (x + 50, eave + 50), (x + 50, eave + 110), (x, eave + 110)], True)
        pen.line([(x + 25, eave + 50), (x + 25, eave + 110)])
    pen.line([(20, ground), (680, ground)])
    for _ in range(int(rng.integers(1, 4))):
        x = u(40, 660)
        pen.line([(x, ground), (x, ground - 90)])
        pen.circle(x, ground - 130, u(30, 60))
    pen.circle(u(80, 620), 100, 45)
    return pen.done()


def face(rng):
    pen = Pen(rng, 600, 700)
    pen.circle(300, 350, rng.uniform(150, 210), rng.uniform(190, 250))
    for x in (230, 370):
        pen.circle(x, 310, 28, rng.uniform(12, 26))
        pen.circle(x, 310, 7)
        pen.line([(x - 35, 265), (x, rng.uniform(245, 265)), (x + 35, 265)])
    pen.line([(300, 330), (rng.uniform(270, 330), 400), (305, 405)])
    pen.circle(300, 440, 65, 35, 0.2, np.pi - 0.2)
    for a in np.linspace(np.pi, 2 * np.pi, int(rng.integers(10, 50))):
        pen.line([(300 + 190 * np.cos(a), 330 + 220 * np.sin(a)), (300 + rng.uniform(200, 260) * np.cos(a), 320 + 260 * np.sin(a))])
    return pen.done()


def animal(rng):
    pen = Pen(rng, 800, 600)
    body = rng.uniform(120, 180)
    pen.circle(380, 330, body, rng.uniform(60, 110))
    pen.circle(380 + body + 50, 240, rng.uniform(50, 75))
    for x in np.linspace(380 - body * 0.7, 380 + body * 0.7, 4):
        pen.line([(x, 400), (x + rng.uniform(-20, 20), 520), (x + 25, 522)])
    ear = 380 + body
    pen.line([(ear + 10, 200), (ear + 20, rng.uniform(90, 160)), (ear + 45, 185)])
    pen.line([(ear + 60, 185), (ear + 80, rng.uniform(90, 160)), (ear + 95, 200)])
    pen.circle(ear + 60, 230, 6)
    pen.line([(380 - body, 310), (300 - body, 250), (280 - body, rng.uniform(150, 300))])
    return pen.done()


def plan(rng):
    """Rooms of a flat, with measures."""
    pen = Pen(rng, 800, 600)
    pen.tremble = 0
    text = font(rng, 28, "sans")

    def split(box, depth):
        left, top, right, bottom = box
        pen.line([(left, top), (right, top), (right, bottom), (left, bottom)], True)
        if depth == 0 or min(right - left, bottom - top) < 120:
            pen.draw.text((left + right, top + bottom), f"{title(rng)[:10]}\n{rng.random() * 30:.1f} m²", pen.ink, text, anchor="mm")
            return
        if right - left > bottom - top:
            middle = rng.uniform(0.35, 0.65) * (right - left) + left
            split((left, top, middle, bottom), depth - 1)
            split((middle, top, right, bottom), depth - 1)
        else:
            middle = rng.uniform(0.35, 0.65) * (bottom - top) + top
            split((left, top, right, middle), depth - 1)
            split((left, middle, right, bottom), depth - 1)

    split((60, 60, 740, 540), 3)
    return pen.done()


def solids(rng):
    pen = Pen(rng, 800, 600)
    for _ in range(int(rng.integers(2, 7))):
        x, y, s, d = rng.uniform(60, 600), rng.uniform(120, 450), rng.uniform(60, 180), rng.uniform(20, 70)
        pen.line([(x, y), (x + s, y), (x + s, y + s), (x, y + s)], True)
        pen.line([(x, y), (x + d, y - d), (x + s + d, y - d), (x + s, y)])
        pen.line([(x + s + d, y - d), (x + s + d, y + s - d), (x + s, y + s)])
        pen.draw.text((2 * x, 2 * y + 2 * s + 10), f"{s:.0f} mm", pen.ink, font(rng, 30, "sans"))
    return pen.done()


def spiral(rng):
    pen = Pen(rng)
    t = np.linspace(0, rng.integers(8, 60) * np.pi, 1500)
    big, small, arm = rng.integers(60, 200), rng.integers(11, 97), rng.uniform(20, 140)
    x = (big - small) * np.cos(t) + arm * np.cos((big - small) / small * t)
    y = (big - small) * np.sin(t) - arm * np.sin((big - small) / small * t)
    scale = 620 / max(np.abs(x).max(), np.abs(y).max())
    pen.draw.line([(700 + scale * a, 700 + scale * b) for a, b in zip(x, y)], pen.ink, max(2, pen.weight // 2))
    return pen.done()


def maze(rng):
    pen, cells = Pen(rng), int(rng.integers(8, 30))
    step = 1240 / cells
    for row in range(cells):
        for column in range(cells):
            x, y = 80 + column * step, 80 + row * step
            pen.draw.line((x, y, x + step, y) if rng.random() < 0.5 else (x, y, x, y + step), pen.ink, pen.weight)
    pen.draw.rectangle((80, 80, 1320, 1320), outline=pen.ink, width=pen.weight)
    return pen.done()


def boxes(rng):
    """A diagram of boxes with arrows."""
    pen = Pen(rng, 900, 600)
    pen.tremble, text = pen.tremble / 3, font(rng, 30, "sans", "hand")
    places = [(x, y) for x in range(90, 800, 260) for y in range(60, 520, 160) if rng.random() < 0.8]
    for x, y in places:
        if rng.random() < 0.75:
            pen.line([(x, y), (x + 170, y), (x + 170, y + 80), (x, y + 80)], True)
        else:
            pen.circle(x + 85, y + 40, 85, 40)
        pen.draw.text((2 * x + 170, 2 * y + 80), words(rng, 2)[:16], pen.ink, text, anchor="mm")
    for (x, y), (u, v) in zip(places, places[1:]):
        pen.line([(x + 85, y + 80), (u + 85, v)])
        pen.line([(u + 75, v - 14), (u + 85, v), (u + 95, v - 14)])
    return pen.done()


def comic(rng):
    pen = Pen(rng, 900, 450)
    text = font(rng, 30, "hand")
    for left in (15, 310, 605):
        pen.line([(left, 15), (left + 280, 15), (left + 280, 435), (left, 435)], True)
        for x in (left + 80, left + 200):
            pen.circle(x, 230, 26)
            pen.line([(x, 256), (x, 340), (x - 25, 420)])
            pen.line([(x, 340), (x + 25, 420)])
            pen.line([(x - 40, rng.uniform(250, 330)), (x, 280), (x + 40, rng.uniform(250, 330))])
        pen.circle(left + 140, 100, 125, 60)
        pen.draw.multiline_text((2 * left + 280, 200), sentence(rng).replace(" ", "\n", 9)[:60], pen.ink, text, "mm")
    return pen.done()


def scribble(rng):
    pen = Pen(rng, 800, 600)
    for _ in range(int(rng.integers(1, 7))):
        steps = rng.normal(0, rng.uniform(10, 70), (int(rng.integers(10, 120)), 2)).cumsum(0)
        pen.line((steps + rng.uniform(150, 600, 2)).clip(10, 790))
    return pen.done()


KINDS = [house, face, animal, plan, solids, spiral, maze, boxes, comic, scribble]


def drawing(rng, number):
    """Every kind of drawing comes once in a row; the next rows differ by chance."""
    image = KINDS[number % len(KINDS)](rng)
    if rng.random() < 0.15:
        image = Image.eval(image, lambda value: 255 - value)
    return image
