"""One event per change of one record, chained, append-only; a closed period stays closed (C1.2, K2.1)."""

import random
import threading
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from models.actions import ActionItem
from models.base import Act, Record, Source
from models.chain import anchored, head_of, note_head, verify
from models.engine import engine_options
from models.event import ApprovalRecord, Delivery, Event, EventHead, NumberSeries
from models.journal import QUIET, acting, attempt, journal_of, record_refusal
from models.numbers import next_number, next_numbers
from models.organisation import Account, AccountRole, Department, Post
from models.process import ProcessDocument
from models.quality import SpotCheck, SpotCheckItem
from models.regulation import Figure, SlaPolicy
from rules.actions import Severity
from rules.base import SYSTEM, NotYours, Person, Role, RuleBroken
from tests.models.acts import (
    DAY,
    HOUR,
    LATER,
    action_of,
    checked,
    close_period,
    doing,
    draft,
    events,
    item,
    last_seq,
    perform,
    put_right,
)
from tests.world import AT, department, employee, person

SECRET = "•••"


def only(found):
    assert len(found) == 1, [(one.entity, one.action, one.changes) for one in found]
    return found[0]


# What an event says


def test_a_new_record_is_one_event_with_all_it_holds(any_session):
    since = last_seq(any_session)
    with doing(any_session, "admin") as act:
        post = Post(code="P-X", name="新岗", department=department(any_session, "SC1"), headcount=3)
        any_session.add(post)
    event = only(events(any_session, since))
    assert (event.entity, event.entity_id, event.action) == ("post", post.id, "create")
    assert (event.actor_id, event.role, event.source, event.at) == (act.by.account_id, "admin", Source.FORM, LATER)
    assert event.changes == {
        "code": [None, "P-X"], "name": [None, "新岗"], "department_id": [None, post.department_id],
        "is_key": [None, False], "headcount": [None, 3], "requires_qualification": [None, False],
        "grace_mode": [None, "supervised"],
    }  # fmt: skip


def test_an_edit_keeps_old_and_new_also_of_a_record_that_was_not_read_before(any_session, world):
    """After a commit nothing is loaded; the old value is wanted all the same."""
    check = any_session.get_one(SpotCheck, world.check)
    any_session.commit()
    since = last_seq(any_session)
    any_session.commit()
    with doing(any_session, "quality_inspector"):
        check.note = "补充说明"
    assert only(events(any_session, since)).changes == {"note": ["", "补充说明"]}


def test_a_value_set_again_is_no_change(any_session, world):
    check = any_session.get_one(SpotCheck, world.check)
    before, since = check.version_no, last_seq(any_session)
    with doing(any_session, "quality_inspector"):
        check.note, check.sample_qty = "", 5
    assert events(any_session, since) == []
    assert check.version_no == before


def test_a_value_that_comes_back_before_the_end_is_no_change(any_session, world):
    check, since = any_session.get_one(SpotCheck, world.check), last_seq(any_session)
    with doing(any_session, "quality_inspector"):
        check.note = "一"
        any_session.flush()
        check.note, check.sample_qty = "", 6
    assert only(events(any_session, since)).changes == {"sample_qty": [5, 6]}


def test_a_record_taken_away_leaves_what_it_held(any_session):
    with doing(any_session, "admin"):
        post = Post(code="P-X", name="新岗", department=department(any_session, "SC1"))
        any_session.add(post)
    since, key = last_seq(any_session), post.id
    with doing(any_session, "admin"):
        any_session.delete(post)
    event = only(events(any_session, since))
    assert (event.action, event.entity_id) == ("delete", key)
    assert event.changes["name"] == ["新岗", None]


