"""The regulation on screen: the board, a clause, what is not set, figures proposed and approved, reading confirmed."""

import re
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from admin_views.session import db
from models.base import Act, now
from models.engine import let_write
from models.event import ReadReceipt
from models.journal import acting
from models.organisation import Account, AccountRole, person_of
from models.regulation import Figure, SlaPolicy, clause_of, clauses
from rules.base import Role
from rules.regulation import FigureStatus, Target, Unit
from tests.browse import Browser
from tests.world import TWO

PAGES = ("/regulation/", "/regulation/P3.2/", "/regulation/unset/", "/regulation/?show=overdue", "/approvals/")


@pytest.fixture
def looked(app):
    """Asks the application's database something, and lets go of it."""

    def look(question):
        with app.app_context(), Session(db.engine, expire_on_commit=False) as session:
            return question(session)

    return look


def by_admin(change):
    """A change that an administrator makes behind the screens."""

    def run(session):
        account = session.scalars(select(Account).where(Account.login == "admin")).one()
        with acting(session, Act(person_of(session, account), now())):
            change(session)
            session.commit()

    return run


def unset_confirmation(session):
    for one in session.scalars(select(SlaPolicy).where(SlaPolicy.target == Target.CONFIRMATION)):
        one.voided_at = now()


def figure(code="survey_months"):
    return lambda session: session.scalars(select(Figure).where(Figure.code == code)).one()


def key_of(code):
    return lambda session: clause_of(session, code).id


def confirmation():
    return SlaPolicy(name="阅知", clause="C1.2", target=Target.CONFIRMATION, amount=Decimal(2),
                     unit=Unit.CALENDAR_DAY, from_on=date(2020, 1, 1))  # fmt: skip


def propose(browser, **given):
    fields = browser.form("/admin/figure/new/?code=survey_months")
    return browser.post("/admin/figure/new/", fields | {"value": "3", "from_on": "2026-01-01"} | given)


@pytest.mark.parametrize("login", [*map(str, Role), *TWO])
def test_everybody_reads_the_regulation(browser_of, login):
    browser = browser_of(login)
    for path in PAGES:
        assert browser.get(path).status_code == 200, path


def test_a_stranger_is_sent_to_the_door(browser_of):
    browser = browser_of()
    for path in (*PAGES, "/receipts/1/", "/operations/", "/admin/event/", "/admin/event/details/?id=1"):
        assert browser.get(path).status_code == 302, path
    assert browser.post("/receipts/1/confirm/", {}, token_from="/login").status_code == 302
    assert browser.post("/regulation/P3.2/ask/", {}, token_from="/login").status_code == 302


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_whole_text_stands_on_the_board_in_the_readers_language(browser_of, looked, language):
    page = browser_of("employee", language=language).get("/regulation/").text
    for one in looked(clauses):
        words = one.title_words.zh if language == "zh-CN" else one.title_words.en
        assert f'id="{one.code}"' in page
        assert words in page
    assert ("已完成" in page) == (language == "zh-CN")


def test_numbers_lead_to_rows_that_the_reader_may_see(browser_of, world):
    page = browser_of("quality_inspector").get("/regulation/P3.2/").text
    assert f"/admin/action_item/details/?id={world.action}" in page
    assert f"/admin/action_item/details/?id={world.foreign_action}" not in page
    stranger = browser_of("hr").get("/regulation/P3.2/").text
    assert "ZG-" not in stranger
    assert "Counted for the whole company" in stranger


def test_the_board_can_be_narrowed(browser_of):
    manager = browser_of("quality_manager")
    mine = manager.get("/regulation/?show=mine").text
    assert 'id="P3.2"' in mine
    assert 'id="P1.1"' not in mine
    assert 'id="C2.3"' in manager.get("/regulation/?show=unset").text
    assert "No clause is like that" in browser_of("employee").get("/regulation/?show=mine").text
    assert "show=mine" not in browser_of("employee").get("/regulation/").text


