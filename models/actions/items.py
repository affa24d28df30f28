"""Action items: raised by what was found, put right in rounds, closed only on proof (P3.2)."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    exists,
    func,
    not_,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.actions.reach import in_managed_departments
from models.base import Act, Line, Record, after, on_date
from models.event import Attachment
from models.organisation import Department, Employee, acting_day
from models.regulation import arm, cancel, company_calendar, copies_due, extend, figure, stop
from models.types import BigId
from rules import actions
from rules.actions import ActionKind, ActionStatus, Cause, Proof, RoundResult, Severity
from rules.base import Person, RuleBroken, Unset, Words
from rules.event import AttachmentKind
from rules.regulation import Target
from rules.regulation.figures import EFFECTIVENESS_DAYS

ASKING: list[Callable[["ActionItem", Act, date | str], object]] = []
"""Filled by the extensions, whose table refers to this one: what asking for more time writes down."""
UNFINISHED_SQL = "status NOT IN ('closed', 'cancelled', 'verified')"


class ActionItem(Record):
    """Something to be put right, by somebody, by an instant (整改/改进单)."""

    __tablename__ = "action_item"
    __table_args__ = (
        CheckConstraint("status != 'closed' OR closed_at IS NOT NULL", name="closed_has_instant"),
        CheckConstraint("(source_entity IS NULL) = (source_id IS NULL)", name="source_whole"),
        CheckConstraint("verifier_id IS NULL OR verifier_id != responsible_id", name="verifier_is_another"),
        CheckConstraint("proof != 'recheck' OR verifier_id IS NULL", name="recheck_has_no_verifier"),
        Index("ix_action_item_due", "due_at", sqlite_where=text(UNFINISHED_SQL), postgresql_where=text(UNFINISHED_SQL)),
        Index("ix_action_item_due_at_id", "due_at", "id"),
        Index("ix_action_item_status_id", "status", "id"),
        Index("ix_action_item_status_due_at", "status", "due_at"),
        Index(
            "ix_action_item_watched",
            "effectiveness_due_on",
            sqlite_where=text("status = 'watching'"),
            postgresql_where=text("status = 'watching'"),
        ),
        Index("ix_action_item_severity_id", "severity", "id"),
        Index("ix_action_item_responsible", "responsible_id", "status"),
        Index("ix_action_item_department_id_id", "department_id", "id"),
        Index("ix_action_item_source", "source_entity", "source_id"),
    )
    words = Words("Action item", "整改单")
    chapter = "actions"
    access = actions.ACTION
    lifecycle = actions.ACTION_STEPS
    number_prefix = "ZG"
    search_columns = ("no", "description")
    named_by = ("responsible_id", "verifier_id", "raiser_id")

    no: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[ActionKind]
    source_entity: Mapped[str | None] = mapped_column(String(63))
    source_id: Mapped[int | None] = mapped_column(BigId)
    proof: Mapped[Proof] = mapped_column(default=Proof.VERIFIER)
    clause: Mapped[str] = mapped_column(String(10), default="P3.2")
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    severity: Mapped[Severity]
    is_repeat: Mapped[bool] = mapped_column("repeat", default=False)
    description: Mapped[str] = mapped_column(Text)
    containment: Mapped[str] = mapped_column(Text, default="")
    cause_category: Mapped[Cause | None]
    root_cause: Mapped[str] = mapped_column(Text, default="")
    responsible_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    verifier_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    raiser_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    opened_at: Mapped[datetime] = mapped_column(index=True)
    due_at: Mapped[datetime]
    original_due_at: Mapped[datetime]
    effectiveness_due_on: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    status: Mapped[ActionStatus] = mapped_column(default=ActionStatus.OPEN)
    department: Mapped[Department] = relationship()
    responsible: Mapped[Employee] = relationship(foreign_keys=[responsible_id])
    verifier: Mapped[Employee | None] = relationship(foreign_keys=[verifier_id])
    raiser: Mapped[Employee | None] = relationship(foreign_keys=[raiser_id])
    rounds: Mapped[list["ActionRound"]] = relationship(
        back_populates="action", order_by="ActionRound.round_no", cascade="all, delete-orphan"
    )

    def parties(self) -> Mapping[str, frozenset[int]]:
        found = {"responsible": self.responsible_id, "raiser": self.raiser_id, "verifier": self.verifier_id}
        return {name: frozenset({one} if one is not None else ()) for name, one in found.items()}

    @classmethod
    def also_visible_to(cls, person: Person) -> list[ColumnElement[bool]]:
        """The managers of the parties' department."""
        return in_managed_departments(cls.department_id, person)

    @property
    def last_round(self) -> "ActionRound | None":
        return self.rounds[-1] if self.rounds else None

    def why_not(self, verb: str, person: Person) -> RuleBroken | None:
        """What a check raised, no hand confirms or returns, by whatever way it comes in."""
        refusal = super().why_not(verb, person)
        by_hand = None if person.is_system else actions.why_not_by_hand(self.proof, verb)
        return by_hand if refusal is None else refusal

    # -- rounds ------------------------------------------------------------------------------------------------------

    def do_start(self, act: Act, containment: str = "") -> None:
        """Containment is noted as work begins; after a return the next round gets a time limit of its own."""
        self.containment = containment.strip() or self.containment
        if self.status is ActionStatus.RETURNED:
            self._due_again(act)

    def _due_again(self, act: Act) -> None:
        """For a rectification its time limit, on a new clock; else as much working time as there was at first."""
        if self.kind is ActionKind.RECTIFICATION:
            self.start_clock(act.at)
            return
        calendar = company_calendar(self.session)
        allowed = calendar.between(self.opened_at, self.original_due_at)
        self.due_at = calendar.add(act.at, allowed).astimezone(UTC)

    def start_clock(self, at: datetime) -> None:
        """The time limit for its kind and severity begins to run; ``due_at`` is the clock's copy from now on."""
        facts = {"severity": str(self.severity), "kind": str(self.kind)}
        arm(self.session, self, Target.RECTIFICATION, facts, at=at, clause=self.clause)

    def do_submit(
        self, act: Act, measure: str = "", root_cause: str = "", cause_category: str | None = None, evidence: str = ""
    ) -> None:
        """A round is handed in: what was done, what proves it, and from major up why it happened."""
        root_cause = root_cause or self.root_cause
        has_evidence = bool(evidence.strip()) or self.has_new_evidence() or act.recorded_at is not None
        actions.refuse_incomplete_round(measure, root_cause, self.severity, has_evidence=has_evidence)
        self.root_cause = root_cause.strip()
        self.cause_category = actions.cause_of(cause_category) or self.cause_category
        self.rounds.append(
            ActionRound(
                round_no=len(self.rounds) + 1,
                measure=measure.strip(),
                evidence=evidence.strip(),
                submitted_at=act.at,
                submitted_by_id=act.by.employee_id,
            )
        )
        stop(self.session, self, Target.RECTIFICATION, at=act.at)

    def has_new_evidence(self) -> bool:
        """Whether a file was added as evidence since the last round was handed in."""
        last = self.last_round
        since = last.submitted_at if last is not None else self.opened_at
        found = select(Attachment.id).where(
            Attachment.entity == self.__tablename__,
            Attachment.entity_id == self.id,
            Attachment.kind.in_((AttachmentKind.EVIDENCE, AttachmentKind.PHOTO)),
            Attachment.taken_at >= since,
        )
        return bool(self.session.scalar(select(exists(found))))

    # -- judged ------------------------------------------------------------------------------------------------------

    def do_verify(self, act: Act) -> None:
        self._judge(act, RoundResult.PASSED)

    def do_confirm(self, act: Act) -> None:
        self._judge(act, RoundResult.PASSED)

    def do_return(self, act: Act) -> None:
        self._judge(act, RoundResult.FAILED)

    def _judge(self, act: Act, result: RoundResult) -> None:
        """The last round was checked after it was submitted; what a check raised, by another that says when and who."""
        last = self.last_round
        if last is None or (self.proof is Proof.RECHECK and last.checked_at is None):
            raise RuleBroken(
                Words("Only a re-check of the last round moves this.", "只有对最近一轮整改的复检才能办理此步骤。"),
                clause="P3.2",
            )
        last.checked_at = last.checked_at or act.at
        last.checked_by_id = last.checked_by_id or act.by.employee_id
        actions.refuse_stale_proof(last.submitted_at, last.checked_at)
        last.result = result

    def do_reopen(self, act: Act) -> None:
        """The re-check of the last round was voided: nothing proves it any more."""
        self.closed_at = self.effectiveness_due_on = None
        last = self.last_round
        if last is not None:
            last.checked_at = last.checked_by_id = last.result = None

    # -- done --------------------------------------------------------------------------------------------------------

    def do_close(self, act: Act) -> None:
        self._close(act)

    def do_watch(self, act: Act) -> None:
        """The effect is watched for so many working days (figure EFFECTIVENESS_DAYS)."""
        try:
            days = figure(self.session, EFFECTIVENESS_DAYS, on_date(act.at), str(self.severity))
        except Unset:
            if act.recorded_at:  # history from before the company set the figure
                return
            raise
        self.effectiveness_due_on = on_date(company_calendar(self.session).add_days(on_date(act.at), int(days)))

    def do_find_effective(self, act: Act) -> None:
        self._close(act)

    def do_find_ineffective(self, act: Act) -> None:
        self.effectiveness_due_on = None

    def _close(self, act: Act) -> None:
        last = self.last_round
        actions.refuse_unproved(
            last.submitted_at if last else None, last.checked_at if last else None, last.result if last else None
        )
        self.closed_at = act.at

    # -- more time ---------------------------------------------------------------------------------------------------

    def do_ask_extension(self, act: Act, new_due_on: date | str = "") -> None:
        """Written down as a request of its own, which the quality manager answers."""
        for ask in ASKING:
            ask(self, act, new_due_on)

    def do_cancel(self, act: Act) -> None:
        """Nothing is owed any more."""
        cancel(self.session, self, Target.RECTIFICATION, at=act.at)

    def do_extend(self, act: Act, new_due_at: datetime | None = None) -> None:
        """By an extension that was granted: its clock runs on until then; the first due instant stays noted."""
        if new_due_at is not None:
            self.due_at = new_due_at
            extend(self.session, self, Target.RECTIFICATION, at=act.at, until=new_due_at)


