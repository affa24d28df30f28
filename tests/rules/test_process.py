"""Documents, revisions, notices, reviews: every step, which revision was in force, when the next review is due (P1)."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.base import SYSTEM, Person, Role, RuleBroken, why_not
from rules.process import (
    COUNTERSIGNERS,
    DOCUMENT_STEPS,
    NOTICE_STEPS,
    REVIEW_STEPS,
    REVISION_STEPS,
    ChangeClass,
    DocType,
    DocumentStatus,
    InForce,
    NoticeStatus,
    ReviewResult,
    ReviewStatus,
    RevisionStatus,
    Trigger,
    corresponding_date,
    countersignatures_missing,
    in_force_at,
    in_force_between,
    later_day,
    missing_types,
    next_rev_no,
    refuse_future_change,
    refuse_incomplete,
    refuse_interval,
    refuse_unfounded,
)

quickly = settings(deadline=None, max_examples=40)

AT = datetime(2026, 11, 16, tzinfo=UTC)
HOUR = timedelta(hours=1)
R = Role
AUTHOR, COUNTERSIGNER = "author", "countersigner"

STEPS = {
    # verb, state -> where it leads, and who takes it: roles and relations (none = the system alone)
    ("take_up", "proposed"): ("draft", {R.TECHNICAL}),
    ("submit", "draft"): ("in_review", {AUTHOR}),
    ("countersign", "in_review"): ("in_review", {COUNTERSIGNER}),
    ("return", "in_review"): ("draft", {R.TECHNICAL_MANAGER, COUNTERSIGNER}),
    ("approve", "in_review"): ("approved", {R.TECHNICAL_MANAGER}),
    ("release", "approved"): ("released", {R.TECHNICAL_MANAGER}),
    ("plan", "approved"): ("approved", {R.TECHNICAL_MANAGER}),
    ("take_back", "approved"): ("draft", {R.TECHNICAL_MANAGER}),
    ("supersede", "released"): ("superseded", set()),
    ("withdraw", "released"): ("withdrawn", {R.TECHNICAL_MANAGER, R.QUALITY_MANAGER}),
    ("drop", "draft"): ("dropped", {AUTHOR, R.TECHNICAL_MANAGER}),
    ("drop", "proposed"): ("dropped", {R.TECHNICAL, R.TECHNICAL_MANAGER}),
}
DOCUMENT = {
    ("suspend", "active"): ("suspended", set()),
    ("resume", "suspended"): ("active", set()),
    ("resume", "obsolete"): ("active", set()),
    ("make_obsolete", "active"): ("obsolete", {R.TECHNICAL_MANAGER}),
    ("make_obsolete", "suspended"): ("obsolete", {R.TECHNICAL_MANAGER}),
}
NOTICE = {
    ("answer", "open"): ("answered", set()),
    ("dismiss", "open"): ("dismissed", {R.TECHNICAL_MANAGER}),
}
REVIEW = {
    ("fall_due", "scheduled"): ("due", set()),
    ("finish", "scheduled"): ("done", {R.TECHNICAL, R.TECHNICAL_MANAGER}),
    ("finish", "due"): ("done", {R.TECHNICAL, R.TECHNICAL_MANAGER}),
    ("move", "scheduled"): ("scheduled", {R.TECHNICAL_MANAGER}),
    ("move", "due"): ("scheduled", {R.TECHNICAL_MANAGER}),
}
LIFECYCLES = [
    (REVISION_STEPS, RevisionStatus, STEPS, ("author", "proposer", "countersigner")),
    (DOCUMENT_STEPS, DocumentStatus, DOCUMENT, ("owner",)),
    (NOTICE_STEPS, NoticeStatus, NOTICE, ("noticer",)),
    (REVIEW_STEPS, ReviewStatus, REVIEW, ("owner", "reviewer")),
]
CASES = [
    pytest.param(steps, allowed, verb, status, relations, id=f"{verb}-{status}")
    for steps, statuses, allowed, relations in LIFECYCLES
    for verb in steps.verbs
    for status in statuses
]


@pytest.mark.parametrize("steps, allowed, verb, status, relations", CASES)
def test_no_step_but_the_listed_ones_by_nobody_but_the_listed_ones(steps, allowed, verb, status, relations):
    one = steps.find(verb, str(status))
    if (verb, str(status)) not in allowed:
        assert one is None
        return
    target, who = allowed[verb, str(status)]
    assert one.target == target
    for role in Role:
        person = Person(1, 1, {role: None, Role.EMPLOYEE: None})
        assert (why_not(one, person, None, ()) is None) == (role in who), role
    for relation in relations:
        person = Person(1, 1, {Role.EMPLOYEE: None})
        assert (why_not(one, person, None, {relation}) is None) == (relation in who), relation
    assert why_not(one, SYSTEM, None, ()) is None


def test_who_wrote_it_neither_signs_nor_approves_nor_releases_it():
    everything = Person(1, 1, dict.fromkeys(Role))
    for one in REVISION_STEPS.steps:
        barred = why_not(one, everything, None, {AUTHOR, COUNTERSIGNER}) is not None
        assert barred == (one.verb in {"countersign", "return", "approve", "release", "plan", "take_back", "supersede"})


def test_the_tables_lead_through_every_state():
    for steps, statuses, allowed, _ in LIFECYCLES:
        assert {one.value for one in statuses} == set(steps.statuses)
        assert {(one.verb, status) for one in steps.steps for status in one.source} == set(allowed)


# -- in force --------------------------------------------------------------------------------------------------------


@quickly
@given(st.lists(st.integers(1, 50), min_size=1, max_size=8), st.integers(-5, 300), st.booleans())
def test_of_revisions_that_follow_each_other_the_last_one_released_is_in_force(gaps, asked, is_withdrawn):
    starts = [AT + HOUR * sum(gaps[: place + 1]) for place in range(len(gaps))]
    ends = [*starts[1:], starts[-1] + HOUR if is_withdrawn else None]
    spans = [InForce(place, *span) for place, span in enumerate(zip(starts, ends, strict=True))]
    at = AT + HOUR * asked
    released = [place for place, start in enumerate(starts) if start <= at]
    expected = released[-1] if released else None
    if is_withdrawn and at >= starts[-1] + HOUR:
        expected = None
    assert in_force_at(reversed(spans), at) == expected
    found = in_force_between(spans, at, at + timedelta.resolution)
    assert [one.revision_id for one in found] == ([] if expected is None else [expected])


def test_the_new_one_counts_from_the_instant_at_which_the_old_one_ends():
    spans = [InForce(1, AT, AT + HOUR), InForce(2, AT + HOUR, None)]
    assert in_force_at(spans, AT + HOUR - timedelta.resolution) == 1
    assert in_force_at(spans, AT + HOUR) == 2
    assert in_force_at(spans, AT - timedelta.resolution) is None


def test_what_was_never_released_was_never_in_force():
    assert in_force_at([InForce(1, None, None)], AT) is None
    assert in_force_between([InForce(1, None, None)], AT, AT + HOUR) == []


def test_of_a_day_every_revision_is_told_that_was_in_force_at_some_instant_of_it():
    spans = [InForce(2, AT + HOUR, AT + 3 * HOUR), InForce(1, AT, AT + HOUR), InForce(3, AT + 5 * HOUR, None)]

    def told(start, end):
        return [one.revision_id for one in in_force_between(spans, AT + start * HOUR, AT + end * HOUR)]

    assert told(0, 24) == [1, 2, 3]
    assert told(1, 2) == [2]
    assert told(3, 5) == []
    assert told(5, 6) == told(99, 100) == [3]


def test_what_was_released_and_replaced_at_one_instant_was_never_in_force():
    spans = [InForce(1, AT, AT), InForce(2, AT, None)]
    assert [one.revision_id for one in in_force_between(spans, AT - HOUR, AT + HOUR)] == [2]


# -- what a revision needs -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "trigger,summary,has_text,field",
    [
        (None, "改", True, "trigger"),
        (Trigger.INITIAL, "  ", True, "summary"),
        (Trigger.INITIAL, "改", False, "body"),
    ],
)
def test_a_revision_is_handed_in_with_its_reason_its_summary_and_its_text(trigger, summary, has_text, field):
    with pytest.raises(RuleBroken) as refused:
        refuse_incomplete(trigger=trigger, summary=summary, has_text=has_text)
    assert refused.value.field == field
    refuse_incomplete(trigger=Trigger.INITIAL, summary="改", has_text=True)


def test_an_editorial_revision_needs_no_countersignature_every_other_two():
    assert countersignatures_missing(ChangeClass.EDITORIAL, ()) == ()
    for change_class in (ChangeClass.MINOR, ChangeClass.MAJOR):
        assert countersignatures_missing(change_class, ()) == COUNTERSIGNERS
        assert countersignatures_missing(change_class, ["quality_manager"]) == (Role.PRODUCTION_MANAGER,)
        assert countersignatures_missing(change_class, map(str, COUNTERSIGNERS)) == ()


@pytest.mark.parametrize(
    "known,change_class,found",
    [
        ((), ChangeClass.MINOR, "A/0"),
        (("A/0",), ChangeClass.MINOR, "A/1"),
        (("A/0", "A/9", "A/10"), ChangeClass.EDITORIAL, "A/11"),
        (("A/3", "B/0"), ChangeClass.MINOR, "B/1"),
        (("A/3",), ChangeClass.MAJOR, "B/0"),
        (("第一版",), ChangeClass.MINOR, "A/1"),
        (("b-2",), ChangeClass.MINOR, "B/3"),
        (("Y/1",), ChangeClass.MAJOR, "Z/0"),
    ],
)
def test_the_next_number_follows_the_highest_one(known, change_class, found):
    assert next_rev_no(known, change_class) == found


@pytest.mark.parametrize("given", [None, "", "x", "2026-11-16", "2026-11-15", date(2026, 11, 16), "9999-12-31"])
def test_nothing_is_planned_for_a_day_that_is_not_to_come(given):
    with pytest.raises(RuleBroken) as refused:
        later_day(given, date(2026, 11, 16), field="effective_on")
    assert refused.value.field == "effective_on"


def test_a_later_day_is_taken_as_text_or_date():
    assert later_day("2026-11-17", date(2026, 11, 16), field="due_on") == date(2026, 11, 17)
    assert later_day(date(2026, 11, 17), date(2026, 11, 16), field="due_on") == date(2026, 11, 17)


def test_a_product_needs_all_three_types():
    assert missing_types(()) == tuple(DocType)
    assert missing_types([DocType.OPERATING_SPEC]) == (DocType.PROCESS_FLOW, DocType.QUALITY_STANDARD)
    assert missing_types(DocType) == ()


def test_nobody_notices_a_change_tomorrow():
    refuse_future_change(date(2026, 11, 16), date(2026, 11, 16))
    with pytest.raises(RuleBroken):
        refuse_future_change(date(2026, 11, 17), date(2026, 11, 16))


# -- reviews ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "start,months,found",
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2027-02-28", 12, "2028-02-28"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2026-10-31", 6, "2027-04-30"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-03-31", 120, "2036-03-31"),
    ],
)
def test_the_corresponding_date_or_the_months_end(start, months, found):
    assert corresponding_date(date.fromisoformat(start), months) == date.fromisoformat(found)


@quickly
@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 120))
def test_the_corresponding_date_lies_in_its_month_and_never_after_its_day(start, months):
    found = corresponding_date(start, months)
    assert (found.year * 12 + found.month) - (start.year * 12 + start.month) == months
    assert found.day <= start.day
    assert found.day == start.day or (found + timedelta(days=1)).day == 1


@quickly
@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_longer_interval_is_never_due_earlier(start):
    found = [corresponding_date(start, months) for months in range(1, 30)]
    assert all(one < other for one, other in pairwise(found))


def test_an_interval_lies_between_a_month_and_ten_years():
    for months in (None, 1, 120):
        refuse_interval(months)
    for months in (0, -1, 121):
        with pytest.raises(RuleBroken) as refused:
            refuse_interval(months)
        assert refused.value.field == "review_interval_months"


def test_a_review_says_what_it_found_and_why_where_something_is_to_change():
    assert refuse_unfounded("still_valid", "") is ReviewResult.STILL_VALID
    assert refuse_unfounded("revise", "公差过松") is ReviewResult.REVISE
    assert refuse_unfounded("obsolete", "", by_system=True) is ReviewResult.OBSOLETE
    for result, findings, field in (("", "x", "result"), ("good", "x", "result"), ("revise", "  ", "findings")):
        with pytest.raises(RuleBroken) as refused:
            refuse_unfounded(result, findings)
        assert refused.value.field == field
