"""Screenshots: code, terminals, web pages, sheets of numbers, chats, dialogues, folders, calendars, mail, settings."""
from PIL import Image, ImageDraw

from common import color, dark, fit, font, font_path, light, load, number as figure, paragraph, pick, sentence, title, words

SCREENS = [(1280, 720), (1366, 768), (1024, 768), (1440, 900)]


class Screen:
    def __init__(self, rng, shape=None, is_dark=None):
        self.rng = rng
        self.width, self.height = shape or pick(rng, SCREENS)
        self.is_dark = rng.random() < 0.35 if is_dark is None else is_dark
        self.back, self.ink = (dark(rng), (225, 225, 225)) if self.is_dark else (light(rng), (30, 30, 30))
        self.accent = color(rng, 0.75, 0.8)
        self.image = Image.new("RGB", (self.width, self.height), self.back)
        self.draw = ImageDraw.Draw(self.image)
        self.sans = font_path(rng, "sans")

    def text(self, place, text, points=14, fill=None, path=None, anchor=None):
        self.draw.text(place, text, fill or self.ink, load(path or self.sans, points), anchor=anchor)

    def shade(self, amount):
        """The background, a little lighter or darker."""
        return tuple(max(0, min(255, c + (amount if self.is_dark else -amount))) for c in self.back)

    def bar(self, name):
        """A window's title bar."""
        self.draw.rectangle((0, 0, self.width, 34), self.shade(25))
        for place, fill in enumerate(["#ff5f57", "#febc2e", "#28c840"]):
            self.draw.ellipse((12 + 22 * place, 11, 24 + 22 * place, 23), fill)
        self.text((self.width / 2, 17), name, 14, anchor="mm")


def code(rng):
    screen = Screen(rng)
    screen.bar(words(rng, 1) + ".py")
    mono, points = font_path(rng, "mono"), int(rng.integers(12, 18))
    colors = [screen.ink, color(rng, 0.6, 0.8), color(rng, 0.6, 0.7), color(rng, 0.5, 0.75)]
    screen.draw.rectangle((0, 34, 220, screen.height), screen.shade(12))
    for row in range(18):
        screen.text((20 + 14 * int(rng.integers(0, 3)), 50 + 26 * row), words(rng, 1) + pick(rng, [".py", ".txt", "/"]), 13)
    indent, y, line = 0, 48, 1
    while y < screen.height - 20:
        indent = max(0, min(5, indent + pick(rng, [-1, 0, 0, 0, 1])))
        screen.text((230, y), f"{line:4}", points, screen.shade(110), mono)
        x = 290 + indent * points * 2.4
        for _ in range(int(rng.integers(0, 8))):
            token = pick(rng, ["def ", "return ", "if ", "= ", "(", "self.", "for ", "# ", '"', "[0]"]) + words(rng, 1) + " "
            screen.text((x, y), token, points, pick(rng, colors), mono)
            x += len(token) * points * 0.6
        y += points * 1.5
        line += 1
    return screen.image


def terminal(rng):
    screen = Screen(rng, pick(rng, [(800, 500), (1000, 700), (1280, 720)]), rng.random() < 0.85)
    screen.bar(words(rng, 1))
    mono, y = font_path(rng, "mono"), 44
    while y < screen.height * rng.uniform(0.5, 1.1):
        if rng.random() < 0.25:
            screen.text((10, y), "$ " + words(rng, 3), 14, (80, 200, 120), mono)
        else:
            screen.text((10, y), f"{rng.integers(0, 99999):6} {words(rng, int(rng.integers(1, 9)))}", 14, None, mono)
        y += 19
    return screen.image


def page(rng):
    screen = Screen(rng, is_dark=rng.random() < 0.15)
    screen.draw.rectangle((0, 0, screen.width, 70), screen.shade(18))
    screen.draw.rounded_rectangle((150, 38, screen.width - 200, 64), 12, screen.shade(40))
    screen.text((170, 42), "https://" + words(rng, 1) + ".example.org/" + words(rng, 1))
    screen.draw.rectangle((0, 70, screen.width, 130), screen.accent)
    screen.text((40, 82), title(rng), 30, "white")
    for item in range(5):
        screen.text((500 + 130 * item, 92), title(rng)[:12], 16, "white")
    screen.text((60, 160), title(rng), 34)
    middle = screen.width * rng.uniform(0.55, 0.75)
    paragraph(screen.draw, rng, (60, 220, middle, screen.height - 60), load(screen.sans, 16), screen.ink)
    for box in range(3):
        top = 170 + 190 * box
        screen.draw.rounded_rectangle((middle + 40, top, screen.width - 40, top + 160), 8, screen.shade(12), screen.shade(60))
        screen.text((middle + 56, top + 14), title(rng)[:20], 18)
        screen.draw.rounded_rectangle((middle + 56, top + 110, middle + 176, top + 146), 6, screen.accent)
        screen.text((middle + 116, top + 128), title(rng)[:10], 14, "white", anchor="mm")
    return screen.image


def sheet(rng):
    screen = Screen(rng, is_dark=False)
    screen.draw.rectangle((0, 0, screen.width, 90), screen.accent if rng.random() < 0.5 else screen.shade(20))
    for item in range(9):
        screen.text((20 + 90 * item, 12), title(rng)[:9], 14)
    step = int(rng.integers(80, 150))
    for row, y in enumerate(range(90, screen.height, 24)):
        screen.draw.line((0, y, screen.width, y), screen.shade(40))
        screen.text((8, y + 4), str(row), 13)
        for column, x in enumerate(range(40, screen.width, step)):
            if row == 0:
                screen.text((x + step / 2, y + 4), chr(65 + column % 26), 13)
            elif rng.random() < 0.7:
                screen.text((x + 4, y + 4), figure(rng) if column else words(rng, 1), 13)
    for x in range(40, screen.width, step):
        screen.draw.line((x, 90, x, screen.height), screen.shade(40))
    return screen.image