copies_due(ActionItem, Target.RECTIFICATION)


def sides_of(at: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """What is due, and what is overdue: by its due instant; while it is watched by the day of the verdict."""
    is_owed, is_watched = ActionItem.status.in_(actions.OWED), ActionItem.status == ActionStatus.WATCHING
    is_late = and_(is_watched, func.coalesce(ActionItem.effectiveness_due_on, date.max) < on_date(at))
    overdue = or_(and_(is_owed, ActionItem.due_at < at), is_late)
    return and_(ActionItem.status.in_(actions.UNFINISHED), not_(overdue)), overdue


class ActionRound(Line):
    """One attempt at putting it right, and what its check found."""

    __tablename__ = "action_round"
    __table_args__ = (
        UniqueConstraint("action_id", "round_no"),
        CheckConstraint("result IS NULL OR checked_at IS NOT NULL", name="result_has_instant"),
        CheckConstraint("checked_at IS NULL OR checked_at > submitted_at", name="checked_after_submission"),
    )
    words = Words("Round", "整改轮次")

    action_id: Mapped[int] = mapped_column(ForeignKey("action_item.id"))
    round_no: Mapped[int]
    measure: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text, default="")
    submitted_at: Mapped[datetime]
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    checked_at: Mapped[datetime | None]
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    result: Mapped[RoundResult | None]
    action: Mapped[ActionItem] = relationship(back_populates="rounds")
    submitted_by: Mapped[Employee | None] = relationship(foreign_keys=[submitted_by_id])
    checked_by: Mapped[Employee | None] = relationship(foreign_keys=[checked_by_id])

    def told_in(self) -> ActionItem:
        return self.action