def test_a_clause_that_is_not_there_is_not_there(browser_of):
    assert browser_of("employee").get("/regulation/X9/").status_code == 404
    assert browser_of("admin").post("/regulation/X9/ask/", {}).status_code == 404


def test_every_page_of_the_regulation_takes_as_many_statements_for_more_rows(app, browser_of):
    from tests.world import submitted_check

    browser, seen = browser_of("quality_manager"), []

    def statements(path):
        del seen[:]
        assert browser.get(path).status_code == 200
        return len(seen)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    browser.get("/regulation/")
    before = [statements(path) for path in PAGES]
    let_write(may=True)
    with app.app_context(), Session(db.engine) as session:
        for _ in range(4):
            submitted_check(session, "quality_inspector", "SC1", "车工一")
    assert [statements(path) for path in PAGES] == before
    assert max(before) <= 16


# Figures


def test_what_is_not_set_is_set_in_one_click_and_counts_when_approved(browser_of, looked):
    admin = browser_of("admin")
    page = admin.get("/regulation/unset/").text
    assert "/admin/figure/new/?code=survey_months" in page
    assert "/admin/figure/new/?code=satisfaction_weight&amp;applies_to=ticket" in page
    assert "/admin/sla_policy/new/?target=recheck" in page
    form = admin.get("/admin/sla_policy/new/?target=recheck").text
    assert 'value="recheck" selected' in form
    assert "href" not in re.search(r'<span class="unset">.*?</span>', browser_of("hr").get("/regulation/").text)[0]
    made = propose(admin)
    assert made.status_code == 302
    assert "waiting for approval" in admin.get("/regulation/unset/").text
    one = looked(figure())
    assert (one.clause, one.unit, one.status) == ("C2.3", Unit.MONTH, FigureStatus.PROPOSED)
    manager = browser_of("sales_manager")
    for path in ("/", "/approvals/"):
        assert made.headers["Location"] in manager.get(path).text, path
    assert manager.perform("figure", one.id, "approve").status_code == 200
    assert "code=survey_months" not in admin.get("/regulation/unset/").text
    assert "Nothing waits for your approval" in manager.get("/approvals/").text


@pytest.mark.parametrize(
    "given,field,said",
    [
        ({"value": "2.5"}, "value", "whole number"),
        ({"value": "0"}, "value", "At least 1"),
        ({"code": "nothing"}, "code", "choices"),
        ({"applies_to": "minor"}, "applies_to", "everything"),
        ({"code": "improvement_points", "applies_to": "minor", "value": "-1"}, "value", "At least 0"),
        ({"code": "weak_score", "value": "6"}, "value", "At most 5"),
        ({"code": "repeat_within_days"}, "from_on", "have it replaced"),
    ],
)
def test_a_senseless_figure_is_refused_at_its_field(browser_of, given, field, said):
    answer = propose(browser_of("admin"), **given)
    assert answer.status_code in {409, 422}
    beside = re.search(rf'id="{field}-error".*?</p>', answer.text, re.DOTALL)
    assert said in beside[0]


def test_the_page_of_a_proposed_figure_says_what_it_would_have_done(browser_of):
    admin = browser_of("admin")
    fields = admin.form("/admin/figure/new/?code=repeat_within_days&replaces=1&value=45")
    assert (fields["value"], fields["replaces"]) == ("45", "y")
    assert admin.form("/admin/figure/new/?code=repeat_within_days&value=NaN")["value"] == ""
    assert admin.form("/admin/figure/new/?code=repeat_within_days&value=x")["value"] == ""
    page = admin.post("/admin/figure/new/", fields).headers["Location"]
    shown = admin.get(page).text
    assert "failures in the last quarter" in shown
    assert "replaces=1" in shown
    other = propose(admin).headers["Location"]
    assert "cannot be reckoned" in admin.get(other).text
    assert "满意度调查周期" in browser_of("sales_manager", language="zh-CN").get(other).text