def test_decimals_dates_instants_and_tables_stand_exactly_in_the_chain(any_session):
    since = last_seq(any_session)
    with doing(any_session, "admin"):
        any_session.add(
            SlaPolicy(name="复检", clause="P3.2", target="recheck", match={"severity": "minor"}, amount=Decimal("1.50"),
                      unit="working_day", from_on=date(2026, 1, 1))
        )  # fmt: skip
    changes = only(events(any_session, since)).changes
    assert changes["amount"] == [None, "1.5"]
    assert changes["from_on"] == [None, "2026-01-01"]
    assert changes["match"] == [None, {"severity": "minor"}]
    check = draft(any_session, [item(any_session)])
    created = next(one for one in events(any_session, since) if one.entity == "spot_check")
    assert created.changes["checked_at"] == [None, check.checked_at.isoformat()]


def test_secrets_never_reach_the_chain_yet_their_change_does(any_session):
    account, since = any_session.scalar(select(Account).where(Account.login == "sales")), last_seq(any_session)
    with doing(any_session, "admin"):
        account.password_hash = "$argon2id$secret"
        account.end_sessions()
    event = only(events(any_session, since))
    assert event.changes == {"password_hash": [SECRET, SECRET], "session_stamp": [SECRET, SECRET]}


def test_the_role_of_an_event_is_one_that_the_person_holds(session, world):
    since = last_seq(session)
    with doing(session, Person(account_id=1, roles={Role.EMPLOYEE: None})):
        session.get_one(SpotCheck, world.check).note = "a"
    with doing(session, Person(account_id=1)):
        session.get_one(SpotCheck, world.check).note = "b"
    with doing(session, SYSTEM):
        session.get_one(SpotCheck, world.check).note = "c"
    assert [one.role for one in events(session, since)] == ["employee", None, "system"]


# Lines and records


def test_a_line_is_told_in_the_event_of_its_record(any_session, world):
    check, since = any_session.get_one(SpotCheck, world.check), last_seq(any_session)
    line = check.items[0]
    with doing(any_session, "quality_inspector"):
        line.problem = "字迹不清"
    event = only(events(any_session, since))
    assert (event.entity, event.entity_id) == ("spot_check", check.id)
    assert event.changes == {f"spot_check_item.{line.id}.problem": ["", "字迹不清"]}


def test_a_line_that_was_deleted_and_then_taken_out_is_told_once(session):
    check = draft(session, [item(session, ok=True), item(session, question="倒角")])
    since, line = last_seq(session), check.items[1]
    with doing(session, "quality_inspector"):
        session.delete(line)
        session.flush()
        check.items.remove(line)
    (event,) = events(session, since)
    assert event.changes[f"spot_check_item.{line.id}.question"] == ["倒角", None]


def test_the_version_rises_when_a_line_is_changed_added_or_taken_away(any_session):
    check = draft(any_session, [item(any_session, ok=True)])
    versions = [check.version_no]
    with doing(any_session, "quality_inspector", LATER + HOUR):
        check.items[0].problem = "另见照片"
    versions.append(check.version_no)
    with doing(any_session, "quality_inspector", LATER + 2 * HOUR):
        check.items.append(item(any_session, seq=2))
    versions.append(check.version_no)
    with doing(any_session, "quality_inspector", LATER + 3 * HOUR):
        check.items.pop()
    versions.append(check.version_no)
    assert versions == sorted(set(versions))
    assert check.updated_at == LATER + 3 * HOUR


def test_two_records_changed_together_are_two_events(any_session, world):
    since = last_seq(any_session)
    with doing(any_session, "quality_inspector"):
        any_session.get_one(SpotCheck, world.check).note = "a"
        any_session.get_one(SpotCheck, world.foreign_check).note = "b"
    found = events(any_session, since)
    assert {(one.entity_id, tuple(one.changes["note"])) for one in found} == {
        (world.check, ("", "a")), (world.foreign_check, ("", "b")),
    }  # fmt: skip
    assert len(found) == 2