@after(ActionItem, "verify")
@after(ActionItem, "confirm")
def close_or_watch(action: ActionItem, act: Act) -> None:
    """Verified is not yet done: what was serious or came again is watched first."""
    verb = "watch" if actions.watches(action.severity, is_repeat=action.is_repeat) else "close"
    action.perform(verb, act=act)


def watched_until(action: ActionItem, _person: Person) -> list[Words]:
    """Said before somebody finds a measure effective: until when it was to be watched."""
    if action.effectiveness_due_on is None:
        return []
    until = action.effectiveness_due_on
    found = [Words("The effect was to be watched until {until}.", "效果观察期至 {until}。", until=until)]
    if acting_day(action.session) < until:
        early = Words(
            "That day has not come: say in the note what shows it already.", "观察期未满：请在备注中写明依据。"
        )
        found.append(early)
    return found


@after(ActionItem, "find_effective", preview=watched_until)
def _nothing_more(action: ActionItem, act: Act) -> None:
    """Only what is said before."""


def what_is_missing(action: ActionItem, _person: Person) -> list[Words]:
    """Said before a round is handed in: what is still expected of it."""
    if action.severity is Severity.MINOR or action.has_new_evidence():
        return []
    return [
        Words(
            "No evidence has been attached to this round: attach a file or photo first, or write what proves it.",
            "本轮尚未上传整改证据：请先上传文件或照片，或写明证据所在。",
        )
    ]


@after(ActionItem, "submit", preview=what_is_missing)
def _handed_in(action: ActionItem, act: Act) -> None:
    """Only what is said before."""
