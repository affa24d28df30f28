"""The actions chapter on screen: board, ladder, forms by hand, cases and files, as each role sees them (P3.2, P3.3)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from admin_views.session import db
from models.actions import (
    AccountabilityCase,
    AccountabilityPerson,
    ActionExtension,
    ActionItem,
    Evaluation,
    open_action,
    open_case,
    post_to_file,
)
from models.base import Act, now
from models.engine import let_write
from models.journal import acting
from rules.actions import ActionKind, CaseKind, CaseSeverity, EntryKind, EvaluationKind, Severity
from tests.browse import Browser
from tests.world import employee, person


@pytest.fixture
def acting_as(app):
    """What somebody did just now, before anybody looks."""

    def act_as(login, do):
        let_write(may=True)  # the page that was looked at before left its mark
        with (
            app.app_context(),
            Session(db.engine) as session,
            acting(session, Act(person(session, login), now())) as act,
        ):
            found = do(session, act)
            session.commit()
            return found.id

    return act_as


def improvement(session, act, *, hours=48, verifier="technical_manager"):
    who = employee(session, "车工一")
    return open_action(
        session, act, kind=ActionKind.IMPROVEMENT, severity=Severity.MAJOR, description="加装防护罩",
        department_id=who.department_id, responsible_id=who.id, raiser_id=act.by.employee_id,
        verifier_id=person(session, verifier).employee_id, due=now() + timedelta(hours=hours),
    )  # fmt: skip


def breach(session, act):
    return open_case(
        session, act, kind=CaseKind.PROCESS_BREACH, severity=CaseSeverity.GENERAL, facts="未做首件确认",
        department_id=employee(session, "车工一").department_id, opened_by_id=act.by.employee_id,
        shares={employee(session, "车工一").id: Decimal(60), employee(session, "装配一").id: Decimal(40)},
    )  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_board_shows_what_one_may_see_by_state_and_narrows(app, acting_as, world, language):
    acting_as("technical_manager", improvement)
    manager = Browser(app, "quality_manager", language=language)
    page = manager.get("/actions/board/").text
    assert "加装防护罩" in page
    assert "外径尺寸" in page
    department = f"/actions/board/?department=&severity=major&responsible={world.worker}"
    narrowed = manager.get(department).text
    assert "加装防护罩" in narrowed
    assert "外径尺寸" not in narrowed
    for hostile in (
        "department=x",
        "department=99999999999999999999",
        "severity='",
        "responsible=%00",
        "responsible=-1",
    ):
        assert manager.get(f"/actions/board/?{hostile}").status_code == 200
    assert "ZG-" not in Browser(app, "sales").get("/actions/board/").text
    assert Browser(app).get("/actions/board/").status_code == 302


def statements_of(app, browser):
    """How many statements the board asks."""
    asked = []

    def hear(_connection, _cursor, statement, *_more):
        asked.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        assert browser.get("/actions/board/").status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", hear)
    return len(asked)


def test_a_board_costs_the_same_however_much_stands_on_it(app, acting_as):
    browser = Browser(app, "quality_manager")
    counts = [statements_of(app, browser)]
    for _ in range(35):
        acting_as("technical_manager", improvement)
    counts.append(statements_of(app, browser))
    assert counts[0] == counts[1]
    assert "?flt_status=open" in browser.get("/actions/board/").text


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_who_answers_for_others_sees_what_is_overdue_and_who_was_told(app, world, language):
    page = Browser(app, "quality_manager", language=language).get("/actions/overdue/").text
    assert page.count("外径尺寸") == 2
    assert ("nobody yet" in page) == (language == "en")
    assert ("尚未通知" in page) == (language == "zh-CN")
    own = Browser(app, "production_manager").get("/actions/overdue/").text
    assert own.count("外径尺寸") == 1
    with app.app_context(), Session(db.engine) as session:
        other = session.get_one(ActionItem, world.foreign_action).department_id
    assert Browser(app, "quality_manager").get(f"/actions/overdue/?department={other}").text.count("外径尺寸") == 1
    assert Browser(app, "employee").get("/actions/overdue/").status_code == 403
    assert Browser(app).get("/actions/overdue/").status_code == 302


def test_a_manager_opens_a_measure_by_hand_and_the_responsible_is_told(app, world):
    manager = Browser(app, "technical_manager")
    fields = manager.form("/admin/action_item/new/") | {
        "kind": "corrective", "severity": "major", "description": "清理旧版文件", "responsible": world.worker,
        "due_at": "2031-01-15T10:00",
    }  # fmt: skip
    assert manager.post("/admin/action_item/new/", fields | {"due_at": "2020-01-15T10:00"}).status_code == 409
    assert manager.post("/admin/action_item/new/", fields | {"kind": "rectification"}).status_code == 422
    answer = manager.post("/admin/action_item/new/", fields)
    assert answer.status_code == 302
    with app.app_context(), Session(db.engine) as session:
        action = session.scalars(select(ActionItem).where(ActionItem.description == "清理旧版文件")).one()
        assert (action.kind, action.proof, action.clause) == ("corrective", "verifier", "P3.4")
        assert action.verifier_id == action.raiser_id == person(session, "technical_manager").employee_id
        key = action.id
    assert "清理旧版文件" in Browser(app, "employee").get("/").text
    assert Browser(app, "quality_manager").get(f"/admin/action_item/edit/?id={key}").status_code == 409
    assert manager.get(f"/admin/action_item/edit/?id={key}").status_code == 200


def test_what_a_check_found_is_not_edited(app, world):
    assert Browser(app, "quality_manager").get(f"/admin/action_item/edit/?id={world.action}").status_code == 409


@pytest.mark.parametrize("verb", ["confirm", "return", "verify", "close", "watch", "extend"])
def test_what_a_check_found_is_proved_by_nobodys_button(app, world, verb):
    worker = Browser(app, "employee")
    for step, fields in (("accept", {}), ("start", {}), ("submit", {"measure": "重新对刀"})):
        assert worker.perform("action_item", world.action, step, **fields).status_code == 200
    for login in ("quality_manager", "quality_inspector", "general_manager", "employee"):
        answer = Browser(app, login).perform("action_item", world.action, verb, note="x")
        assert answer.status_code in {403, 409}, (login, verb)


def test_an_action_is_worked_on_and_verified_on_screen(app, acting_as):
    key = acting_as("technical_manager", improvement)
    worker, manager = Browser(app, "employee"), Browser(app, "technical_manager")
    asked = worker.perform("action_item", key, "ask_extension", note="等待备件", new_due_on="2031-01-15")
    assert asked.status_code == 200
    with app.app_context(), Session(db.engine) as session:
        extension = session.scalars(select(ActionExtension)).one().id
    boss = Browser(app, "quality_manager")
    assert "等待备件" in boss.get(f"/admin/action_extension/details/?id={extension}").text
    assert f"id={extension}" in boss.get("/").text
    assert boss.perform("action_extension", extension, "approve").status_code == 200
    assert worker.perform("action_item", key, "accept").status_code == 200
    assert worker.perform("action_item", key, "start", containment="停机").status_code == 200
    refused = worker.perform("action_item", key, "submit", measure="已加装", root_cause="无防护")
    assert (refused.status_code, "evidence" in refused.json["message"]) == (409, True)
    done = worker.perform("action_item", key, "submit", measure="已加装", root_cause="无防护", evidence="见照片")
    assert done.status_code == 200
    assert "加装防护罩" in manager.get("/").text
    assert manager.perform("action_item", key, "confirm").status_code == 200
    page = manager.get(f"/admin/action_item/details/?id={key}").text
    assert "见照片" in page
    assert "等待备件" in page


def test_an_unreadable_date_is_refused_with_a_sentence(app, acting_as):
    key = acting_as("technical_manager", improvement)
    for wrong in ("", "x", "2031-13-40", "0001-01-01"):
        answer = Browser(app, "employee").perform("action_item", key, "ask_extension", note="x", new_due_on=wrong)
        assert answer.status_code in {409, 422}, wrong


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_case_is_stated_and_decided_on_screen(app, acting_as, world, language):
    key = acting_as("quality_manager", breach)
    hr, worker = Browser(app, "hr", language=language), Browser(app, "employee", language=language)
    assert hr.perform("accountability_case", key, "investigate").status_code == 200
    with app.app_context(), Session(db.engine) as session:
        decider = person(session, "technical_manager").employee_id
        pages = {one.employee_id: one.id for one in session.scalars(select(AccountabilityPerson))}
    assert hr.get("/admin/accountability_case/ajax/lookup/?name=decider&query=").status_code == 200
    assert hr.perform("accountability_case", key, "ask_statements", decider="x").status_code in {409, 422}
    assert hr.perform("accountability_case", key, "ask_statements", decider=decider).status_code == 200
    own = f"/admin/accountability_person/details/?id={pages[world.worker]}"
    assert own.replace("&", "&amp;") in worker.get("/").text
    assert "未做首件确认" in worker.get(own).text
    other = pages[world.other_worker]
    assert worker.get(f"/admin/accountability_person/details/?id={other}").status_code == 404
    said = worker.perform("accountability_person", pages[world.worker], "state", statement="图纸未换版")
    assert said.status_code == 200
    manager = Browser(app, "technical_manager", language=language)
    assert f"id={key}" in manager.get("/").text
    decided = manager.perform("accountability_case", key, "decide", decision="upheld", note="属实")
    assert decided.status_code == 409  # the other one may still state
    page = manager.get(f"/admin/accountability_case/details/?id={key}").text
    assert "图纸未换版" in page
    assert "图纸未换版" in worker.get(f"/admin/accountability_case/details/?id={key}").text
    opener = Browser(app, "quality_manager").get(f"/admin/accountability_case/details/?id={key}").text
    assert "图纸未换版" not in opener
    assert Browser(app, "team_leader").get(f"/admin/accountability_case/details/?id={key}").status_code == 404


def test_whom_a_case_concerns_does_not_write_its_facts(app, acting_as, world):
    def own(session, act):
        case = breach(session, act)
        case.persons[1].employee = employee(session, "人事专员")
        return case

    key = acting_as("quality_manager", own)
    path = f"/admin/accountability_case/edit/?id={key}"
    assert Browser(app, "hr").get(path).status_code == 409
    assert Browser(app, "hr_manager").get(path).status_code == 200
    assert Browser(app, "quality_manager").get(path).status_code == 200
    assert Browser(app, "employee").get(path).status_code == 403


def test_a_file_is_printed_for_those_who_may_read_it(app, acting_as, world):
    acting_as("hr", lambda session, act: post_to_file(
        session, act, employee_id=world.worker, kind=EntryKind.EXAM, title="数控车工考核", source=("exam", 1),
        clause="P2.4", score=Decimal("92.5"),
    ))  # fmt: skip
    for login, status in (("hr", 200), ("employee", 200), ("production_manager", 200), ("production_manager2", 404),
                          ("team_leader", 404), ("sales", 404)):  # fmt: skip
        answer = Browser(app, login).get(f"/performance/{world.worker}/")
        assert answer.status_code == status, login
        assert ("数控车工考核" in answer.text) == (status == 200)
    assert "92.5" in Browser(app, "employee").get("/performance/me/").text
    for wrong in ("0", "x", "9" * 30, "1,2"):
        assert Browser(app, "hr").get(f"/performance/{wrong}/").status_code == 404
    assert Browser(app, "admin").get("/performance/me/").status_code == 404
    assert Browser(app).get("/performance/me/").status_code == 302
    assert "数控车工考核" in Browser(app, "hr").get(f"/admin/employee/details/?id={world.worker}").text
    assert "数控车工考核" not in Browser(app, "sales").get(f"/admin/employee/details/?id={world.worker}").text


def test_a_measure_is_opened_from_its_evaluation(app, acting_as, world):
    def planned(session, act):
        found = Evaluation(kind=EvaluationKind.PROCESS_EXECUTION, period="2026-09")
        found.author = employee(session, "工艺技术员")
        found.due_on = now().date()
        session.add(found)
        with session.no_autoflush:
            found.prepare()
        return found

    key = acting_as("technical_manager", planned)
    author, manager = Browser(app, "technical"), Browser(app, "technical_manager")
    assert "2026-09" in author.get("/").text
    assert author.perform("evaluation", key, "draft", findings="尺寸超差集中在车削").status_code == 200
    assert "2026-09" in manager.get("/").text
    assert "尺寸超差集中在车削" in manager.get(f"/admin/evaluation/details/?id={key}").text
    path = f"/admin/action_item/new/?of=evaluation-{key}"
    fields = manager.form(path) | {
        "kind": "improvement", "severity": "minor", "description": "班前核对刀补", "responsible": world.worker,
        "due_at": "2031-01-15T10:00",
    }  # fmt: skip
    assert manager.post(path, fields).status_code == 302
    assert "班前核对刀补" in manager.get(f"/admin/evaluation/details/?id={key}").text
    for wrong in ("evaluation-999", "employee-1", "x", "evaluation-"):
        assert manager.get(f"/admin/action_item/new/?of={wrong}").status_code == 404
    with app.app_context(), Session(db.engine) as session:
        assert (
            session.scalars(select(ActionItem).where(ActionItem.source_entity == "evaluation")).one().source_id == key
        )
        assert session.scalar(select(AccountabilityCase)) is None
