"""The kit of the tables: verbs in one place, who sees which rows, what later chapters hang on (G2)."""

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from models import base
from models.actions import ActionItem
from models.base import SUBSCRIPTIONS, Act, Base, Record, Source, after, now, on_date, previews, records, require
from models.organisation import Department, Employee
from models.quality import SpotCheck
from rules.base import SYSTEM, NotYours, Person, Role, RuleBroken, Words
from tests.models.acts import DAY, LATER, action_of, checked, doing, item, perform
from tests.world import DEPARTMENTS, employee, person


def seen(session, model, login):
    return set(session.scalars(select(model.id).where(model.visible_to(person(session, login)))))


WIDE = {
    SpotCheck: {"admin", "quality_manager", "technical", "technical_manager", "general_manager"},
    ActionItem: {"admin", "quality_manager", "general_manager"},
}
SCOPED_TO_SC1 = {
    SpotCheck: {"quality_inspector", "quality_inspector2", "production_manager", "production_planner"},
    ActionItem: {"quality_inspector", "quality_inspector2", "production_manager"},
}
NAMED = {SpotCheck: {"employee", "team_leader"}, ActionItem: {"employee", "team_leader"}}
"""The worker who was checked sees his own; the leader of his team what it was found and has to put right."""
OTHERS = {"quality_inspector3", "production_manager2"}


@pytest.mark.parametrize("model", [SpotCheck, ActionItem])
def test_a_person_sees_what_his_roles_reach_and_what_names_him(any_session, world, model):
    here, there = {SpotCheck: (world.check, world.foreign_check), ActionItem: (world.action, world.foreign_action)}[
        model
    ]
    for login in {*map(str, Role), *OTHERS}:
        expected = set()
        if login in WIDE[model] | SCOPED_TO_SC1[model] | NAMED[model]:
            expected.add(here)
        if login in WIDE[model] | OTHERS:
            expected.add(there)
        assert seen(any_session, model, login) == expected, login


def test_the_leader_of_the_other_team_sees_what_his_own_people_owe(session, world):
    assert seen(session, ActionItem, "team_leader2") == {world.foreign_action}


def test_what_everybody_reads_is_seen_by_everybody_and_by_nobody_without_an_account(session):
    assert len(seen(session, Department, "sales")) == len(DEPARTMENTS)
    assert session.scalars(select(SpotCheck.id).where(SpotCheck.visible_to(Person()))).all() == []


def test_a_scope_reaches_the_departments_below(session, world):
    everywhere = frozenset(session.scalars(select(Department.id)))
    whole = Person(account_id=1, roles={Role.QUALITY_INSPECTOR: everywhere})
    nothing = Person(account_id=1, roles={Role.QUALITY_INSPECTOR: frozenset()})
    ids = select(SpotCheck.id)
    assert set(session.scalars(ids.where(SpotCheck.visible_to(whole)))) == {world.check, world.foreign_check}
    assert set(session.scalars(ids.where(SpotCheck.visible_to(nothing)))) == set()


# Verbs


def test_a_step_that_is_not_open_says_so_in_both_languages(session, world):
    with pytest.raises(RuleBroken) as refusal:
        perform(session, action_of(session, world), "submit", "employee")
    assert refusal.value.status == 409
    assert str(refusal.value) == "“Submit for re-check” is not possible while the record is “Open”."
    assert refusal.value.words.text("zh") == "“待接受”状态下不能“提交复检”。"


def test_an_act_carries_the_clause_the_note_and_the_fields_of_its_step(session, world):
    told = []

    @after(ActionItem, "dispute")
    def listen(record, act):
        told.append((record.id, act.source, act.by, act.clause, act.note, act.on_behalf_of))

    try:
        perform(session, action_of(session, world), "dispute", "employee", note="不是我做的")
    finally:
        SUBSCRIPTIONS.pop()
    account = person(session, "employee").account_id
    assert told == [(world.action, Source.CONSEQUENCE, SYSTEM, "P3.2", "", account)]


def test_a_subscription_hears_its_own_table_and_verb_alone(session, world):
    heard = []
    after(SpotCheck, "accept")(lambda record, act: heard.append(record))
    after(ActionItem, "start")(lambda record, act: heard.append(record))
    try:
        perform(session, action_of(session, world), "accept", "employee")
    finally:
        del SUBSCRIPTIONS[-2:]
    assert heard == []


def test_what_follows_is_said_before_the_verb_is_pressed(session, world):
    action, who = action_of(session, world), person(session, "employee")
    assert previews(action, "accept", who) == []
    after(ActionItem, "accept", preview=lambda record, by: [Words(f"{record.no} by {by.account_id}", "随后")])(print)
    try:
        assert [str(one) for one in previews(action, "accept", who)] == [f"{action.no} by {who.account_id}"]
        assert previews(action, "start", who) == []
    finally:
        SUBSCRIPTIONS.pop()


