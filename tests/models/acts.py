"""What the tests of the models do again and again: somebody acts at an instant, and what the chain says of it."""

from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import delete, func, select

from models.actions import ActionItem
from models.base import Act, Source
from models.event import Event, PeriodLock
from models.journal import acting
from models.organisation import Post
from models.quality import SpotCheck, SpotCheckItem
from models.regulation import PriorityMatrix, SlaClock, SlaPolicy
from rules.base import Person
from tests.world import AT, department, employee, person

TICKETS_HAVE = (
    "acceptance",
    "first_contact",
    "first_solution",
    "technical_solution",
    "resolution",
    "silence",
    "closing",
    "follow_up",
)
LATER = AT + timedelta(days=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@contextmanager
def doing(session, login, at=LATER, source=Source.FORM):
    """Somebody acts, and it is committed."""
    who = login if isinstance(login, Person) else person(session, login)
    with acting(session, Act(who, at, source)) as act:
        yield act
        session.commit()


def perform(session, record, verb, login, at=LATER, **more):
    """One verb by one person, committed; who is refused leaves nothing behind."""
    try:
        with doing(session, login, at) as act:
            record.perform(verb, by=act.by, at=at, **more)
    except Exception:
        session.rollback()
        raise
    return record


def item(session, *, ok=False, who="车工一", **more):
    given = {"question": "外径尺寸", "lower": Decimal("4.90"), "upper": Decimal("5.00"), "problem": "超上差", **more}
    if "value" not in given and "verdict" not in given:
        given["value"] = Decimal("4.95") if ok else Decimal("5.01")
    if "verdict" in given:
        given["lower"] = given["upper"] = None
    return SpotCheckItem(employee=employee(session, who) if who else None, **given)


def draft(session, items, *, login="quality_inspector", area="SC1", at=LATER, checked_at=None, **more):
    """A check that is begun and not yet handed in."""
    with doing(session, login, at) as act:
        check = SpotCheck(
            checked_at=checked_at or at - timedelta(minutes=30),
            inspector_id=act.by.employee_id,
            department=department(session, area),
            post=session.scalar(select(Post).where(Post.code == f"P-{area}")),
            **more,
        )
        check.items = items
        for seq, one in enumerate(items, start=1):
            one.seq = seq
        session.add(check)
    return check


def checked(session, items, *, login="quality_inspector", at=LATER, **more):
    """A check, handed in."""
    return perform(session, draft(session, items, login=login, at=at, **more), "submit", login, at)


def put_right(session, action, at, login="employee", **more):
    """The responsible person works on it and hands it in."""
    for verb in ("accept", "start"):
        if action.lifecycle.find(verb, action.status):
            perform(session, action, verb, login, at)
    return perform(
        session,
        action,
        "submit",
        login,
        at,
        **{"measure": "重新对刀", "root_cause": "刀具磨损", "evidence": "首件检验记录", **more},
    )


def rechecked(session, action, at, *, ok=True, login="quality_inspector2", checked_at=None, the_round=None):
    """The same item is looked at again, by somebody else."""
    return checked(
        session,
        [item(session, ok=ok)],
        login=login,
        at=at,
        checked_at=checked_at or at,
        kind="recheck",
        rechecks_round_id=(the_round or action.last_round).id,
    )


def action_of(session, world):
    """The rectification that stands in the small factory."""
    return session.get_one(ActionItem, world.action)


def without_service(session):
    """A company that has not said yet how soon it answers its customers."""
    session.execute(delete(SlaClock))
    session.execute(delete(SlaPolicy).where(SlaPolicy.target.in_(TICKETS_HAVE)))
    session.execute(delete(PriorityMatrix))
    session.commit()


def bare(session, world):
    """The same without a clock: whoever tests clocks winds up his own."""
    without_service(session)
    return action_of(session, world)


def last_seq(session):
    return session.scalar(select(func.max(Event.seq))) or 0


def events(session, since=0, record=None):
    """What the chain says since then."""
    query = select(Event).where(Event.seq > since).order_by(Event.seq)
    if record is not None:
        query = query.where(Event.entity == record.__tablename__, Event.entity_id == record.id)
    return session.scalars(query).all()


def close_period(session, first, last):
    """What a locked assessment cycle leaves behind."""
    session.add(PeriodLock(from_on=first, to_on=last, locked_at=LATER, reason="月度考核"))
    session.commit()
