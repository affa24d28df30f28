"""More time for an action: asked for, granted or refused, at most twice (P3.2)."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, Text, func, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.actions.items import ASKING, ActionItem
from models.actions.opening import closing_of
from models.actions.reach import in_managed_departments
from models.base import Act, Record
from models.journal import seal, told_by
from models.organisation import Department, Employee
from rules import actions
from rules.actions import ExtensionStatus
from rules.base import SYSTEM, Person, Role, RuleBroken, Words


class ActionExtension(Record):
    """A request for more time, and its answer (延期申请)."""

    __tablename__ = "action_extension"
    __table_args__ = (
        CheckConstraint("new_due_at > old_due_at", name="later_than_before"),
        CheckConstraint("(status = 'requested') = (decided_at IS NULL)", name="answer_has_instant"),
        Index(
            "uq_action_extension_one_waiting",
            "action_id",
            unique=True,
            sqlite_where=text("status = 'requested'"),
            postgresql_where=text("status = 'requested'"),
        ),
        Index("ix_action_extension_action", "action_id", "id"),
        Index("ix_action_extension_status", "status", "id"),
        Index("ix_action_extension_department_id_id", "department_id", "id"),
    )
    words = Words("Extension", "延期申请")
    chapter = "actions"
    access = actions.ACTION_EXTENSION
    lifecycle = actions.EXTENSION_STEPS
    number_prefix = "YQ"
    search_columns = ("no", "reason")
    named_by = ("responsible_id",)

    no: Mapped[str] = mapped_column(String(32), unique=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("action_item.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    responsible_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    old_due_at: Mapped[datetime]
    new_due_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    status: Mapped[ExtensionStatus] = mapped_column(default=ExtensionStatus.REQUESTED)
    action: Mapped[ActionItem] = relationship()
    department: Mapped[Department] = relationship()
    responsible: Mapped[Employee] = relationship(foreign_keys=[responsible_id])
    decided_by: Mapped[Employee | None] = relationship(foreign_keys=[decided_by_id])

    def parties(self) -> Mapping[str, frozenset[int]]:
        return {"responsible": frozenset({self.responsible_id})}

    @classmethod
    def also_visible_to(cls, person: Person) -> list[ColumnElement[bool]]:
        return in_managed_departments(cls.department_id, person)

    def do_approve(self, act: Act) -> None:
        """The action is due later by this much, and its ladder begins anew."""
        actions.refuse_late_grant(self.old_due_at, act.at)
        self.action.perform("extend", act=act.consequence("P3.2"), new_due_at=self.new_due_at)
        self._answered(act)

    def do_reject(self, act: Act) -> None:
        self._answered(act)

    def do_lapse(self, act: Act) -> None:
        self._answered(act)

    def _answered(self, act: Act) -> None:
        self.decided_at, self.decided_by_id = act.at, act.by.employee_id


def new_due(session: Session, given: date | str) -> datetime:
    """The end of work on the day that was asked for; raises RuleBroken for none, or one on which nobody works."""
    try:
        on = given if isinstance(given, date) else date.fromisoformat(str(given))
    except ValueError:
        on = None
    if on is None or not 2000 <= on.year <= 2200:
        raise RuleBroken(Words("Give the new date.", "请填写新的完成日期。"), field="new_due_on", clause="P3.2")
    return closing_of(session, on)


def ask(action: ActionItem, act: Act, new_due_on: date | str) -> ActionExtension:
    """Writes the request down and tells the quality manager."""
    session = action.session
    granted, pending = _counted(session, action.id)
    wanted = new_due(session, new_due_on)
    actions.refuse_extension(
        due_at=action.due_at, new_due_at=wanted, at=act.at, granted=granted, is_pending=bool(pending)
    )
    found = ActionExtension(
        action=action,
        department_id=action.department_id,
        responsible_id=action.responsible_id,
        reason=act.note,
        asked_at=act.at,
        old_due_at=action.due_at,
        new_due_at=wanted,
    )
    session.add(found)
    seal(session, found, "create", act, recipients=told_by(session, action, (Role.QUALITY_MANAGER,)))
    return found


ASKING.append(ask)


def _counted(session: Session, action_id: int) -> tuple[int, int]:
    """How many extensions were granted, and how many wait."""
    rows = session.execute(
        select(ActionExtension.status, func.count())
        .where(ActionExtension.action_id == action_id)
        .group_by(ActionExtension.status)
    )
    counts = {str(status): count for status, count in rows}
    return counts.get("approved", 0), counts.get("requested", 0)


def extensions_of(action: ActionItem) -> list[ActionExtension]:
    """All requests for an action, the first one first."""
    return [
        *action.session.scalars(
            select(ActionExtension).where(ActionExtension.action_id == action.id).order_by(ActionExtension.id)
        )
    ]


def lapse_extensions(session: Session, at: datetime) -> int:
    """Requests whose action fell due or was handed in before anybody answered; returns how many."""
    waiting = session.scalars(
        select(ActionExtension)
        .join(ActionItem)
        .where(
            ActionExtension.status == ExtensionStatus.REQUESTED,
            or_(ActionExtension.old_due_at <= at, ActionItem.status.not_in(actions.WORKED_ON)),
        )
        .order_by(ActionExtension.id)
    ).all()
    for one in waiting:
        one.perform("lapse", act=Act(SYSTEM, at, session.info["act"].source))
    return len(waiting)
