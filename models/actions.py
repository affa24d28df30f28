"""Action items: raised by what was found, put right in rounds, closed only on proof (P3.2)."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Act, Line, Record, after, on_date
from models.event import Reminder
from models.journal import seal, told_by
from models.organisation import Department, Employee, leader_of
from models.regulation import due_at, limit
from models.types import BigId
from rules import actions
from rules.actions import ActionKind, ActionStatus, Cause, RoundResult, Severity
from rules.base import SYSTEM, Words
from rules.regulation import Target

UNFINISHED_SQL = "status NOT IN ('closed', 'cancelled', 'verified')"


class ActionItem(Record):
    """Something to be put right, by somebody, by an instant (整改/改进单)."""

    __tablename__ = "action_item"
    __table_args__ = (
        CheckConstraint("status != 'closed' OR closed_at IS NOT NULL", name="closed_has_instant"),
        Index("ix_action_item_due", "due_at", sqlite_where=text(UNFINISHED_SQL), postgresql_where=text(UNFINISHED_SQL)),
        Index("ix_action_item_due_at_id", "due_at", "id"),
        Index("ix_action_item_status_id", "status", "id"),
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
    source_entity: Mapped[str] = mapped_column(String(63))
    source_id: Mapped[int] = mapped_column(BigId)
    clause: Mapped[str] = mapped_column(String(10))
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

    @property
    def last_round(self) -> "ActionRound | None":
        return self.rounds[-1] if self.rounds else None

    def do_submit(self, act: Act, measure: str = "", root_cause: str = "", cause_category: str | None = None) -> None:
        """A round is handed in: what was done, and from major up why it happened."""
        root_cause = root_cause or self.root_cause
        actions.refuse_incomplete_round(measure, root_cause, self.severity)
        self.root_cause = root_cause.strip()
        self.cause_category = actions.cause_of(cause_category) or self.cause_category
        self.rounds.append(
            ActionRound(
                round_no=len(self.rounds) + 1,
                measure=measure.strip(),
                submitted_at=act.at,
                submitted_by_id=act.by.employee_id,
            )
        )

    def do_verify(self, act: Act) -> None:
        self._judge(act, RoundResult.PASSED)

    def do_confirm(self, act: Act) -> None:
        self._judge(act, RoundResult.PASSED)

    def do_return(self, act: Act) -> None:
        self._judge(act, RoundResult.FAILED)

    def _judge(self, act: Act, result: RoundResult) -> None:
        """The last round was checked, after it was submitted."""
        last = self.last_round
        actions.refuse_stale_proof(last.submitted_at if last else None, act.at)
        if last is not None:
            last.checked_at = last.checked_at or act.at
            last.checked_by_id = last.checked_by_id or act.by.employee_id
            last.result = result

    def do_reopen(self, act: Act) -> None:
        """The re-check of the last round was voided: nothing proves it any more."""
        self.closed_at, last = None, self.last_round
        if last is not None:
            last.checked_at = last.checked_by_id = last.result = None

    def do_start(self, act: Act) -> None:
        """After a return the next round gets a time limit of its own."""
        if self.status is ActionStatus.RETURNED:
            allowed = limit(
                self.session, Target.RECTIFICATION, {"severity": str(self.severity)}, on_date(act.at), clause="P3.2"
            )
            self.due_at = due_at(self.session, allowed, act.at)

    def do_close(self, act: Act) -> None:
        self.closed_at = act.at

    def do_find_effective(self, act: Act) -> None:
        self.closed_at = act.at


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


def open_rectification(  # noqa: PLR0913 - each is a fact of the record, named at the call
    session: Session,
    act: Act,
    *,
    source_entity: str,
    source_id: int,
    department_id: int,
    severity: Severity,
    is_repeat: bool,
    description: str,
    responsible_id: int,
    raiser_id: int | None,
    clause: str,
    opened_at: datetime,
    agreed_due_at: datetime | None = None,
) -> ActionItem:
    """Raises a rectification with its due instant on the working calendar; tells the responsible person (P3.2).

    Where history says by when it was to be put right (``agreed_due_at``), no time limit is asked.
    """
    due = agreed_due_at
    if due is None:
        allowed = limit(session, Target.RECTIFICATION, {"severity": str(severity)}, on_date(opened_at), clause=clause)
        due = due_at(session, allowed, opened_at)
    action = ActionItem(
        kind=ActionKind.RECTIFICATION,
        source_entity=source_entity,
        source_id=source_id,
        clause=clause,
        department_id=department_id,
        severity=severity,
        is_repeat=is_repeat,
        description=description,
        responsible_id=responsible_id,
        raiser_id=raiser_id,
        opened_at=opened_at,
        due_at=due,
        original_due_at=due,
    )
    session.add(action)
    seal(session, action, "create", act, recipients=[responsible_id])
    return action


# -- what falls due --------------------------------------------------------------------------------------------------


def climb_ladders(session: Session, at: datetime) -> int:
    """Tells whoever the ladder names of actions that are due; each rung of each due instant once. Returns how many."""
    horizon = at + max(-rung.after for rung in actions.LADDER)
    waiting = session.scalars(
        select(ActionItem)
        .where(text(UNFINISHED_SQL), ActionItem.due_at <= horizon)  # to the letter as the index says it
        .order_by(ActionItem.id)
    )
    return sum(_climb(session, action, at) for action in waiting)


def _climb(session: Session, action: ActionItem, at: datetime) -> int:
    known = set(
        session.scalars(
            select(Reminder.level).where(
                Reminder.entity == "action_item",
                Reminder.entity_id == action.id,
                Reminder.rule == "ladder",
                Reminder.due_at == action.due_at,
            )
        )
    )
    due = [
        rung
        for rung in actions.rungs_due(action.due_at, at)
        if rung.level not in known and action.due_at + rung.after >= action.created_at
    ]
    for rung in due:
        session.add(
            Reminder(entity="action_item", entity_id=action.id, rule="ladder", level=rung.level, due_at=action.due_at)
        )
        act = Act(SYSTEM, at, source=session.info["act"].source, clause=action.clause)
        seal(session, action, f"remind_{rung.level}", act, recipients=_told(session, action, rung))
    return len(due)


def _told(session: Session, action: ActionItem, rung: actions.Rung) -> set[int]:
    found = told_by(session, action, rung.tells)
    leader = leader_of(session, action.responsible_id) if "team_leader" in rung.tells else None
    return found | ({leader} if leader else set())
