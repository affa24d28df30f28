"""Rewards and penalties, and the rules by which they are measured (K3.1, K3.2, K4.1)."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.actions import PerformanceFileEntry, post_to_file, reverse_entry
from models.assessment.suggestions import Suggestion
from models.base import Act, Record, Sight, after, on_date
from models.organisation import Department, Employee, headed_by, holders
from models.regulation import due_at, figure, limit
from models.types import BigId
from rules import assessment
from rules.actions import CaseSeverity, EntryKind
from rules.assessment import REWARDS, Measure, Occasion, RewardKind, RewardStatus, SuggestionStatus
from rules.base import Person, Role, Words
from rules.organisation import HEADS
from rules.regulation import Target
from rules.regulation.figures import MONEY_ALLOWED

SEES_EVERY_ONE = (Role.ADMIN, Role.HR, Role.HR_MANAGER, Role.GENERAL_MANAGER)


class RewardPenaltyRule(Record):
    """What follows from what, within which bounds, approved by whom (奖惩规则)."""

    __tablename__ = "reward_penalty_rule"
    __table_args__ = (
        CheckConstraint("least <= most", name="band_in_order"),
        CheckConstraint("to_on IS NULL OR from_on <= to_on", name="in_order"),
        Index("ix_reward_penalty_rule_occasion", "occasion", "id"),
    )
    words = Words("Reward and penalty rule", "奖惩规则")
    chapter = "assessment"
    access = assessment.REWARD_PENALTY_RULE
    search_columns = ("name",)
    label_columns = ("name",)

    name: Mapped[str] = mapped_column(String(100))
    occasion: Mapped[Occasion]
    severity: Mapped[CaseSeverity | None]
    grade: Mapped[str] = mapped_column(String(4), default="")
    kind: Mapped[RewardKind]
    least: Mapped[Decimal]
    most: Mapped[Decimal]
    measure: Mapped[Measure] = mapped_column(default=Measure.POINTS)
    needs_role: Mapped[Role]
    clause: Mapped[str] = mapped_column(String(10))
    from_on: Mapped[date]
    to_on: Mapped[date | None]


class RewardPenalty(Record):
    """A reward or a penalty of a person or a department (奖惩)."""

    __tablename__ = "reward_penalty"
    __table_args__ = (
        CheckConstraint("(employee_id IS NULL) != (subject_department_id IS NULL)", name="one_subject"),
        CheckConstraint("(source_entity IS NULL) = (source_id IS NULL)", name="source_whole"),
        CheckConstraint(
            "status NOT IN ('approved', 'announced', 'executed') OR decided_by_id IS NOT NULL",
            name="approved_by_somebody",
        ),
        Index("ix_reward_penalty_employee_id", "employee_id", "id"),
        Index("ix_reward_penalty_status", "status", "id"),
        Index("ix_reward_penalty_status_appeal_due_at", "status", "appeal_due_at"),
        Index("ix_reward_penalty_source", "source_entity", "source_id"),
        Index("ix_reward_penalty_department_id", "department_id", "id"),
    )
    words = Words("Reward and penalty record", "奖惩")
    chapter = "assessment"
    access = assessment.REWARD_PENALTY
    lifecycle = assessment.REWARD_STEPS
    number_prefix = "JC"
    search_columns = ("no", "reason")
    named_by = ("employee_id", "proposer_id")
    period_on = "executed_at"
    period_columns = frozenset(
        {"executed_at", "size", "size_before", "employee_id", "subject_department_id", "rule_id"}
    )
    uncounted = frozenset({"draft", "statement", "approved", "announced", "dropped"})

    no: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[RewardKind]
    rule_id: Mapped[int] = mapped_column(ForeignKey("reward_penalty_rule.id"), index=True)
    employee_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    subject_department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    source_entity: Mapped[str | None] = mapped_column(String(63))
    source_id: Mapped[int | None] = mapped_column(BigId)
    clause: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text)
    size: Mapped[Decimal | None]
    """Points or yuan, as its rule measures."""
    size_before: Mapped[Decimal | None]
    proposer_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    statement_due_at: Mapped[datetime | None]
    statement: Mapped[str] = mapped_column(Text, default="")
    stated_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    decided_at: Mapped[datetime | None]
    announced_at: Mapped[datetime | None]
    appeal_due_at: Mapped[datetime | None]
    executed_at: Mapped[datetime | None]
    appeal_reason: Mapped[str] = mapped_column(Text, default="")
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None]
    """When the appeal was decided: a sheet that was closed before keeps what was carried out."""
    status: Mapped[RewardStatus] = mapped_column(default=RewardStatus.DRAFT)
    rule: Mapped[RewardPenaltyRule] = relationship()
    employee: Mapped[Employee | None] = relationship(foreign_keys=[employee_id])
    subject_department: Mapped[Department | None] = relationship(foreign_keys=[subject_department_id])
    department: Mapped[Department] = relationship(foreign_keys=[department_id])
    proposer: Mapped[Employee | None] = relationship(foreign_keys=[proposer_id])
    decided_by: Mapped[Employee | None] = relationship(foreign_keys=[decided_by_id])

    @property
    def subject(self) -> Employee | Department:
        return self.employee or self.subject_department  # type: ignore[return-value]

    @property
    def label(self) -> str:
        return f"{self.no} {self.subject.name} {self.kind.words.zh}"

    @property
    def label_words(self) -> Words:
        en = f"{self.no} {self.subject.name} {self.kind.words.en}"
        return Words(en, self.label)

    @property
    def is_reward(self) -> bool:
        return self.kind in REWARDS

    def parties(self) -> Mapping[str, frozenset[int]]:
        """A department is spoken for by its heads."""
        approvers = holders(self.session, self.rule.needs_role, self.department_id)
        heads = self.subject_department.kind if self.subject_department is not None else None
        subjects = [self.employee_id] if heads is None else holders(self.session, HEADS[heads], self.department_id)
        return {
            "subject_of_it": frozenset(one for one in subjects if one is not None),
            "proposer_of_it": frozenset({self.proposer_id} if self.proposer_id else ()),
            "approver_of_it": frozenset(approvers),
        }

    @classmethod
    def sight_of(cls, person: Person) -> Sight | None:
        """HR and the general manager see every one; others theirs, their departments', what waits for them."""
        if person.is_system or person.holds(*SEES_EVERY_ONE):
            return None
        if person.employee_id is None:
            return Sight(frozenset(), [])
        approving = select(RewardPenaltyRule.id).where(RewardPenaltyRule.needs_role.in_(sorted(person.roles)))
        return Sight(
            frozenset(),
            [
                cls.employee_id == person.employee_id,
                cls.proposer_id == person.employee_id,
                cls.subject_department_id.in_(select(Department.id).where(headed_by(person))),
                cls.rule_id.in_(approving),
            ],
        )

    def prepare(self, act: Act) -> None:
        """What follows from the facts: kind and clause of the rule, department of the subject."""
        assessment.refuse_subject_of_two((self.employee, self.subject_department))
        self.kind, self.clause = self.rule.kind, self.rule.clause
        self.department = self.employee.department if self.employee else self.subject_department  # type: ignore[assignment]
        if self.size is not None:
            assessment.refuse_outside(self.size, self.rule.least, self.rule.most)

    # -- verbs -------------------------------------------------------------------------------------------------------

    def do_ask_statement(self, act: Act) -> None:
        allowed = limit(self.session, Target.STATEMENT, {"kind": str(self.kind)}, on_date(act.at), clause="K4.1")
        self.statement_due_at = due_at(self.session, allowed, act.at)

    def do_state(self, act: Act, statement: str = "") -> None:
        assessment.refuse_statement_of(statement, self.statement_due_at, act.at)
        self.statement, self.stated_at = statement.strip(), act.at

    def do_approve(self, act: Act, size: str | Decimal = "") -> None:
        """Heard, within the bounds of its rule, and in money only where the company has turned that on."""
        is_heard = self.is_reward or self.employee_id is None
        assessment.refuse_unheard(self.statement_due_at, self.stated_at, act.at, is_reward=is_heard)
        if self.kind in assessment.IN_MONEY or self.rule.measure is Measure.MONEY:
            is_allowed = figure(self.session, MONEY_ALLOWED, on_date(act.at)) == 1
            assessment.refuse_money(self.kind, self.rule.measure, is_allowed=is_allowed)
        self._resize(size)
        self.decided_by_id, self.decided_at = act.by.employee_id, act.at

    def _resize(self, size: str | Decimal) -> None:
        found = self.rule.least if self.size is None else self.size
        if str(size).strip():
            found = assessment.size_typed(size)
        assessment.refuse_outside(found, self.rule.least, self.rule.most)
        self.size = found

    def do_announce(self, act: Act) -> None:
        allowed = limit(self.session, Target.APPEAL, {"kind": str(self.kind)}, on_date(act.at), clause="K4.1")
        self.announced_at, self.appeal_due_at = act.at, due_at(self.session, allowed, act.at)

    def do_execute(self, act: Act) -> None:
        self.executed_at = act.at

    def do_appeal(self, act: Act) -> None:
        assessment.refuse_late_appeal(self.appeal_due_at, act.at)
        self.appeal_reason = act.note

    def do_drop(self, act: Act) -> None:
        self.answer = act.note

    def do_uphold(self, act: Act) -> None:
        self._answer(act)

    def do_revoke(self, act: Act) -> None:
        self._answer(act)
        self.size_before = self.size

    def _answer(self, act: Act) -> None:
        self.answer, self.answered_at = act.note, act.at

    def do_change(self, act: Act, size: str | Decimal = "") -> None:
        before = self.size
        self._resize(size)
        self._answer(act)
        self.size_before = before


