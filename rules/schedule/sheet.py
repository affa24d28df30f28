"""The stages of a plan as a table is typed or pasted: what each cell means, and what is wrong with it (S1.2)."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from rules.base import Words
from rules.ledger import dates, numbers
from rules.ledger.reasons import Reason
from rules.ledger.text import NOTHING, half_width, stripped
from rules.schedule.feasibility import cycle_in

COLUMNS = (
    "seq",
    "name",
    "operation",
    "post",
    "owner",
    "heads",
    "revision",
    "start_on",
    "end_on",
    "weight",
    "qty",
    "after",
)
MOST_ROWS = 600
LONGEST = 100
LARGEST_SEQ = 9999
MOST_HEADS = 999
MOST_PIECES = 10_000_000
FIRST_YEAR, LAST_YEAR = 2000, 2200
BETWEEN_NUMBERS = re.compile(r"[,，、;；/\s]+")
NO_NAME = Words("Give the stage a name.", "请填写阶段名称。")
TOO_LONG = Words("At most 100 characters.", "最多 100 个字。")
WHOLE = Words("A whole number from 0 up.", "请填写不小于 0 的整数。")
SEQ = Words("A whole number from 1 to 9999.", "请填写 1 至 9999 的整数。")
SEQ_TWICE = Words("This number stands twice.", "序号重复。")
REVERSED = Words("It ends before it begins.", "计划完成早于计划开始。")
YEAR = Words("The year is out of range.", "年份超出范围。")
WEIGHT = Words("Between 0 and 100.", "须在 0 到 100 之间。")
AFTER = Words("Numbers of stages, with commas between.", "请填写前置阶段的序号，用逗号分隔。")
ITSELF = Words("A stage cannot wait for itself.", "阶段不能以自身为前置。")


@dataclass(frozen=True)
class Typed:
    """A row as it stands in the table; ``key``: the stage that it was, with its version, or nothing for a new one."""

    key: str
    cells: Mapping[str, str]

    @property
    def is_blank(self) -> bool:
        return not any(self.cells.get(name, "").strip() for name in COLUMNS if name != "seq")


@dataclass
class Meant:
    """What a row says, but for the names in it; ``faults`` by column."""

    typed: Typed
    seq: int = 0
    name: str = ""
    operation: str = ""
    heads: int = 1
    start_on: date | None = None
    end_on: date | None = None
    weight: Decimal = Decimal(0)
    qty: int | None = None
    after: tuple[int, ...] = ()
    faults: dict[str, Words] = field(default_factory=dict)


def read(rows: Sequence[Typed]) -> list[Meant]:
    """Each row that says something, with the faults of its cells; a row without a number takes the next one."""
    found = [_read(one) for one in rows if not one.is_blank]
    highest = 0
    for one in found:
        if not one.seq and "seq" not in one.faults:
            one.seq = highest + 1
        highest = max(highest, one.seq)
    _judge_together(found)
    return found


def _read(typed: Typed) -> Meant:
    said = {name: stripped(typed.cells.get(name, "")) for name in COLUMNS}
    one = Meant(typed, name=said["name"], operation=said["operation"])
    if not one.name:
        one.faults["name"] = NO_NAME
    for name in ("name", "operation"):
        if len(said[name]) > LONGEST:
            one.faults[name] = TOO_LONG
    one.seq = _whole(one, "seq", said["seq"], SEQ, LARGEST_SEQ) or 0
    if one.seq < 1 and said["seq"]:
        one.faults["seq"] = SEQ
    heads = _whole(one, "heads", said["heads"], WHOLE, MOST_HEADS)
    one.heads = 1 if heads is None else heads
    one.qty = _whole(one, "qty", said["qty"], WHOLE, MOST_PIECES)
    one.start_on, one.end_on = (_day(one, name, said[name]) for name in ("start_on", "end_on"))
    if one.start_on and one.end_on and one.end_on < one.start_on:
        one.faults["end_on"] = REVERSED
    one.weight = _weight(one, said["weight"])
    one.after = _after(one, said["after"])
    return one


def _whole(one: Meant, column: str, said: str, words: Words, most: int) -> int | None:
    found = numbers.whole(said)
    if isinstance(found, Reason) or (found is not None and found > most):
        one.faults[column] = words
        return None
    return found


def _day(one: Meant, column: str, said: str) -> date | None:
    found = dates.date(said)
    if isinstance(found, Reason):
        one.faults[column] = found.words
        return None
    if found is not None and not FIRST_YEAR <= found.year <= LAST_YEAR:
        one.faults[column] = YEAR
        return None
    return found


def _weight(one: Meant, said: str) -> Decimal:
    found = numbers.number(said.removesuffix("%").removesuffix("％"))
    if found is None:
        return Decimal(0)
    if isinstance(found, Reason) or not 0 <= found <= 100 or found != round(found, 4):
        one.faults["weight"] = WEIGHT
        return Decimal(0)
    return found


def _after(one: Meant, said: str) -> tuple[int, ...]:
    if half_width(said) in NOTHING:
        return ()
    parts = [half_width(part) for part in BETWEEN_NUMBERS.split(said) if part]
    if not all(part.isdecimal() and part.isascii() and len(part) < 6 for part in parts):
        one.faults["after"] = AFTER
        return ()
    return tuple(sorted({int(part) for part in parts}))


def _judge_together(rows: Sequence[Meant]) -> None:
    """What can only be seen in the whole table: numbers that stand twice, stages that there are not, circles."""
    counts = Counter(one.seq for one in rows)
    for one in rows:
        if counts[one.seq] > 1:
            one.faults.setdefault("seq", SEQ_TWICE)
        missing = [seq for seq in one.after if seq not in counts]
        if one.seq in one.after:
            one.faults["after"] = ITSELF
        elif missing:
            one.faults["after"] = Words(
                "There is no stage {seq} in this table.", "表中没有第 {seq} 阶段。", seq=missing[0]
            )
    circle = cycle_in({one.seq: [seq for seq in one.after if seq in counts] for one in rows})
    names = " → ".join(str(seq) for seq in circle)
    for one in rows:
        if one.seq in circle:
            one.faults.setdefault(
                "after", Words("These stages wait for each other: {names}.", "阶段前置关系成环：{names}。", names=names)
            )
