"""Accountability cases: facts, people with their shares, statements, and a decision by somebody uninvolved (P3.3)."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.actions.file import post_to_file
from models.actions.items import ActionItem
from models.base import Act, Audited, Record, Sight, after, on_date
from models.journal import seal, told_by
from models.organisation import AccountRole, Department, Employee
from models.regulation import due_at, figure, limit
from models.types import BigId
from rules import actions
from rules.actions import (
    ActionStatus,
    CaseDecision,
    CaseKind,
    CaseSeverity,
    CaseStatus,
    EntryKind,
    PersonStatus,
)
from rules.base import SYSTEM, NotYours, Person, Role, RuleBroken, Words, key_of
from rules.regulation import MAX_ROUNDS, Target


class AccountabilityCase(Record):
    """Something that somebody may have to answer for (责任认定)."""

    __tablename__ = "accountability_case"
    __table_args__ = (
        CheckConstraint(
            "status NOT IN ('decided', 'closed') OR (decision IS NOT NULL AND decided_by_id IS NOT NULL)",
            name="decided_has_decision",
        ),
        CheckConstraint("(source_entity IS NULL) = (source_id IS NULL)", name="source_whole"),
        Index("ix_accountability_case_status", "status", "id"),
        Index("ix_accountability_case_opened_at", "opened_at", "id"),
        Index("ix_accountability_case_department_id_id", "department_id", "id"),
        Index("ix_accountability_case_source", "source_entity", "source_id"),
    )
    words = Words("Accountability case", "责任认定")
    chapter = "actions"
    access = actions.ACCOUNTABILITY_CASE
    lifecycle = actions.CASE_STEPS
    number_prefix = "ZR"
    search_columns = ("no", "facts")

    no: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[CaseKind]
    severity: Mapped[CaseSeverity] = mapped_column(default=CaseSeverity.GENERAL)
    clause: Mapped[str] = mapped_column(String(10))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    source_entity: Mapped[str | None] = mapped_column(String(63))
    source_id: Mapped[int | None] = mapped_column(BigId)
    facts: Mapped[str] = mapped_column(Text, default="")
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    decider_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[CaseDecision | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None]
    status: Mapped[CaseStatus] = mapped_column(default=CaseStatus.DRAFT)
    department: Mapped[Department] = relationship()
    opened_by: Mapped[Employee | None] = relationship(foreign_keys=[opened_by_id])
    decider: Mapped[Employee | None] = relationship(foreign_keys=[decider_id])
    decided_by: Mapped[Employee | None] = relationship(foreign_keys=[decided_by_id])
    persons: Mapped[list["AccountabilityPerson"]] = relationship(
        back_populates="case", order_by="AccountabilityPerson.id", cascade="all, delete-orphan"
    )

    def parties(self) -> Mapping[str, frozenset[int]]:
        alone = {"opener": self.opened_by_id, "decider": self.decider_id}
        return {
            "party": frozenset(one.employee_id for one in self.persons),
            **{name: frozenset({one} if one is not None else ()) for name, one in alone.items()},
        }

    @classmethod
    def sight_of(cls, person: Person) -> Sight | None:
        """HR and the general manager see every case; others only by name, whatever team they lead."""
        if person.is_system or person.holds(*actions.SEES_EVERY_CASE):
            return None
        return Sight(frozenset(), cls.also_visible_to(person) if person.employee_id is not None else [])

    @classmethod
    def also_visible_to(cls, person: Person) -> list[ColumnElement[bool]]:
        """Whom it concerns, who opened or decides it; and the quality manager, as long as he may still dismiss it."""
        concerned = select(AccountabilityPerson.case_id).where(AccountabilityPerson.employee_id == person.employee_id)
        drafts = [cls.status == CaseStatus.DRAFT] if person.holds(Role.QUALITY_MANAGER) else []
        own = [cls.opened_by_id == person.employee_id, cls.decider_id == person.employee_id]
        return [cls.id.in_(concerned), *own, *drafts]

    def why_not(self, verb: str, person: Person) -> RuleBroken | None:
        """A grave case is the general manager's, whoever was named before it became grave."""
        refusal = super().why_not(verb, person)
        if refusal is None and verb == "decide" and not person.is_system:
            try:
                actions.refuse_decider(self.severity, person.roles, is_involved=False)
            except RuleBroken as broken:
                return NotYours(broken.words, clause=broken.clause)
        return refusal

    def prepare(self, act: Act) -> None:
        """What follows from the facts: the clause of the kind, the department of whom it concerns."""
        self.clause = self.clause or actions.CASE_CLAUSES[self.kind]
        if self.department_id is None:
            first = next((one.employee for one in self.persons if one.employee is not None), self.opened_by)
            if first is None:
                raise RuleBroken(
                    Words("Name the persons concerned first.", "请先列明当事人。"), field="persons", clause="P3.3"
                )
            self.department_id = first.department_id
        people = [one.employee_id or one.employee.id for one in self.persons]
        if len(set(people)) < len(people):
            raise RuleBroken(
                Words("A person stands here twice.", "同一当事人重复列名。"), field="persons", clause="P3.3"
            )

    # -- verbs -------------------------------------------------------------------------------------------------------

    def do_ask_statements(self, act: Act, decider: Employee | int | str = "") -> None:
        """Everybody concerned is asked, each with his deadline; who decides is named."""
        actions.refuse_unready(self.facts, [(one.employee_id, one.share_percent) for one in self.persons])
        self.decider_id = self._named(decider)
        for one in self.persons:
            one.perform("ask", act=act.consequence("P3.3"))

    def do_hand_over(self, act: Act, decider: Employee | int | str = "") -> None:
        self.decider_id = self._named(decider)

    def _named(self, decider: Employee | int | str) -> int:
        """The manager who is to decide, uninvolved; raises RuleBroken for anybody else."""
        given = decider.id if isinstance(decider, Employee) else decider
        found = self.session.get(Employee, key_of(given) or 0)
        if found is None or found.left_on is not None:
            raise RuleBroken(Words("Choose who decides.", "请指定裁定人。"), field="decider", clause="P3.3")
        roles = self.session.scalars(select(AccountRole.role).where(AccountRole.account_id == found.account_id))
        involved = self.parties()["party"] | self.parties()["opener"]
        actions.refuse_decider(self.severity, roles, is_involved=found.id in involved)
        return found.id

    def do_decide(self, act: Act, decision: str = "") -> None:
        """Everybody had his say; from now on it counts."""
        if waiting := actions.why_undecided([(one.statement_due_at, one.stated_at) for one in self.persons], act.at):
            raise waiting
        actions.refuse_shares([(one.employee_id, one.share_percent) for one in self.persons])
        self.decision = actions.decision_of(decision)
        self.decided_by_id, self.decided_at, self.reason = act.by.employee_id, act.at, act.note

    def do_dismiss(self, act: Act) -> None:
        self.reason, self.closed_at = act.note, act.at

    def do_close(self, act: Act) -> None:
        self.closed_at = act.at