# -- what follows ----------------------------------------------------------------------------------------------------


@after(RewardPenalty, "execute")
@after(RewardPenalty, "uphold")
@after(RewardPenalty, "change")
def note_in_file(one: RewardPenalty, act: Act) -> None:
    """What is carried out goes into the file; an appeal that came before that is decided and carried out in one."""
    if (entry := _entry_of(one)) is not None:
        _correct_in_file(one, entry, act)
        return
    one.executed_at = one.executed_at or act.at
    _post(one, act)
    suggestion = one.session.get(Suggestion, one.source_id) if one.source_entity == "suggestion" else None
    if suggestion is not None and suggestion.status is SuggestionStatus.VERIFIED:
        suggestion.perform("reward", act=act)


def _post(one: RewardPenalty, act: Act) -> None:
    if one.employee_id is None:
        return
    points = one.size if one.rule.measure is Measure.POINTS else None
    post_to_file(
        one.session,
        act,
        employee_id=one.employee_id,
        kind=EntryKind.REWARD if one.is_reward else EntryKind.PENALTY,
        title=f"{one.no} {one.kind.words.zh} · {one.reason}",
        source=(one.__tablename__, one.id),
        clause=one.clause,
        score=points if one.is_reward or points is None else -points,
    )


def _entry_of(one: RewardPenalty) -> PerformanceFileEntry | None:
    """Its entry that stands: neither a reversal nor reversed."""
    reversed_ids = select(PerformanceFileEntry.reverses_id).where(PerformanceFileEntry.reverses_id.is_not(None))
    return one.session.scalar(
        select(PerformanceFileEntry)
        .where(
            PerformanceFileEntry.source_entity == one.__tablename__,
            PerformanceFileEntry.source_id == one.id,
            PerformanceFileEntry.reverses_id.is_(None),
            PerformanceFileEntry.id.not_in(reversed_ids),
        )
        .order_by(PerformanceFileEntry.id.desc())
        .limit(1)
    )


@after(RewardPenalty, "revoke")
def reverse_in_file(one: RewardPenalty, act: Act) -> None:
    """What was noted is taken back by an entry that says why; both stay."""
    if (entry := _entry_of(one)) is not None:
        reverse_entry(one.session, act, entry, reason=one.answer)


def _correct_in_file(one: RewardPenalty, entry: PerformanceFileEntry, act: Act) -> None:
    """The old entry is reversed, the new one stands in its place."""
    if one.status is RewardStatus.CHANGED:
        reverse_entry(one.session, act, entry, reason=one.answer)
        _post(one, act)
