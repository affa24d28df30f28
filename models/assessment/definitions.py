"""Indicators and their weights, as data with the dates they count for (K1.1-K1.3, K2.1)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Record
from models.closed import locks_of, refuse_closed
from models.first_data import first_data
from models.organisation import Department, Post
from models.types import Labelled
from rules import assessment
from rules.assessment import INDICATOR_WORDS, MEASURED, NINE, Aim, CycleKind, Direction, Group, Method, Scope
from rules.base import Words

FUNCTIONS = dict(INDICATOR_WORDS)
RATES = frozenset(code for code, *_ in NINE if code.endswith("rate") or code == "document_compliance")
SMALLEST = 5
"""The sample below which a rate does not count, until the company says otherwise."""


class KpiDefinition(Record):
    """An indicator: which function measures it, for whom, and how many rows it needs (考核指标)."""

    __tablename__ = "kpi_definition"
    __table_args__ = (CheckConstraint("min_sample >= 0", name="sample_not_negative"),)
    words = Words("Indicator", "考核指标")
    chapter = "assessment"
    access = assessment.KPI_DEFINITION
    search_columns = ("code", "name", "name_en")
    label_columns = ("name",)

    code: Mapped[str] = mapped_column(String(63), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100))
    group: Mapped[Group] = mapped_column("kpi_group")
    scope: Mapped[Scope] = mapped_column(default=Scope.EMPLOYEE)
    function: Mapped[str] = mapped_column(Labelled("IndicatorFunction", FUNCTIONS, 63))
    direction: Mapped[Direction] = mapped_column(default=Direction.HIGHER)
    min_sample: Mapped[int] = mapped_column(default=0)
    clause: Mapped[str] = mapped_column(String(10))

    @property
    def label_words(self) -> Words:
        return Words(self.name_en, self.name)


class KpiTarget(Record):
    """How much an indicator, or a group of them, weighs for a post or a department, and how it is scored (指标权重)."""

    __tablename__ = "kpi_target"
    __table_args__ = (
        CheckConstraint("(kpi_id IS NULL) != (kpi_group IS NULL)", name="kpi_or_group"),
        CheckConstraint("(post_id IS NULL) != (department_id IS NULL)", name="post_or_department"),
        CheckConstraint("weight BETWEEN 0 AND 1000000", name="weight_is_a_part"),
        CheckConstraint("to_on IS NULL OR from_on <= to_on", name="in_order"),
        Index("ix_kpi_target_department_id", "department_id", "cycle_kind"),
        Index("ix_kpi_target_post_id", "post_id", "cycle_kind"),
    )
    words = Words("Weight and target", "指标权重与目标")
    chapter = "assessment"
    access = assessment.KPI_TARGET
    label_columns = ("called",)

    cycle_kind: Mapped[CycleKind] = mapped_column(default=CycleKind.MONTH)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    kpi_id: Mapped[int | None] = mapped_column(ForeignKey("kpi_definition.id"), index=True)
    group: Mapped[Group | None] = mapped_column("kpi_group")
    weight: Mapped[Decimal]
    target: Mapped[Decimal | None]
    floor: Mapped[Decimal | None]
    method: Mapped[Method] = mapped_column(default=Method.LINEAR)
    bands: Mapped[str] = mapped_column(String(200), default="")
    points_each: Mapped[Decimal | None]
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    department: Mapped[Department | None] = relationship()
    post: Mapped[Post | None] = relationship()
    kpi: Mapped[KpiDefinition | None] = relationship()

    @property
    def called(self) -> str:
        """Where it counts, and for what."""
        place = self.post or self.department
        what = self.kpi.name if self.kpi else self.group.words.zh if self.group else ""
        return f"{place.label if place else ''} · {what}"

    @property
    def aim(self) -> Aim:
        return Aim(self.method, self.target, self.floor, tuple(assessment.bands_of(self.bands)), self.points_each)

    def prepare(self) -> None:
        """Refuses what would score nothing, weigh too much, or change a closed period."""
        kpi_id = self.kpi_id or (self.kpi.id if self.kpi else None)
        assessment.refuse_target_of_two(kpi_id, self.group)
        assessment.refuse_no_place(has_one=(self.post is None) != (self.department is None))
        if kpi_id is not None:
            assessment.refuse_vague(self.aim)
        assessment.refuse_heavy(self.weight, self._beside(kpi_id))
        assessment.refuse_points(self._function(kpi_id), self.group, self.method, self.weight)
        self.refuse_closed()

    def _function(self, kpi_id: int | None) -> str | None:
        return str(self.session.get_one(KpiDefinition, kpi_id).function) if kpi_id is not None else None

    def _beside(self, kpi_id: int | None) -> Decimal:
        """What the others of the same sort at the same place weigh on the first day; indicators by their group."""
        kind = KpiTarget.kpi_id.is_(None) if kpi_id is None else KpiTarget.kpi_id.is_not(None)
        column, place = (KpiTarget.post_id, self.post) if self.post else (KpiTarget.department_id, self.department)
        where = column == (place.id if place is not None else 0)
        query = select(func.sum(KpiTarget.weight)).where(
            where,
            kind,
            KpiTarget.id != (self.id or 0),
            KpiTarget.cycle_kind == (self.cycle_kind or CycleKind.MONTH),
            in_force(self.from_on),
        )
        if kpi_id is not None:
            group = self.session.get_one(KpiDefinition, kpi_id).group
            query = query.join(KpiDefinition, KpiDefinition.id == KpiTarget.kpi_id).where(KpiDefinition.group == group)
        with self.session.no_autoflush:
            return self.session.scalar(query) or Decimal(0)

    def refuse_closed(self) -> None:
        """What a closed period was scored by stays: a new weight counts from after it (K2.1)."""
        refuse_closed(locks_of(self.session), self.from_on, self.to_on)


def in_force(on: date) -> Any:
    """The weights that count on a day."""
    return (
        (KpiTarget.from_on <= on)
        & or_(KpiTarget.to_on.is_(None), KpiTarget.to_on >= on)
        & KpiTarget.voided_at.is_(None)
    )


def targets_on(session: Session, kind: CycleKind, on: date) -> Sequence[KpiTarget]:
    """Every weight that counts on a day for that kind of cycle."""
    return session.scalars(
        select(KpiTarget).where(KpiTarget.cycle_kind == kind, in_force(on)).order_by(KpiTarget.id)
    ).all()


def definitions(session: Session) -> Sequence[KpiDefinition]:
    """Every indicator that stands."""
    return session.scalars(
        select(KpiDefinition).where(KpiDefinition.voided_at.is_(None)).order_by(KpiDefinition.id)
    ).all()


@first_data
def the_nine(session: Session) -> None:
    """The indicators that the regulation names, and points; those that are there are the company's."""
    known = set(session.scalars(select(KpiDefinition.code)))
    for code, group, en, zh, scope, direction in MEASURED:
        if code not in known:
            session.add(
                KpiDefinition(
                    code=code,
                    name=zh,
                    name_en=en,
                    group=group,
                    scope=scope,
                    function=code,
                    direction=direction,
                    min_sample=SMALLEST if code in RATES else 0,
                    clause=assessment.GROUP_CLAUSES[group],
                )
            )