class AccountabilityPerson(Record):
    """A person concerned by a case: his share, and what he has to say to it (责任人)."""

    __tablename__ = "accountability_person"
    __table_args__ = (
        UniqueConstraint("case_id", "employee_id"),
        CheckConstraint("share_percent BETWEEN 0 AND 1000000", name="share_is_a_part"),
        CheckConstraint("(status = 'stated') = (stated_at IS NOT NULL)", name="stated_has_instant"),
        Index("ix_accountability_person_employee", "employee_id", "status"),
        Index("ix_accountability_person_due", "status", "statement_due_at"),
    )
    words = Words("Concerned person", "责任认定当事人")
    chapter = "actions"
    access = actions.ACCOUNTABILITY_PERSON
    lifecycle = actions.PERSON_STEPS
    search_columns = ("statement",)
    label_columns = ("called",)

    case_id: Mapped[int] = mapped_column(ForeignKey("accountability_case.id"))
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    share_percent: Mapped[Decimal]
    statement_due_at: Mapped[datetime | None]
    statement: Mapped[str] = mapped_column(Text, default="")
    stated_at: Mapped[datetime | None]
    status: Mapped[PersonStatus] = mapped_column(default=PersonStatus.NAMED)
    case: Mapped[AccountabilityCase] = relationship(back_populates="persons")
    employee: Mapped[Employee] = relationship()

    @property
    def called(self) -> str:
        """The case and the person."""
        return f"{self.case.no} · {self.employee.name}"

    def told_in(self) -> Audited:
        """A line of its case until he is asked; from then on what he says is told to those who may hear it."""
        return self.case if self.statement_due_at is None else self

    def parties(self) -> Mapping[str, frozenset[int]]:
        decider = self.case.decider_id
        return {
            "concerned": frozenset({self.employee_id}),
            "decider": frozenset({decider} if decider is not None else ()),
        }

    @classmethod
    def also_visible_to(cls, person: Person) -> list[ColumnElement[bool]]:
        """Himself, and who decides."""
        deciding = select(AccountabilityCase.id).where(AccountabilityCase.decider_id == person.employee_id)
        return [cls.employee_id == person.employee_id, cls.case_id.in_(deciding)]

    def do_ask(self, act: Act) -> None:
        """By when he may state: a time limit of the company."""
        facts = {"kind": str(self.case.kind), "severity": str(self.case.severity)}
        allowed = limit(self.session, Target.STATEMENT, facts, on_date(act.at), clause="P3.3")
        self.statement_due_at = due_at(self.session, allowed, act.at)

    def do_state(self, act: Act, statement: str = "") -> None:
        actions.refuse_statement(statement, self.statement_due_at, act.at)
        self.statement, self.stated_at = statement.strip(), act.at


# -- what follows ----------------------------------------------------------------------------------------------------


def what_reaches_the_file(case: AccountabilityCase, _person: Person) -> list[Words]:
    """Said before a case is decided: what an upheld one leaves behind, and for whom."""
    return [
        Words(
            "Upheld or partly: {who}, {share} % of it, is noted in the performance file.",
            "责任成立或部分成立时，将记入{who}的绩效档案（责任比例 {share}%）。",
            who=one.employee.name,
            share=one.share_percent.normalize(),
        )
        for one in case.persons
        if one.share_percent
    ]


