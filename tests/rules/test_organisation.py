"""Who sees and edits people, how employment moves in time, and what a log-in may be (G2, P2.2, P2.4)."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import organisation
from rules.addresses import mail_address, no_mail_reaches, telephone
from rules.base import SCOPED, Person, Role, RuleBroken
from rules.organisation import (
    ACCOUNT,
    CUSTOMER,
    DEMO_LOGINS,
    DEMO_PLACES,
    DEPARTMENT,
    EMPLOYEE,
    EMPLOYEE_STEPS,
    HEADS,
    MASTER_DATA,
    PEOPLE_DESK,
    POST,
    PRODUCT_MODEL,
    SALES_DESK,
    TEAM,
    DepartmentKind,
    EmployeeStatus,
    Span,
    first_names,
    is_in_force,
    last_day,
    may_see_private,
    place_to_change,
)
from rules.pinyin import pinyin, readings

R = Role
ON = date(2026, 11, 16)
DAY = timedelta(days=1)
PRIVATE = {"phone", "mail", "absence", "note", "account", "account_id"}
quickly = settings(deadline=None, max_examples=60)
days = st.dates(date(2020, 1, 1), date(2030, 1, 1))


def holding(*roles, employee_id=1):
    return Person(account_id=1, employee_id=employee_id, roles=dict.fromkeys(roles))


# Who sees and edits


@pytest.mark.parametrize("role", Role)
def test_people_are_the_people_desks_and_the_rest_is_the_administrators(role):
    person = holding(role)
    assert EMPLOYEE.may_create(person) is EMPLOYEE.may_edit(person) is (role in PEOPLE_DESK | MASTER_DATA)
    for access in (ACCOUNT, DEPARTMENT, TEAM, POST):
        assert access.may_create(person) is access.may_edit(person) is (role is R.ADMIN)
    assert (EMPLOYEE.hidden_from(person) == PRIVATE) is (role not in PEOPLE_DESK | MASTER_DATA)


@pytest.mark.parametrize("role", Role)
def test_customers_are_for_sales_after_sales_and_the_general_manager_and_kept_by_sales(role):
    sees = {R.SALES, R.SALES_MANAGER, R.AFTER_SALES_AGENT, R.AFTER_SALES_MANAGER, R.GENERAL_MANAGER}
    assert (role in CUSTOMER.view) is (role in sees)
    assert CUSTOMER.may_edit(holding(role)) is CUSTOMER.may_create(holding(role)) is (role in SALES_DESK | MASTER_DATA)
    keeps = role in {R.ADMIN, R.TECHNICAL_MANAGER}
    assert PRODUCT_MODEL.may_edit(holding(role)) is PRODUCT_MODEL.may_create(holding(role)) is keeps


def test_accounts_are_seen_by_the_administrator_alone():
    assert ACCOUNT.view == {Role.ADMIN}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("employee_id,is_manager", [(1, False), (2, False), (2, True)])
def test_how_to_reach_somebody_is_for_hr_himself_and_his_managers(role, employee_id, is_manager):
    may = may_see_private(holding(role), employee_id, is_manager=is_manager)
    assert may is (role in PEOPLE_DESK | MASTER_DATA or employee_id == 1 or is_manager)


def test_each_kind_of_department_has_its_head():
    assert set(HEADS) == set(DepartmentKind)
    assert len(set(HEADS.values())) == len(HEADS)


def test_one_logs_in_to_the_demo_company_by_each_role_and_some_second_ones():
    leaders = {f"team_leader{nth}" for nth in range(2, 9)}
    second = {"quality_inspector2", "quality_inspector3", "production_manager2", *leaders}
    assert set(DEMO_LOGINS) == {str(role) for role in Role} | second
    assert all(login.rstrip("2345678") == role for login, role in DEMO_LOGINS.items())
    several = {login for login, role in DEMO_LOGINS.items() if list(DEMO_LOGINS.values()).count(role) > 1}
    assert set(DEMO_PLACES) == several


# Steps


def test_who_left_does_not_come_back_by_a_verb_and_everybody_else_can_leave():
    assert EMPLOYEE_STEPS.open_from(EmployeeStatus.LEFT) == ()
    for status in set(EmployeeStatus) - {EmployeeStatus.LEFT}:
        assert EMPLOYEE_STEPS.find("leave", status).target == "left"
        assert EMPLOYEE_STEPS.find("move", status).target == status
        assert EMPLOYEE_STEPS.find("take_up", status).by == frozenset()
    assert EMPLOYEE_STEPS.find("leave", "active").needs_note


# Places in time


spans = st.builds(
    lambda first, lengths, is_open: _chain(first, lengths, is_open=is_open),
    days,
    st.lists(st.integers(0, 400), min_size=1, max_size=5),
    st.booleans(),
)


def _chain(first, lengths, *, is_open):
    found, begins = [], first
    for length in lengths:
        found.append(Span(begins, begins + length * DAY))
        begins = found[-1].to_on + DAY
    return [*found[:-1], Span(found[-1].from_on)] if is_open else found


@quickly
@given(spans, st.integers(-50, 2500))
def test_a_move_falls_into_the_one_place_that_holds_its_day_and_nowhere_else(places, offset):
    on = places[0].from_on + offset * DAY
    holding_it = [place for place, span in enumerate(places) if span.holds(on)]
    if holding_it:
        assert [place_to_change(places, on)] == holding_it
        return
    with pytest.raises(RuleBroken) as refused:
        place_to_change(places, on)
    assert (refused.value.field, refused.value.clause) == ("effective_on", "P2.2")
    assert ("since" in str(refused.value)) is (on < places[0].from_on)


@pytest.mark.parametrize("on,words", [(ON - DAY, "since"), (ON + 3 * DAY, "no longer")])
def test_nobody_is_moved_before_he_came_or_after_he_left(on, words):
    with pytest.raises(RuleBroken, match=words):
        place_to_change([Span(ON, ON + 2 * DAY)], on)


@quickly
@given(days, st.integers(0, 30), days, st.integers(0, 30), st.booleans(), st.booleans())
def test_two_spans_meet_where_they_have_a_day_in_common(first, length, second, other, is_open, other_is_open):
    one = Span(first, None if is_open else first + length * DAY)
    two = Span(second, None if other_is_open else second + other * DAY)
    last = max(first, second)
    common = one.holds(last) and two.holds(last)
    assert one.meets(two) is two.meets(one) is common


@pytest.mark.parametrize(
    "from_on,to_on,expected",
    [
        (None, None, True),
        (ON, ON, True),
        (ON + DAY, None, False),
        (None, ON - DAY, False),
        (ON - DAY, ON + DAY, True),
    ],
)
def test_what_is_given_for_a_time_holds_from_its_first_to_its_last_day(from_on, to_on, expected):
    assert is_in_force(from_on, to_on, ON) is expected


@pytest.mark.parametrize(
    "refuse,field",
    [
        (lambda: organisation.refuse_foreign_team(1, 2), "team"),
        (lambda: organisation.refuse_leader_without_team(leads_team=True, has_team=False), "team"),
        (lambda: organisation.refuse_second_leader("雷大勇"), "leads_team"),
        (lambda: last_day(ON + DAY, ON, hired_on=ON), "last_on"),
        (lambda: last_day(ON - DAY, ON, hired_on=ON), "last_on"),
        (lambda: organisation.refuse_past_notice(ON - DAY, ON), "last_on"),
        (lambda: organisation.refuse_absence_backwards(ON, ON - DAY), "until_on"),
        (lambda: organisation.refuse_idle_scope(R.QUALITY_MANAGER, has_department=True), "roles"),
        (lambda: organisation.refuse_last_administrator(0), None),
        (lambda: organisation.refuse_own_account("disable", is_own=True), None),
        (lambda: organisation.refuse_own_account("reset_password", is_own=True), None),
        (lambda: organisation.refuse_enabling_who_left(has_left=True), None),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(refuse, field):
    with pytest.raises(RuleBroken) as refused:
        refuse()
    assert refused.value.field == field


@pytest.mark.parametrize(
    "allow",
    [
        lambda: organisation.refuse_foreign_team(None, 2),
        lambda: organisation.refuse_foreign_team(2, 2),
        lambda: organisation.refuse_leader_without_team(leads_team=True, has_team=True),
        lambda: organisation.refuse_leader_without_team(leads_team=False, has_team=False),
        lambda: organisation.refuse_second_leader(None),
        lambda: organisation.refuse_past_notice(None, ON),
        lambda: organisation.refuse_past_notice(ON, ON),
        lambda: organisation.refuse_absence_backwards(ON, None),
        lambda: organisation.refuse_absence_backwards(ON, ON),
        lambda: organisation.refuse_last_administrator(1),
        lambda: organisation.refuse_own_account("end_sessions", is_own=True),
        lambda: organisation.refuse_own_account("disable", is_own=False),
        lambda: organisation.refuse_enabling_who_left(has_left=False),
    ],
)
def test_what_fits_passes(allow):
    assert allow() is None


@pytest.mark.parametrize("role", Role)
def test_a_department_is_given_to_roles_that_go_by_department_alone(role):
    organisation.refuse_idle_scope(role, has_department=False)
    if role in SCOPED:
        organisation.refuse_idle_scope(role, has_department=True)
        return
    with pytest.raises(RuleBroken, match="takes no department"):
        organisation.refuse_idle_scope(role, has_department=True)


@pytest.mark.parametrize("given_day,expected", [(None, ON), (ON, ON), (ON - DAY, ON - DAY)])
def test_the_last_day_is_today_unless_an_earlier_one_is_said(given_day, expected):
    assert last_day(given_day, ON, hired_on=ON - 30 * DAY) == expected


# How to reach somebody, and how he is called


@pytest.mark.parametrize(
    "written,kept",
    [
        ("142-0009-1006", "14200091006"),
        (" 026 5550 0107 ", "02655500107"),
        ("+1 (202) 555-0112", "+12025550112"),
        ("010-85550000转12", "01085550000转12"),
        ("", None),
        (None, None),
        (" - ", None),
    ],
)
def test_a_telephone_number_is_kept_as_digits(written, kept):
    assert telephone(written) == kept


@pytest.mark.parametrize("written", ["abc", "12", "142 0009 1006 或 142", "++86", "1" * 16])
def test_what_is_no_telephone_number_is_refused_at_its_field(written):
    with pytest.raises(RuleBroken) as refused:
        telephone(written)
    assert refused.value.field == "phone"


@pytest.mark.parametrize(
    "written,kept",
    [
        (" a@b.example ", "a@b.example"),
        ("", None),
        (None, None),
        ("王@恒越.公司", "王@恒越.公司"),
        ("o'neil+a/b=c@x-y.example", "o'neil+a/b=c@x-y.example"),
    ],
)
def test_a_mail_address_is_kept_without_blanks(written, kept):
    assert mail_address(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "a", "a@b", "a b@c.example", "a@b.example, c@d.example", "<a@b.example>", "'+.!@[+a.!a", "%.:a@).中文", "(@).\\\\[[",
        '"a@b.example', "a\u200b@b.example", "a\u202e@b.example", "a\x01@b.example", "a@b.exa\x00mple", "\udcff@b.example",
    ],
)  # fmt: skip
def test_what_is_no_mail_address_is_refused_at_its_field(written):
    with pytest.raises(RuleBroken) as refused:
        mail_address(written)
    assert refused.value.field == "mail"


@pytest.mark.parametrize(
    "written,has_left,wants,why",
    [
        ("a@b.example", False, True, None),
        ("a@b.example", True, True, "left the company"),
        ("a@b.example", False, False, "turned these mails off"),
        ("nobody", False, True, "no mail address"),
        (None, False, True, "address first"),
    ],
)
def test_whom_no_mail_can_reach_is_said_with_the_reason(written, has_left, wants, why):
    said = no_mail_reaches(written, has_left=has_left, wants=wants)
    assert said is None if why is None else why in said.en


def test_of_many_names_the_first_are_said_and_how_many_more():
    assert first_names(["甲", "乙"]) == "甲、乙"
    assert first_names("甲乙丙丁戊己庚") == "甲、乙、丙、丁、戊 +2"


@pytest.mark.parametrize(
    "name,read",
    [
        ("欧阳静", "ouyang jing"),
        ("欧阳", "ou yang"),
        ("单雄信", "shan xiongxin"),
        ("曾国强", "zeng guoqiang"),
        ("蔡宜庭", "cai yiting"),
        ("王喆", "wang zhe"),
        ("翁长林", "weng changlin"),
        ("张", "zhang"),
        ("Helen  Marsh", "helen marsh"),
        ("李Tom", "li tom"),
        ("", ""),
    ],
)
def test_a_name_is_read_surname_first(name, read):
    assert pinyin(name) == read


def test_every_character_of_the_table_has_one_plain_reading():
    lines = organisation_readings()
    characters = "".join(line.split(" ", 1)[1] for line in lines)
    assert len(characters) == len(set(characters)) == len(readings()) > 8000
    assert all(line.split(" ")[0].isascii() and line.split(" ")[0].islower() for line in lines)


def organisation_readings():
    from rules.pinyin import READINGS

    return READINGS.read_text("utf-8").splitlines()


def test_the_place_before_ends_on_the_day_before():
    assert organisation.day_before(date(2026, 3, 1)) == date(2026, 2, 28)
