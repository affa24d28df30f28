"""The ladder of escalation: whom an action tells before and after it is due, in working time (P3.2, C1.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from rules.actions.items import RESPONSIBLE
from rules.base import Access, Choice, Role, RuleBroken, Words, relation
from rules.working_time import WorkCalendar

ACTION_RUNG = Access(clause="P3.2", create=frozenset({Role.ADMIN}), edit=frozenset({Role.ADMIN}))

TEAM_LEADER = relation("team_leader", "his team leader", "所在班组长")
DEPARTMENT_MANAGER = relation("department_manager", "the manager of his department", "所在部门经理")

FURTHEST = timedelta(hours=480)
MOST_LEVELS = 12


class Told(Choice):
    """Whom a rung can tell: somebody who stands in the action, or those who hold a role for its department."""

    RESPONSIBLE = "responsible", "The responsible person", "责任人"
    VERIFIER = "verifier", "The verifier", "验证人"
    RAISER = "raiser", "Who raised it", "提出人"
    TEAM_LEADER = "team_leader", "His team leader", "所在班组长"
    DEPARTMENT_MANAGER = "department_manager", "The manager of that department", "所在部门经理"
    QUALITY_INSPECTOR = "quality_inspector", "Quality inspectors", "质检员"
    PRODUCTION_MANAGER = "production_manager", "Production manager", "生产经理"
    QUALITY_MANAGER = "quality_manager", "Quality manager", "质量经理"
    TECHNICAL_MANAGER = "technical_manager", "Technical manager", "技术经理"
    SALES_MANAGER = "sales_manager", "Sales manager", "销售经理"
    AFTER_SALES_MANAGER = "after_sales_manager", "After-sales manager", "售后经理"
    HR_MANAGER = "hr_manager", "HR manager", "人事经理"
    GENERAL_MANAGER = "general_manager", "General manager", "总经理"

    @property
    def entry(self) -> Role | str:
        """The same as a step's ``tells`` would say it."""
        if self in {Told.RESPONSIBLE, Told.VERIFIER, Told.RAISER, Told.TEAM_LEADER, Told.DEPARTMENT_MANAGER}:
            return str(self)
        return Role(str(self))


@dataclass(frozen=True)
class Rung:
    """One level: how much working time after the due instant (negative = before), and who is told."""

    level: int
    after: timedelta
    tells: tuple[Role | str, ...]


LADDER = (
    Rung(0, timedelta(hours=-8), (RESPONSIBLE,)),
    Rung(1, timedelta(0), (RESPONSIBLE, TEAM_LEADER)),
    Rung(2, timedelta(hours=8), (Role.PRODUCTION_MANAGER, Role.QUALITY_MANAGER)),
    Rung(3, timedelta(hours=24), (Role.GENERAL_MANAGER,)),
)
"""What counts as long as the company has no rows of its own."""


def due_of(calendar: WorkCalendar, rung: Rung, due_at: datetime) -> datetime:
    """When a level of an action that is due then is climbed, on the working calendar."""
    return due_at if not rung.after else calendar.add(due_at, rung.after).astimezone(UTC)


def rungs_due(calendar: WorkCalendar, ladder: Sequence[Rung], due_at: datetime, at: datetime) -> list[Rung]:
    """The levels that are due by now, lowest first; each is climbed once."""
    return [one for one in sorted(ladder, key=lambda one: one.level) if due_of(calendar, one, due_at) <= at]


def refuse_ladder(rungs: Sequence[Rung]) -> None:
    """Raises RuleBroken unless higher levels come later, none further than sixty working days of eight hours away."""
    in_order = sorted(rungs, key=lambda one: one.level)
    if len(in_order) > MOST_LEVELS:
        raise RuleBroken(Words("At most {n} levels.", "最多 {n} 级。", n=MOST_LEVELS), field="level", clause="P3.2")
    for one in in_order:
        if abs(one.after) > FURTHEST:
            raise RuleBroken(
                Words("At most {n} working hours from the due time.", "与期限相距不能超过 {n} 个工作小时。", n=480),
                field="after_hours",
                clause="P3.2",
            )
    for lower, higher in pairwise(in_order):
        if lower.after >= higher.after:
            raise RuleBroken(
                Words(
                    "A higher level must come later than a lower one: compare levels {low} and {high}.",
                    "级别越高，提醒须越晚：请核对第 {low} 级与第 {high} 级。",
                    low=lower.level,
                    high=higher.level,
                ),
                field="after_hours",
                clause="P3.2",
            )
