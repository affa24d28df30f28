"""A clause as the board tells it: its text, the numbers of its evidence, what is not set."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from admin_views.registry import record_url
from admin_views.session import db
from admin_views.words import say, t
from models.regulation import Asked, Clause, Counted, Figure, UnsetPart, clauses, counted, unset
from models.regulation.evidence import ALL_SIDES, COUNTED
from rules.base import Person, Role
from rules.regulation import MANAGERS, Side

TONES = {Side.OVERDUE: "overdue", Side.DUE: "running", Side.EXCEPTION: "paused", Side.DONE: "met"}


@dataclass(frozen=True)
class Number:
    """One number of a clause, and where its rows are."""

    text: str
    label: str
    tone: str
    url: str


@dataclass(frozen=True)
class Line:
    """One kind of evidence beside a clause."""

    label: str
    numbers: Sequence[Number]


@dataclass(frozen=True)
class Mark:
    """An [X] that is not set: what it is, and where it is set by whoever may."""

    label: str
    url: str
    is_waiting: bool
    detail: str = ""


@dataclass(frozen=True)
class Told:
    """A clause as the board tells it."""

    clause: Clause
    title: str
    text: str
    owner: str
    duty: str
    url: str
    lines: Sequence[Line]
    marks: Sequence[Mark]
    sums: dict[Side, int]


def told_all(person: Person, asked: Asked, sides: Collection[Side] = ALL_SIDES) -> list[Told]:
    """The whole regulation as it is kept: as many statements for one row as for a million."""
    found = clauses(db.session)
    numbers = counted(db.session, [one.evidence for one in found if one.evidence], asked, sides)
    missing: dict[str, list[UnsetPart]] = {}
    for one in unset(db.session, asked.at):
        missing.setdefault(one.clause, []).append(one)
    return [told_of(one, numbers.get(one.evidence, []), missing.get(one.code, []), person) for one in found]


def told_of(clause: Clause, numbers: Sequence[Counted], missing: Sequence[UnsetPart], person: Person) -> Told:
    url = f"/regulation/{clause.code}/"
    return Told(
        clause,
        say(clause.title_words),
        say(clause.text_words),
        clause.owner.name if clause.owner is not None else say(clause.owner_kind.words),
        say(clause.duty.words),
        url,
        [_line(nth, one, url) for nth, one in enumerate(numbers)],
        [mark_of(one, person) for one in missing],
        {side: sum(one.numbers.get(side, 0) for one in numbers) for side in Side},
    )


def _line(nth: int, found: Counted, url: str) -> Line:
    """Done is always told; of the rest what there is."""
    numbers = [
        number(side, found.numbers[side], f"{url}#{anchor(nth, side)}" if found.numbers[side] else "")
        for side in Side
        if side in found.numbers and (found.numbers[side] or side is Side.DONE)
    ]
    return Line(say(found.tally.words), numbers)


def number(side: Side, count: int, url: str) -> Number:
    text = f"{COUNTED:,}+" if count > COUNTED else f"{count:,}"
    return Number(text, say(side.words), TONES[side] if count else "off", url)


def anchor(nth: int, side: Side) -> str:
    return f"t{nth}-{side}"


def mark_of(one: UnsetPart, person: Person) -> Mark:
    """An [X], with the way to set it in one click."""
    label = (
        t("{name}: {part}", "{name}：{part}", name=one.words, part=one.applies_to) if one.applies_to else say(one.words)
    )
    detail = t("waiting for approval", "待批准") if one.waits else ""
    if one.waits:
        return Mark(label, record_url(Figure, one.row_id), is_waiting=True, detail=detail)
    return Mark(label, _setting_url(one) if person.holds(Role.ADMIN) else "", is_waiting=False)


def _setting_url(one: UnsetPart) -> str:
    if one.code:
        return f"/admin/figure/new/?code={one.code}" + (f"&applies_to={one.part}" if one.part else "")
    if one.row_id is not None:
        return f"/admin/sla_policy/edit/?id={one.row_id}"
    return f"/admin/sla_policy/new/?target={one.target}"


def owns(person: Person) -> bool:
    return person.holds(*MANAGERS.values())