@after(AccountabilityCase, "decide", preview=what_reaches_the_file)
def note_in_files(case: AccountabilityCase, act: Act) -> None:
    """What was upheld goes into the file of each who has a share in it; an undecided case deducts nothing."""
    if case.decision is None or not actions.reaches_file(case.decision):
        return
    line = next(iter(case.facts.strip().splitlines()), "")[:80]
    for one in case.persons:
        if one.share_percent:
            post_to_file(
                case.session,
                act,
                employee_id=one.employee_id,
                kind=EntryKind.CASE,
                title=f"{case.no} · {one.share_percent.normalize():f}% · {line}",
                source=(case.__tablename__, case.id),
                clause=case.clause,
            )


def open_case(  # noqa: PLR0913 - each is a fact of the record, named at the call
    session: Session,
    act: Act,
    *,
    kind: CaseKind,
    severity: CaseSeverity,
    department_id: int,
    facts: str,
    shares: Mapping[int, Decimal],
    source: tuple[str, int] | None = None,
    opened_by_id: int | None = None,
) -> AccountabilityCase:
    """Opens a case as a draft, for any chapter, and tells the quality manager and HR (P3.3, S3.3, C1.4).

    ``shares``: employee -> his share in per cent, as a first proposal.
    """
    entity, key = source or (None, None)
    case = AccountabilityCase(
        kind=kind,
        severity=severity,
        clause=actions.CASE_CLAUSES[kind],
        department_id=department_id,
        source_entity=entity,
        source_id=key,
        facts=facts,
        opened_at=act.at,
        opened_by_id=opened_by_id,
    )
    case.persons = [AccountabilityPerson(employee_id=who, share_percent=share) for who, share in shares.items()]
    session.add(case)
    seal(session, case, "create", act, recipients=told_by(session, case, (Role.QUALITY_MANAGER, Role.HR)))
    return case


def open_case_of(session: Session, source: tuple[str, int]) -> AccountabilityCase | None:
    """The case about a record that still goes on."""
    return session.scalar(
        select(AccountabilityCase)
        .where(
            AccountabilityCase.source_entity == source[0],
            AccountabilityCase.source_id == source[1],
            AccountabilityCase.status.not_in((CaseStatus.DISMISSED, CaseStatus.CLOSED)),
        )
        .limit(1)
    )


def _is_one_too_many(action: ActionItem, at: datetime) -> bool:
    """Whether the round that begins now is the one with which a case is opened; the first never is."""
    if not action.rounds:
        return False
    most = figure(action.session, MAX_ROUNDS, on_date(at), str(action.severity))
    return actions.opens_case(len(action.rounds) + 1, most)


def opens_case(action: ActionItem, _person: Person) -> list[Words]:
    """Said before another round begins."""
    if action.status is not ActionStatus.RETURNED or not action.rounds:
        return []
    most = figure(action.session, MAX_ROUNDS, on_date(action.updated_at), str(action.severity))
    if not actions.opens_case(len(action.rounds) + 1, most):
        return []
    return [
        Words(
            "This is round {n}: with it an accountability case is opened.",
            "这是第 {n} 轮整改，将同时提起责任认定。",
            n=len(action.rounds) + 1,
        )
    ]


@after(ActionItem, "start", preview=opens_case)
def answer_for_rounds(action: ActionItem, act: Act) -> None:
    """What was not put right in the rounds that the company allows, somebody answers for (P3.2, P3.3)."""
    source = (action.__tablename__, action.id)
    if not _is_one_too_many(action, act.at) or open_case_of(action.session, source) is not None:
        return
    rounds = [f"{one.round_no}) {on_date(one.submitted_at)} {one.measure}" for one in action.rounds]
    open_case(
        action.session,
        act,
        kind=CaseKind.PROCESS_BREACH,
        severity=CaseSeverity.GENERAL,
        department_id=action.department_id,
        facts="\n".join([f"{action.no} {action.description}", *rounds]),
        shares={action.responsible_id: Decimal(100)},
        source=source,
    )


# -- what falls due --------------------------------------------------------------------------------------------------


def end_statements(session: Session, at: datetime) -> int:
    """Who was asked and said nothing in time has had his say; returns how many."""
    late = session.scalars(
        select(AccountabilityPerson)
        .where(AccountabilityPerson.status == PersonStatus.ASKED, AccountabilityPerson.statement_due_at < at)
        .order_by(AccountabilityPerson.id)
    ).all()
    for one in late:
        one.perform("fall_silent", act=Act(SYSTEM, at, session.info["act"].source))
    return len(late)


def cases_by_status(session: Session, *where: Any) -> dict[CaseStatus, int]:
    """How many cases stand where."""
    rows = session.execute(
        select(AccountabilityCase.status, func.count()).where(*where).group_by(AccountabilityCase.status)
    )
    return dict(rows.tuples().all())
