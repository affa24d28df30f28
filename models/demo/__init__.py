"""The demo company 恒岳精密机械: about eighty people, six months of their records, made by the product's verbs."""

from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, scoped_session

from models.base import COMPANY_ZONE, Base, Source, on_date
from models.demo.assessing import Assessing
from models.demo.checks import Checks
from models.demo.company import PASSWORD, Company, founded
from models.demo.diary import Diary, WorkClock, as_of
from models.demo.evaluations import Evaluations
from models.demo.market import market
from models.demo.orders import OrderBook
from models.demo.papers import Papers
from models.demo.people import demo_logins
from models.demo.questions import OFFICE_POSTS, SHOP_POSTS
from models.demo.regulation import Regulation
from models.demo.rounds import Rounds
from models.demo.scenes import plan_scenes
from models.demo.schooling import Schooling
from models.demo.service import Service
from models.demo.settings import UNSET
from models.demo.staffing import Staffing
from models.demo.talking import Talking
from models.event import Delivery
from models.organisation import Department
from models.regulation import company_calendar
from models.reminding import FALLS_DUE
from models.training.falling import suspend_and_lapse
from rules.base import SYSTEM, RuleBroken, Words

__all__ = ["PASSWORD", "UNSET", "demo_logins", "load"]

DAYS = 183
DAYS_OF_SETTING_UP = 42
LIMIT_TIGHTENED_AFTER = 91
CHECKS_A_DAY = {"S1": 1.1, "S2": 0.9, "": 0.15}
"""How many checks are made in an area on a working day, on average."""
FAILURE_RATES = {"S1": (0.30, 0.15), "S2": (0.36, 0.20), "": (0.30, 0.20)}
"""How often a check fails at the beginning and at the end of the six months."""
UNREAD_DAYS = 3


def load(session: Session | scoped_session[Session], *, scale: int = 1, seed: int = 1, at: datetime) -> dict[str, int]:
    """Loads the demo company into an empty database; returns how many rows each table has then.

    The records end with the evening before the company's day that ``at`` lies in: the same rows for the same seed,
    scale and day (but for secrets: password hashes and session stamps). ``scale`` multiplies the checks.
    """
    one = session() if isinstance(session, scoped_session) else session
    if one.scalar(select(Department.id).limit(1)) is not None:
        raise RuleBroken(Words("There are departments here already.", "数据库中已有部门，不能再载入演示数据。"))
    expires, one.expire_on_commit = one.expire_on_commit, False
    try:
        _load(one, scale, Random(seed), on_date(at))  # noqa: S311 - believable data, no secrets
    finally:
        one.expire_on_commit = expires
        one.expire_all()
    return _counts(one)


def _load(session: Session, scale: int, rng: Random, today: date) -> None:
    first = today - timedelta(days=DAYS)
    began = _midnight(first - timedelta(days=DAYS_OF_SETTING_UP)) + timedelta(hours=9)
    company = founded(session, rng, began, first + timedelta(days=LIMIT_TIGHTENED_AFTER))
    market(session, company, began)
    diary = Diary(session, WorkClock(company_calendar(session), first, today), _midnight(today))
    _plan(session, rng, company, diary, scale)
    diary.play()
    _tell(session, today)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), COMPANY_ZONE)


def _plan(session: Session, rng: Random, company: Company, diary: Diary, scale: int) -> None:
    papers = Papers(session, rng, company, diary)
    papers.plan()
    Staffing(session, company, diary).plan()
    Schooling(session, rng, company, diary, papers).plan()
    Regulation(session, company, diary).plan()
    OrderBook(session, Random(DAYS), company, diary, papers).plan()  # noqa: S311 - no secrets; its own stream
    checks = Checks(session, rng, company, diary, papers)
    Rounds(session, rng, company, diary, checks).plan()
    plan_scenes(checks, company, diary.clock)
    checks.rectifications.accountability.plan_further()
    Evaluations(session, rng, company, diary).plan()
    Assessing(session, rng, company, diary).plan()
    Talking(session, rng, company, diary).plan()
    Service(session, Random(rng.random()), company, diary).plan()  # noqa: S311 - as above
    for nth in range(1, DAYS):
        diary.note(_midnight(diary.clock.first + timedelta(days=nth)), partial(_at_midnight, session))
    days = diary.clock.workdays()
    for place, day in enumerate(days):
        diary.note(_midnight(day) + timedelta(hours=8, minutes=30), partial(_remind, session))
        for area, rate in CHECKS_A_DAY.items():
            _plan_day(rng, checks, diary.clock, area, day, _often(rng, rate * scale), place / len(days))


def _plan_day(rng: Random, checks: Checks, clock: WorkClock, area: str, day: date, count: int, progress: float) -> None:
    """The checks of one area on one day; as the months go by fewer of them fail."""
    worst, best = FAILURE_RATES[area]
    for _ in range(count):
        post = rng.choice(SHOP_POSTS.get(area, OFFICE_POSTS))
        moment = clock.on_day((day - clock.first).days, rng.randint(5, 450))
        checks.plan(moment, checks.by_chance(area, post, worst + (best - worst) * progress))


def _often(rng: Random, mean: float) -> int:
    """A whole number around the mean."""
    return int(mean) + (rng.random() < mean - int(mean))


def _at_midnight(session: Session, at: datetime) -> None:
    """What counts from the beginning of a day."""
    with as_of(session, SYSTEM, at, Source.SCHEDULER):
        suspend_and_lapse(session, at)


def _remind(session: Session, at: datetime) -> None:
    """What the worker did each morning, when work begins."""
    with as_of(session, SYSTEM, at, Source.SCHEDULER):
        for name, falls_due in FALLS_DUE.items():
            if name != "draw_todays_checks":  # drawn where the rounds are planned
                falls_due(session, at)


def _tell(session: Session, today: date) -> None:
    """Everybody was told in the app at the time; what is older than a few days was read."""
    session.execute(update(Delivery).values(sent_at=Delivery.due_at))
    read_before = _midnight(today - timedelta(days=UNREAD_DAYS))
    session.execute(update(Delivery).where(Delivery.due_at < read_before).values(read_at=Delivery.due_at))
    session.commit()


def _counts(session: Session) -> dict[str, int]:
    tables = sorted(Base.metadata.tables.values(), key=lambda one: one.name)
    counts = {one.name: session.scalar(select(func.count()).select_from(one)) or 0 for one in tables}
    return {name: count for name, count in counts.items() if count}
