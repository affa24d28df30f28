"""What falls due and who is told: once each, whatever is interrupted or runs twice (C1.1, A4.2)."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, func, insert, select
from sqlalchemy.orm import Session

from models import reminding
from models.base import Act, Source
from models.engine import engine_options
from models.event import Delivery, Event, Reminder
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
