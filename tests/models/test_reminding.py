"""What falls due and who is told: once each, whatever is interrupted or runs twice (C1.1, A4.2)."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Column, create_engine, func, insert, select
from sqlalchemy.event import listen, remove
from sqlalchemy.orm import Session

from models import reminding
from models.assessment import RewardPenalty
from models.base import Act, Base, Source
from models.engine import engine_options, let_write
from models.event import Delivery, Event, ReadReceipt, Reminder
from models.organisation import Employee
from models.regulation import SlaClock
from rules.event import Channel
from tests.world import AT, World

LATER = AT + timedelta(days=60)


def reminders(session: Session) -> int:
    return counted(session, select(func.count()).select_from(Reminder))


def untold(session: Session) -> int:
    return counted(session, select(func.count()).select_from(Delivery).where(Delivery.sent_at.is_(None)))


def counted(session: Session, query) -> int:
    """Asks in a transaction of its own: an open one would keep others from writing."""
    session.rollback()
    found = session.scalar(query)
    session.rollback()
    return found


def test_what_is_due_is_reminded_of_once(any_session: Session, world: World):
    first = reminding.remind(any_session, LATER)
    assert first["climb_ladders"] > 0
    assert reminders(any_session) == first["climb_ladders"]
    assert reminding.remind(any_session, LATER)["climb_ladders"] == 0
    event = any_session.scalar(select(Event).where(Event.action == "remind_3", Event.entity_id == world.action))
    assert event is not None
    assert (event.source, event.role) == (Source.SCHEDULER, "system")


def test_a_missed_night_is_caught_up(any_session: Session):
    at_once = reminding.remind(any_session, LATER)["climb_ladders"]
    assert at_once % 4 == 0  # every rung of every action, although none was climbed in time


def test_two_runs_at_once_remind_once(any_url: str, any_session: Session):
    engine = create_engine(any_url, **engine_options(any_url))
    done: list[int] = []

    def run() -> None:
        with Session(engine) as session:
            done.append(reminding.remind(session, LATER)["climb_ladders"])

    at_once(run, run)
    assert min(done) == 0
    assert max(done) == reminders(any_session)
    engine.dispose()


def test_one_part_that_fails_silences_no_other(any_session: Session, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reminding, "FALLS_DUE", {})

    @reminding.falls_due
    def broken(session, at):
        session.add(Reminder(entity="x", entity_id=1, rule="broken", level=0, due_at=at))
        session.flush()
        raise RuntimeError("broken")

    @reminding.falls_due
    def whole(session, at):
        session.add(Reminder(entity="x", entity_id=1, rule="whole", level=0, due_at=at))
        return 1

    with pytest.raises(RuntimeError, match="broken"):
        reminding.remind(any_session, LATER)
    assert any_session.scalars(select(Reminder.rule)).all() == ["whole"]


def test_the_system_acts(session: Session, monkeypatch: pytest.MonkeyPatch):
    seen: list[Act] = []

    def look(session, at):
        seen.append(session.info["act"])
        return 0

    monkeypatch.setattr(reminding, "FALLS_DUE", {"look": look})
    reminding.remind(session, LATER)
    assert (seen[0].by.is_system, seen[0].at, seen[0].source) == (True, LATER, Source.SCHEDULER)


def test_each_is_told_once(any_session: Session):
    waiting = untold(any_session)
    assert waiting > 0
    assert reminding.tell(any_session, LATER) == waiting
    assert untold(any_session) == 0
    assert reminding.tell(any_session, LATER) == 0


def test_what_is_not_due_and_what_goes_by_mail_waits(any_session: Session):
    reminding.tell(any_session, LATER)
    seq = any_session.scalar(select(func.max(Event.seq)))
    row = {"event_seq": seq, "recipient_id": 1, "channel": Channel.APP, "due_at": LATER + timedelta(hours=1)}
    any_session.execute(insert(Delivery), [row, {**row, "recipient_id": 2, "channel": Channel.MAIL, "due_at": LATER}])
    any_session.commit()
    assert reminding.tell(any_session, LATER) == 0
    assert reminding.tell(any_session, LATER + timedelta(hours=2)) == 1
    assert untold(any_session) == 1


def test_two_at_once_tell_each_once(any_url: str, any_session: Session, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reminding, "AT_ONCE", 1)
    waiting = untold(any_session)
    engine = create_engine(any_url, **engine_options(any_url))
    done: list[int] = []

    def run() -> None:
        with Session(engine) as session:
            done.append(reminding.tell(session, LATER))

    at_once(run, run)
    assert untold(any_session) == 0
    assert sum(done) == waiting
    engine.dispose()


def at_once(*functions) -> None:
    gate = threading.Barrier(len(functions))

    def start(function) -> None:
        gate.wait()
        function()

    threads = [threading.Thread(target=start, args=(one,)) for one in functions]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


GROWS = {
    "accountability_case", "action_item", "action_round", "approval_record", "assessment_cycle", "assessment_sheet",
    "contact_log", "daily_report", "delay_record", "delivery", "event", "follow_up_visit", "meeting", "meeting_report",
    "notice", "order_clearance", "plan_stage", "production_plan", "read_receipt", "reward_penalty", "sales_order",
    "sla_clock", "spot_check", "suggestion", "survey_invitation", "survey_response", "ticket",
    "training_obligation",
}  # fmt: skip
"""What is kept for ever (of surveys the latest alone is asked for); all of it is asked about every minute, and only for what is still open."""


def swept(session: Session) -> list[tuple[str, object]]:
    """What a minute asks the database in which nothing is due any more."""
    reminding.remind(session, LATER)
    said: list[tuple[str, object]] = []
    engine = session.get_bind()

    def note(_connection, _cursor, statement, parameters, *_):
        if statement.lstrip().upper().startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
            said.append((statement, parameters))

    listen(engine, "before_cursor_execute", note)
    try:
        assert not any(reminding.remind(session, LATER).values())
    finally:
        remove(engine, "before_cursor_execute", note)
    return said


def test_a_minute_looks_through_no_table_that_is_kept_for_ever(session: Session):
    """SQLite's own plan of each statement: a whole table is read only where it is small."""
    looked_through: set[tuple[str, str]] = set()
    said = swept(session)
    assert len(said) > 50
    for statement, parameters in said:
        for *_, step in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
            kind, name, *how = step.split()
            if kind == "SCAN" and name in GROWS and not set(how) & narrow():
                looked_through.add((name, statement))
    assert looked_through == set()