def test_a_consequence_says_so_and_on_whose_behalf(any_session):
    since = last_seq(any_session)
    check = checked(any_session, [item(any_session)])
    account = person(any_session, "quality_inspector").account_id
    told = [
        (one.entity, one.action, one.source, one.actor_id, one.on_behalf_of_id) for one in events(any_session, since)
    ]
    assert told == [
        ("spot_check", "create", Source.FORM, account, None),
        ("action_item", "create", Source.CONSEQUENCE, None, account),
        ("spot_check", "submit", Source.FORM, account, None),
    ]
    created, submitted = events(any_session, since)[1:]
    assert (created.clause, submitted.clause, created.role) == ("P3.2", "P3.2", "system")
    assert submitted.changes["status"] == ["draft", "submitted"]
    assert created.changes["source_id"] == [None, check.items[0].id]


def test_a_verb_keeps_its_reason_and_a_consequence_of_a_consequence_its_origin(any_session, world):
    action, since = action_of(any_session, world), last_seq(any_session)
    perform(any_session, action, "cancel", "quality_manager", note=" 重复登记 ")
    account = person(any_session, "quality_manager").account_id
    told = [(one.entity, one.action, one.reason, one.on_behalf_of_id) for one in events(any_session, since)]
    assert told == [("action_item", "cancel", "重复登记", None), ("spot_check", "close", "", account)]


# Who is told


def test_who_is_concerned_is_told_and_who_acted_is_not(any_session):
    since = last_seq(any_session)
    check = checked(any_session, [item(any_session)])
    rows = any_session.execute(
        select(Event.entity, Delivery.recipient_id)
        .join(Event, Event.seq == Delivery.event_seq)
        .where(Event.seq > since)
    ).all()
    worker = employee(any_session, "车工一").id
    assert sorted(rows) == [("action_item", worker), ("spot_check", worker)]
    assert check.inspector_id not in {who for _, who in rows}
    waiting = any_session.scalars(select(Delivery).where(Delivery.event_seq > since)).all()
    assert all(one.sent_at is None and one.due_at == LATER for one in waiting)


def test_of_what_happened_long_ago_nobody_is_told(session, world):
    action, since = action_of(session, world), last_seq(session)
    act = Act(person(session, "employee"), AT + HOUR, Source.IMPORT, recorded_at=LATER)
    with acting(session, act):
        action.perform("accept", act=act)
        session.commit()
    event = only(events(session, since))
    assert (event.at, event.source) == (LATER, Source.IMPORT)
    assert session.scalar(select(func.count()).select_from(Delivery).where(Delivery.event_seq > since)) == 0


# What leaves no trace, and what is refused


def test_what_nobody_did_is_refused(any_session, world):
    any_session.get_one(SpotCheck, world.check).note = "von selbst"
    with pytest.raises(RuntimeError, match="nobody did it"):
        any_session.commit()
    any_session.rollback()
    assert any_session.get_one(SpotCheck, world.check).note == ""


@pytest.mark.parametrize("how", ["new", "delete"])
def test_nothing_is_made_or_taken_away_by_nobody(session, world, how):
    if how == "new":
        session.add(Department(code="X", name="X", kind="production"))
    else:
        session.delete(session.get_one(SpotCheck, world.check).items[0])
    with pytest.raises(RuntimeError, match="nobody did it"):
        session.flush()


def test_after_an_act_nobody_acts(session, world):
    with doing(session, "admin"):
        pass
    session.get_one(SpotCheck, world.check).note = "x"
    with pytest.raises(RuntimeError):
        session.commit()
    session.rollback()


def test_an_act_within_an_act_gives_way_to_the_outer_one(session, world):
    since = last_seq(session)
    with doing(session, "quality_inspector"):
        with acting(session, Act(SYSTEM, LATER, Source.SCHEDULER)):
            session.get_one(SpotCheck, world.check).note = "inner"
        session.get_one(SpotCheck, world.foreign_check).note = "outer"
    assert [one.source for one in events(session, since)] == [Source.SCHEDULER, Source.FORM]


