"""What a time limit is told apart by, waits for, and whom it tells: picked in small sheets (TIME.md 3, 8, 10)."""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import Field, Form
from wtforms.validators import Optional

from admin_views.fields import ExactField, PairsField, PickField
from admin_views.sheets import ChecksField, SheetField, row_fault
from admin_views.words import say, t
from rules.base import RuleBroken, Words
from rules.regulation import ladders
from rules.regulation.conditions import dimensions
from rules.regulation.ladders import Span, When
from rules.regulation.limits import ANY_OF, fact_words

MAY_BE_EMPTY = (Optional(strip_whitespace=True),)
IS = "="
"""Parts dimension and value in what is picked: one value may stand in several dimensions."""


class ConditionsField(SheetField):
    """A row a value: several of one dimension mean any of them, different dimensions mean all."""

    columns = ("name", "value")
    decides = columns
    help = Words(
        "No row = holds for everything. Several values of one kind: any of them; different kinds: all of them.",
        "不选 = 适用于全部情形。同一维度选多个值，满足其一即可；不同维度须同时满足。",
    )

    @classmethod
    def row_fields(cls) -> Mapping[str, Field]:
        known = {name: values for name, values in dimensions().items() if values}
        names = [("", "—"), *((name, say(fact_words(name))) for name in known)]
        groups = {"": [("", "—")]} | {
            say(fact_words(name)): [(f"{name}{IS}{value}", say(words)) for value, words in values.items()]
            for name, values in known.items()
        }
        return {
            "name": PickField(t("Told apart by", "维度"), MAY_BE_EMPTY, groups={"": names}),
            "value": PickField(t("Value", "取值"), MAY_BE_EMPTY, groups=groups),
        }

    def rows_of(self, value: Mapping[str, str]) -> Iterable[Mapping[str, Any]]:
        for name, values in value.items():
            for one in str(values).split(ANY_OF):
                yield {"name": name, "value": f"{name}{IS}{one.strip()}"}

    def value_of(self, rows: list[Form]) -> dict[str, str]:
        found: dict[str, list[str]] = {}
        for row in rows:
            name, _, value = row["value"].data.partition(IS)
            chosen = row["name"].data or name
            if not value:
                row_fault(row["value"], Words("Choose a value.", "请选择取值。"))
            elif chosen != name:
                words = Words("This is a value of “{name}”.", "该值属于“{name}”。", name=fact_words(name))
                row_fault(row["value"], words)
            elif value not in found.setdefault(name, []):
                found[name].append(value)
        return {name: ANY_OF.join(values) for name, values in found.items()}

    def read(self, text: str) -> dict[str, str]:
        found: dict[str, str] = PairsField.parse(self, text)
        return found


class PauseField(ChecksField):
    """Reasons for which the clock waits."""

    choices = ladders.REASONS

    def read(self, text: str) -> list[str]:
        return ladders.reasons_of(text)


def _distance() -> dict[str, Field]:
    spans = [(str(one), say(one.words)) for one in Span]
    return {
        "amount": ExactField(t("How long", "多久"), MAY_BE_EMPTY, render_kw={"inputmode": "decimal"}),
        "span": PickField(t("Counted in", "单位"), MAY_BE_EMPTY, groups={"": spans}, default=str(Span.HOURS)),
    }


class WarningsField(SheetField):
    """When whoever has it in hand is warned before it falls due."""

    columns = ("amount", "span")
    decides = ("amount",)
    help = Words("Whoever has it in hand is told so long before it falls due.", "到期前这么久提醒经办人（责任人）。")

    @classmethod
    def row_fields(cls) -> Mapping[str, Field]:
        return _distance()

    def rows_of(self, value: Iterable[str]) -> Iterable[Mapping[str, Any]]:
        for offset in value:
            when, amount, span = ladders.offset_parts(offset)
            if when is not When.AT:
                yield {"amount": amount, "span": span}

    def value_of(self, rows: list[Form]) -> list[str]:
        found = [_offset(row, When.BEFORE) for row in rows]
        return ladders.few([one for one in found if one is not None], "warnings")

    def read(self, text: str) -> list[str]:
        return ladders.warnings_of(text)


class LadderField(SheetField):
    """Who else is told when; rows of one moment are one level."""

    columns = ("when", "amount", "span", "who")
    decides = ("amount", "who")
    help = Words(
        "One row for each person or role; several at one moment are one level. Told once, in working time.",
        "每行一个通知对象，同一时点的多行为一级。只在工作时间通知，每级只通知一次。",
    )

    @classmethod
    def row_fields(cls) -> Mapping[str, Field]:
        known = ladders.callable_names()
        named = [(code, say(words)) for code, words in known.items() if code in ladders.NAMED]
        roles = [(code, say(words)) for code, words in known.items() if code not in ladders.NAMED]
        whom = {"": [("", "—")], t("Named in the record", "记录中的人员"): named, t("By role", "按角色"): roles}
        whens = [(str(one), say(one.words)) for one in When]
        return {
            "when": PickField(t("When", "时点"), MAY_BE_EMPTY, groups={"": whens}, default=str(When.AFTER)),
            **_distance(),
            "who": PickField(t("Who is told", "通知对象"), MAY_BE_EMPTY, groups=whom),
        }

    def rows_of(self, value: Iterable[tuple[str, Iterable[str]]]) -> Iterable[Mapping[str, Any]]:
        for offset, who in value:
            when, amount, span = ladders.offset_parts(offset)
            for one in who:
                yield {"when": when, "amount": amount or None, "span": span, "who": one}

    def value_of(self, rows: list[Form]) -> list[list[Any]]:
        found: dict[str, list[str]] = {}
        for row in rows:
            offset = _offset(row, When(row["when"].data or When.AFTER))
            who = row["who"].data
            if not who:
                row_fault(row["who"], Words("Who is to be told?", "请选择通知对象。"))
            elif offset is not None and who not in found.setdefault(offset, []):
                found[offset].append(who)
        return ladders.few([[offset, who] for offset, who in found.items()], "ladder")

    def read(self, text: str) -> list[list[Any]]:
        return ladders.ladder_of(text)


def _offset(row: Form, when: When) -> str | None:
    """The offset of a row; None where it is said at the cell what is wrong with it."""
    try:
        return ladders.offset_from(when, row["amount"].data, Span(row["span"].data or Span.HOURS))
    except RuleBroken as refused:
        row_fault(row["amount"], refused.words)
        return None