def narrow() -> set[str | None]:
    """Indexes that hold only what is open."""
    found = [index for table in Base.metadata.tables.values() for index in table.indexes]
    return {one.name for one in found if one.dialect_options["sqlite"]["where"] is not None}


def steps_of(session: Session) -> int:
    """What a minute in which nothing is due costs, in hundreds of SQLite's own steps: no clock, always the same."""
    counted_steps, raw = [0], session.connection().connection.driver_connection

    def step():
        counted_steps[0] += 1

    raw.set_progress_handler(step, 100)
    assert not any(reminding.remind(session, LATER).values())
    raw.set_progress_handler(None, 0)
    return counted_steps[0]


def test_a_minute_costs_no_more_when_ten_thousand_things_are_over(session: Session):
    """Clocks that were met, readings that were confirmed, rewards that were carried out and cannot be appealed."""
    reminding.remind(session, LATER)
    reminding.remind(session, LATER)
    before = steps_of(session)
    over, who = AT - timedelta(days=30), session.scalar(select(func.min(Employee.id)))
    where = session.scalar(select(Employee.department_id).where(Employee.id == who))
    of_clock = {c.name: v for c, v in _first(session, SlaClock) if c.name != "id"}
    ended = {"due_at": over, "stopped_at": over, "status": "met", "breach_minutes": None}
    keys = range(1, 10_001)
    rows: dict[type[Base], list[dict[str, object]]] = {
        SlaClock: [of_clock | ended | {"id": 10**6 + key, "entity_id": 10**6 + key} for key in keys],
        ReadReceipt: [
            {"entity": "notice", "entity_id": 10**6 + key, "employee_id": who, "required": True, "due_at": AT}
            | {"read_at": AT, "confirmed_at": AT}
            for key in keys
        ],
        RewardPenalty: [
            {"no": f"JC-{key}", "kind": "points", "employee_id": who, "department_id": where, "clause": "K3.1"}
            | {
                "status": "executed",
                "rule_id": 1,
                "size": 1,
                "decided_by_id": who,
                "announced_at": over,
                "appeal_due_at": over,
            }
            | {"created_at": over, "updated_at": over, "version_no": 1, "reason": "x"}
            for key in keys
        ],
    }
    let_write(may=True)
    for model, found in rows.items():
        session.execute(insert(model), found)
    session.commit()
    assert steps_of(session) < before * 1.3


def _first(session: Session, model: type[Base]) -> list[tuple[Column[object], object]]:
    row = session.execute(select(*model.__table__.columns).limit(1)).one()
    return list(zip(model.__table__.columns, row, strict=True))
