"""Charts drawn by the server: points and bars as SVG attributes, each a link to its rows; looks come from classes."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from admin_views.words import number_text, t
from rules.quality import Bar, Tally

WIDTH, HEIGHT = 420, 200
LEFT, RIGHT, TOP, BOTTOM = 40, 16, 12, 28
ROW, LABEL = 30, 150


@dataclass(frozen=True)
class Point:
    """A month on the trend; ``y`` is None where nothing was judged."""

    x: int
    y: int | None
    name: str
    text: str
    url: str


@dataclass(frozen=True)
class Trend:
    """A line over the months, between the lowest tens and a hundred."""

    points: Sequence[Point]
    lines: Sequence[str]
    scale: Sequence[tuple[int, str]]
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class Strip:
    """A bar of the Pareto with its place."""

    name: str
    count: int
    together: str
    y: int
    length: int
    url: str


@dataclass(frozen=True)
class Pareto:
    """Bars, the longest first."""

    strips: Sequence[Strip]
    height: int
    width: int = WIDTH
    label: int = LABEL


def trend(months: Sequence[tuple[str, Tally, str]]) -> Trend:
    """The rate of each month; the line breaks where a month has none."""
    rates = [tally.rate for _, tally, _ in months]
    known = [one for one in rates if one is not None]
    low = max(0, int(min(known, default=Decimal(0))) // 10 * 10 - 10)
    step = (WIDTH - LEFT - RIGHT) // max(1, len(months) - 1)

    def height(rate: Decimal) -> int:
        return HEIGHT - BOTTOM - round((rate - low) / (100 - low) * (HEIGHT - TOP - BOTTOM))

    points = [
        Point(
            LEFT + place * step,
            height(rate) if rate is not None else None,
            name,
            t(
                "{month}: {rate} % ({passed} of {judged})",
                "{month}：{rate} %（{passed}/{judged}）",
                month=name,
                rate=number_text(round(rate, 1)) if rate is not None else "–",
                passed=tally.passed,
                judged=tally.judged,
            ),
            url,
        )
        for place, ((name, tally, url), rate) in enumerate(zip(months, rates, strict=True))
    ]
    marks = [low + (100 - low) * one // 4 for one in range(5)]
    return Trend(points, _lines(points), [(height(Decimal(one)), str(one)) for one in marks])


def _lines(points: Sequence[Point]) -> list[str]:
    found: list[list[str]] = [[]]
    for one in points:
        if one.y is None:
            found.append([])
        else:
            found[-1].append(f"{one.x},{one.y}")
    return [" ".join(line) for line in found if len(line) > 1]


def pareto(bars: Sequence[tuple[Bar, str]]) -> Pareto:
    """Bars as long as how often; the share of those so far beside each."""
    most = max((bar.count for bar, _ in bars), default=1)
    room = WIDTH - LABEL - 80
    strips = [
        Strip(
            bar.name,
            bar.count,
            f"{number_text(round(bar.together, 0))} %",
            place * ROW,
            max(2, bar.count * room // most),
            url,
        )
        for place, (bar, url) in enumerate(bars)
    ]
    return Pareto(strips, max(ROW, len(strips) * ROW))
