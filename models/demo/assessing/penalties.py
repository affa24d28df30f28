"""What became of penalties: heard, approved, announced, carried out; one appealed and changed, one revoked (K4.1)."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.assessment import RewardPenalty
from models.demo.company import Company, Member
from models.demo.diary import Diary, as_of
from rules.assessment import REWARDS, RewardStatus

WAITS = timedelta(days=1)
"""Between two steps."""
STATED = "当班赶工漏做首件确认，已向班组长说明，愿意改正。"
APPEALED = "处理偏重：当天临时顶岗，工艺文件是次日才发到班组的。"
ANSWERS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("change", "情况属实，酌情减轻", {"size": "1"}),
    ("revoke", "排班表证明当日不在岗，撤销", {}),
    ("uphold", "复核原始记录无误，维持", {}),
)
"""What the general manager found, one appeal after the other."""


class Penalising:
    """Every morning each penalty takes its next step, until nothing is left to do."""

    def __init__(self, session: Session, company: Company, diary: Diary) -> None:
        self.session, self.company, self.diary = session, company, diary
        self.appeals: list[int] = []

    def plan(self) -> None:
        clock = self.diary.clock
        for day in clock.workdays():
            self.diary.note(clock.on_day((day - clock.first).days, 200), self._go_on)

    def _go_on(self, at: datetime) -> None:
        found = self.session.scalars(
            select(RewardPenalty)
            .where(
                RewardPenalty.kind.not_in(REWARDS),
                RewardPenalty.status.in_((*STEPS, RewardStatus.EXECUTED, RewardStatus.APPEALED)),
                RewardPenalty.answered_at.is_(None),
                RewardPenalty.updated_at < at - WAITS,
            )
            .order_by(RewardPenalty.id)
        ).all()
        for one in found:
            self._step(one, at)

    def _step(self, one: RewardPenalty, at: datetime) -> None:
        who = next((member for member in self.company.members if member.id == one.employee_id), None)
        if one.status is RewardStatus.EXECUTED:
            self._appeal(one, who, at)
        elif one.status is RewardStatus.APPEALED:
            verb, note, more = ANSWERS[self.appeals.index(one.id) % len(ANSWERS)]
            self._do(one, verb, self.company.named("general_manager"), at, note=note, **more)
        elif one.status is RewardStatus.STATEMENT and one.stated_at is None and who is not None:
            self._do(one, "state", who, at, statement=STATED)
        else:
            verb, login = STEPS[one.status]
            self._do(one, verb, self.company.named(login), at)

    def _appeal(self, one: RewardPenalty, who: Member | None, at: datetime) -> None:
        """Every second one who may still appeal does."""
        if who is None or one.id in self.appeals or one.id % 2:
            return
        if one.appeal_due_at is not None and at <= one.appeal_due_at:
            self.appeals.append(one.id)
            self._do(one, "appeal", who, at, note=APPEALED)

    def _do(self, one: RewardPenalty, verb: str, who: Member, at: datetime, **more: Any) -> None:
        if one.why_not(verb, who.person) is None:
            with as_of(self.session, who.person, at):
                one.perform(verb, by=who.person, at=at, **more)


STEPS = {
    RewardStatus.DRAFT: ("ask_statement", "hr"),
    RewardStatus.STATEMENT: ("approve", "hr_manager"),
    RewardStatus.APPROVED: ("announce", "hr"),
    RewardStatus.ANNOUNCED: ("execute", "hr"),
}