def test_what_an_act_left_open_when_it_failed_is_refused(session, world):
    with suppress(ZeroDivisionError), acting(session, Act(SYSTEM, LATER)):
        session.get_one(SpotCheck, world.check).note = "x"
        session.flush()
        _ = 1 / 0
    with pytest.raises(RuntimeError):
        session.commit()


def test_a_rollback_leaves_no_event(any_session, world):
    since = last_seq(any_session)
    with acting(any_session, Act(person(any_session, "quality_inspector"), LATER)):
        any_session.get_one(SpotCheck, world.check).note = "x"
        any_session.flush()
        any_session.rollback()
        any_session.commit()
    assert events(any_session, since) == []
    with doing(any_session, "quality_inspector"):
        any_session.get_one(SpotCheck, world.check).note = "y"
    assert only(events(any_session, since)).changes == {"note": ["", "y"]}


def test_an_attempt_that_fails_leaves_no_event_and_the_rest_stays(any_session, world):
    check, since = any_session.get_one(SpotCheck, world.check), last_seq(any_session)
    with doing(any_session, "quality_inspector"):
        check.note = "vorher"
        with suppress(RuleBroken), attempt(any_session):
            check.note, check.sample_qty = "verworfen", 99
            any_session.add(Department(code="X", name="X", kind="production"))
            any_session.flush()
            check.perform("close", by=SYSTEM, at=LATER)
            check.perform("submit", by=SYSTEM, at=LATER)
        with attempt(any_session):
            any_session.get_one(SpotCheck, world.foreign_check).note = "nachher"
    found = {one.entity_id: (one.entity, one.action, one.changes) for one in events(any_session, since)}
    assert found == {
        world.check: ("spot_check", "edit", {"note": ["", "vorher"]}),
        world.foreign_check: ("spot_check", "edit", {"note": ["", "nachher"]}),
    }
    assert (check.note, check.sample_qty, check.status) == ("vorher", 5, "submitted")
    assert any_session.scalar(select(Department.id).where(Department.code == "X")) is None


def snapshot(session):
    """Every audited row as it stands, and how long the chain is."""
    session.expire_all()
    models = (SpotCheck, SpotCheckItem, ActionItem, ProcessDocument, ApprovalRecord, Delivery, Event)
    return {
        model: [
            tuple(row)
            for row in session.execute(select(*model.__table__.columns).order_by(*model.__table__.primary_key))
        ]
        for model in models
    }


@pytest.mark.parametrize(
    "verb,login,more,refusal",
    [
        ("accept", "team_leader", {}, NotYours), ("cancel", "quality_manager", {}, RuleBroken),
        ("verify", "admin", {}, RuleBroken), ("submit", "employee", {}, RuleBroken),
        ("cancel", "admin", {"note": "x"}, NotYours), ("fly", "employee", {}, RuleBroken),
        ("cancel", "quality_manager", {"note": " \t"}, RuleBroken),
        ("accept", "employee", {"status": "closed"}, TypeError),
    ],
)  # fmt: skip
def test_a_refused_verb_changes_nothing(session, world, verb, login, more, refusal):
    before, action = snapshot(session), action_of(session, world)
    with pytest.raises(refusal):
        perform(session, action, verb, login, **more)
    assert snapshot(session) == before


def test_a_verb_that_its_facts_refuse_changes_nothing_even_where_it_had_begun(any_session):
    """The second item fails and names nobody to put it right: the rectification of the first is not kept either."""
    check = draft(any_session, [item(any_session), item(any_session, who=None, question="倒角")])
    before = snapshot(any_session)
    with pytest.raises(RuleBroken, match="say who puts it right"):
        perform(any_session, check, "submit", "quality_inspector")
    assert snapshot(any_session) == before


def test_a_refusal_is_an_event_of_its_own(any_session, world):
    action, since = action_of(any_session, world), last_seq(any_session)
    act = Act(person(any_session, "team_leader"), LATER)
    with acting(any_session, act):
        action.description = "geändert"
        any_session.flush()
        record_refusal(any_session, act, entity="action_item", entity_id=action.id, action="accept", reason="not yours")
    event = only(events(any_session, since))
    assert (event.action, event.entity_id, event.reason) == ("refused", action.id, "accept: not yours")
    assert (event.actor_id, event.changes) == (act.by.account_id, {})
    assert action.description != "geändert"


