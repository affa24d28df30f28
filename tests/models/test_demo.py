"""The demo company: deterministic, provable, and something on every desk."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from sqlalchemy import Engine, case, create_engine, func, select
from sqlalchemy.orm import Session, scoped_session, sessionmaker

import models
from models import demo
from models.actions import ActionItem, ActionRound
from models.assessment import rows_in
from models.base import COMPANY_ZONE, Base, on_date
from models.demo.orders import ORDERS
from models.demo.people import NEWCOMERS, PEOPLE
from models.demo.questions import QUESTIONS
from models.demo.readings import reading
from models.engine import engine_options
from models.event import Delivery, Event, EventHead, ReadReceipt
from models.indicators import INDICATORS, Span
from models.journal import facts_of
from models.organisation import Account, AccountRole, Department, Employee, Placement, Team, person_of
from models.process import ChangeNotice, DocumentReview, DocumentRevision, ProcessDocument, completeness
from models.quality import SpotCheck, SpotCheckItem
from models.recomputing import differences
from models.regulation import SlaPolicy, company_calendar, unset_figures
from models.regulation.shipped import statutory_days
from models.schedule import DelayRecord, PlanStage
from models.schema import put_back
from models.signin import SignedIn, sign_in
from rules.actions import UNFINISHED, ActionStatus
from rules.assessment import NINE
from rules.base import Role, RuleBroken
from rules.event import ChainRow, first_fault
from rules.organisation import DEMO_PLACES
from rules.process import DocType, NoticeStatus, ReviewStatus, RevisionStatus
from rules.quality import CheckKind, CheckStatus, Verdict, verdict
from rules.regulation import DayType
from tests.browse import Browser
from tests.conftest import moved
from tests.models.demo_counts import independent

AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MONTHS = [
    *((date(2026, month, 1), date(2026, month + 1, 1) - DAY) for month in range(6, 12)),
    (date(2026, 7, 1), date(2026, 9, 30)),
]
TODAY = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)  # midnight in Shanghai


def emptied(path: Path) -> Engine:
    url = f"sqlite:///{path}"
    engine = create_engine(url, **engine_options(url))
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        put_back(connection)
    return engine


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, dict[str, int]]]:
    engine = emptied(tmp_path_factory.mktemp("demo") / "demo.sqlite3")
    with Session(engine) as session:
        counts = demo.load(session, at=AT)
        assert session.expire_on_commit
    yield engine, counts
    engine.dispose()


@pytest.fixture
def session(loaded: tuple[Engine, dict[str, int]]) -> Iterator[Session]:
    with Session(loaded[0]) as opened:
        yield opened


def digests(engine: Engine) -> dict[str, str]:
    """Every table's rows without its secrets, as one hash each."""
    found = {}
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            open_columns = [one for one in table.columns if not one.info.get("secret")]
            rows = connection.execute(select(*open_columns).order_by(*table.primary_key.columns)).all()
            text = json.dumps([list(row) for row in rows], sort_keys=True, default=str, ensure_ascii=False)
            found[table.name] = hashlib.sha256(text.encode()).hexdigest()
    return found


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A company with less to do, so that it can be loaded more than once: the same code writes it."""
    monkeypatch.setattr(demo, "CHECKS_A_DAY", {"S1": 0.15, "S2": 0.1, "": 0.05})
    monkeypatch.setattr("models.demo.service.A_DAY", 0.15)
    monkeypatch.setattr("models.demo.orders.ORDERS", ORDERS[::4])


def anew(path: Path, *, seed: int, at: datetime) -> dict[str, str]:
    """The company once more, as one hash for each table."""
    engine = emptied(path)
    with Session(engine) as session:
        demo.load(session, seed=seed, at=at)
    found = digests(engine)
    engine.dispose()
    return found


@pytest.mark.usefixtures("small")
def test_the_same_seed_and_day_make_the_same_rows(tmp_path):
    one, other = (anew(tmp_path / str(hours), seed=1, at=AT + timedelta(hours=hours)) for hours in (0, 9))
    assert one == other


@pytest.mark.usefixtures("small")
def test_another_seed_makes_another_half_year_of_the_same_company(tmp_path):
    one, other = (anew(tmp_path / str(seed), seed=seed, at=AT) for seed in (1, 2))
    for table in ("spot_check_item", "ticket", "daily_report"):
        assert one[table] != other[table]
    assert one["department"] == other["department"]


def test_it_goes_into_an_empty_database_only(session):
    with pytest.raises(RuleBroken):
        demo.load(session, at=AT)


@pytest.mark.parametrize("day", ["2025-03-03", "2026-10-08", "2027-02-17"])
@pytest.mark.usefixtures("small")
def test_it_loads_on_any_day_and_twice_as_much_on_demand(tmp_path, day):
    engine = emptied(tmp_path / "any")
    at = datetime.fromisoformat(f"{day}T12:00+08:00")
    scoped = scoped_session(sessionmaker(engine))
    assert demo.load(scoped, at=at, scale=2)["employee"] == len(PEOPLE) + len(NEWCOMERS)
    assert scoped.scalar(select(func.max(Event.at))) < at
    scoped.remove()
    engine.dispose()


def test_about_eighty_people_with_half_a_year_of_records(loaded):
    counts = loaded[1]
    assert counts["employee"] == 80
    assert counts["spot_check"] > 300
    assert counts["action_item"] > 80
    assert counts["document_revision"] > counts["process_document"]
    assert models.demo is demo


def test_every_role_has_its_login_and_its_scope(session):
    for login in demo.demo_logins():
        signed = sign_in(session, login, demo.PASSWORD, source="test", at=AT)
        assert isinstance(signed, SignedIn), login
        assert not signed.account.must_change_password
    held = {account.login: account.roles for account in session.scalars(select(Account))}
    for role in Role:
        assert [one.role for one in held[str(role)]] == [role]
    scopes = {
        login: held[login][0].department.name
        for login in (
            "quality_inspector",
            "quality_inspector2",
            "quality_inspector3",
            "production_manager",
            "production_manager2",
        )
    }
    assert list(scopes.values()) == ["生产一部", "生产一部", "生产二部", "生产一部", "生产二部"]
    session.rollback()


def test_every_stage_belongs_to_somebody_whose_team_leader_can_log_in(session):
    accounts = {one.login: person_of(session, one) for one in session.scalars(select(Account))}
    led = {team for login in demo.demo_logins() for team in accounts[login].teams}
    open_stages = session.scalars(select(PlanStage).where(PlanStage.status.not_in(("done", "cancelled")))).all()
    assert open_stages
    assert not [one.name for one in open_stages if one.owner.team_id not in led]


def test_a_login_of_several_is_named_by_what_it_reaches(session):
    accounts = {one.login: one for one in session.scalars(select(Account))}
    persons = {login: person_of(session, one) for login, one in accounts.items()}
    for login, words in DEMO_PLACES.items():
        teams = [session.get_one(Team, key).name for key in persons[login].teams]
        scopes = [role.department.name for role in accounts[login].roles if role.department]
        assert [words.text("zh")] == (scopes or teams), login


def test_only_the_administrator_belongs_to_no_employee(session):
    without = select(Account.login).where(Account.id.not_in(select(Employee.account_id).where(Employee.account_id > 0)))
    assert session.scalars(without).all() == ["admin"]


def test_nobody_else_can_log_in(session):
    others = session.scalars(select(Account).where(Account.login.not_in(demo.demo_logins()))).all()
    assert len(others) > 40
    assert all(one.must_change_password for one in others)
    assert not isinstance(sign_in(session, others[0].login, demo.PASSWORD, source="test", at=AT), SignedIn)
    session.rollback()


def test_every_team_has_one_leader(session):
    leaders = session.scalars(select(Placement.team_id).where(Placement.leads_team, Placement.to_on.is_(None))).all()
    assert len(leaders) == len(set(leaders)) == 10


def test_the_chain_of_events_holds_and_runs_forward(session):
    columns = Event.__table__.columns
    rows = [dict(row._mapping) for row in session.execute(select(*columns).order_by(columns.seq))]
    for row in rows:
        row["at"] = row["at"].astimezone(UTC)
    chain = [ChainRow(row["seq"], row["prev_hash"], row["hash"], facts_of(row)) for row in rows]
    head = session.execute(select(EventHead.seq, EventHead.hash)).one()
    assert first_fault(chain, (head.seq, head.hash)) is None
    assert all(one["at"] <= other["at"] for one, other in pairwise(rows))
    assert rows[-1]["at"] < TODAY


def test_everything_that_is_kept_follows_from_its_evidence(session):
    assert [str(one) for one in differences(session)] == []


@pytest.mark.parametrize("code", [code for code, *_ in NINE])
def test_an_indicator_is_what_bare_sql_counts(session, code):
    """Numerator, denominator and what is left out, of every month and of the quarter (K1.1-K1.3)."""
    found = []
    for first, last in MONTHS:
        start, end = (datetime(one.year, one.month, one.day, tzinfo=COMPANY_ZONE) for one in (first, last + DAY))
        span = Span(first, last, start.astimezone(UTC), end.astimezone(UTC), end.astimezone(UTC))
        rows = rows_in(session, INDICATORS[code], span)
        counts = rows.c.left_out == ""
        sums = (func.sum(case((counts, one), else_=0)) for one in (rows.c.top, rows.c.bottom))
        query = select(*sums, func.sum(case((counts, 0), else_=1)))
        if code == "on_time_delivery_rate":
            query = query.where(rows.c.department_id.is_not(None))  # whoever leads the project has a row beside
        top, bottom, left_out = (int(one or 0) for one in session.execute(query).one())
        at = {name: f"{one.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}" for name, one in (("start", start), ("end", end))}
        days = {"first": f"{first}", "last": f"{last}", "known": f"{on_date(end)}", "cut_off": at["end"]}
        assert (top, bottom, left_out) == independent(session, code, at | days), (code, first)
        found.append(top + bottom + left_out)
    assert any(found), code


def test_every_failing_item_of_a_first_check_has_its_rectification(session):
    failing = session.scalars(
        select(SpotCheckItem)
        .join(SpotCheck)
        .where(
            SpotCheck.kind != CheckKind.RECHECK,
            SpotCheck.status != CheckStatus.DRAFT,
            SpotCheckItem.verdict == Verdict.NG,
        )
    ).all()
    raised = session.execute(
        select(ActionItem.source_id, func.count())
        .where(ActionItem.source_entity == "spot_check_item")
        .group_by(ActionItem.source_id)
    ).all()
    assert {one.id: 1 for one in failing} == dict(map(tuple, raised))


def test_no_check_is_made_by_whoever_is_checked_or_put_it_right(session):
    for check in session.scalars(select(SpotCheck)):
        assert check.inspector_id not in {one.employee_id for one in check.items}
        if check.rechecks_round is not None:
            action = check.rechecks_round.action
            assert check.inspector_id not in {action.responsible_id, action.raiser_id}
            assert check.checked_at > check.rechecks_round.submitted_at


def test_what_is_closed_was_passed_after_its_last_submission(session):
    for action in session.scalars(select(ActionItem).where(ActionItem.status == ActionStatus.CLOSED)):
        assert action.last_round is not None
        assert action.last_round.result == "passed"
        assert action.last_round.checked_at > action.last_round.submitted_at


def test_all_due_instants_lie_on_the_working_calendar(session):
    calendar = company_calendar(session)
    for due in session.scalars(select(ActionItem.due_at)):
        assert calendar.between(due - timedelta(seconds=1), due) == timedelta(seconds=1)


def test_people_work_in_working_time(session):
    calendar = company_calendar(session)
    for at in session.scalars(select(Event.at).where(Event.source == "form")):
        assert calendar.between(at - timedelta(minutes=1), at + timedelta(minutes=1)) > timedelta(0)


def test_every_state_of_an_action_and_of_a_check_is_there(session):
    assert set(session.scalars(select(ActionItem.status))) == set(ActionStatus) - {ActionStatus.VERIFIED}
    assert set(session.scalars(select(SpotCheck.status))) == set(CheckStatus)
    assert session.scalar(select(func.max(ActionRound.round_no))) > 1


def test_a_delay_is_seen_before_it_happens_and_others_are_settled(session):
    found = set(map(str, session.scalars(select(DelayRecord.status).distinct())))
    assert {"forecast", "averted", "attributed", "closed"} <= found


def test_documents_of_three_types_in_every_state(session):
    assert set(session.scalars(select(DocumentRevision.status))) == set(RevisionStatus)
    for revision in session.scalars(select(DocumentRevision)):
        assert revision.approved_by_id is None or revision.approved_by_id != revision.author_id
        assert revision.document.doc_type in set(DocType)
    assert set(session.scalars(select(ChangeNotice.status))) == set(NoticeStatus)
    assert {"active", "suspended"} <= set(session.scalars(select(ProcessDocument.status)))


def test_a_review_is_overdue_a_release_is_planned_and_somebody_has_still_to_read(session):
    assert set(session.scalars(select(DocumentReview.status))) == set(ReviewStatus)
    assert session.scalars(select(DocumentReview).where(DocumentReview.status == "due")).all()
    planned = session.scalars(select(DocumentRevision).where(DocumentRevision.status == "approved")).one()
    assert planned.effective_on > on_date(TODAY)
    lacking = [one.model.code for one in completeness(session) if one.missing]
    assert 0 < len(lacking) < len(completeness(session))
    read = session.scalars(select(ReadReceipt).where(ReadReceipt.entity == "document_revision")).all()
    assert {one.confirmed_at is None for one in read if one.required} == {True, False}


def test_something_waits_on_every_desk(session):
    """Each login has something to put right; inspectors have re-checks and drafts, leaders have people who are late."""
    accounts = {one.login: person_of(session, one) for one in session.scalars(select(Account))}
    leaders = {f"team_leader{nth}" for nth in range(3, 9)}  # they have their teams' stages and reports
    for login in set(demo.demo_logins()) - {"admin", "quality_manager"} - leaders:
        person = accounts[login]
        own = select(ActionItem.id).where(
            ActionItem.responsible_id == person.employee_id, ActionItem.status.in_(UNFINISHED)
        )
        if login.startswith("quality_inspector"):
            drafts = select(SpotCheck).where(
                SpotCheck.inspector_id == person.employee_id, SpotCheck.status == CheckStatus.DRAFT
            )
            assert len(session.scalars(drafts).all()) >= 2
        else:
            assert session.scalars(own).all(), login
    for login in ("quality_inspector", "quality_inspector2", "quality_inspector3", "quality_manager"):
        waiting = select(ActionItem.id).where(
            ActionItem.status == ActionStatus.SUBMITTED, ActionItem.visible_to(accounts[login])
        )
        assert len(session.scalars(waiting).all()) >= 2, login
    for login in ("team_leader", "team_leader2"):
        team = select(Employee.id).where(Employee.team_id.in_(accounts[login].teams))
        late = select(ActionItem.id).where(
            ActionItem.responsible_id.in_(team), ActionItem.status.in_(UNFINISHED), ActionItem.due_at < TODAY
        )
        assert len(session.scalars(late).all()) >= 2, login


def test_figures_are_set_but_for_the_chosen_ones(session):
    assert [one.code for one in unset_figures(session, AT)] == ["weak_score"]
    unset = session.scalars(select(SlaPolicy.target).where(SlaPolicy.amount.is_(None))).all()
    assert set(unset) == demo.UNSET


def test_what_was_told_long_ago_was_read(session):
    assert session.scalar(select(func.count()).where(Delivery.sent_at.is_(None))) == 0
    assert session.scalar(select(func.count()).where(Delivery.read_at.is_(None))) > 0
    assert session.scalar(select(func.count()).where(Delivery.read_at.is_not(None))) > 0


def test_roles_reach_departments_that_are_there(session):
    reached = session.scalars(select(AccountRole.department_id).where(AccountRole.department_id.is_not(None))).all()
    assert set(reached) <= set(session.scalars(select(Department.id)))


def test_every_make_up_workday_lies_at_a_weekend_and_no_day_is_named_twice():
    days = [on for on, _, _ in statutory_days()]
    assert len(set(days)) == len(days)
    assert all(on.weekday() >= 5 for on, kind, _ in statutory_days() if kind is DayType.MAKEUP_WORKDAY)
    assert {on.year for on, _, _ in statutory_days()} == {2024, 2025, 2026}


@pytest.mark.parametrize("is_wrong", [False, True])
def test_readings_are_what_they_are_meant_to_be(is_wrong):
    rng = Random(7)  # noqa: S311 - no secret
    for question in (one for pool in QUESTIONS.values() for one in pool if one.is_measured):
        for _ in range(50):
            value = reading(rng, question, is_wrong=is_wrong)
            assert value > 0
            assert (verdict(value, question.lower, question.upper, None) is Verdict.NG) == is_wrong


def test_the_records_end_with_the_day_before(session):
    assert on_date(session.scalar(select(func.max(SpotCheck.checked_at)))) < on_date(AT)


@pytest.fixture
def shown(loaded: tuple[Engine, dict[str, int]], moving_app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """The product over a copy of the company."""
    copy = tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(str(loaded[0].url.database))) as source:
        source.execute("VACUUM INTO ?", (str(copy),))
    yield from moved(moving_app, f"sqlite:///{copy}", tmp_path)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_page_of_every_list_stays_small(shown, language):
    """At most 60 kB, with 50 rows as people write them (LIMITS.md)."""
    browser = Browser(shown, language=language)
    assert (
        browser.post("/login", {"username": "admin", "password": demo.PASSWORD}, token_from="/login").status_code == 302
    )
    sizes = {table: len(browser.get(f"/admin/{table}/").data) for table in shown.extensions["views"]}
    assert {table: size for table, size in sizes.items() if size > 60_000} == {}
    assert max(sizes.values()) > 40_000  # there are rows to be shown