def test_a_consequence_that_refuses_undoes_its_cause(any_session, world):
    def refuse(record, act):
        raise RuleBroken(Words("Not today.", "今天不行。"))

    after(ActionItem, "accept")(refuse)
    try:
        with pytest.raises(RuleBroken, match="Not today"):
            perform(any_session, action_of(any_session, world), "accept", "employee")
    finally:
        SUBSCRIPTIONS.pop()
    assert action_of(any_session, world).status == "open"


def test_a_verb_without_a_person_is_the_acts(session, world):
    action = action_of(session, world)
    with doing(session, "employee") as act:
        action.perform("accept")
    assert action.status == "accepted"
    assert action.updated_by_id == act.by.account_id


def test_a_record_without_steps_takes_none(session):
    one = session.scalar(select(Department))
    with pytest.raises(RuleBroken, match="“close” is not possible"):
        perform(session, one, "close", "admin")
    assert one.verb_words("close") == Words("close", "close")
    assert one.status_words() == Words("", "")
    with pytest.raises(LookupError):
        one._step("close")
    assert one.parties() == {}


def test_a_row_acts_in_its_session_alone():
    with pytest.raises(RuntimeError, match="no session"):
        _ = Department(code="X").session


def test_who_is_what_to_a_record_follows_from_its_facts(session, world):
    action = action_of(session, world)
    assert action.relations_of(person(session, "employee")) == {"responsible"}
    assert action.relations_of(person(session, "quality_inspector")) == {"raiser"}
    assert action.relations_of(person(session, "admin")) == frozenset()
    assert employee(session, "车工一").label == "车工一 20001"


def test_records_are_stamped_with_who_and_when(any_session):
    check = checked(any_session, [item(any_session, ok=True)])
    inspector = person(any_session, "quality_inspector").account_id
    assert (check.created_by_id, check.updated_by_id) == (inspector, inspector)
    assert check.created_at == check.updated_at == LATER
    with doing(any_session, "quality_manager", LATER + DAY) as act:
        check.note = "gesehen"
    assert (check.created_by_id, check.updated_by_id, check.updated_at) == (inspector, act.by.account_id, LATER + DAY)


def test_the_clock_is_aware_and_the_companys_day_begins_in_shanghai():
    assert now().tzinfo is UTC
    assert str(on_date(datetime(2026, 11, 30, 15, 59, tzinfo=UTC))) == "2026-11-30"
    assert str(on_date(datetime(2026, 11, 30, 16, 0, tzinfo=UTC))) == "2026-12-01"


def test_history_is_written_down_now_however_long_ago_it_happened():
    assert Act(SYSTEM, LATER).written_at == LATER
    assert Act(SYSTEM, LATER, recorded_at=LATER + DAY).written_at == LATER + DAY


def test_roles_are_required_of_people_and_not_of_the_system():
    words = Words("Not yours.", "无权。")
    require(SYSTEM, {Role.HR}, words)
    require(Person(roles={Role.HR: None}), {Role.HR}, words)
    for nobodys in ({Role.SALES}, ()):
        with pytest.raises(NotYours):
            require(Person(roles={Role.HR: None}), nobodys, words)


def test_every_record_names_itself_in_both_languages_and_has_its_columns():
    for model in records():
        assert model.words.en != model.words.zh
        assert model.chapter
        assert set(model.search_columns) | set(model.named_by) <= set(model.__mapper__.column_attrs.keys())
        assert {"version_no", "created_at", "updated_at", "voided_at", "void_reason"} <= set(
            model.__table__.columns.keys()
        )
        if model.lifecycle is not None:
            assert {str(one) for one in model.__mapper__.columns.status.type.enum_class} >= set(
                model.lifecycle.statuses
            )
    assert Employee in records()
    assert Record not in records()
    assert base.Line not in {one.class_ for one in Base.registry.mappers}


@pytest.mark.parametrize("name", ["Mars/Base", "../etc/passwd", "/etc/passwd", "\0", "Asia"])
def test_a_zone_that_there_is_not_is_refused_with_what_to_write(name):
    assert str(base.zone_of("Europe/Berlin")) == "Europe/Berlin"
    with pytest.raises(ValueError, match=r"TIME_ZONE.*such as Asia/Shanghai"):
        base.zone_of(name)


WRITES_A_STATUS = {"base/records.py", "regulation/clocks/rebuilding.py", "regulation/clocks/verbs.py"}
"""The one writer of verbs, and the clocks: they are no records and have no verbs."""


def test_a_status_is_written_in_one_place():
    folder = Path(base.__file__).parent.parent
    found = {
        str(file.relative_to(folder))
        for file in folder.rglob("*.py")
        for one in ast.walk(ast.parse(file.read_text()))
        if isinstance(one, ast.Assign | ast.AugAssign | ast.AnnAssign)
        for target in ast.walk(one)
        if isinstance(target, ast.Attribute) and target.attr == "status" and isinstance(target.ctx, ast.Store)
    }
    assert found == WRITES_A_STATUS
