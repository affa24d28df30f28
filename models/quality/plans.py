"""Plans of how often is checked, and draws that say who is: kept with their seed and everybody who could be (P3.2)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Record
from models.organisation import Department, Employee
from rules import quality
from rules.base import Words
from rules.quality import CheckKind, Method
from rules.quality.draws import Candidate


class CheckPlan(Record):
    """How many checks of a kind are made in a department each week (抽检计划)."""

    __tablename__ = "check_plan"
    __table_args__ = (
        CheckConstraint("per_week > 0", name="per_week_positive"),
        CheckConstraint("to_on IS NULL OR from_on <= to_on", name="in_order"),
        CheckConstraint("scope NOT IN ('recheck', 'leader_patrol')", name="scope_is_drawn"),
        Index("ix_check_plan_department_id_id", "department_id", "id"),
    )
    words = Words("Check plan", "抽检计划")
    chapter = "quality"
    access = quality.CHECK_PLAN
    search_columns = ("code", "name")
    label_columns = ("code", "name")

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    scope: Mapped[CheckKind] = mapped_column(default=CheckKind.SPOT_CHECK)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    method: Mapped[Method] = mapped_column(default=Method.RISK)
    per_week: Mapped[int]
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    department: Mapped[Department] = relationship()


class CheckDraw(Record):
    """Who is to be checked by an inspector on a day, and how that came about; drawn once, by the system (抽检名单)."""

    __tablename__ = "check_draw"
    __table_args__ = (
        UniqueConstraint("plan_id", "on", "inspector_id"),
        Index("ix_check_draw_on_inspector_id", "on", "inspector_id"),
        Index("ix_check_draw_department_id_id", "department_id", "id"),
    )
    words = Words("Draw of checks", "抽检名单")
    chapter = "quality"
    access = quality.CHECK_DRAW
    number_prefix = "CQ"
    search_columns = ("no",)
    named_by = ("inspector_id",)

    no: Mapped[str] = mapped_column(String(32), unique=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("check_plan.id"))
    on: Mapped[date]
    inspector_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    method: Mapped[Method]
    seed: Mapped[int] = mapped_column(BigInteger)
    candidates: Mapped[list[Any]]
    picked: Mapped[list[Any]]
    """Places among the candidates, first drawn first."""
    plan: Mapped[CheckPlan] = relationship()
    inspector: Mapped[Employee] = relationship()
    department: Mapped[Department] = relationship()

    def parties(self) -> Mapping[str, frozenset[int]]:
        return {"inspector": frozenset({self.inspector_id})}

    def known(self) -> list[Candidate]:
        """Everybody who could have been drawn, with what was known of him."""
        return [thawed(one) for one in self.candidates]

    def drawn(self) -> list[Candidate]:
        """Who is to be checked."""
        known = self.known()
        return [known[int(place)] for place in self.picked]

    def is_as_seeded(self) -> bool:
        """Whether the stored seed draws the same people again."""
        return quality.picked(self.known(), len(self.picked), self.method, self.seed) == self.picked


def frozen(one: Candidate) -> dict[str, Any]:
    """A candidate as the draw keeps it."""
    return {
        "employee": one.employee_id,
        "post": one.post_id,
        "last": one.last_checked_on.isoformat() if one.last_checked_on else None,
        "failures": one.failures,
        "new_person": one.is_new_person,
        "new_revision": one.is_new_revision,
    }


def thawed(kept: Mapping[str, Any]) -> Candidate:
    return Candidate(
        kept["employee"],
        kept["post"],
        date.fromisoformat(kept["last"]) if kept["last"] else None,
        kept["failures"],
        kept["new_person"],
        kept["new_revision"],
    )
