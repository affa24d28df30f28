"""The rules of orders, plans, progress and delays, as tables and as properties (S1-S3)."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.base import Person, Role, RuleBroken, Words
from rules.schedule import (
    ChangeCause,
    ClearanceKind,
    DelayNature,
    DelayStatus,
    Difficulty,
    Direction,
    HoldSource,
    Opinion,
    StageStatus,
    changes,
    contacts,
    delays,
    feasibility,
    orders,
    plans,
    reports,
    stages,
)
from rules.schedule.changes import Grounds, Shift
from rules.schedule.feasibility import Demand, Overload
from rules.schedule.orders import Answered
from rules.schedule.plans import Task
from rules.schedule.stages import Progress, Standing
from rules.training import Answer, Gate, GateReason

quickly = settings(deadline=None, max_examples=60)
MONDAY = date(2026, 11, 16)
DAYS = [MONDAY + timedelta(days=n) for n in range(14)]


def refused(function, *args, **named):
    with pytest.raises(RuleBroken) as found:
        function(*args, **named)
    assert found.value.words.text("en") != found.value.words.text("zh")
    return found.value


# -- orders ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("production,technical", list(product((None, *Opinion), repeat=2)))
def test_an_order_is_confirmed_only_after_both_called_it_feasible_somehow(production, technical):
    answers = [Answered(ClearanceKind.PRODUCTION, production), Answered(ClearanceKind.TECHNICAL, technical)]
    if {production, technical} & {None, Opinion.INFEASIBLE}:
        assert refused(orders.refuse_uncleared, answers).clause == "S1.1"
    else:
        orders.refuse_uncleared(answers)
    assert refused(orders.refuse_uncleared, answers[:1]).clause == "S1.1"


@pytest.mark.parametrize(
    "opinion,difficulty,days,conditions,reason,field",
    [
        (None, Difficulty.LOW, 5, 0, "", "opinion"),
        (Opinion.FEASIBLE, None, 5, 0, "", "difficulty"),
        (Opinion.FEASIBLE, Difficulty.LOW, None, 0, "", "proposed_days"),
        (Opinion.CONDITIONAL, Difficulty.LOW, 5, 0, "", "opinion"),
        (Opinion.INFEASIBLE, Difficulty.HIGH, None, 0, " ", "risks"),
    ],
)
def test_an_answer_says_at_which_field_it_lacks_something(opinion, difficulty, days, conditions, reason, field):
    found = orders.why_incomplete(opinion, difficulty, days, conditions=conditions, reason=reason)
    assert found is not None
    assert found.field == field


@pytest.mark.parametrize(
    "opinion,days,conditions,reason",
    [
        (Opinion.FEASIBLE, 5, 0, ""),
        (Opinion.CONDITIONAL, 5, 1, ""),
        (Opinion.INFEASIBLE, None, 0, "没有设备"),
    ],
)
def test_a_whole_answer_is_taken(opinion, days, conditions, reason):
    assert orders.why_incomplete(opinion, Difficulty.LOW, days, conditions=conditions, reason=reason) is None


def test_each_department_answers_for_itself():
    for kind, role in product(ClearanceKind, Role):
        refusal = orders.why_not_answer(kind, Person(1, 2, {role: None}))
        assert (refusal is None) == (role in orders.ANSWERED_BY[kind])


def test_dates_of_an_order_stand_in_order():
    orders.refuse_disorder(MONDAY, None, 1)
    orders.refuse_disorder(MONDAY, MONDAY, 1)
    assert refused(orders.refuse_disorder, MONDAY, MONDAY - timedelta(days=1), 1).field == "requested_on"
    assert refused(orders.refuse_disorder, MONDAY, None, 0).field == "qty"
    assert orders.refuse_promise(MONDAY, MONDAY, MONDAY) == MONDAY
    assert refused(orders.refuse_promise, None, MONDAY, MONDAY).field == "promised_on"
    assert refused(orders.refuse_promise, MONDAY, MONDAY, DAYS[1]).field == "promised_on"
    assert orders.refuse_delivery(MONDAY, MONDAY, DAYS[3]) == MONDAY
    assert refused(orders.refuse_delivery, DAYS[4], MONDAY, DAYS[3]).field == "delivered_on"
    assert refused(orders.refuse_delivery, MONDAY, DAYS[1], DAYS[3]).field == "delivered_on"


@pytest.mark.parametrize(
    "due,delivered,on,late",
    [
        (None, None, 9, False),
        (5, 5, 9, False),
        (5, 6, 9, True),
        (5, None, 5, False),
        (5, None, 6, True),
    ],
)
def test_an_order_is_late_strictly_after_the_date_that_counts(due, delivered, on, late):
    at = [None if n is None else DAYS[n] for n in (due, delivered, on)]
    assert orders.is_late(*at) is late


def test_a_warranty_lasts_until_the_corresponding_date_or_the_months_end():
    assert orders.warranty_until(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert orders.warranty_until(date(2026, 3, 16), 12) == date(2027, 3, 16)


# -- plans -----------------------------------------------------------------------------------------------------------


def task(seq, **more):
    given = {"post_id": 1, "owner_id": 2, "revision_id": 3, "weight": Decimal(50), "after": ()}
    given |= {"start_on": DAYS[seq], "end_on": DAYS[seq]} | more
    return Task(seq=seq, name=f"S{seq}", **given)


def said(tasks):
    return " ".join(words.text("en") for words in feasibility.faults_of(tasks))


def test_a_whole_plan_has_no_faults():
    assert feasibility.faults_of([task(1), task(2, after=(1,))]) == []
    feasibility.refuse_faults([])


@pytest.mark.parametrize(
    "more,what",
    [
        ({"owner_id": None}, "responsible person"),
        ({"post_id": None}, "post"),
        ({"start_on": None}, "planned start"),
        ({"end_on": None}, "planned end"),
        ({"revision_id": None}, "revision"),
        ({"weight": Decimal("49.9")}, "99.9"),
        ({"end_on": DAYS[0]}, "ends before it begins"),
        ({"after": (9,)}, "which there is not"),
        ({"after": (1,), "start_on": DAYS[0], "end_on": DAYS[3]}, "before stage 1 is done"),
    ],
)
def test_each_fault_of_a_plan_is_named(more, what):
    assert what in said([task(1), task(2, **more)])


def test_all_faults_are_said_at_once_and_an_empty_plan_is_no_plan():
    found = said([task(1, owner_id=None), task(2, post_id=None)])
    assert "responsible person" in found
    assert "post" in found
    assert "no stages" in said([])
    assert refused(feasibility.refuse_faults, feasibility.faults_of([])).clause == "S1.2"


def test_stages_that_wait_for_each_other_are_a_circle():
    assert "1 → 2 → 1" in said([task(1, after=(2,)), task(2, after=(1,))])
    assert feasibility.cycle_in({1: [2], 2: [3], 3: []}) == []
    assert feasibility.cycle_in({1: [1]}) == [1, 1]


@quickly
@given(st.dictionaries(st.integers(1, 12), st.lists(st.integers(1, 12), max_size=4), max_size=12))
def test_a_circle_is_found_exactly_where_the_stages_cannot_be_put_in_order(graph):
    circle = feasibility.cycle_in(graph)
    left = {node: {one for one in graph[node] if one in graph} for node in graph}
    while free := [node for node, waits in left.items() if not waits]:
        left = {node: waits - set(free) for node, waits in left.items() if node not in free}
    assert bool(circle) == bool(left)
    for before, one in pairwise(circle):
        assert one in graph[before]
    assert not circle or circle[0] == circle[-1]


def test_five_hundred_stages_in_a_row_are_looked_at_without_recursion():
    assert feasibility.cycle_in({n: [n - 1] for n in range(2, 5000)}) == []


@pytest.mark.parametrize(
    "end,promised,consented,is_fine",
    [(5, 5, None, True), (6, 5, None, False), (6, 5, 6, True), (7, 5, 6, False), (6, None, None, True)],
)
def test_a_plan_ends_within_its_promise_or_with_the_sales_managers_consent(end, promised, consented, is_fine):
    days = [None if n is None else DAYS[n] for n in (end, promised, consented)]
    if is_fine:
        feasibility.refuse_late_end(*days)
    else:
        assert refused(feasibility.refuse_late_end, *days).clause == "S1.3"


@pytest.mark.parametrize(
    "more,reopens",
    [
        ({"start_on": DAYS[1]}, True),
        ({"end_on": DAYS[5]}, True),
        ({"post_id": 8}, True),
        ({"revision_id": 8}, True),
        ({"owner_id": 8}, False),
        ({"weight": Decimal(40)}, False),
        ({"qty": 8}, False),
        ({"heads": 3}, False),
        ({}, False),
    ],
)
def test_dates_revision_and_post_reopen_the_review_and_nothing_else(more, reopens):
    before = [task(1).kept(), task(2).kept()]
    assert plans.reopens_review(before, [task(1).kept(), task(2, **more).kept()]) is reopens
    assert len(plans.differences(before, [task(1).kept(), task(2, **more).kept()])) == len(more)


def test_a_plan_ends_with_its_last_stage():
    assert plans.end_of([task(1), task(2, end_on=DAYS[9]), task(3, end_on=None)]) == DAYS[9]
    assert plans.end_of([task(1, end_on=None)]) is None


def test_a_stage_more_or_less_reopens_the_review():
    one, two = [task(1).kept()], [task(1).kept(), task(2).kept()]
    assert plans.reopens_review(one, two)
    assert [(found.field, found.old, found.new) for found in plans.differences(two, one)] == [("stage", "S2", None)]
    assert [(found.old, found.new) for found in plans.differences(one, two)] == [(None, "S2")]


# -- people ----------------------------------------------------------------------------------------------------------


def test_a_post_is_overloaded_on_the_days_on_which_more_are_needed_than_may_work():
    wanted = [Demand(1, tuple(DAYS[0:3]), 2, "甲"), Demand(1, (DAYS[2],), 1, "乙"), Demand(2, (DAYS[0],), 1, "丙")]
    there = {(1, DAYS[0]): 2, (1, DAYS[1]): 1, (1, DAYS[2]): 2, (2, DAYS[0]): 1}
    assert feasibility.overloads(wanted, there) == [
        Overload(1, DAYS[1], 2, 1, ("甲",)),
        Overload(1, DAYS[2], 3, 2, ("甲", "乙")),
    ]
    words = feasibility.words_of_overloads(feasibility.overloads(wanted, there), {1: "车工"})
    assert [one.text("zh") for one in words] == [f"“车工”{DAYS[1]}–{DAYS[2]}：需 2 人，合格在岗 1 人（甲、乙）。"]


@quickly
@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(0, 9), st.integers(1, 4), st.integers(1, 4)), max_size=8),
    st.dictionaries(st.tuples(st.integers(1, 3), st.sampled_from(DAYS)), st.integers(0, 6), max_size=20),
)
def test_load_is_the_sum_of_what_the_stages_need_and_nothing_within_it_is_an_overload(rows, there):
    wanted = [Demand(post, tuple(DAYS[first : first + length]), heads) for post, first, length, heads in rows]
    load = feasibility.load(wanted)
    assert sum(load.values()) == sum(len(one.days) * one.heads for one in wanted)
    over = {(one.post_id, one.on) for one in feasibility.overloads(wanted, there)}
    assert over == {key for key, needed in load.items() if needed > there.get(key, 0)}


def test_days_with_at_most_a_weekend_between_them_are_said_as_one_stretch():
    assert feasibility.spans_of([DAYS[0], DAYS[1], DAYS[4], DAYS[7], DAYS[13]]) == [
        (DAYS[0], DAYS[7]),
        (DAYS[13], DAYS[13]),
    ]


def test_who_may_not_even_work_under_a_mentor_is_refused_by_name_and_reason():
    why = GateReason("never_qualified", Words("Not yet qualified.", "尚未取得资格。"))
    for answer in (Answer.YES, Answer.SUPERVISED):
        stages.refuse_gate(Gate(answer, (why,)), "张三", "车工")
    found = refused(stages.refuse_gate, Gate(Answer.NO, (why,)), "张三", "车工", field="people")
    assert found.field == "people"
    assert "张三" in found.words.text("zh")
    assert "尚未取得资格" in found.words.text("zh")


# -- stages ----------------------------------------------------------------------------------------------------------


def test_a_stage_is_ready_when_all_before_it_are_done_or_cancelled():
    done, cancelled = StageStatus.DONE, StageStatus.CANCELLED
    assert stages.is_ready([])
    assert stages.is_ready([done, cancelled])
    for one in set(StageStatus) - {done, cancelled}:
        assert not stages.is_ready([done, one])


def test_whoever_stopped_a_stage_lets_it_go_on():
    for source, role in product(HoldSource, Role):
        refusal = stages.why_not_lift(source, Person(1, 2, {role: None}))
        assert (refusal is None) == (role in stages.LIFTED_BY[source])
    assert stages.why_not_lift(None, Person(1, 2, {})) is None


@pytest.mark.parametrize(
    "elapsed,total,percent",
    [(0, 10, "0"), (5, 10, "50"), (10, 10, "100"), (12, 10, "100"), (-1, 10, "0"), (0, 0, "0"), (1, 0, "100")],
)
def test_what_should_be_done_grows_with_the_working_days(elapsed, total, percent):
    assert stages.planned_share(elapsed, total) == Decimal(percent)


def test_an_order_has_earned_what_its_stages_weigh_as_far_as_they_are():
    rows = [Progress(Decimal(40), Decimal(100), None, None), Progress(Decimal(60), Decimal(50), None, None)]
    assert stages.earned(rows) == 70
    assert stages.earned([]) == 0


@pytest.mark.parametrize(
    "done,planned,expected,threshold,why",
    [
        ("50", "59.9", None, "10", None),
        ("50", "60", None, "10", "progress"),
        ("100", "100", None, "0", None),
        ("50", "90", None, None, None),
        ("90", "60", 5, "10", None),
        ("90", "60", 6, "10", "expected_finish"),
        ("50", "60", 6, None, "expected_finish"),
    ],
)
def test_a_delay_is_forecast_by_the_threshold_or_by_what_the_team_leader_expects(
    done, planned, expected, threshold, why
):
    one = Standing(Decimal(done), Decimal(planned), DAYS[5], None if expected is None else DAYS[expected])
    assert stages.forecasts(one, None if threshold is None else Decimal(threshold)) == why


@quickly
@given(st.integers(0, 100), st.integers(1, 60))
def test_the_rest_takes_its_share_of_the_days_and_at_least_one(done, total):
    left = stages.days_left(Decimal(done), total)
    assert 0 <= left <= total
    assert (left == 0) == (done == 100)
    assert left >= total * (100 - done) / 100


# -- reports ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hours,day,clock",
    [("17.5", 0, time(17, 30)), ("0", 0, time()), ("24", 1, time()), ("23.99", 0, time(23, 59))],
)
def test_the_cut_off_counts_from_midnight(hours, day, clock):
    assert reports.cut_off_at(MONDAY, Decimal(hours)) == (DAYS[day], clock)


@pytest.mark.parametrize(
    "percent,before,qty,hours,field",
    [
        ("101", "0", (0, 0, 0), "0", "percent"),
        ("-1", "0", (0, 0, 0), "0", "percent"),
        ("40", "50", (0, 0, 0), "0", "percent"),
        ("50", "50", (-1, 0, 0), "0", "qty_done"),
        ("50", "50", (5, 4, 2), "0", "qty_bad"),
        ("50", "50", (5, 4, 1), "-1", "hours"),
        ("50", "50", (5, 4, 1), "8", None),
    ],
)
def test_implausible_figures_are_refused_at_their_field(percent, before, qty, hours, field):
    given_ = (Decimal(percent), Decimal(before), qty, Decimal(hours))
    if field is None:
        reports.refuse_implausible(*given_)
    else:
        assert refused(reports.refuse_implausible, *given_).field == field


def test_a_report_is_late_strictly_after_its_cut_off_and_never_of_a_day_to_come():
    at = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
    assert not reports.is_late(at, at)
    assert reports.is_late(at + timedelta(seconds=1), at)
    reports.refuse_future(MONDAY, MONDAY)
    assert refused(reports.refuse_future, DAYS[1], MONDAY).field == "on"


# -- changes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cause,agreed,evidence,gm", list(product(ChangeCause, (True, False), ("", "邮件"), (True, False)))
)
def test_the_counted_date_moves_with_consent_on_record_or_approved_force_majeure_only(cause, agreed, evidence, gm):
    grounds = Grounds(cause, customer_agreed=agreed, consent_evidence=evidence, gm_approved=gm)
    moves = (agreed and bool(evidence)) or (cause is ChangeCause.FORCE_MAJEURE and gm)
    assert changes.kpi_due_after(MONDAY, DAYS[5], grounds) == (DAYS[5] if moves else MONDAY)
    assert changes.kpi_due_after(MONDAY, None, grounds) == MONDAY
    assert changes.why_unfounded(None, grounds) is None
    if moves:
        assert changes.why_unfounded(DAYS[5], grounds) is None
    else:
        refusal = changes.why_unfounded(DAYS[5], grounds)
        assert refusal is not None
        assert refusal.field == "new_kpi_due_on"


def test_a_change_says_what_it_is():
    changes.refuse_empty("改交期", DAYS[1], DAYS[1])
    assert refused(changes.refuse_empty, " ", None, None).field == "text"
    assert refused(changes.refuse_empty, "改交期", None, DAYS[1]).field == "new_promised_on"
    changes.refuse_past(None, MONDAY)
    assert refused(changes.refuse_past, MONDAY - timedelta(days=1), MONDAY).field == "new_promised_on"
    changes.refuse_unshown("邮件")
    assert refused(changes.refuse_unshown, " ").field == "consent_evidence"
    changes.refuse_endorsing(ChangeCause.FORCE_MAJEURE)
    assert refused(changes.refuse_endorsing, ChangeCause.CAPACITY).clause == "S3.1"


def test_shifts_are_kept_as_plain_values():
    one = Shift(7, MONDAY, DAYS[3])
    assert changes.shifts_of([one.kept()]) == [one]


# -- delays ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status,nature,gm", list(product(DelayStatus, DelayNature, (True, False))))
def test_what_counts_as_a_delay(status, nature, gm):
    ahead = status in {DelayStatus.FORECAST, DelayStatus.AVERTED}
    ours = nature in {DelayNature.UNDETERMINED, DelayNature.SUBJECTIVE, DelayNature.SUPPLIER}
    expected = not ahead and (ours or (nature is DelayNature.SPECIAL and not gm))
    assert delays.counts(str(status), nature, gm_approved=gm) is expected


def test_force_majeure_is_claimed_with_evidence_and_never_given_by_the_lead_alone():
    for nature in DelayNature:
        if nature in {DelayNature.UNDETERMINED, DelayNature.FORCE_MAJEURE}:
            assert refused(delays.refuse_attribution, nature).field == "nature"
        else:
            delays.refuse_attribution(nature)
    for nature in (DelayNature.FORCE_MAJEURE, DelayNature.SPECIAL):
        assert refused(delays.refuse_unproved, nature, " ", has_file=False).field == "evidence"
        delays.refuse_unproved(nature, "停电通知", has_file=False)
        delays.refuse_unproved(nature, "", has_file=True)
    assert refused(delays.refuse_unproved, DelayNature.SUBJECTIVE, "x", has_file=True).field == "nature"


def test_the_effect_on_the_order_is_what_was_not_absorbed():
    assert [delays.effect(5, n) for n in (0, 2, 5, 9)] == [5, 3, 0, 0]
    assert delays.whole_days(" 3 ") == 3
    assert delays.whole_days("") == 0
    for typed in ("-1", "1.5", "三", "９"):
        assert refused(delays.whole_days, typed).field == "absorbed_working_days"


def test_a_delay_is_overdue_from_the_day_after_its_planned_end():
    assert not delays.fell_overdue(MONDAY, MONDAY)
    assert delays.fell_overdue(MONDAY, DAYS[1])


def test_a_report_proposes_an_analysis_explains_a_nature_is_one_of_the_list():
    delays.refuse_empty_report("加班")
    assert refused(delays.refuse_empty_report, " ").field == "proposal"
    delays.refuse_empty_analysis("缺料")
    assert refused(delays.refuse_empty_analysis, "").field == "analysis"
    assert delays.nature_of("customer") is DelayNature.CUSTOMER
    for typed in ("", "undetermined", "other"):
        assert refused(delays.nature_of, typed).field == "nature"


# -- contacts --------------------------------------------------------------------------------------------------------


def test_only_what_we_say_about_an_order_keeps_the_customer_informed():
    assert contacts.tells_customer(Direction.OUTGOING, has_order=True)
    assert not contacts.tells_customer(Direction.OUTGOING, has_order=False)
    assert not contacts.tells_customer(Direction.INCOMING, has_order=True)
    contacts.refuse_empty_answer("好")
    assert refused(contacts.refuse_empty_answer, " ").field == "answer"


@pytest.mark.parametrize(
    "said, effect, severity",
    [("", 0, "minor"), ("", 1, "major"), ("minor", 9, "minor"), ("critical", 0, "critical"), ("?", 0, "minor")],
)
def test_a_remedy_is_as_severe_as_is_said_else_by_what_the_order_loses(said, effect, severity):
    assert delays.severity_of(said, effect) == severity
