"""Charts of many kinds and styles, by matplotlib."""
import io

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

from common import pick, title, words

STYLES = ["default", "ggplot", "seaborn-v0_8", "dark_background", "bmh", "fivethirtyeight", "grayscale", "classic"]


def lines(rng, axes):
    x = np.arange(rng.integers(8, 200))
    for _ in range(int(rng.integers(1, 6))):
        axes.plot(x, rng.normal(size=len(x)).cumsum() * rng.uniform(0.2, 5), label=words(rng, 1), lw=rng.uniform(0.8, 3))
    axes.legend()


def bars(rng, axes):
    names = [words(rng, 1) for _ in range(int(rng.integers(3, 12)))]
    values = rng.gamma(2, 10, (int(rng.integers(1, 4)), len(names)))
    if rng.random() < 0.3:
        axes.barh(names, values[0])
    else:
        for row, part in enumerate(values):
            axes.bar(np.arange(len(names)) + row * 0.25, part, 0.25, label=words(rng, 1))
        axes.set_xticks(range(len(names)), names, rotation=pick(rng, [0, 30, 90]))


def pie(rng, axes):
    values = rng.gamma(1, 10, int(rng.integers(3, 9))) + 1
    width = pick(rng, [None, 0.4])
    axes.pie(values, labels=[words(rng, 1) for _ in values], autopct="%1.0f%%", wedgeprops={"width": width})


def points(rng, axes):
    for _ in range(int(rng.integers(1, 4))):
        x = rng.normal(rng.normal(0, 3), 1, int(rng.integers(20, 400)))
        axes.scatter(x, x * rng.normal() + rng.normal(0, 1, len(x)), s=rng.uniform(3, 60), alpha=0.7)


def histogram(rng, axes):
    axes.hist(rng.gamma(2, 2, 800), int(rng.integers(8, 60)), edgecolor=pick(rng, ["white", "black"]))


def heat(rng, axes):
    side = int(rng.integers(4, 14))
    values = rng.normal(size=(side, side))
    axes.imshow(values, cmap=pick(rng, ["viridis", "coolwarm", "Blues", "magma"]))
    if side < 9:
        for (y, x), value in np.ndenumerate(values):
            axes.text(x, y, f"{value:.1f}", ha="center", va="center", fontsize=8)


def boxes(rng, axes):
    axes.boxplot([rng.normal(rng.normal(), 1, 80) for _ in range(int(rng.integers(2, 9)))])


def area(rng, axes):
    x = np.arange(40)
    axes.stackplot(x, *rng.gamma(2, 1, (int(rng.integers(2, 6)), 40)).cumsum(1))


def candles(rng, axes):
    price = 100 + rng.normal(size=60).cumsum()
    for day in range(1, 60):
        shade = "tab:green" if price[day] > price[day - 1] else "tab:red"
        axes.plot([day, day], [min(price[day - 1:day + 1]) - rng.random(), max(price[day - 1:day + 1]) + rng.random()], shade)
        axes.bar(day, price[day] - price[day - 1], 0.6, price[day - 1], color=shade)


def formula(rng, axes):
    x = np.linspace(-5, 5, 400)
    for _ in range(2):
        axes.plot(x, np.sin(x * rng.uniform(0.5, 3)) * np.exp(-rng.uniform(0, 0.4) * x))
    axes.axhline(0, color="black")
    axes.set_title(r"$f(x) = \sin(%.1f x)\, e^{-x}$" % rng.uniform(0.5, 3))


KINDS = [lines, bars, pie, points, histogram, heat, boxes, area, candles, formula]


def chart(rng, number):
    with plt.style.context(pick(rng, STYLES)):
        several = rng.random() < 0.25
        figure, axes = plt.subplots(*(2, 2) if several else (1, 1), figsize=pick(rng, [(8, 6), (10, 5), (6, 6)]), squeeze=False)
        for place, axis in enumerate(axes.flat):
            kind = KINDS[(number + place) % len(KINDS)]
            kind(rng, axis)
            if kind is not formula and rng.random() < 0.8:
                axis.set_title(title(rng))
            if kind not in (pie, heat):
                axis.grid(bool(rng.random() < 0.5))
                if rng.random() < 0.7:
                    axis.set_xlabel(words(rng, 2))
                    axis.set_ylabel(words(rng, 2))
        figure.tight_layout()
        data = io.BytesIO()
        figure.savefig(data, dpi=100)
        plt.close(figure)
    return Image.open(data).convert("RGB")
