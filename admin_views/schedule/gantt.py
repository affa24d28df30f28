"""The Gantt chart, drawn by the server: places as SVG attributes, looks by class, as a strict policy wants it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from admin_views.words import exact_date, locale, t
from rules.schedule.plans import Task
from rules.working_time import WorkCalendar

WIDTH, LABEL = 1200, 230
ROW, HEAD, BAR, MINI = 26, 54, 12, 40
MARK_TEXT = 70
"""How wide the words of a mark are."""
NAME_LETTERS = 15
LONGEST_DAYS = 1100
MIN_DAY, TEXT_DAY, HELPERS_DAY = 1.5, 15, 40
WEEK = 7


@dataclass(frozen=True)
class Work:
    """A stage as the chart needs it: its task, and what came of it."""

    task: Task
    status: str = "pending"
    progress: Decimal = Decimal(0)
    baseline: tuple[date, date] | None = None
    actual: tuple[date, date | None] | None = None
    owner: str = ""
    post: str = ""
    url: str = ""


@dataclass(frozen=True)
class Bar:
    """A row of the chart."""

    y: int
    seq: int
    label: str
    hint: str
    kind: str
    x: float = 0
    width: float = 0
    plan: str = ""
    made: str = ""
    base: str = ""
    """The three bars as paths: one attribute each, for charts of many stages."""
    mini: str = ""
    mini_made: str = ""
    is_critical: bool = False
    percent: str = ""


@dataclass(frozen=True)
class Lane:
    """A post under the chart: a cell for each working day on which somebody is needed."""

    y: int
    label: str
    cells: Sequence["Cell"]


@dataclass(frozen=True)
class Heads:
    """A day at a post: needed, counted there, and who may work there and counts at another."""

    on: date
    needed: int
    able: int
    helpers: int = 0


@dataclass(frozen=True)
class Cell:
    """How many are needed at a post on a day, and how many may work."""

    x: float
    width: float
    tone: str
    text: str
    hint: str


@dataclass(frozen=True)
class Mark:
    """A line through the chart: today, the promise; its words stand to the right of it, or to its left."""

    x: float
    kind: str
    text: str
    is_left: bool = False


@dataclass
class Chart:
    """Everything that the template draws."""

    width: int = WIDTH
    height: int = 0
    label: int = LABEL
    head: int = HEAD
    body: int = 0
    bars: list[Bar] = field(default_factory=list)
    lanes: list[Lane] = field(default_factory=list)
    off: str = ""
    """The days off, as one path."""
    ticks: list[tuple[float, str, str]] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    links: str = ""
    critical_links: str = ""
    said: str = ""
    """The chart in a sentence, for who does not see it."""


@dataclass(frozen=True)
class Axis:
    """Where a day lies."""

    first: date
    days: int

    @property
    def day(self) -> float:
        return (WIDTH - LABEL - 8) / self.days

    def x(self, on: date) -> float:
        return round(LABEL + (on - self.first).days * self.day, 1)

    def span(self, first: date, last: date) -> float:
        return round(max(1, (last - first).days + 1) * self.day, 1)


def chart(
    works: Sequence[Work],
    calendar: WorkCalendar,
    *,
    critical: Collection[int],
    today: date,
    promised_on: date | None = None,
    lanes: Mapping[str, Sequence[Heads]] | None = None,
) -> Chart | None:
    """The chart of these stages; None where none has dates. ``lanes``: post -> its days."""
    axis = _axis(works, today, promised_on)
    if axis is None:
        return None
    made = Chart()
    heavy = set(critical)
    made.bars = [_bar(place, one, axis, is_critical=one.task.seq in heavy) for place, one in enumerate(works)]
    made.body = HEAD + len(works) * ROW
    made.lanes = _lanes(lanes or {}, axis, made.body + ROW)
    made.height = made.body + (ROW * (len(made.lanes) + 1) if made.lanes else 0) + 6
    made.off = _off(axis, calendar, made.height)
    made.ticks = _ticks(axis)
    made.marks = _marks(axis, today, promised_on)
    made.links, made.critical_links = _links(works, made.bars, heavy)
    made.said = _said(works, critical)
    return made


def _axis(works: Iterable[Work], today: date, promised_on: date | None) -> Axis | None:
    days = [on for one in works for on in (one.task.start_on, one.task.end_on) if on is not None]
    days += [on for one in works for pair in (one.baseline, one.actual) if pair for on in pair if on is not None]
    if not days:
        return None
    first, last = min(days), max(days)
    near = timedelta(days=max(14, (last - first).days // 3))
    for on in (today, promised_on):
        if on is not None and first - near <= on <= last + near:
            first, last = min(first, on), max(last, on)
    first -= timedelta(days=1)
    return Axis(first, min(LONGEST_DAYS, (last - first).days + 2))


def _bar(place: int, one: Work, axis: Axis, *, is_critical: bool) -> Bar:
    task = one.task
    label = f"{task.seq} {task.name}"
    percent = f"{one.progress.normalize() + 0:f}%"
    shape = {"y": HEAD + place * ROW, "seq": task.seq, "label": _short(label), "kind": one.status}
    shape |= {"hint": _hint(one, percent), "is_critical": is_critical, "percent": percent if one.progress else ""}
    if task.start_on is not None and task.end_on is not None:
        width = axis.span(task.start_on, task.end_on)
        done = round(width * float(one.progress) / 100, 1)
        x, top = axis.x(task.start_on), HEAD + place * ROW + 6
        shape |= {"x": x, "width": width, "plan": box(x, top, width, BAR), "mini": box(x - LABEL, 0, width, MINI)}
        if done:
            shape |= {"made": box(x, top, done, BAR), "mini_made": box(x - LABEL, 0, done, MINI)}
    if one.baseline is not None:
        width = axis.span(*one.baseline)
        shape |= {"base": box(axis.x(one.baseline[0]), HEAD + place * ROW + 20, width, 3)}
    return Bar(**shape)


def box(x: float, y: float, width: float, height: float) -> str:
    """A rectangle as a path."""
    return f"M{x:g} {y:g}h{width:g}v{height:g}h-{width:g}z"


def _short(label: str) -> str:
    """Chinese letters are twice as wide."""
    room, found = NAME_LETTERS * 2, ""
    for letter in label:
        room -= 1 if letter.isascii() else 2
        if room < 0:
            return f"{found}…"
        found += letter
    return found


def _hint(one: Work, percent: str) -> str:
    task = one.task
    when = f"{task.start_on or '?'} – {task.end_on or '?'}"
    return " · ".join(part for part in (f"{task.seq} {task.name}", when, one.post, one.owner, percent) if part)


def _off(axis: Axis, calendar: WorkCalendar, height: int) -> str:
    """Weekends and holidays by the working calendar, as one path."""
    days = [axis.first + timedelta(days=n) for n in range(axis.days)]
    off = [on for on in days if not calendar.days_between(on - timedelta(days=1), on)]
    return "".join(f"M{axis.x(on)} {HEAD}h{axis.day:.1f}V{height}h-{axis.day:.1f}z" for on in off)


def _ticks(axis: Axis) -> list[tuple[float, str, str]]:
    """Months, and under them weeks by their Monday; place, text, kind."""
    found: list[tuple[float, str, str]] = []
    for nth in range(axis.days):
        on = axis.first + timedelta(days=nth)
        if on.day == 1 or nth == 0:
            found.append((axis.x(on), _month(on), "month"))
        if on.weekday() == 0 and axis.day * WEEK >= 2 * TEXT_DAY:
            found.append((axis.x(on), f"{on.month}/{on.day}" if axis.day < TEXT_DAY else str(on.day), "week"))
    near = [one for one in found if one[2] == "month"]
    if len(near) > 1 and near[1][0] - near[0][0] < 4 * TEXT_DAY:
        found.remove(near[0])
    return found


def _month(on: date) -> str:
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{on.year}年{on.month}月" if locale().startswith("zh") else f"{names[on.month - 1]} {on.year}"


def _marks(axis: Axis, today: date, promised_on: date | None) -> list[Mark]:
    last = axis.first + timedelta(days=axis.days)
    found = []
    if promised_on is not None and axis.first <= promised_on < last:
        x = round(axis.x(promised_on) + axis.day, 1)
        found.append(Mark(x, "promise", t("Promised", "承诺"), is_left=x > WIDTH - MARK_TEXT))
    if axis.first <= today < last:
        x = round(axis.x(today) + axis.day / 2, 1)
        crowded = any(one.x - 2 * MARK_TEXT < x <= one.x for one in found) or x > WIDTH - MARK_TEXT
        found.append(Mark(x, "today", t("Today", "今天"), is_left=crowded))
    return found


def _links(works: Sequence[Work], bars: Sequence[Bar], critical: AbstractSet[int]) -> tuple[str, str]:
    """From the end of what is waited for to the beginning of what waits: an angled line each, in two paths."""
    known = {bar.seq: bar for bar in bars if bar.width}
    plain, heavy = [], []
    for one in works:
        here = known.get(one.task.seq)
        for seq in one.task.after if here else ():
            before = known.get(seq)
            if before is None or here is None:
                continue
            end, start = before.x + before.width, here.x
            turn = max(end + 3, start - 3) if start > end else end + 3
            middle = ROW // 2
            line = f"M{end:.1f} {before.y + middle}H{turn:.1f}V{here.y + middle}H{start:.1f}"
            (heavy if seq in critical and one.task.seq in critical else plain).append(line)
    return "".join(plain), "".join(heavy)


def _lanes(lanes: Mapping[str, Sequence[Heads]], axis: Axis, top: int) -> list[Lane]:
    last = axis.first + timedelta(days=axis.days)
    return [
        Lane(
            top + place * ROW,
            _short(post),
            [_cell(post, one, axis) for one in days if axis.first <= one.on < last],
        )
        for place, (post, days) in enumerate(lanes.items())
    ]


def _cell(post: str, heads: Heads, axis: Axis) -> Cell:
    on, needed, able = heads.on, heads.needed, heads.able
    tone = "over" if needed > able else "full" if needed == able else "fits"
    hint = t(
        "{post}, {on}: {needed} needed, {able} may work alone",
        "{post} {on}：需 {needed} 人，合格在岗 {able} 人",
        post=post,
        on=on,
        needed=needed,
        able=able,
    )
    if heads.helpers:
        hint += t(
            "; {n} more may, but count at another post",
            "；另有 {n} 人可顶岗，已计入其他岗位",
            n=heads.helpers,
        )
    more = f"+{heads.helpers}" if heads.helpers and axis.day >= HELPERS_DAY else ""
    text = f"{needed}/{able}{more}" if axis.day >= 2 * TEXT_DAY else str(needed) if axis.day >= TEXT_DAY else ""
    return Cell(axis.x(on), round(axis.day, 1), tone, text, hint)


def _said(works: Sequence[Work], critical: Collection[int]) -> str:
    firsts = [one.task.start_on for one in works if one.task.start_on]
    ends = [one.task.end_on for one in works if one.task.end_on]
    return t(
        "Gantt chart: {n} stages from {first} to {last}; critical path: {critical}. The table below says the same.",
        "甘特图：共 {n} 个阶段，{first} 至 {last}；关键路径：{critical}。下表内容与图一致。",
        n=len(works),
        first=exact_date(min(firsts)) if firsts else "–",
        last=exact_date(max(ends)) if ends else "–",
        critical=" → ".join(str(one) for one in list(critical)[:20]) or "–",
    )


def lanes_of(
    needed: Mapping[tuple[int, date], int],
    able: Mapping[tuple[int, date], int],
    helpers: Mapping[tuple[int, date], int],
    names: Mapping[int, str],
) -> dict[str, list[Heads]]:
    """Heads needed and there, by the name of the post, day by day."""
    found: dict[str, list[Heads]] = {names[post]: [] for post, _ in sorted(needed)}
    for (post, on), heads in sorted(needed.items()):
        found[names[post]].append(Heads(on, heads, able.get((post, on), 0), helpers.get((post, on), 0)))
    return found
