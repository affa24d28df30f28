"""People, log-ins and customers on screen: verbs and what they ask for, one-time passwords, who sees what (G2, P2.4)."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.session import db
from models.event import LoginSession
from models.organisation import Account, Department, Employee, Post, Team
from rules.organisation import DEMO_LOGINS
from tests.admin_views.test_roles import LOGINS
from tests.browse import Browser
from tests.world import TWO

CUSTOMER = {"code": "C-9", "name": "青禾农机", "level": "A", "contact": "沈立春", "phone": "142-0009 1009"}


def ask(app, query):
    with app.app_context(), Session(db.engine) as session:
        return session.scalar(query)


def key_of(app, model, **facts):
    return ask(app, select(model.id).filter_by(**facts))


def words_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def password_in(answer):
    found = re.search(r"password of [^:]+: (\S+)", words_of(answer))
    assert found, words_of(answer)[:2000]
    return found[1]


# People


def test_a_new_employee_is_hired_with_his_place_and_his_pinyin(any_app):
    hr = Browser(any_app, "hr")
    fields = hr.form("/admin/employee/new/") | {
        "no": "30001",
        "name": "欧阳静",
        "post": key_of(any_app, Post, code="P-SC1"),
        "team": key_of(any_app, Team, code="T-SC1"),
        "hired_on": "2026-11-02",
        "phone": "142 0003 0001",
    }
    page = hr.get(hr.post("/admin/employee/new/", fields).headers["Location"])
    assert "hired" in words_of(page)
    with any_app.app_context(), Session(db.engine) as session:
        one = session.scalar(select(Employee).where(Employee.no == "30001"))
        assert (one.pinyin, one.phone, one.department.code, len(one.placements)) == (
            "ouyang jing",
            "14200030001",
            "SC1",
            1,
        )


@pytest.mark.parametrize(
    "change,field",
    [({"team": "T-SC2"}, "team"), ({"phone": "abc"}, "phone"), ({"mail": "abc"}, "mail")],
)
def test_what_does_not_fit_a_new_employee_is_said_at_its_field(app, change, field):
    hr = Browser(app, "hr")
    fields = hr.form("/admin/employee/new/") | {"no": "30001", "name": "新人", "hired_on": "2026-11-02"}
    fields |= {"post": key_of(app, Post, code="P-SC1")} | change
    if "team" in change:
        fields["team"] = key_of(app, Team, code=change["team"])
    answer = hr.post("/admin/employee/new/", fields)
    assert answer.status_code == 409
    assert f'id="{field}-error"' in answer.text
    assert ask(app, select(Employee.id).where(Employee.no == "30001")) is None


def test_the_place_of_somebody_is_changed_by_a_move_and_not_by_the_form(app, world):
    hr, path = Browser(app, "hr"), f"/admin/employee/edit/?id={world.worker}"
    fields = hr.form(path)
    assert not {"post", "team", "department"} & set(fields)
    assert hr.post(path, fields | {"post": key_of(app, Post, code="P-SC2")}).status_code == 302
    assert ask(app, select(Employee.post_id).where(Employee.id == world.worker)) == key_of(app, Post, code="P-SC1")
    there = key_of(app, Post, code="P-SC2")
    for wrong in (
        {"post": "999999"},
        {"post": "x"},
        {"post": there, "effective_on": "2026-13-01"},
        {"post": there, "effective_on": "0001-01-01"},
    ):
        assert hr.perform("employee", world.worker, "move", **wrong).status_code == 422, wrong
    assert hr.perform("employee", world.worker, "move").status_code == 409
    assert hr.perform("employee", world.worker, "move", post=there, effective_on="2026-11-02").status_code == 200
    assert ask(app, select(Employee.department_id).where(Employee.id == world.worker)) == key_of(
        app, Department, code="SC2"
    )
    page = hr.get(f"/admin/employee/details/?id={world.worker}").text
    assert 'class="timeline"' in page
    assert page.count('class="timeline-head"') == 2


def test_a_leave_asks_for_its_kind_and_the_absences_stand_in_the_form(app, world):
    hr = Browser(app, "hr")
    assert hr.perform("employee", world.worker, "take_leave", absence_kind="holiday").status_code == 422
    answer = hr.perform("employee", world.worker, "take_leave", absence_kind="sick", until_on="2031-01-01")
    assert answer.status_code == 200
    path = f"/admin/employee/edit/?id={world.worker}"
    fields = hr.form(path)
    assert (fields["absences-0-kind"], fields["absences-0-to_on"]) == ("sick", "2031-01-01")
    assert hr.post(path, fields | {"absences-0-kind": "injury"}).status_code == 302
    assert "Work injury" in words_of(hr.get(f"/admin/employee/details/?id={world.worker}"))


@pytest.mark.parametrize("login", LOGINS)
def test_absences_and_roles_are_for_who_stands_near(app, world, login):
    Browser(app, "hr").perform("employee", world.worker, "take_leave", absence_kind="sick")
    page = words_of(Browser(app, login).get(f"/admin/employee/details/?id={world.worker}"))
    near = {"admin", "hr", "hr_manager", "employee", "team_leader", "production_manager"}
    assert ("Sick leave" in page) is (login in near)
    assert ("142000020001" in page) is (login in near)
    assert (" Roles " in page) is (login in near)


def test_the_preview_of_leaving_says_what_follows(app, world):
    page = words_of(Browser(app, "hr").get(f"/admin/employee/details/?id={world.worker}"))
    assert "is shut at once" in page
    assert "1 open actions go to" in page


def test_people_are_sorted_by_how_their_names_are_read(app):
    hr = Browser(app, "hr")
    for no, name in (("30001", "阿龙"), ("30002", "左超"), ("30003", "陈阳")):
        fields = hr.form("/admin/employee/new/") | {"no": no, "name": name, "hired_on": "2026-11-02"}
        assert hr.post("/admin/employee/new/", fields | {"post": key_of(app, Post, code="P-SC1")}).status_code == 302
    page = hr.get("/admin/employee/?sort=name&page_size=100").text
    places = [page.index(name) for name in ("阿龙", "陈阳", "左超")]
    assert places == sorted(places)


# Log-ins


def test_a_log_in_for_an_employee_is_made_from_his_page_and_its_password_shown_once(any_app, world):
    admin = Browser(any_app, "admin")
    page = admin.get(f"/admin/employee/details/?id={world.other_worker}")
    path = f"/admin/account/new/?employee={world.other_worker}"
    assert path in page.text
    fields = admin.form(path)
    assert fields["login"] == "20002"
    made = admin.post(path, fields | {"roles-0-role": "team_leader"}).headers["Location"]
    first = admin.get(made)
    password = password_in(first)
    assert password not in admin.get(made).text
    assert "装配一" in first.text
    other = Browser(any_app)
    answer = other.post("/login", {"username": "20002", "password": password}, token_from="/login")
    assert answer.headers["Location"] == "/password"
    assert admin.get(path).status_code == 200, "who has a log-in already gets no second one by itself"
    assert admin.form(path)["login"] == ""
    for wrong in ("x", "999999"):
        assert admin.get(f"/admin/account/new/?employee={wrong}").status_code == 404


def test_a_reset_gives_a_password_for_one_log_in_and_ends_the_others(any_app):
    sales, admin = Browser(any_app, "sales"), Browser(any_app, "admin")
    key = key_of(any_app, Account, login="sales")
    answer = admin.perform("account", key, "reset_password", json=False)
    assert answer.status_code == 302
    password = password_in(admin.get(answer.headers["Location"]))
    assert sales.get("/").status_code == 302
    again = Browser(any_app)
    assert again.post("/login", {"username": "sales", "password": "demo"}, token_from="/login").status_code == 422
    answer = again.post("/login", {"username": "sales", "password": password}, token_from="/login")
    assert answer.headers["Location"] == "/password"


def test_one_log_in_or_all_of_an_account_are_ended_at_once(app):
    one, two, admin = Browser(app, "sales"), Browser(app, "sales"), Browser(app, "admin")
    key = key_of(app, Account, login="sales")
    page = admin.get(f"/admin/account/details/?id={key}")
    assert page.text.count("signed in") >= 2
    session = ask(app, select(LoginSession.id).where(LoginSession.account_id == key).order_by(LoginSession.id))
    assert admin.perform("account", key, "end_session", login_session=session).status_code == 200
    assert [browser.get("/").status_code for browser in (one, two)] == [302, 200]
    for wrong in (session, "x", ""):
        assert admin.perform("account", key, "end_session", login_session=wrong).status_code == 409
    assert admin.perform("account", key, "end_sessions").status_code == 200
    assert two.get("/").status_code == 302
    assert admin.perform("account", key, "no_such_act").status_code == 409


def test_who_is_disabled_is_out_and_comes_in_again_when_enabled(app):
    sales, admin = Browser(app, "sales"), Browser(app, "admin")
    key = key_of(app, Account, login="sales")
    assert admin.perform("account", key, "disable").status_code == 200
    assert sales.get("/").status_code == 302
    assert "Enable" in admin.get(f"/admin/account/details/?id={key}").text
    assert admin.perform("account", key, "enable").status_code == 200
    assert Browser(app, "sales").get("/").status_code == 200


def test_who_has_left_is_not_enabled_again(app, world):
    Browser(app, "hr").perform("employee", world.worker, "leave", note="辞职")
    key = key_of(app, Account, login="employee")
    answer = Browser(app, "admin").perform("account", key, "enable")
    assert (answer.status_code, "left the company" in answer.json["message"]) == (409, True)


def test_an_administrator_shuts_neither_himself_out_nor_the_last_one(any_app):
    admin, key = Browser(any_app, "admin"), key_of(any_app, Account, login="admin")
    for verb in ("disable", "reset_password"):
        assert admin.perform("account", key, verb).status_code == 409
    page = words_of(admin.get(f"/admin/account/details/?id={key}"))
    assert "your own account" in page
    fields = admin.form(f"/admin/account/edit/?id={key}")
    answer = admin.post(f"/admin/account/edit/?id={key}", fields | {"roles-0-remove": "y"})
    assert answer.status_code == 409
    assert "last administrator" in answer.text
    assert admin.get("/admin/account/").status_code == 200


@pytest.mark.parametrize(
    "role,words",
    [
        ({"role": "quality_manager", "department": "SC1"}, "takes no department"),
        ({"role": "sales", "from_on": "2031-01-02", "to_on": "2031-01-01"}, "cannot end before"),
    ],
)
def test_a_role_that_makes_no_sense_is_refused(app, role, words):
    admin, key = Browser(app, "admin"), key_of(app, Account, login="employee")
    path = f"/admin/account/edit/?id={key}"
    if "department" in role:
        role = role | {"department": key_of(app, Department, code=role["department"])}
    answer = admin.post(path, admin.form(path) | {f"roles-0-{name}": value for name, value in role.items()})
    assert (answer.status_code, words in answer.text) == (409, True)


def test_the_page_of_an_account_says_what_it_reaches(app):
    admin = Browser(app, "admin")
    page = {login: words_of(admin.get(f"/admin/account/details/?id={key_of(app, Account, login=login)}")) for login in
            ("quality_inspector", "team_leader", "hr", "admin", "employee")}  # fmt: skip
    assert "生产一部; what names this person" in page["quality_inspector"]
    assert "as the inspector: Submit" in page["quality_inspector"]
    assert "生产一部一组; what names this person" in page["team_leader"]
    assert "the teams this person leads" in page["team_leader"]
    assert "everything but" not in page["hr"]
    assert "Move, Take leave" in page["hr"]
    assert "as the inspector" not in page["admin"], "an account without an employee performs no step"
    assert "everything but" in page["employee"]


def test_roles_ahead_and_over_are_said(app):
    admin, key = Browser(app, "admin"), key_of(app, Account, login="employee")
    path = f"/admin/account/edit/?id={key}"
    for dates in ({"from_on": "2199-01-01"}, {"to_on": "2020-01-01"}):
        fields = admin.form(path)
        free = sum(name.endswith("-role") for name in fields) - 1
        sent = {f"roles-{free}-role": "project_lead"} | {f"roles-{free}-{name}": day for name, day in dates.items()}
        assert admin.post(path, fields | sent).status_code == 302
    page = words_of(admin.get(f"/admin/account/details/?id={key}"))
    assert " ahead " in page
    assert " over " in page
    assert (
        Browser(app, "hr").perform("employee", key_of(app, Employee, no="20001"), "leave", note="x").status_code == 200
    )
    assert " disabled " in words_of(admin.get(f"/admin/account/details/?id={key}"))


def test_the_demo_company_is_entered_by_one_click_each(app):
    page = Browser(app).get("/login").text
    assert {login for login in DEMO_LOGINS if f'name="username" value="{login}"' in page} == set(DEMO_LOGINS)
    places = [
        page.index(f'value="{login}"') for login in ("quality_inspector", "quality_inspector2", "quality_inspector3")
    ]
    assert places == sorted(places)
    assert "Quality inspector 3 <small>workshop 2</small>" in page
    assert "班组长 4 <small>磨工班</small>" in Browser(app, language="zh-CN").get("/login").text
    for login in TWO:
        assert Browser(app, login).get("/").status_code == 200


# Customers


def test_whoever_enters_a_customer_looks_after_him_and_finds_him_by_telephone(any_app):
    sales = Browser(any_app, "sales")
    fields = sales.form("/admin/customer/new/")
    assert fields["owner"]
    assert sales.post("/admin/customer/new/", fields | CUSTOMER).status_code == 302
    for words in ("14200091009", "0009100", "沈立春", "青禾", "C-9"):
        assert "青禾农机" in sales.get(f"/admin/customer/?search={words}").text, words
    owner = fields["owner"]
    assert "青禾农机" in sales.get(f"/admin/employee/details/?id={owner}").text
    assert "青禾农机" not in Browser(any_app, "team_leader").get(f"/admin/employee/details/?id={owner}").text


@pytest.mark.parametrize("login", LOGINS)
def test_customers_are_found_by_those_who_deal_with_them(app, login):
    sees = {"admin", "sales", "sales_manager", "after_sales_agent", "after_sales_manager", "general_manager"}
    browser = Browser(app, login)
    assert browser.get("/admin/customer/").status_code == (200 if login in sees else 403)
    assert browser.get("/admin/customer/details/?id=1").status_code == (200 if login in sees else 404)


# The company


@pytest.mark.parametrize("login", ["admin", "employee", "sales"])
def test_everybody_reads_the_company_as_a_tree(app, login):
    page = Browser(app, login).get("/organisation/")
    assert page.status_code == 200
    for words in ("生产中心", "生产一部", "生产一部一组", "班组长", "生产经理"):
        assert words in page.text
    assert Browser(app).get("/organisation/").status_code == 302


def test_a_department_shows_its_posts_teams_parts_and_people(app):
    hr = Browser(app, "hr")
    whole = words_of(hr.get(f"/admin/department/details/?id={key_of(app, Department, code='SC')}"))
    assert "Departments below" in whole
    part = words_of(hr.get(f"/admin/department/details/?id={key_of(app, Department, code='SC1')}"))
    for words in ("生产一部岗", "/ 9", "生产一部一组", "班组长", "车工一"):
        assert words in part, words
    team = words_of(hr.get(f"/admin/team/details/?id={key_of(app, Team, code='T-SC1')}"))
    assert "车工一" in team
    Browser(app, "hr").perform(
        "employee", key_of(app, Employee, name="班组长"), "leave", note="退休", last_on="2026-11-02"
    )
    assert "nobody" in words_of(hr.get(f"/admin/department/details/?id={key_of(app, Department, code='SC1')}"))
