"""Figures [X] on screen: set with a date by an administrator, with what a change would have done, then approved."""

from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from flask import request

from admin_views.base import RegulationView
from admin_views.columns import cell_of
from admin_views.faults import SENTENCES
from admin_views.fields import SPECIAL, PickField
from admin_views.registry import panel, record_url
from admin_views.screen import Cell, Heading, Panel, Row
from admin_views.session import db
from admin_views.words import say, t
from models.base import Act, now, on_date
from models.regulation import Figure, foretold
from rules.base import Person, Words
from rules.regulation import FIGURES, FigureStatus, refuse_senseless, refuse_unknown

SENTENCES["uq_figure_code_applies_to_from_on"] = Words(
    "This figure has another value that begins on the same day.", "该参数在同一天已有另一数值生效。"
)


class FigureField(PickField):
    """A figure by its clause and name, with what it is counted in."""

    def __init__(self, label: str, validators: Any, **more: Any) -> None:
        groups: dict[str, list[tuple[str, str]]] = {"": [("", "—")]}
        for one in FIGURES.values():
            named = t("{name} ({unit})", "{name}（{unit}）", name=one.words, unit=one.unit)
            groups.setdefault(one.clause, []).append((one.code, named))
        super().__init__(label, validators, groups=groups, **more)


SPECIAL[Figure, "code"] = FigureField


class FigureView(RegulationView):
    labels: ClassVar = {
        "code": Words("Figure", "参数"),
        "value": Words("Value", "数值"),
        "applies_to": Words("Applies to", "适用范围"),
        "replaces": Words("Replaces the value before: that one ends the day before", "接替原值：原值于前一日终止"),
        "set_by": Words("Set by", "设定人"),
        "approved_by": Words("Approved by", "批准人"),
    }
    list_columns = ("code", "value", "unit", "applies_to", "clause", "from_on", "to_on", "status")
    filter_columns = ("code", "applies_to", "status", "from_on")
    form_columns = ("code", "applies_to", "value", "from_on", "to_on", "replaces")
    page_columns = (
        "code",
        "applies_to",
        "value",
        "unit",
        "clause",
        "from_on",
        "to_on",
        "replaces",
        "set_by",
        "approved_by",
    )
    left_out = frozenset({"clause", "unit", "set_by_id", "approved_by_id"})
    icon = "adjustments"

    def new_record(self, act: Act) -> Figure:
        """What the set-up page names comes filled in; a value that follows on another replaces it."""
        spec = FIGURES.get(request.args.get("code", ""))
        found = Figure(status=FigureStatus.PROPOSED, applies_to="", from_on=on_date(act.at))
        if spec is None or request.method == "POST":
            return found
        found.code, given = spec.code, request.args.get("applies_to", "")
        found.applies_to = given if given in spec.applies_to else ""
        found.value = _number(request.args.get("value", ""))
        found.replaces = request.args.get("replaces") == "1"
        return found

    def before_save(self, record: Figure, act: Act) -> None:
        """Clause and unit are the regulation's; a new value is put before whoever approves it."""
        spec = refuse_unknown(str(record.code), str(record.applies_to or ""))
        record.clause, record.unit = spec.clause, spec.unit
        refuse_senseless(spec, record.value)
        record.refuse_overlap()
        if record.id is None:
            record.set_by_id = act.by.account_id
            record.propose(act)

    def may_delete(self, record: Any) -> bool:
        """What nobody has approved yet can be taken back."""
        return record.status is FigureStatus.PROPOSED


def _number(given: str) -> Decimal | None:
    try:
        number = Decimal(given)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**9 else None


@panel(Figure)
def what_it_does(figure: Figure, person: Person) -> Panel | None:
    """Before it is approved: what the value would have done to the last quarter."""
    if figure.status is not FigureStatus.PROPOSED or figure.code not in FIGURES:
        return None
    said = foretold(db.session, FIGURES[figure.code], figure.value, now(), str(figure.applies_to))
    return Panel(
        title=t("What it would have done to the last quarter", "对上一季度的影响推算"),
        headings=[Heading("said", t("Reckoned", "推算结果"))],
        rows=[Row(nth, "", [Cell(say(one))]) for nth, one in enumerate(said, start=1)],
    )


@panel(Figure)
def other_values(figure: Figure, person: Person) -> Panel | None:
    """The values before and after this one."""
    rows = [
        Row(
            one.id,
            record_url(Figure, one.id),
            [
                cell_of(one.from_on),
                cell_of(one.to_on),
                cell_of(one.value),
                cell_of(one.status),
            ],
        )
        for one in figure.siblings()
    ]
    is_admin = figure.access.may_create(person)
    asked = f"code={figure.code}&applies_to={figure.applies_to}&replaces=1"
    return Panel(
        title=t("All values of this figure", "该参数的全部数值"),
        headings=[
            Heading("from_on", t("From", "生效日期")),
            Heading("to_on", t("Until", "截止日期")),
            Heading("value", t("Value", "数值"), "number"),
            Heading("status", t("Status", "状态")),
        ],
        rows=rows,
        create_url=f"/admin/figure/new/?{asked}" if is_admin else "",
        create_label=t("Another value from a date", "设定新值"),
    )
