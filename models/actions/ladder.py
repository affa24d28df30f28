"""The ladder that unfinished actions climb once they fall due: rows that an administrator sets (P3.2, C1.4)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import String, exists, select, text
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column

from models.actions.items import UNFINISHED_SQL, ActionItem
from models.actions.reach import manager_ids
from models.base import Act, Record
from models.event import Reminder
from models.journal import seal, told_by
from models.organisation import leader_of
from models.regulation import company_calendar
from rules import actions
from rules.actions import DEPARTMENT_MANAGER, TEAM_LEADER, Rung, Told
from rules.base import SYSTEM, RuleBroken, Words
from rules.working_time import WorkCalendar

RULE = "ladder"


class ActionRung(Record):
    """One level of the ladder: so much working time from the due instant, these are told (逾期升级规则)."""

    __tablename__ = "action_rung"
    words = Words("Escalation level", "逾期升级规则")
    chapter = "actions"
    access = actions.ACTION_RUNG
    search_columns = ("name",)
    label_columns = ("name",)

    name: Mapped[str] = mapped_column(String(100))
    level: Mapped[int] = mapped_column(unique=True)
    after_hours: Mapped[Decimal]
    tells: Mapped[Told]
    also_tells: Mapped[Told | None]

    @property
    def rung(self) -> Rung:
        """The level as the rules know it."""
        told = (self.tells, *([self.also_tells] if self.also_tells else []))
        return Rung(self.level, timedelta(hours=float(self.after_hours)), tuple(one.entry for one in told))


def ladder(session: Session) -> Sequence[Rung]:
    """The levels in force, lowest first; the one that the product comes with until there are rows."""
    rows = session.scalars(select(ActionRung).where(ActionRung.voided_at.is_(None)).order_by(ActionRung.level))
    return [one.rung for one in rows] or actions.LADDER


def climb_ladders(session: Session, at: datetime) -> int:
    """Tells whom the ladder names of actions that are due; each level of each due instant once, in working time.

    What an outage or a night held up is caught up in order at the next opening. Returns how many levels were climbed.
    """
    try:
        calendar = company_calendar(session)
    except RuleBroken:  # a company without a calendar has no deadlines yet
        return 0
    if not calendar.is_open(at):
        return 0
    rungs = ladder(session)
    waiting = _waiting(session, calendar, rungs, at)
    known = _climbed(session, [one.id for one in waiting])
    return sum(_climb(session, calendar, rungs, action, known, at) for action in waiting)


def _waiting(session: Session, calendar: WorkCalendar, rungs: Sequence[Rung], at: datetime) -> Sequence[ActionItem]:
    """Unfinished actions near enough to their due instant that have not climbed the last level yet."""
    earliest = min((one.after for one in rungs), default=timedelta(0))
    horizon = calendar.add(at, -earliest) if earliest < timedelta(0) else at
    last = max((one.level for one in rungs), default=0)
    is_at_the_top = exists().where(
        Reminder.entity == ActionItem.__tablename__,
        Reminder.entity_id == ActionItem.id,
        Reminder.rule == RULE,
        Reminder.level == last,
        Reminder.due_at == ActionItem.due_at,
    )
    return session.scalars(
        select(ActionItem)
        .where(
            text(f"action_item.{UNFINISHED_SQL}"),  # to the letter as the index says it; people have a status, too
            ActionItem.status != "watching",
            ActionItem.due_at <= horizon,
            ~is_at_the_top,
        )
        .options(joinedload(ActionItem.responsible))
        .order_by(ActionItem.due_at, ActionItem.id)
    ).all()


def _climbed(session: Session, keys: Sequence[int]) -> set[tuple[int, int, datetime]]:
    """Which levels these actions have climbed: key, level, due instant."""
    found: set[tuple[int, int, datetime]] = set()
    for first in range(0, len(keys), 500):
        rows = session.execute(
            select(Reminder.entity_id, Reminder.level, Reminder.due_at).where(
                Reminder.entity == ActionItem.__tablename__,
                Reminder.entity_id.in_(keys[first : first + 500]),
                Reminder.rule == RULE,
            )
        )
        found.update((key, level, due) for key, level, due in rows)
    return found


def _climb(
    session: Session,
    calendar: WorkCalendar,
    rungs: Sequence[Rung],
    action: ActionItem,
    known: set[tuple[int, int, datetime]],
    at: datetime,
) -> int:
    """A level that lies before the action was made is left out: nobody could have been told."""
    climbed = 0
    for rung in actions.rungs_due(calendar, rungs, action.due_at, at):
        is_new = (action.id, rung.level, action.due_at) not in known
        if is_new and actions.due_of(calendar, rung, action.due_at) >= action.created_at:
            _tell(session, action, rung, at)
            climbed += 1
    return climbed


def _tell(session: Session, action: ActionItem, rung: Rung, at: datetime) -> None:
    session.add(Reminder(entity="action_item", entity_id=action.id, rule=RULE, level=rung.level, due_at=action.due_at))
    act = Act(SYSTEM, at, session.info["act"].source, clause=action.clause)
    seal(session, action, f"remind_{rung.level}", act, recipients=told_on(session, action, rung))


def told_on(session: Session, action: ActionItem, rung: Rung) -> set[int]:
    """Employees who are told on this level."""
    found = told_by(session, action, rung.tells)
    leader = leader_of(session, action.responsible_id) if TEAM_LEADER in rung.tells else None
    managers = manager_ids(session, action.responsible) if DEPARTMENT_MANAGER in rung.tells else frozenset[int]()
    return found | managers | ({leader} if leader else set())


def levels_climbed(session: Session, found: Sequence[ActionItem]) -> dict[int, int]:
    """The highest level that each of these actions has climbed for its present due instant."""
    due = {one.id: one.due_at for one in found}
    highest: dict[int, int] = {}
    for key, level, at in _climbed(session, list(due)):
        if at == due[key]:
            highest[key] = max(level, highest.get(key, level))
    return highest


def refuse_disorder(session: Session, changed: ActionRung) -> None:
    """Raises RuleBroken when the ladder with this level in it would not rise."""
    with session.no_autoflush:
        rows = session.scalars(select(ActionRung).where(ActionRung.voided_at.is_(None))).all()
    actions.refuse_ladder([*(one.rung for one in rows if one is not changed), changed.rung])
