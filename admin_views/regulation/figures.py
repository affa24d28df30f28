"""Figures [X] on screen, and what is not set yet."""

from typing import ClassVar

from flask import request
from sqlalchemy import select

from admin_views.base import RegulationView
from admin_views.registry import desk_card
from admin_views.screen import DeskCard, DeskLine
from admin_views.session import db
from admin_views.words import say, t
from models.base import Act, now
from models.regulation import Figure, SlaPolicy, unset_figures
from rules.base import Person, Role, RuleBroken, Words
from rules.regulation import FIGURES, refuse_overlap


class FigureView(RegulationView):
    labels: ClassVar = {
        "code": Words("Figure", "参数"),
        "value": Words("Value", "数值"),
        "applies_to": Words("Applies to", "适用范围"),
    }
    list_columns = ("code", "clause", "value", "unit", "applies_to", "from_on", "to_on")
    filter_columns = ("code", "from_on")
    form_columns = ("code", "clause", "value", "unit", "applies_to", "from_on", "to_on")
    icon = "adjustments"

    def new_record(self, act: Act) -> Figure:
        """A figure that the desk names comes with its clause and unit."""
        spec = FIGURES.get(request.args.get("code", ""))
        return Figure(code=spec.code, clause=spec.clause, unit=spec.unit) if spec is not None else Figure()

    def before_save(self, record: Figure, act: Act) -> None:
        if record.code not in FIGURES:
            known = Words(", ".join(FIGURES), "、".join(FIGURES))
            raise RuleBroken(
                Words("Figures that exist: {known}.", "可设定的参数：{known}。", known=known), field="code"
            )
        others = db.session.execute(
            select(Figure.from_on, Figure.to_on).where(
                Figure.code == record.code,
                Figure.applies_to == record.applies_to,
                Figure.id != (record.id or 0),
                Figure.voided_at.is_(None),
            )
        )
        refuse_overlap(record.code, record.from_on, record.to_on, [(first, last) for first, last in others])


@desk_card
def unset(person: Person) -> DeskCard | None:
    """Figures and time limits [X] that nobody has set: each refuses the act that needs it."""
    if not person.holds(Role.ADMIN):
        return None
    figures = [
        DeskLine(say(one.words), f"/admin/figure/new/?code={one.code}", one.clause)
        for one in unset_figures(db.session, now())
    ]
    rows = db.session.scalars(select(SlaPolicy).where(SlaPolicy.amount.is_(None), SlaPolicy.voided_at.is_(None)))
    limits = [DeskLine(one.name, f"/admin/sla_policy/edit/?id={one.id}", one.clause) for one in rows]
    lines = [*figures, *limits]
    return DeskCard(
        t("Not set yet: [X]", "尚未设定的参数 [X]"),
        lines,
        t("Every figure and time limit is set.", "所有参数和时限均已设定。"),
        len(lines),
        "adjustments",
    )
