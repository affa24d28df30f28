"""Who may work, what an exam comes to, what is owed when: tables and properties (P2.2, P2.3)."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.base import Role, RuleBroken
from rules.organisation import DepartmentKind, GraceMode
from rules.process import ChangeClass
from rules.training import exams, sessions, steps
from rules.training.dates import (
    add_months,
    due_after,
    mode_after,
    notice_due,
    refuse_long_exception,
    valid_until,
)
from rules.training.exams import Limits, Marks, Past
from rules.training.gate import VERBS, Hold, Owed, Permit, Standing, Term, gate, status_of
from rules.training.kinds import (
    Answer,
    Attendance,
    HoldSource,
    ObligationMode,
    ObligationReason,
    QualificationStatus,
    Result,
    SessionKind,
    SkillDemo,
)

ON = dt.date(2026, 11, 16)
AT = dt.datetime(2026, 11, 16, 1, 30, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
TICK = dt.timedelta(seconds=1)
GOOD = Standing(
    needs_qualification=True,
    grace_mode=GraceMode.SUPERVISED,
    hired_on=dt.date(2020, 1, 1),
    terms=(Term(AT - 100 * DAY, ON + 100 * DAY),),
)
REVISED = Owed(ObligationReason.REVISION, ObligationMode.EXAM, "GY-1 B/0", AT - DAY, ON + 5 * DAY, document_id=7)
BRIDGE = Permit(AT - DAY, ON + DAY, "魏华")


def asked(facts, *, at=AT, on=ON):
    found = gate(facts, at=at, on=on)
    return found.answer, found.codes


# -- the gate --------------------------------------------------------------------------------------------------------

CASES = [
    ("qualified", {}, Answer.YES, ()),
    ("not needed", {"needs_qualification": False, "terms": ()}, Answer.YES, ("not_needed",)),
    (
        "not needed, and owes a reading",
        {"needs_qualification": False, "owed": (replace(REVISED, mode=ObligationMode.READ),)},
        Answer.YES,
        ("not_needed", "owes"),
    ),
    ("not needed, but left", {"needs_qualification": False, "left_on": ON - DAY}, Answer.NO, ("left",)),
    ("his last day", {"left_on": ON}, Answer.YES, ()),
    ("left yesterday", {"left_on": ON - DAY}, Answer.NO, ("left",)),
    ("comes tomorrow", {"hired_on": ON + DAY}, Answer.NO, ("not_hired",)),
    ("never qualified", {"terms": ()}, Answer.NO, ("never_qualified",)),
    ("granted later", {"terms": (Term(AT + TICK, None),)}, Answer.NO, ("never_qualified",)),
    ("granted at this instant", {"terms": (Term(AT, None),)}, Answer.YES, ()),
    ("the last day counts", {"terms": (Term(AT - 9 * DAY, ON),)}, Answer.YES, ()),
    ("ended yesterday", {"terms": (Term(AT - 9 * DAY, ON - DAY),)}, Answer.NO, ("expired",)),
    ("withdrawn", {"terms": (Term(AT - 9 * DAY, ON + DAY, AT),)}, Answer.NO, ("withdrawn",)),
    ("withdrawn without an end", {"terms": (Term(AT - 9 * DAY, None, AT - DAY),)}, Answer.NO, ("withdrawn",)),
    ("withdrawn later", {"terms": (Term(AT - 9 * DAY, None, AT + TICK),)}, Answer.YES, ()),
    (
        "one ended, another runs",
        {"terms": (Term(AT - 9 * DAY, ON - DAY), Term(AT - DAY, ON + 9 * DAY))},
        Answer.YES,
        (),
    ),
    ("stopped by quality", {"holds": (Hold(AT, None, "违章"),)}, Answer.NO, ("held",)),
    ("lifted at this instant", {"holds": (Hold(AT - DAY, AT, "违章"),)}, Answer.YES, ()),
    (
        "revoked",
        {"holds": (Hold(AT - DAY, None, "ZR-1", HoldSource.REVOCATION),)},
        Answer.NO,
        ("revoked",),
    ),
    ("in grace, supervised", {"owed": (REVISED,)}, Answer.SUPERVISED, ("in_grace",)),
    ("in grace, full", {"owed": (REVISED,), "grace_mode": GraceMode.FULL}, Answer.YES, ("owes",)),
    ("in grace, none", {"owed": (REVISED,), "grace_mode": GraceMode.NONE}, Answer.NO, ("stopped_on_release",)),
    ("the due day counts", {"owed": (replace(REVISED, due_on=ON),)}, Answer.SUPERVISED, ("in_grace",)),
    ("late", {"owed": (replace(REVISED, due_on=ON - DAY),)}, Answer.NO, ("overdue",)),
    (
        "late where the post stays qualified",
        {"owed": (replace(REVISED, due_on=ON - DAY),), "grace_mode": GraceMode.FULL},
        Answer.NO,
        ("overdue",),
    ),
    (
        "late reading of an editorial change",
        {"owed": (replace(REVISED, mode=ObligationMode.READ, due_on=ON - DAY, suspends=False),)},
        Answer.YES,
        ("owes",),
    ),
    ("settled at this instant", {"owed": (replace(REVISED, settled_at=AT),)}, Answer.YES, ()),
    ("settled later", {"owed": (replace(REVISED, settled_at=AT + TICK),)}, Answer.SUPERVISED, ("in_grace",)),
    ("opened later", {"owed": (replace(REVISED, opened_at=AT + TICK),)}, Answer.YES, ()),
    ("owes a training", {"owed": (replace(REVISED, mode=ObligationMode.TRAIN),)}, Answer.YES, ("owes",)),
    (
        "owes for another reason",
        {"owed": (replace(REVISED, reason=ObligationReason.EXPIRY),)},
        Answer.YES,
        ("owes",),
    ),
    ("used up today", {"owed": (replace(REVISED, exhausted_on=ON),)}, Answer.SUPERVISED, ("in_grace",)),
    ("used up yesterday", {"owed": (replace(REVISED, exhausted_on=ON - DAY),)}, Answer.NO, ("attempts_used_up",)),
    ("about this document", {"owed": (REVISED,), "document_id": 7}, Answer.SUPERVISED, ("in_grace",)),
    ("about another document", {"owed": (REVISED,), "document_id": 8}, Answer.YES, ("owes",)),
    (
        "late about another document",
        {"owed": (replace(REVISED, due_on=ON - DAY),), "document_id": 8},
        Answer.NO,
        ("overdue",),
    ),
    (
        "no revision in force",
        {"document_id": 7, "has_revision_in_force": False},
        Answer.NO,
        ("no_revision_in_force",),
    ),
    ("excepted", {"terms": (), "permits": (BRIDGE,)}, Answer.SUPERVISED, ("exception", "never_qualified")),
    (
        "excepted until today",
        {"terms": (), "permits": (replace(BRIDGE, until_on=ON),)},
        Answer.SUPERVISED,
        ("exception", "never_qualified"),
    ),
    (
        "exception over",
        {"terms": (), "permits": (replace(BRIDGE, until_on=ON - DAY),)},
        Answer.NO,
        ("never_qualified",),
    ),
    ("exception ended", {"terms": (), "permits": (replace(BRIDGE, ended_at=AT),)}, Answer.NO, ("never_qualified",)),
    (
        "exception not yet approved",
        {"terms": (), "permits": (replace(BRIDGE, approved_at=AT + TICK),)},
        Answer.NO,
        ("never_qualified",),
    ),
    (
        "no exception from a stop",
        {"holds": (Hold(AT, None, "违章"),), "permits": (BRIDGE,)},
        Answer.NO,
        ("held",),
    ),
    (
        "excepted while stopped on release",
        {"owed": (REVISED,), "grace_mode": GraceMode.NONE, "permits": (BRIDGE,)},
        Answer.SUPERVISED,
        ("exception", "stopped_on_release"),
    ),
]


@pytest.mark.parametrize("facts,answer,codes", [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_who_may_work(facts, answer, codes):
    assert asked(replace(GOOD, **facts)) == (answer, codes)
    found = gate(replace(GOOD, **facts), at=AT, on=ON)
    assert found.allows_alone is (answer is Answer.YES)
    assert all(one.words.text("zh") and one.words.text("en") for one in found.reasons)


S = QualificationStatus
STATES = [
    ({}, S.QUALIFIED),
    ({"closed_at": AT}, S.CLOSED),
    ({"closed_at": AT + TICK}, S.QUALIFIED),
    ({"terms": ()}, S.CANDIDATE),
    ({"terms": (), "holds": (Hold(AT, None, "x"),)}, S.SUSPENDED),
    ({"terms": (Term(AT - 9 * DAY, ON - DAY),)}, S.LAPSED),
    ({"terms": (Term(AT - 9 * DAY, ON - DAY),), "holds": (Hold(AT, None, "x"),)}, S.SUSPENDED),
    ({"holds": (Hold(AT, None, "x", HoldSource.REVOCATION),)}, S.REVOKED),
    ({"holds": (Hold(AT, None, "x"),)}, S.SUSPENDED),
    ({"owed": (REVISED,)}, S.LIMITED),
    ({"owed": (REVISED,), "grace_mode": GraceMode.FULL}, S.QUALIFIED),
    ({"owed": (REVISED,), "grace_mode": GraceMode.NONE}, S.SUSPENDED),
    ({"owed": (replace(REVISED, due_on=ON - DAY),)}, S.SUSPENDED),
    ({"permits": (BRIDGE,), "owed": (replace(REVISED, due_on=ON - DAY),)}, S.SUSPENDED),
]


@pytest.mark.parametrize("facts,status", STATES)
def test_the_kept_status_is_what_the_facts_say(facts, status):
    assert status_of(replace(GOOD, **facts), at=AT, on=ON) is status


days = st.integers(-40, 40).map(lambda n: n * DAY)
instants = days.map(lambda n: AT + n)
dates = days.map(lambda n: ON + n)
standings = st.builds(
    Standing,
    needs_qualification=st.booleans(),
    grace_mode=st.sampled_from(GraceMode),
    hired_on=st.just(dt.date(2020, 1, 1)),
    left_on=st.none() | dates,
    terms=st.lists(st.builds(Term, instants, st.none() | dates, st.none() | instants), max_size=3),
    holds=st.lists(
        st.builds(Hold, instants, st.none() | instants, st.just("x"), st.sampled_from(HoldSource)), max_size=2
    ),
    owed=st.lists(
        st.builds(
            Owed,
            st.sampled_from(ObligationReason),
            st.sampled_from(ObligationMode),
            st.just("GY"),
            instants,
            dates,
            st.none() | instants,
            st.booleans(),
            st.none() | dates,
            st.none() | st.integers(1, 2),
        ),
        max_size=3,
    ),
    permits=st.lists(st.builds(Permit, instants, dates, st.just("魏华"), st.none() | instants), max_size=2),
)


@given(standings, days)
def test_the_gate_and_the_kept_status_never_contradict(facts, after):
    at, on = AT + after, ON + after
    found, status = gate(facts, at=at, on=on), status_of(facts, at=at, on=on)
    if found.answer is Answer.NO:
        assert found.reasons
    if facts.needs_qualification and facts.left_on is None:
        if found.answer is Answer.YES:
            assert status is S.QUALIFIED
        if status in {S.SUSPENDED, S.LAPSED, S.REVOKED, S.CANDIDATE}:
            assert found.answer is not Answer.YES
        if status is S.QUALIFIED:
            assert found.answer is Answer.YES
        if status is S.LIMITED:
            assert found.answer is Answer.SUPERVISED


@given(standings, days)
def test_what_happens_later_never_changes_an_earlier_answer(facts, after):
    at, on = AT + after, ON + after
    known = replace(
        facts,
        terms=[
            replace(one, ended_at=one.ended_at if one.ended_at and one.ended_at <= at else None)
            for one in facts.terms
            if one.granted_at <= at
        ],
        holds=[
            replace(one, to_at=one.to_at if one.to_at and one.to_at <= at else None)
            for one in facts.holds
            if one.from_at <= at
        ],
        owed=[
            replace(one, settled_at=one.settled_at if one.settled_at and one.settled_at <= at else None)
            for one in facts.owed
            if one.opened_at <= at
        ],
        permits=[
            replace(one, ended_at=one.ended_at if one.ended_at and one.ended_at <= at else None)
            for one in facts.permits
            if one.approved_at <= at
        ],
    )
    assert asked(known, at=at, on=on) == asked(facts, at=at, on=on)


def test_every_status_that_the_system_sets_has_its_verb():
    for status, verb in VERBS.items():
        assert verb in steps.QUALIFICATION_STEPS.verbs
        targets = {one.target for one in steps.QUALIFICATION_STEPS.steps if one.verb == verb}
        assert targets == {str(status)}


# -- lifecycles ------------------------------------------------------------------------------------------------------

HUMAN = {
    "requirement": {"enact", "end"},
    "session": {"notify", "start", "complete", "close", "cancel"},
    "exam": {"approve", "retire"},
    "attempt": {"enter", "confirm"},
    "obligation": {"confirm_read", "waive"},
    "qualification": {"stop", "lift", "revoke", "reinstate"},
    "assignment": {"activate", "ask_exception", "approve_exception", "end"},
}
CYCLES = {
    "requirement": steps.REQUIREMENT_STEPS,
    "session": steps.SESSION_STEPS,
    "exam": steps.EXAM_STEPS,
    "attempt": steps.ATTEMPT_STEPS,
    "obligation": steps.OBLIGATION_STEPS,
    "qualification": steps.QUALIFICATION_STEPS,
    "assignment": steps.ASSIGNMENT_STEPS,
}


@pytest.mark.parametrize("name", CYCLES)
def test_only_these_verbs_are_anybodys_and_all_others_the_systems(name):
    assert {one.verb for one in CYCLES[name].steps if one.by} == HUMAN[name]


def test_nobody_can_qualify_or_limit_or_suspend_by_hand_but_quality_at_once():
    by_hand = {one.verb: one.by for one in steps.QUALIFICATION_STEPS.steps if one.by}
    assert by_hand["stop"] == {Role.QUALITY_MANAGER}
    assert not {"qualify", "limit", "suspend", "lapse", "close"} & by_hand.keys()


def test_two_sign_what_frees_or_takes_away():
    for name, verb in (("obligation", "waive"), ("qualification", "revoke"), ("qualification", "reinstate")):
        found = next(one for one in CYCLES[name].steps if one.verb == verb)
        assert set(found.signatures) == {Role.TECHNICAL_MANAGER, Role.HR_MANAGER}
        assert found.needs_note


def test_who_entered_or_sat_does_not_confirm():
    confirm = next(one for one in steps.ATTEMPT_STEPS.steps if one.verb == "confirm")
    assert confirm.unlike == {"enterer", "examinee"}
    assert Role.HR not in confirm.by


# -- exams -----------------------------------------------------------------------------------------------------------

BOTH = Marks(Decimal(100), Decimal(80), Decimal(85))
THEORY = Marks(Decimal(100), Decimal(80), None)
PRACTICE = Marks(Decimal(100), None, Decimal(80))


@pytest.mark.parametrize(
    "score,practical,marks,absent,result",
    [
        (80, 85, BOTH, False, Result.PASS),
        (79, 85, BOTH, False, Result.FAIL),
        (80, 84, BOTH, False, Result.FAIL),
        (80, None, BOTH, False, Result.FAIL),
        (80, None, THEORY, False, Result.PASS),
        (None, 80, PRACTICE, False, Result.PASS),
        (None, None, BOTH, True, Result.ABSENT),
    ],
)
def test_pass_needs_every_pass_mark(score, practical, marks, absent, result):
    assert exams.result_of(number(score), number(practical), marks, is_absent=absent) is result


def number(value):
    return None if value is None else Decimal(value)


@pytest.mark.parametrize(
    "score,practical,marks,absent,expected",
    [
        (80, 85, BOTH, False, []),
        (0, 100, BOTH, False, []),
        (101, 85, BOTH, False, [("score", "score_out_of_range")]),
        (80, -1, BOTH, False, [("practical_score", "score_out_of_range")]),
        (None, 85, BOTH, False, [("score", "score_missing")]),
        (None, None, BOTH, True, []),
        (80, None, BOTH, True, [("score", "absent_with_score")]),
        (80, 85, THEORY, False, [("practical_score", "no_such_part")]),
        (80, None, THEORY, False, []),
        (80, 85, PRACTICE, False, [("score", "no_such_part")]),
    ],
)
def test_scores_that_cannot_be(score, practical, marks, absent, expected):
    found = exams.score_faults(number(score), number(practical), marks, is_absent=absent)
    assert [(one.column, one.code) for one in found] == expected


LIMITS = Limits(attempts=3, wait_days=3)


def past(*results, start=ON - 20 * DAY, step=4):
    return [Past(start + n * step * DAY, Result(one)) for n, one in enumerate(results)]


@pytest.mark.parametrize(
    "history,limits,on,codes",
    [
        ([], LIMITS, ON, []),
        (past("fail"), LIMITS, ON - 18 * DAY, ["must_wait"]),
        (past("fail"), LIMITS, ON - 17 * DAY, []),
        (past("absent"), LIMITS, ON - 19 * DAY, []),
        (past("fail"), LIMITS, ON - 20 * DAY, ["taken_already"]),
        (past("void"), LIMITS, ON - 20 * DAY, []),
        (past("fail", "fail", "fail"), LIMITS, ON, ["attempts_used_up"]),
        (past("fail", "absent", "fail"), LIMITS, ON, ["attempts_used_up"]),
        (past("fail", "void", "fail"), LIMITS, ON, []),
        (past("fail", "fail", "pass"), LIMITS, ON, []),
        (past("fail", "fail", "fail"), replace(LIMITS, since=ON), ON, []),
        (past("fail", "fail", "fail"), replace(LIMITS, since=ON - 20 * DAY), ON, ["attempts_used_up"]),
    ],
)
def test_when_somebody_may_sit_an_exam(history, limits, on, codes):
    assert [one.code for one in exams.attempt_faults(history, limits, on)] == codes


def test_attempts_are_numbered_within_their_round():
    assert exams.next_attempt_no([], LIMITS, ON) == 1
    assert exams.next_attempt_no(past("fail", "absent"), LIMITS, ON) == 3
    assert exams.next_attempt_no(past("fail", "pass"), LIMITS, ON) == 1
    assert exams.are_used_up(past("fail", "fail", "fail"), LIMITS)
    assert not exams.are_used_up(past("fail", "fail", "pass"), LIMITS)


@given(st.lists(st.sampled_from(["fail", "absent", "pass"]), max_size=9), st.integers(1, 5))
def test_nobody_sits_more_often_than_the_limit_without_a_pass_between(results, attempts):
    limits, history = Limits(attempts, 0), []
    for place, result in enumerate(results):
        on = ON + place * DAY
        if not exams.attempt_faults(history, limits, on):
            history.append(Past(on, Result(result)))
    failed = 0
    for one in history:
        failed = 0 if one.result is Result.PASS else failed + 1
        assert failed <= attempts


@pytest.mark.parametrize(
    "said,result,expected",
    [
        ("合格", Result.FAIL, True),
        ("不合格", Result.FAIL, False),
        (" 缺 考 ", Result.ABSENT, False),
        ("Pass", Result.PASS, False),
        ("迟到10分钟", Result.FAIL, False),
        ("缺考", Result.PASS, True),
    ],
)
def test_a_remark_that_says_another_thing(said, result, expected):
    assert exams.contradicts(said, result) is expected


def test_an_exam_counts_only_while_it_was_approved_and_not_stale():
    spans = [(ON - 20 * DAY, ON - 10 * DAY), (ON - DAY, None)]
    found = [exams.was_valid(spans, ON - n * DAY) for n in (21, 20, 10, 9, 2, 1, 0)]
    assert found == [False, True, True, False, False, True, True]


def test_no_result_of_a_day_to_come():
    exams.refuse_future(ON, ON)
    with pytest.raises(RuleBroken):
        exams.refuse_future(ON + DAY, ON)


# -- days ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "start,months,end",
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2025-01-31", 1, "2025-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-15", 24, "2028-12-15"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-05-31", 0, "2026-05-31"),
    ],
)
def test_a_cycle_of_months_ends_on_the_corresponding_day_or_the_months_last(start, months, end):
    assert add_months(dt.date.fromisoformat(start), months) == dt.date.fromisoformat(end)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), st.integers(0, 120), st.integers(0, 120))
def test_more_months_never_end_earlier(start, few, more):
    assert add_months(start, few) <= add_months(start, few + more)
    assert add_months(start, few).day <= start.day


def test_a_qualification_counts_as_long_as_the_shortest_of_what_it_rests_on():
    assert valid_until([(dt.date(2026, 1, 31), 1), (dt.date(2026, 1, 1), 24)]) == dt.date(2026, 2, 28)
    assert valid_until([]) is None


def test_grace_counts_from_the_day_of_the_change():
    assert due_after(ON, Decimal(10)) == dt.date(2026, 11, 26)
    assert due_after(ON, 0) == ON


C, M = ChangeClass, ObligationMode


@pytest.mark.parametrize(
    "change,has_exam,practice,trains,mode",
    [
        (C.EDITORIAL, True, True, True, M.READ),
        (C.MINOR, True, True, False, M.READ),
        (C.MINOR, True, True, True, M.TRAIN),
        (C.MAJOR, False, False, False, M.TRAIN),
        (C.MAJOR, True, False, False, M.EXAM),
        (C.MAJOR, True, True, False, M.EXAM_PRACTICAL),
    ],
)
def test_what_a_release_asks(change, has_exam, practice, trains, mode):
    assert mode_after(change, has_exam=has_exam, practical_required=practice, trains_after_minor=trains) is mode


@pytest.mark.parametrize("left,level", [(91, None), (90, 90), (31, 90), (30, 30), (8, 30), (7, 7), (0, 7), (-1, None)])
def test_the_notice_of_an_ending_that_is_due(left, level):
    assert notice_due(ON + left * DAY, [Decimal(90), Decimal(30), Decimal(7)], ON) == level


@pytest.mark.parametrize("days,is_good", [(-1, False), (0, True), (4, True), (5, False)])
def test_an_exception_lasts_so_many_days_at_most(days, is_good):
    if is_good:
        refuse_long_exception(ON, ON + days * DAY, Decimal(5))
        return
    with pytest.raises(RuleBroken):
        refuse_long_exception(ON, ON + days * DAY, Decimal(5))


# -- trainings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SessionKind)
def test_the_technical_department_teaches_what_is_about_process(kind):
    sessions.refuse_trainer(kind, DepartmentKind.TECHNICAL)
    if kind in {SessionKind.INDUCTION, SessionKind.POST, SessionKind.PROCESS_CHANGE}:
        with pytest.raises(RuleBroken):
            sessions.refuse_trainer(kind, DepartmentKind.AFTER_SALES)
    else:
        sessions.refuse_trainer(kind, DepartmentKind.AFTER_SALES)


def test_a_training_ends_after_it_begins():
    sessions.refuse_times(AT, AT + TICK)
    with pytest.raises(RuleBroken):
        sessions.refuse_times(AT, AT)


@pytest.mark.parametrize("attendance", Attendance)
@pytest.mark.parametrize("skill", SkillDemo)
@pytest.mark.parametrize("mode", ObligationMode)
def test_being_there_settles_what_asks_for_no_exam(attendance, skill, mode):
    expected = (
        attendance in {Attendance.PRESENT, Attendance.LATE}
        and skill is not SkillDemo.FAIL
        and mode in {ObligationMode.TRAIN, ObligationMode.READ}
    )
    assert sessions.satisfies(attendance, skill, mode) is expected


def test_who_signs_in_after_the_beginning_is_late():
    assert sessions.signed_in(AT, AT) is Attendance.PRESENT
    assert sessions.signed_in(AT, AT + TICK) is Attendance.LATE