def chat(rng):
    screen = Screen(rng, (720, 1280))
    screen.draw.rectangle((0, 0, 720, 110), screen.shade(20))
    screen.text((30, 12), f"{rng.integers(0, 24)}:{rng.integers(10, 60)}", 22)
    screen.draw.ellipse((30, 50, 80, 100), screen.accent)
    screen.text((100, 58), title(rng)[:18], 28)
    y = 140
    while y < 1120:
        lines, own = int(rng.integers(1, 4)), rng.random() < 0.5
        left = 180 if own else 30
        screen.draw.rounded_rectangle((left, y, left + 510, y + 34 + 32 * lines), 22, screen.accent if own else screen.shade(28))
        for line in range(lines):
            text = fit(screen.draw, sentence(rng), load(screen.sans, 24), 470)
            screen.text((left + 20, y + 14 + 32 * line), text, 24, "white" if own else screen.ink)
        y += 60 + 32 * lines
    screen.draw.rounded_rectangle((30, 1180, 690, 1250), 35, screen.shade(20))
    return screen.image


def dialogue(rng):
    screen = Screen(rng)
    left, top, right, bottom = screen.width * 0.25, screen.height * 0.25, screen.width * 0.75, screen.height * 0.7
    screen.draw.rectangle((0, screen.height - 44, screen.width, screen.height), screen.shade(35))
    screen.draw.rectangle((left, top, right, bottom), screen.shade(14), screen.shade(80))
    screen.draw.rectangle((left, top, right, top + 36), screen.accent)
    screen.text((left + 14, top + 8), title(rng), 16, "white")
    paragraph(screen.draw, rng, (left + 30, top + 70, right - 30, top + 190), load(screen.sans, 16), screen.ink)
    for button in range(2):
        x = right - 140 * (button + 1)
        screen.draw.rectangle((x, bottom - 50, x + 120, bottom - 16), screen.shade(35), screen.shade(90))
        screen.text((x + 60, bottom - 33), pick(rng, ["OK", "Cancel", "Yes", "No", "Help"]), 14, anchor="mm")
    return screen.image


def folder(rng):
    screen = Screen(rng)
    screen.bar(title(rng))
    for x in range(260, screen.width - 110, 140):
        for y in range(70, screen.height - 120, 130):
            if rng.random() < 0.85:
                shade = pick(rng, [(90, 170, 240), (245, 205, 90), (200, 200, 205)])
                screen.draw.rounded_rectangle((x + 25, y, x + 95, y + 60), 6, shade)
                screen.draw.rectangle((x + 25, y - 8, x + 55, y + 4), shade)
                screen.text((x + 60, y + 80), title(rng)[:14], 13, anchor="mm")
    for row in range(10):
        screen.text((24, 60 + 34 * row), title(rng)[:18], 15)
    return screen.image


def calendar(rng):
    screen = Screen(rng)
    screen.text((40, 20), title(rng), 30)
    wide, tall = (screen.width - 60) / 7, (screen.height - 110) / 5
    for day in range(35):
        x, y = 30 + day % 7 * wide, 90 + day // 7 * tall
        screen.draw.rectangle((x, y, x + wide, y + tall), outline=screen.shade(50))
        screen.text((x + 8, y + 4), str(day % 31 + 1), 14)
        for event in range(int(rng.integers(0, 4))):
            screen.draw.rounded_rectangle((x + 4, y + 26 + 22 * event, x + wide - 4, y + 44 + 22 * event), 4, color(rng, 0.5, 0.85))
            screen.text((x + 8, y + 27 + 22 * event), title(rng)[:14], 12, "black")
    return screen.image


def mail(rng):
    screen = Screen(rng)
    screen.bar(title(rng))
    for row, y in enumerate(range(40, screen.height - 20, int(rng.integers(44, 70)))):
        screen.draw.line((250, y, screen.width, y), screen.shade(35))
        screen.text((270, y + 8), title(rng)[:20], 16)
        screen.text((470, y + 8), fit(screen.draw, sentence(rng), load(screen.sans, 15), screen.width - 620), 15, screen.shade(150))
        screen.text((screen.width - 20, y + 8), figure(rng)[:10], 13, anchor="ra")
    screen.draw.rectangle((0, 34, 240, screen.height), screen.shade(14))
    screen.draw.rounded_rectangle((24, 56, 216, 96), 10, screen.accent)
    for row in range(9):
        screen.text((30, 116 + 34 * row), title(rng)[:16], 15)
    return screen.image


def settings(rng):
    screen = Screen(rng, (720, 1280))
    screen.text((40, 60), title(rng)[:16], 44)
    for y in range(160, 1240, 104):
        screen.draw.rounded_rectangle((24, y, 696, y + 92), 18, screen.shade(16))
        screen.text((50, y + 14), title(rng)[:22], 26)
        screen.text((50, y + 50), words(rng, 4)[:36], 20, screen.shade(130))
        on = rng.random() < 0.5
        screen.draw.rounded_rectangle((590, y + 26, 664, y + 66), 20, screen.accent if on else screen.shade(60))
        screen.draw.ellipse((628 if on else 594, y + 30, 660 if on else 626, y + 62), "white")
    return screen.image


KINDS = [code, terminal, page, sheet, chat, dialogue, folder, calendar, mail, settings]


def screenshot(rng, number):
    return KINDS[number % len(KINDS)](rng)