# The chain of many changes says the whole history


def test_random_changes_can_be_played_back_from_the_chain(any_session, world):
    """Every old value is the new value before it, and the last ones are what stands in the database."""
    chance, since = random.Random(20261116), last_seq(any_session)  # noqa: S311 - no secret
    records = [
        any_session.get_one(SpotCheck, world.check), any_session.get_one(SpotCheck, world.foreign_check),
        any_session.get_one(ActionItem, world.action), any_session.scalar(select(ProcessDocument)),
        department(any_session, "SC1"),
    ]  # fmt: skip
    columns = {"spot_check": ("note", "sample_qty"), "action_item": ("description", "containment", "severity"),
               "process_document": ("title", "operation"), "department": ("name", "kind")}  # fmt: skip
    values = {"sample_qty": range(9), "severity": list(Severity), "kind": ["production", "quality"]}
    first = {
        (one.__tablename__, one.id, name): getattr(one, name) for one in records for name in columns[one.__tablename__]
    }
    changed = 0
    for step in range(50):
        record = chance.choice(records)
        name = chance.choice(columns[record.__tablename__])
        with doing(any_session, "admin", LATER + timedelta(minutes=step)):
            value = chance.choice(values.get(name, ["甲", "乙", "", "a'b\"c", "换\n行"]))
            changed += str(getattr(record, name)) != str(value)
            setattr(record, name, value)
    told = events(any_session, since)
    assert len(told) == changed
    played = {key: str(value) for key, value in first.items()}
    for event in told:
        for name, (old, new) in event.changes.items():
            assert played[(event.entity, event.entity_id, name)] == str(old)
            played[(event.entity, event.entity_id, name)] = str(new)
    for record in records:
        for name in columns[record.__tablename__]:
            assert played[(record.__tablename__, record.id, name)] == str(getattr(record, name))
    assert verify(any_session.get_bind(), {}) == (since + changed, None)


def test_every_audited_column_is_told_or_left_quiet_on_purpose():
    assert sorted(QUIET) == ["created_at", "created_by_id", "updated_at", "updated_by_id", "version_no"]
    assert set(QUIET) <= set(vars(Record)) | set(Record.__annotations__)


# Append-only, and what happens behind the program's back


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET reason = 'x' WHERE seq = 3", "DELETE FROM event WHERE seq = 3", "DELETE FROM event",
        "UPDATE event SET seq = seq + 1000",
    ],
)  # fmt: skip
def test_events_are_neither_changed_nor_taken_away(any_session, statement):
    before = any_session.execute(select(func.count(), func.max(Event.seq))).one()
    with pytest.raises(DatabaseError, match="append-only"):
        any_session.execute(text(statement))
    any_session.rollback()
    assert any_session.execute(select(func.count(), func.max(Event.seq))).one() == before


def test_an_event_is_not_replaced(any_session):
    is_sqlite = any_session.get_bind().dialect.name == "sqlite"
    columns = [one.name for one in Event.__table__.columns]
    shown = ", ".join("'forged'" if one == "reason" else one for one in columns)
    statement = f"INSERT OR REPLACE INTO event ({', '.join(columns)}) SELECT {shown} FROM event WHERE seq = 3"
    if not is_sqlite:
        statement = statement.replace(" OR REPLACE", "") + " ON CONFLICT (seq) DO UPDATE SET reason = 'forged'"
    with pytest.raises(DatabaseError, match="append-only"):
        any_session.execute(text(statement))


def test_events_are_not_truncated(postgresql_url):
    engine = create_engine(postgresql_url, **engine_options(postgresql_url))
    with engine.connect() as connection, pytest.raises(DatabaseError, match="append-only"):
        connection.execute(text("TRUNCATE event CASCADE"))
    engine.dispose()