def test_a_proposal_can_be_taken_back_until_it_is_approved(browser_of, looked):
    admin = browser_of("admin")
    key = propose(admin).headers["Location"].rpartition("=")[2]
    assert admin.post("/admin/figure/delete/", {"id": key}).status_code == 302
    approved = looked(figure("repeat_within_days")).id
    assert admin.post("/admin/figure/delete/", {"id": approved}).status_code == 409
    assert admin.get(f"/admin/figure/edit/?id={approved}").status_code == 409


def test_a_new_company_needs_nobody_to_approve(browser_of, looked):
    def nobody_manages(session):
        managers = AccountRole.role.in_((Role.SALES_MANAGER, Role.GENERAL_MANAGER))
        for one in session.scalars(select(AccountRole).where(managers)):
            session.delete(one)

    looked(by_admin(nobody_manages))
    assert propose(browser_of("admin")).status_code == 302
    assert looked(figure()).status is FigureStatus.APPROVED


def test_the_number_of_a_clause_does_not_change(browser_of, looked):
    key, admin = looked(key_of("P3.2")), browser_of("admin")
    fields = admin.form(f"/admin/clause/edit/?id={key}")
    assert admin.post(f"/admin/clause/edit/?id={key}", fields | {"code": "P3.9"}).status_code == 409
    assert admin.post(f"/admin/clause/edit/?id={key}", fields | {"text": "按现场规定。"}).status_code == 302
    assert "按现场规定。" in browser_of("employee", language="zh-CN").get("/regulation/P3.2/").text


# Reading


def test_everybody_is_asked_and_each_confirms(browser_of, looked):
    admin = browser_of("admin")
    looked(by_admin(unset_confirmation))
    assert admin.post("/regulation/P3.2/ask/", {}).status_code == 409, "the time limit is not set"
    looked(by_admin(lambda session: session.add(confirmation())))
    assert browser_of("hr").post("/regulation/P3.2/ask/", {}).status_code == 403
    assert admin.post("/regulation/P3.2/ask/", {}).status_code == 302
    employee = browser_of("employee")
    mine = looked(lambda session: session.scalars(select(ReadReceipt).where(ReadReceipt.entity == "clause")).all())
    desk = employee.get("/").text
    found = next(one for key in mine if (one := re.search(rf"/receipts/{key.id}/", desk)))
    assert "I have read it" in employee.get(found[0]).text
    assert browser_of("hr").get(found[0]).status_code == 404
    assert browser_of("hr").post(f"{found[0]}confirm/", {}).status_code == 404
    for bad in ("/receipts/x/", "/receipts/999999/", f"/receipts/{'9' * 30}/"):
        assert employee.get(bad).status_code == 404
    assert "I have read this clause" in employee.get("/regulation/P3.2/").text
    assert "Has still to confirm" in employee.get(f"/admin/clause/details/?id={looked(key_of('P3.2'))}").text
    done = employee.post(f"{found[0]}confirm/", {"next": "/regulation/P3.2/"})
    assert done.headers["Location"] == "/regulation/P3.2/"
    assert "Confirmed" in employee.get(found[0]).text
    assert found[0] not in employee.get("/").text
    assert "I have read this clause" not in employee.get("/regulation/P3.2/").text


def test_what_cannot_be_opened_any_more_is_not_shown(browser_of, looked):
    def add(session):
        account = session.scalars(select(Account).where(Account.login == "hr")).one()
        who = person_of(session, account).employee_id
        added = [ReadReceipt(entity=entity, entity_id=9, employee_id=who) for entity in ("spot_check", "gone")]
        session.add_all(added)
        session.commit()
        return [one.id for one in added]

    keys = looked(add)
    browser = browser_of("hr")
    assert browser.get("/").status_code == 200
    for key in keys:
        assert browser.get(f"/receipts/{key}/").status_code == 404


def test_the_desk_of_an_administrator_begins_with_what_is_not_set(app):
    desk = Browser(app, "admin").get("/").text
    for said in ("Not set yet: [X]", "/regulation/unset/", "The product itself", "Background worker"):
        assert said in desk
