"""The company's figures [X], each with the dates it counts for."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Record, on_date
from rules import regulation
from rules.base import Unset, Words
from rules.regulation import FigureSpec, Unit


class Figure(Record):
    """A figure [X] with the day from which it counts."""

    __tablename__ = "figure"
    __table_args__ = (
        UniqueConstraint("code", "applies_to", "from_on"),
        CheckConstraint("to_on IS NULL OR from_on <= to_on", name="in_order"),
    )
    words = Words("Figure", "制度参数")
    chapter = "regulation"
    access = regulation.FIGURE
    search_columns = ("code",)
    label_columns = ("code", "from_on")

    code: Mapped[str] = mapped_column(String(63))
    clause: Mapped[str] = mapped_column(String(10))
    value: Mapped[Decimal]
    unit: Mapped[Unit]
    applies_to: Mapped[str] = mapped_column(String(100), default="")
    from_on: Mapped[date]
    to_on: Mapped[date | None]


# -- questions -------------------------------------------------------------------------------------------------------


def figure(session: Session, spec: FigureSpec, on: date, applies_to: str = "") -> Decimal:
    """The value of a figure on a day; raises Unset, naming the clause, where the company has set none."""
    value = session.scalar(
        select(Figure.value)
        .where(
            Figure.code == spec.code,
            Figure.applies_to.in_({applies_to, ""}),
            Figure.from_on <= on,
            (Figure.to_on.is_(None)) | (on <= Figure.to_on),
            Figure.voided_at.is_(None),
        )
        .order_by(func.length(Figure.applies_to).desc())
        .limit(1)
    )
    if value is None:
        raise Unset(spec.words, spec.clause)
    return value


def unset_figures(session: Session, at: datetime) -> list[FigureSpec]:
    """Figures of the regulation without a value today, or without one for something they are told apart by."""
    on = on_date(at)
    rows = session.execute(
        select(Figure.code, Figure.applies_to).where(
            Figure.from_on <= on, (Figure.to_on.is_(None)) | (on <= Figure.to_on), Figure.voided_at.is_(None)
        )
    )
    is_set = {(code, applies_to) for code, applies_to in rows}
    return [
        spec
        for spec in regulation.FIGURES.values()
        if (spec.code, "") not in is_set
        and not (spec.applies_to and all((spec.code, one) in is_set for one in spec.applies_to))
    ]