def unguarded(session):
    """Whoever has the database file can drop the triggers, too."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("DROP TRIGGER event_no_update"))
        session.execute(text("DROP TRIGGER event_no_delete"))
        session.execute(text("PRAGMA foreign_keys=OFF"))
    else:
        session.execute(text("DROP TRIGGER event_append_only ON event"))
    session.execute(text("DELETE FROM delivery"))


FORGED = {
    "at": datetime(2020, 1, 1, tzinfo=UTC), "actor_id": 1, "on_behalf_of_id": 1, "role": "general_manager",
    "source": Source.API,
    "entity": "team", "entity_id": 77, "action": "void", "changes": {"note": ["a", "b"]}, "reason": "nachträglich",
    "clause": "G1",
}  # fmt: skip


@pytest.mark.parametrize("column", FORGED)
def test_a_changed_column_of_an_event_is_found(session, column):
    assert verify(session.get_bind(), {})[1] is None
    session.rollback()
    unguarded(session)
    session.execute(Event.__table__.update().where(Event.seq == 5).values({column: FORGED[column]}))
    session.commit()
    assert verify(session.get_bind(), {})[1].seq == 5


def test_every_column_of_an_event_is_under_its_hash():
    assert set(FORGED) | {"seq", "prev_hash", "hash"} == {one.name for one in Event.__table__.columns}


def shift(session, first, by):
    """Numbers the events from there anew, latest first, as a forger would."""
    for seq in session.scalars(select(Event.seq).where(Event.seq >= first).order_by(Event.seq.desc())).all():
        session.execute(Event.__table__.update().where(Event.seq == seq).values(seq=seq + by))


@pytest.mark.parametrize("how", ["change", "delete", "insert", "reorder", "cut", "cut with head"])
def test_the_first_bad_event_is_named_on_both_engines(any_session, how):
    engine, last = any_session.get_bind(), last_seq(any_session)
    before = head_of(any_session.connection())
    any_session.commit()
    assert verify(engine, {before[0]: before[1]}) == (last, None)
    unguarded(any_session)
    events_table = Event.__table__
    match how:
        case "change":
            any_session.execute(events_table.update().where(Event.seq == 7).values(reason="x"))
        case "delete":
            any_session.execute(events_table.delete().where(Event.seq == 7))
        case "insert":
            row = dict(any_session.execute(select(events_table).where(Event.seq == last)).mappings().one())
            shift(any_session, last, 1)
            any_session.execute(events_table.insert().values(row | {"seq": last, "reason": "x", "prev_hash": "f" * 64}))
        case "reorder":
            for seq, new in ((7, last + 1), (8, 7), (last + 1, 8)):
                any_session.execute(events_table.update().where(Event.seq == seq).values(seq=new))
        case "cut" | "cut with head":
            any_session.execute(events_table.delete().where(Event.seq > last - 2))
            if how == "cut with head":
                kept = any_session.scalar(select(Event.hash).where(Event.seq == last - 2))
                any_session.execute(EventHead.__table__.update().values(seq=last - 2, hash=kept))
    any_session.commit()
    expected = {"insert": last, "cut": last - 1, "cut with head": last - 1}.get(how, 7)
    assert verify(engine, {before[0]: before[1]})[1].seq == expected
    if how == "cut with head":
        assert verify(engine, {})[1] is None


def test_a_chain_whose_head_was_lost_with_it_begins_anew(session, world):
    unguarded(session)
    for table in (Event.__table__, EventHead.__table__):
        session.execute(table.delete())
    session.commit()
    with doing(session, "quality_inspector"):
        session.get_one(SpotCheck, world.check).note = "x"
    assert verify(session.get_bind(), {}) == (1, None)


def test_the_head_is_noted_outside_once_a_day_and_torn_notes_are_told(session, tmp_path):
    file, (seq, last) = tmp_path / "notes" / "anchors", head_of(session.connection())
    assert anchored(file) == ({}, [])
    assert note_head(session.connection(), file, date(2026, 11, 16))
    assert not note_head(session.connection(), file, date(2026, 11, 16))
    file.write_text(file.read_text() + "\n2026-11-17 torn")
    assert note_head(session.connection(), file, date(2026, 11, 18))
    assert anchored(file) == ({seq: last}, [3])
    session.execute(EventHead.__table__.update().values(seq=0))
    assert not note_head(session.connection(), file, date(2026, 11, 19))


# Numbers


def at_once(url, count, work):
    """So many threads, each with a connection of its own, begin at the same moment."""
    engine, together = create_engine(url, **engine_options(url)), threading.Barrier(count)
    results, faults = [], []

    def run(place):
        try:
            together.wait()
            with Session(engine) as session:
                results.append(work(session, place))
        except Exception as fault:  # noqa: BLE001 - told to the test
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()
    assert not faults, faults
    return results


def test_two_at_once_never_get_the_same_number(any_url):
    def five_numbers(session, _):
        found = []
        for _ in range(5):
            found.append(next_number(session, "XX", 2031))
            session.commit()
        return found

    numbers = sorted(one for found in at_once(any_url, 2, five_numbers) for one in found)
    assert numbers == [f"XX-2031-{n:05d}" for n in range(1, 11)]


def test_many_numbers_at_once_go_on_from_the_last(session):
    assert next_number(session, "XX", 2031) == "XX-2031-00001"
    assert next_numbers(session, "XX", 2031, 3) == ["XX-2031-00002", "XX-2031-00003", "XX-2031-00004"]
    assert next_number(session, "XX", 2031) == "XX-2031-00005"


def test_two_at_once_make_two_checks_two_events_and_one_chain(any_url, world):
    def two_checks(session, place):
        login = ("quality_inspector", "quality_inspector2")[place]
        return [checked(session, [item(session)], login=login).no for _ in range(2)]

    numbers = [no for found in at_once(any_url, 2, two_checks) for no in found]
    assert len(set(numbers)) == 4
    engine = create_engine(any_url, **engine_options(any_url))
    with Session(engine) as session:
        assert (
            len(session.scalars(select(Event.seq).where(Event.entity == "spot_check", Event.action == "submit")).all())
            == 6
        )
        assert session.scalar(select(func.count()).select_from(ActionItem)) == 6
    assert verify(engine, {})[1] is None
    engine.dispose()


def test_a_number_begins_anew_each_year_in_the_companys_time(session):
    last_evening = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    assert draft(session, [item(session)], at=last_evening).no.startswith("CJ-2026-")
    assert draft(session, [item(session)], at=last_evening + timedelta(minutes=1)).no == "CJ-2027-00001"


def test_a_number_that_was_given_back_is_never_given_twice(session):
    first = draft(session, [item(session)]).no
    with acting(session, Act(person(session, "quality_inspector"), LATER)):
        assert next_number(session, "CJ", 2026) > first
        session.rollback()
    assert draft(session, [item(session)]).no > first
    assert session.scalar(select(NumberSeries.last).where(NumberSeries.prefix == "CJ")) == 4


# Closed periods


NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))
IN_DECEMBER = datetime(2026, 12, 10, 2, tzinfo=UTC)


INPUTS = {
    "a verdict": lambda session, check, december: setattr(check.items[0], "verdict", "ng"),
    "a checked person": lambda session, check, december: setattr(
        check.items[0], "employee", employee(session, "装配一")
    ),
    "out of it": lambda session, check, december: setattr(check, "checked_at", IN_DECEMBER),
    "into it": lambda session, check, december: setattr(december, "checked_at", AT),
    "to another area": lambda session, check, december: setattr(check, "department", department(session, "SC2")),
    "one line more": lambda session, check, december: check.items.append(item(session, seq=9)),
    "one line less": lambda session, check, december: check.items.pop(),
    "one check more": lambda session, check, december: session.add(another(check)),
    "one check less": lambda session, check, december: session.delete(check),
}


def another(check):
    return SpotCheck(checked_at=AT, inspector_id=check.inspector_id, department=check.department, post=check.post)


def test_in_a_closed_period_no_input_is_changed_moved_added_or_taken_away(any_session, world):
    check = any_session.get_one(SpotCheck, world.check)
    december = draft(any_session, [item(any_session)], at=IN_DECEMBER)
    close_period(any_session, *NOVEMBER)
    since = last_seq(any_session)
    for name, change in INPUTS.items():
        any_session.commit()  # nothing is loaded
        with pytest.raises(RuleBroken, match="closed assessment period") as refusal, doing(any_session, "admin"):
            change(any_session, check, december)
        assert refusal.value.clause == "K2.1", name
        any_session.rollback()
    assert events(any_session, since) == []


def test_in_a_closed_period_nothing_is_voided_and_no_draft_begins_to_count(any_session, world):
    check = any_session.get_one(SpotCheck, world.check)
    left_over = draft(any_session, [item(any_session, verdict="ok")])
    close_period(any_session, *NOVEMBER)
    since = last_seq(any_session)
    for record, verb, login in ((check, "void", "quality_manager"), (left_over, "submit", "quality_inspector")):
        with pytest.raises(RuleBroken, match="closed assessment period"):
            perform(any_session, record, verb, login, IN_DECEMBER, note="x")
    assert events(any_session, since) == []


def test_what_no_figure_reads_stays_open_and_later_steps_pass(any_session, world):
    check, action = any_session.get_one(SpotCheck, world.check), action_of(any_session, world)
    close_period(any_session, *NOVEMBER)
    with doing(any_session, "quality_inspector", IN_DECEMBER):
        check.note, check.items[0].problem = "存档", "见附件"
    put_right(any_session, action, IN_DECEMBER)
    perform(any_session, action, "cancel", "quality_manager", IN_DECEMBER + DAY, note="设备报废")
    assert check.status == "closed"


def test_the_first_and_the_last_day_of_a_period_are_those_of_the_company(session):
    close_period(session, *NOVEMBER)
    for at, is_open in (
        (datetime(2026, 10, 31, 15, 59, tzinfo=UTC), True), (datetime(2026, 10, 31, 16, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 30, 15, 59, tzinfo=UTC), False), (datetime(2026, 11, 30, 16, 0, tzinfo=UTC), True),
    ):  # fmt: skip
        if is_open:
            draft(session, [item(session)], at=IN_DECEMBER, checked_at=at)
            continue
        with pytest.raises(RuleBroken):
            draft(session, [item(session)], at=IN_DECEMBER, checked_at=at)
        session.rollback()


def test_a_correction_dated_today_is_let_in(session):
    close_period(session, *NOVEMBER)
    assert checked(session, [item(session)], at=IN_DECEMBER).status == "submitted"


def test_a_table_that_no_figure_reads_is_never_closed(session):
    close_period(session, date(2000, 1, 1), date(2100, 1, 1))
    with doing(session, "admin"):
        session.add(Figure(code="max_rounds", clause="P3.2", value=Decimal(3), unit="count", from_on=date(2026, 1, 1)))


def test_a_transaction_that_ended_leaves_nothing_in_the_journal(session, world):
    with doing(session, "quality_inspector"):
        session.get_one(SpotCheck, world.check).note = "x"
        session.flush()
        assert journal_of(session).changes
    assert not journal_of(session).changes
    assert not journal_of(session).sealed


def test_a_role_given_or_taken_is_told_in_the_event_of_the_account(any_session):
    account, since = any_session.scalar(select(Account).where(Account.login == "sales")), last_seq(any_session)
    with doing(any_session, "admin"):
        account.roles.append(AccountRole(role=Role.SALES_MANAGER))
    changes = only(events(any_session, since, account)).changes
    assert [None, "sales_manager"] in changes.values()
