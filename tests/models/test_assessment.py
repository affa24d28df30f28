"""The execution pass rate counts exactly what DOMAIN.md says (K1.1)."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from models.assessment import Rate, execution_pass_rates, execution_pass_rows, together
from models.organisation import departments_below
from models.quality import SpotCheck
from rules.assessment import Period
from tests.models.acts import DAY, HOUR, checked, doing, draft, item, perform, put_right, rechecked
from tests.world import department

MAY = Period.month(2026, 5)
IN_MAY = datetime(2026, 5, 11, 2, tzinfo=UTC)
SC1, SC2 = "SC1", "SC2"


def rates(session, period=MAY):
    codes = {department(session, code).id: code for code in ("SC", SC1, SC2)}
    return {codes[one.department_id]: (one.numerator, one.denominator) for one in execution_pass_rates(session, period)}


def good(session, **more):
    return item(session, ok=True, **more)


def test_items_ok_of_items_judged_by_department(any_session):
    checked(any_session, [good(any_session), good(any_session), item(any_session)], at=IN_MAY)
    checked(any_session, [good(any_session)], at=IN_MAY + DAY)
    checked(any_session, [item(any_session, who="装配一")], area=SC2, login="quality_inspector3", at=IN_MAY)
    assert rates(any_session) == {SC1: (3, 4), SC2: (0, 1)}
    (one,) = [one for one in execution_pass_rates(any_session, MAY) if one.denominator == 4]
    assert one.value == 75


def test_what_is_not_judged_or_about_something_else_does_not_count(any_session):
    checked(
        any_session,
        [
            good(any_session),
            item(any_session, verdict="na"),
            good(any_session, category="document_compliance"),
            item(any_session, category="equipment", question="防护罩"),
        ],
        at=IN_MAY,
    )
    assert rates(any_session) == {SC1: (1, 1)}


def test_drafts_voided_checks_and_rechecks_do_not_count(any_session):
    check = checked(any_session, [item(any_session)], at=IN_MAY)
    draft(any_session, [good(any_session)], at=IN_MAY)
    voided = checked(any_session, [good(any_session)], at=IN_MAY)
    perform(any_session, voided, "void", "quality_manager", IN_MAY + HOUR, note="x")
    (action,) = check.raised()
    put_right(any_session, action, IN_MAY + HOUR)
    rechecked(any_session, action, IN_MAY + 2 * HOUR)
    assert check.status == "closed"
    assert rates(any_session) == {SC1: (0, 1)}


@pytest.mark.parametrize(
    "at,counts",
    [
        (datetime(2026, 4, 30, 15, 59, 59, 999999, tzinfo=UTC), False), (datetime(2026, 4, 30, 16, tzinfo=UTC), True),
        (datetime(2026, 5, 31, 15, 59, 59, 999999, tzinfo=UTC), True), (datetime(2026, 5, 31, 16, tzinfo=UTC), False),
    ],
)  # fmt: skip
def test_a_month_begins_and_ends_at_midnight_in_shanghai(any_session, at, counts):
    checked(any_session, [good(any_session)], at=at + DAY, checked_at=at)
    assert rates(any_session) == ({SC1: (1, 1)} if counts else {})


def test_the_instant_of_the_check_counts_and_not_that_of_handing_in(session):
    checked(session, [good(session)], at=IN_MAY + 60 * DAY, checked_at=IN_MAY)
    assert rates(session) == {SC1: (1, 1)}


def test_the_area_is_the_one_that_the_check_was_made_in(session):
    """A post that moves to another department later takes no old rows with it."""
    check = checked(session, [good(session)], at=IN_MAY)
    with doing(session, "admin"):
        check.post.department = department(session, SC2)
    assert rates(session) == {SC1: (1, 1)}


def test_a_department_has_the_counts_of_those_below_it_and_not_the_mean_of_their_rates(any_session):
    checked(any_session, [good(any_session), good(any_session), good(any_session)], at=IN_MAY)
    checked(any_session, [item(any_session, who="装配一")], area=SC2, login="quality_inspector3", at=IN_MAY)
    whole = department(any_session, "SC").id
    found = together(whole, execution_pass_rates(any_session, MAY), departments_below(any_session, whole))
    assert found == Rate(whole, 3, 4)
    assert found.value == Decimal(75)
    part = department(any_session, SC2).id
    alone = together(part, execution_pass_rates(any_session, MAY), departments_below(any_session, part))
    assert alone == Rate(part, 0, 1)


def test_where_nothing_was_judged_there_is_no_rate(session):
    checked(session, [good(session, category="equipment")], at=IN_MAY)
    assert rates(session) == {}
    assert together(1, [], frozenset({1})).value is None


def test_a_rate_opens_down_to_its_rows(any_session):
    first = checked(any_session, [good(any_session), item(any_session)], at=IN_MAY)
    second = checked(any_session, [good(any_session), item(any_session, verdict="na")], at=IN_MAY + DAY)
    checked(any_session, [item(any_session, who="装配一")], area=SC2, login="quality_inspector3", at=IN_MAY)
    here = frozenset({department(any_session, SC1).id})
    expected = [second.items[0], *first.items]
    assert list(execution_pass_rows(any_session, MAY, here)) == expected
    assert list(execution_pass_rows(any_session, MAY, here, first=1, most=1)) == expected[1:2]
    assert list(execution_pass_rows(any_session, MAY, frozenset())) == []


def test_the_checks_of_the_small_factory_count_in_their_own_month(session, world):
    assert rates(session, Period.month(2026, 11)) == {SC1: (1, 2), SC2: (1, 2)}
    assert session.get_one(SpotCheck, world.check).status == "submitted"
