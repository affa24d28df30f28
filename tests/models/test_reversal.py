"""Points of rewards and penalties on sheets, and a reversal through score, file, open and closed cycles (K3.1, K4.1)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from models.assessment import (
    AssessmentCycle,
    AssessmentSheet,
    KpiDefinition,
    KpiEvidence,
    KpiTarget,
    RewardPenalty,
    compute_waiting,
    replay,
    sheets_of,
)
from models.base import previews
from models.recomputing import differences
from rules.assessment import CycleStatus, Flag, Group, Method
from rules.base import RuleBroken
from tests.models.acts import DAY, HOUR, checked, doing, item, perform
from tests.models.test_cycles import AFTER, IN_OCTOBER, OCTOBER, computed, line, locked, published, sheet_of, weights
from tests.models.test_rewards import AT, decided, drafts, entries, executed, rule
from tests.world import department, employee, person

POINTS = "reward_penalty_points"
NEXT = date(2026, 11, 1)
DECEMBER = AFTER + timedelta(days=30)


def points_count(session, area="SC1"):
    """Points of rewards and penalties count on the sheets of the department."""
    kpi = session.scalar(select(KpiDefinition).where(KpiDefinition.code == POINTS))
    with doing(session, "hr", IN_OCTOBER):
        session.add(
            KpiTarget(
                department=department(session, area), kpi=kpi, weight=Decimal(0), method="points", from_on=OCTOBER
            )
        )


def penalised(session, **more):
    """October: half of what was checked passed, and four points are off 车工一 (executed, appealed at once)."""
    rule(session, **more)
    weights(session)
    points_count(session)
    checked(session, [item(session, ok=True), item(session, ok=True), item(session), item(session)], at=IN_OCTOBER)
    decided(session)
    one = next(one for one in drafts(session) if one.employee.name == "车工一")
    executed(session, one)
    return perform(session, one, "appeal", "employee", AT + 12 * DAY, note="不是我当班")


def points_of(session, cycle):
    one = line(sheet_of(session, cycle), POINTS)
    return one.value, one.value_before, str(one.status)


def totals(session, cycle):
    return {one.subject.name: one.total for one in sheets_of(cycle)}


def is_proved(session, cycle):
    return all(one.is_same for one in replay(session, session.get_one(AssessmentCycle, cycle.id)))


def november(session, at=DECEMBER):
    with doing(session, "hr", at):
        cycle = AssessmentCycle(from_on=NEXT)
        cycle.prepare()
        session.add(cycle)
    perform(session, cycle, "start", "hr", at)
    assert compute_waiting(session, at + HOUR) == 1
    return cycle


def test_points_that_were_carried_out_are_a_line_with_its_row(any_session):
    session = any_session
    one = penalised(session)
    sheet = sheet_of(session, computed(session))
    found = line(sheet, POINTS)
    assert (found.value, found.score, found.effective_weight, found.flag) == (-4, None, 0, Flag.OK)
    row = session.scalar(select(KpiEvidence).where(KpiEvidence.kpi_id == found.kpi_id))
    assert (row.entity, row.entity_id, row.top, str(row.side)) == ("reward_penalty", one.id, -40_000, "numerator")
    scored = sum(one.score * one.effective_weight for one in sheet.lines if one.score is not None) / 100
    assert sheet.total == (scored - 4).quantize(Decimal("0.1"))


def test_points_are_an_independent_count_in_sql(any_session):
    session = any_session
    penalised(session)
    cycle = computed(session)
    found = session.scalar(
        text(
            "SELECT -sum(p.size) FROM reward_penalty p JOIN employee e ON e.id = p.employee_id WHERE e.name = '车工一' "
            "AND p.kind IN ('warning', 'points') AND p.executed_at >= '2026-09-30 16:00:00' "
            "AND p.executed_at < '2026-10-31 16:00:00' AND p.status <> 'revoked'"
        )
    )
    assert points_of(session, cycle)[0] == Decimal(int(found)).scaleb(-4) == -4


def test_a_persons_points_count_on_nobody_elses_sheet(session):
    penalised(session)
    cycle = computed(session)
    others = [one for one in sheets_of(cycle) if one.employee is None or one.employee.name != "车工一"]
    assert {line(one, POINTS).value for one in others} == {0}


@pytest.mark.parametrize("source", ["assessment", "suggestion"])
def test_what_another_line_counts_already_adds_no_points(session, source):
    one = penalised(session)
    with doing(session, "hr", AT + 12 * DAY):
        one.rule.occasion, one.rule.severity = source, None
    found = line(sheet_of(session, computed(session)), POINTS)
    assert found.value == 0
    assert session.scalar(select(KpiEvidence.reason).where(KpiEvidence.kpi_id == found.kpi_id)) == "counted_already"


@pytest.mark.parametrize("verb, size, points", [("revoke", None, 0), ("change", "2", -2), ("uphold", None, -4)])
@pytest.mark.parametrize("reached", [CycleStatus.COMPUTED, CycleStatus.PUBLISHED])
def test_in_an_open_cycle_exactly_the_line_with_the_points_changes(any_session, verb, size, points, reached):
    session = any_session
    one = penalised(session)
    cycle = computed(session)
    if reached is CycleStatus.PUBLISHED:
        published(session, cycle)
    before, hashes = totals(session, cycle), {one.id: one.content_hash for one in sheets_of(cycle)}
    more = {"size": size} if size else {}
    perform(session, one, verb, "general_manager", AFTER + 20 * HOUR, note="排班表证明属实", **more)
    is_reversed = verb != "uphold"
    assert points_of(session, cycle) == ((points, -4, "corrected") if is_reversed else (points, None, "computed"))
    assert totals(session, cycle) == before | {"车工一": before["车工一"] + 4 + points}
    sheet = sheet_of(session, cycle)
    assert (sheet.total_before == before["车工一"]) is is_reversed
    changed = {one.id for one in sheets_of(cycle) if one.content_hash != hashes[one.id]}
    assert changed == ({sheet.id} if is_reversed else set())
    assert is_proved(session, cycle)
    wanted = {"revoke": [(-4, False), (4, True)], "change": [(-4, False), (4, True), (-2, False)]}
    assert entries(session) == wanted.get(verb, [(-4, False)])


@pytest.mark.parametrize("verb, size, more", [("revoke", None, 4), ("change", "2", 2)])
def test_a_closed_cycle_keeps_its_points_and_the_next_one_puts_them_right_once(any_session, verb, size, more):
    session = any_session
    one = penalised(session)
    closed = locked(session, computed(session))
    hashes = (closed.content_hash, [one.content_hash for one in sheets_of(closed)])
    said = [words.text("zh") for words in previews(one, verb, person(session, "general_manager"))]
    assert said == ["2026-10 已锁定，差额计入下一考核周期：车工一 · 奖惩加减分。"]
    fields = {"size": size} if size else {}
    perform(session, one, verb, "general_manager", AFTER + 16 * DAY, note="排班表证明属实", **fields)
    assert (closed.content_hash, [one.content_hash for one in sheets_of(closed)]) == hashes
    assert points_of(session, closed) == (-4, None, "computed")
    assert is_proved(session, closed)
    following = november(session)
    assert points_of(session, following)[0] == more
    corrected = select(KpiEvidence.corrects_id, KpiEvidence.top).where(
        KpiEvidence.cycle_id == following.id, KpiEvidence.corrects_id.is_not(None)
    )
    assert session.execute(corrected).tuples().all() == [(closed.id, more * 10_000)]
    assert is_proved(session, closed)
    assert is_proved(session, following)
    assert not [one for one in differences(session) if one.what.startswith("KB-")]
    perform(session, following, "start", "hr", DECEMBER + DAY)
    compute_waiting(session, DECEMBER + DAY)
    assert points_of(session, following)[0] == more


def test_what_was_revoked_in_an_open_cycle_stays_revoked_when_it_is_closed(any_session):
    session = any_session
    one = penalised(session)
    cycle = published(session, computed(session))
    perform(session, one, "revoke", "general_manager", AFTER + 20 * HOUR, note="排班表证明属实")
    perform(session, cycle, "lock", "hr_manager", AFTER + 15 * DAY)
    assert is_proved(session, cycle)
    assert points_of(session, november(session))[0] == 0


def test_before_it_is_pressed_it_is_said_which_line_will_change(session):
    one = penalised(session)
    computed(session)
    said = [words.text("zh") for words in previews(one, "revoke", person(session, "general_manager"))]
    assert said == ["将重新计算：2026-10 车工一 · 奖惩加减分。"]


def test_while_figures_are_computed_an_appeal_is_not_answered(session):
    one = penalised(session)
    cycle = computed(session)
    perform(session, cycle, "start", "hr", AFTER + DAY)
    with pytest.raises(RuleBroken, match="being computed"):
        perform(session, one, "revoke", "general_manager", AFTER + DAY, note="排班表证明属实")
    assert (one.status, one.answered_at) == ("appealed", None)


@pytest.mark.parametrize("verb, size, points", [("uphold", None, -4), ("change", "2", -2), ("revoke", None, None)])
def test_an_appeal_before_the_execution_is_decided_and_carried_out_in_one(session, verb, size, points):
    rule(session)
    decided(session)
    one, at = drafts(session)[0], AT + 11 * DAY
    perform(session, one, "ask_statement", "hr", at)
    perform(session, one, "state", "employee", at + HOUR, statement="当班缺人")
    perform(session, one, "approve", "production_manager", at + 2 * HOUR, size="4")
    perform(session, one, "announce", "hr", at + 3 * HOUR)
    perform(session, one, "appeal", "employee", at + 4 * HOUR, note="过重")
    perform(session, one, verb, "general_manager", at + DAY, note="查明", **({"size": size} if size else {}))
    assert [score for score, _ in entries(session)] == ([] if points is None else [points])
    assert (one.executed_at is None) is (points is None)


def test_an_executed_penalty_of_a_closed_month_is_changed_by_nothing_but_its_appeal(session):
    one = penalised(session)
    locked(session, computed(session))
    with doing(session, "admin", AFTER + 16 * DAY):
        session.get_one(RewardPenalty, one.id).size = Decimal(1)
        with pytest.raises(RuleBroken, match="closed assessment period"):
            session.flush()
        session.rollback()
    assert session.get_one(RewardPenalty, one.id).size == 4


FAULTS = {
    "a weight": ({"weight": Decimal(10)}, "weight is 0"),
    "scored otherwise": ({"method": Method.DEDUCT, "points_each": Decimal(1)}, "scored by"),
    "another indicator": ({"kpi": "delay_count"}, "scored by"),
    "the group": ({"kpi": None, "group": Group.REWARDS, "method": Method.LINEAR}, "choose the indicator"),
}


def weighed(session, **more):
    given = {"kpi": POINTS, "weight": Decimal(0), "method": Method.POINTS, "bands": "", "from_on": OCTOBER, **more}
    given["kpi"] = session.scalar(select(KpiDefinition).where(KpiDefinition.code == given["kpi"]))
    with doing(session, "hr", IN_OCTOBER):
        one = KpiTarget(department=department(session, "SC1"), **given)
        with session.no_autoflush:
            session.add(one)
            one.prepare()
    return one


def test_points_and_they_alone_are_added_to_the_total(session):
    assert weighed(session).method is Method.POINTS
    for more, sentence in FAULTS.values():
        with pytest.raises(RuleBroken, match=sentence):
            weighed(session, **more)
        session.rollback()


def test_a_sheet_of_points_alone_has_no_total(session):
    rule(session)
    points_count(session)
    decided(session)
    executed(session, next(one for one in drafts(session) if one.employee.name == "车工一"))
    sheet = sheet_of(session, computed(session))
    assert isinstance(sheet, AssessmentSheet)
    assert (sheet.total, sheet.grade, sheet.employee_id) == (None, "", employee(session, "车工一").id)
