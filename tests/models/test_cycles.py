"""A cycle from its figures to its lock: rows, hashes, appeals, and a period that stays as it was (K2.1)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.event import listen, remove

from models.actions import PerformanceFileEntry
from models.assessment import (
    AssessmentCycle,
    AssessmentSheet,
    KpiDefinition,
    KpiEvidence,
    KpiTarget,
    RewardPenalty,
    RewardPenaltyRule,
    compute_waiting,
    lines_using,
    replay,
    sheets_of,
)
from models.base import previews
from models.organisation import Employee
from models.quality import SpotCheck
from models.recomputing import differences
from models.regulation import SlaClock, clock_differences
from rules.assessment import Flag
from rules.base import NotYours, RuleBroken
from tests.models.acts import DAY, HOUR, checked, doing, draft, item, perform
from tests.world import department, employee, person

IN_OCTOBER = datetime(2026, 10, 12, 2, tzinfo=UTC)
AFTER = datetime(2026, 11, 2, 2, tzinfo=UTC)
OCTOBER = date(2026, 10, 1)


def weights(session, area="SC1"):
    """Execution 60, compliance 20 and improvement 20 of process, which is all there is."""
    kpis = {one.code: one for one in session.scalars(select(KpiDefinition))}
    with doing(session, "hr", IN_OCTOBER):
        session.add(
            KpiTarget(department=department(session, area), group="process", weight=Decimal(100), from_on=OCTOBER)
        )
        for code, weight, target, floor in (
            ("execution_pass_rate", 60, 100, 50),
            ("document_compliance", 20, 100, 50),
            ("improvement_contribution", 20, 10, 0),
        ):
            kpis[code].min_sample = 2 if code != "improvement_contribution" else 0
            session.add(
                KpiTarget(
                    department=department(session, area), kpi=kpis[code], weight=Decimal(weight),
                    target=Decimal(target), floor=Decimal(floor), from_on=OCTOBER,
                )
            )  # fmt: skip


def october(session):
    with doing(session, "hr", AFTER):
        cycle = AssessmentCycle(from_on=OCTOBER)
        cycle.prepare()
        session.add(cycle)
    return cycle


def computed(session):
    cycle = october(session)
    perform(session, cycle, "start", "hr", AFTER)
    assert compute_waiting(session, AFTER + HOUR) == 1
    return cycle


def a_month(session):
    """Three of four items OK, one compliance item."""
    weights(session)
    checked(session, [item(session, ok=True), item(session, ok=True), item(session)], at=IN_OCTOBER)
    checked(
        session,
        [item(session, ok=True), item(session, ok=True, category="document_compliance", question="按文件")],
        at=IN_OCTOBER + DAY,
    )
    draft(session, [item(session, ok=True)], at=IN_OCTOBER)
    return computed(session)


def sheet_of(session, cycle, name="车工一"):
    return session.scalar(
        select(AssessmentSheet).where(
            AssessmentSheet.cycle_id == cycle.id, AssessmentSheet.employee_id == employee(session, name).id
        )
    )


def line(sheet, code):
    return next(one for one in sheet.lines if one.kpi is not None and one.kpi.code == code)


def published(session, cycle):
    perform(session, cycle, "review", "hr", AFTER + 2 * HOUR)
    for sheet in sheets_of(cycle):
        assessor = session.get(type(employee(session, "车工一")), sheet.assessor_id)
        perform(session, sheet, "confirm", assessor.account.login, AFTER + 3 * HOUR)
        perform(session, sheet, "check", "hr", AFTER + 4 * HOUR)
    perform(session, cycle, "publish", "hr", AFTER + 5 * HOUR)
    return cycle


def locked(session, cycle):
    return perform(session, published(session, cycle), "lock", "hr_manager", AFTER + 15 * DAY)


def test_a_sheet_has_its_numbers_its_weights_and_its_total(any_session):
    sheet = sheet_of(any_session, a_month(any_session))
    execution, compliance = line(sheet, "execution_pass_rate"), line(sheet, "document_compliance")
    assert (execution.numerator, execution.denominator, execution.value, execution.score) == (3, 4, 75, 50)
    assert (compliance.flag, compliance.score, compliance.effective_weight) == (Flag.LOW_SAMPLE, None, 0)
    improvement = line(sheet, "improvement_contribution")
    assert (improvement.value, improvement.score) == (0, 0)
    assert (execution.effective_weight, improvement.effective_weight) == (75, 25)
    assert (sheet.total, sheet.grade) == (Decimal("37.5"), "D")


def test_every_number_is_an_independent_count_in_sql(any_session):
    cycle = a_month(any_session)
    ok, judged = any_session.execute(
        text(
            "SELECT sum(CASE WHEN i.verdict = 'ok' THEN 1 ELSE 0 END), count(*) FROM spot_check_item i "
            "JOIN spot_check c ON c.id = i.check_id JOIN employee e ON e.id = i.employee_id "
            "WHERE e.name = '车工一' AND i.category = 'process_execution' AND i.verdict IN ('ok', 'ng') "
            "AND c.status IN ('submitted', 'closed') AND c.kind <> 'recheck' "
            "AND c.checked_at >= '2026-09-30 16:00:00' AND c.checked_at < '2026-10-31 16:00:00'"
        )
    ).one()
    one = line(sheet_of(any_session, cycle), "execution_pass_rate")
    assert (one.numerator, one.denominator) == (ok, judged) == (3, 4)


def test_the_rows_behind_a_number_are_kept_and_what_is_left_out_says_why(any_session):
    cycle = a_month(any_session)
    one = line(sheet_of(any_session, cycle), "execution_pass_rate")
    rows = any_session.execute(
        select(KpiEvidence.side, KpiEvidence.reason, func.count())
        .where(KpiEvidence.kpi_id == one.kpi_id, KpiEvidence.cycle_id == cycle.id)
        .group_by(KpiEvidence.side, KpiEvidence.reason)
    ).all()
    assert {(str(side), str(reason or ""), count) for side, reason, count in rows} == {
        ("numerator", "", 3), ("denominator", "", 1), ("excluded", "draft", 1),
    }  # fmt: skip


def test_the_department_counts_its_own_rows(session):
    cycle = a_month(session)
    sheet = session.scalar(select(AssessmentSheet).where(AssessmentSheet.subject_department_id.is_not(None)))
    assert (sheet.cycle_id, line(sheet, "execution_pass_rate").denominator) == (cycle.id, 4)


def test_the_same_again_gives_the_same_hash_on_both_engines(any_session):
    cycle = a_month(any_session)
    assert all(one.is_same for one in replay(any_session, cycle))
    before = {one.no: one.content_hash for one in sheets_of(cycle)}
    perform(any_session, cycle, "start", "hr", AFTER + DAY)
    compute_waiting(any_session, AFTER + DAY)
    assert {one.no: one.content_hash for one in sheets_of(cycle)} == before


def asked(session, function):
    """How often the database is asked meanwhile."""
    said, engine = [], session.get_bind()

    def note(*given):
        said.append(given[2])

    session.expire_all()
    listen(engine, "before_cursor_execute", note)
    try:
        function()
    finally:
        remove(engine, "before_cursor_execute", note)
    return len(said)


def test_a_replay_asks_no_oftener_for_more_sheets_nor_for_more_clocks(session):
    cycle = a_month(session)
    few = asked(session, lambda: replay(session, cycle))
    sheet = session.scalar(select(AssessmentSheet).where(AssessmentSheet.employee_id.is_not(None)))
    facts = {c.name: getattr(sheet, c.name) for c in AssessmentSheet.__table__.columns if c.name not in {"id", "no"}}
    others = session.scalars(
        select(Employee.id).where(
            Employee.id.not_in(select(AssessmentSheet.employee_id).where(AssessmentSheet.employee_id.is_not(None)))
        )
    ).all()
    assert len(others) > 5
    session.execute(insert(AssessmentSheet), [facts | {"no": f"KB-X{one}", "employee_id": one} for one in others])
    assert asked(session, lambda: replay(session, cycle)) <= few
    clock = session.scalar(select(SlaClock).where(SlaClock.entity == "action_item"))
    before = asked(session, lambda: list(clock_differences(session)))
    facts = {c.name: getattr(clock, c.name) for c in SlaClock.__table__.columns if c.name != "id"}
    ended = {"stopped_at": clock.due_at, "status": "met", "breach_minutes": None, "next_look_at": None}
    session.execute(insert(SlaClock), [facts | ended | {"entity_id": 1000 + nth} for nth in range(50)])
    assert asked(session, lambda: list(clock_differences(session))) <= before + 1


def test_a_changed_row_is_found_by_the_replay(session):
    cycle = a_month(session)
    session.execute(
        text("UPDATE spot_check_item SET verdict = 'ng' WHERE verdict = 'ok' AND category = 'process_execution'")
    )
    session.expire_all()
    assert not next(
        one for one in replay(session, cycle) if one.sheet.employee is not None and one.sheet.employee.name == "车工一"
    ).is_same


def test_the_command_names_the_sheet_whose_records_have_changed(session):
    a_month(session)
    session.execute(text("UPDATE spot_check SET status = 'draft' WHERE checked_at < '2026-11-01'"))
    session.expire_all()
    wrong = [one.what for one in differences(session) if one.what.startswith("KB-")]
    assert {one.split()[1] for one in wrong} == {"车工一", "生产一部"}


def test_an_unset_figure_refuses_the_start_and_names_its_clause(session):
    weights(session)
    kpi = session.scalar(select(KpiDefinition).where(KpiDefinition.code == "customer_satisfaction"))
    with doing(session, "hr", IN_OCTOBER):
        session.add(
            KpiTarget(
                department=department(session, "SC1"), kpi=kpi, weight=Decimal(10), target=Decimal(95),
                floor=Decimal(60), from_on=OCTOBER,
            )
        )  # fmt: skip
    with pytest.raises(RuleBroken, match=r"K1\.3"):
        perform(session, october(session), "start", "hr", AFTER)


def test_figures_wait_for_the_cut_off(session):
    weights(session)
    with doing(session, "hr", IN_OCTOBER):
        cycle = AssessmentCycle(from_on=OCTOBER)
        cycle.prepare()
        session.add(cycle)
    with pytest.raises(RuleBroken, match="cut-off"):
        perform(session, cycle, "start", "hr", IN_OCTOBER)


def test_an_adjustment_needs_a_reason_and_stays_within_the_figure(session):
    cycle = a_month(session)
    sheet = sheet_of(session, cycle)
    perform(session, cycle, "review", "hr", AFTER + 2 * HOUR)
    one = line(sheet, "execution_pass_rate")
    with pytest.raises(RuleBroken, match="reason"):
        perform(session, one, "adjust", "team_leader", AFTER + 3 * HOUR, manual_delta="2")
    with pytest.raises(RuleBroken, match="At most 5"):
        perform(session, one, "adjust", "team_leader", AFTER + 3 * HOUR, manual_delta="5.1", note="带教新员工")
    with pytest.raises(NotYours):
        perform(session, one, "adjust", "employee", AFTER + 3 * HOUR, manual_delta="5", note="我觉得少了")
    perform(session, one, "adjust", "team_leader", AFTER + 3 * HOUR, manual_delta="2.5", note="带教新员工")
    assert (sheet.total, one.status) == (Decimal("40.0"), "adjusted")
    assert not [one for one in differences(session) if one.what.startswith("KB-")]


def test_publishing_waits_for_every_sheet(session):
    cycle = a_month(session)
    perform(session, cycle, "review", "hr", AFTER + 2 * HOUR)
    with pytest.raises(RuleBroken, match="not checked"):
        perform(session, cycle, "publish", "hr", AFTER + 3 * HOUR)
    assert cycle.status == "in_review"


def test_locking_waits_for_the_appeals(session):
    cycle = published(session, a_month(session))
    with pytest.raises(RuleBroken, match="until"):
        perform(session, cycle, "lock", "hr_manager", AFTER + DAY)
    perform(session, sheet_of(session, cycle), "appeal", "employee", AFTER + DAY, note="当天量具未校准")
    assert cycle.status == "appeal"
    with pytest.raises(RuleBroken, match="not decided"):
        perform(session, cycle, "lock", "hr_manager", AFTER + 15 * DAY)


def test_before_a_lock_it_is_said_what_will_be_drafted_for_whom(session):
    with doing(session, "hr", AFTER):
        session.add(
            RewardPenaltyRule(
                name="D 级约谈", occasion="assessment", grade="D", kind="warning", least=Decimal(0), most=Decimal(1),
                needs_role="general_manager", clause="K4.1", from_on=OCTOBER,
            )
        )  # fmt: skip
    cycle = published(session, a_month(session))
    said = [one.text("zh") for one in previews(cycle, "lock", person(session, "hr_manager"))]
    wanted = [one.subject.name for one in sheets_of(cycle) if one.grade == "D"]
    assert wanted
    assert [one for one in said if "D 级约谈" in one] == [
        f"将为 {len(wanted)} 个考核对象生成“D 级约谈”草稿：{'、'.join(wanted)}。"
    ]
    perform(session, cycle, "lock", "hr_manager", AFTER + 15 * DAY)
    drafted = session.scalars(select(RewardPenalty).where(RewardPenalty.source_entity == "assessment_sheet")).all()
    assert [one.subject.name for one in drafted] == wanted


def test_a_lock_posts_to_the_file_and_finishes_every_sheet(session):
    cycle = locked(session, a_month(session))
    sheet = sheet_of(session, cycle)
    entry = session.scalar(
        select(PerformanceFileEntry).where(
            PerformanceFileEntry.source_entity == "assessment_sheet", PerformanceFileEntry.source_id == sheet.id
        )
    )
    assert (sheet.status, entry.score) == ("final", Decimal("37.5"))


def test_an_upheld_appeal_changes_exactly_the_lines_that_used_the_row(any_session):
    session = any_session
    weights(session, "SC2")
    checked(
        session,
        [item(session, who="装配一"), item(session, ok=True, who="装配一")],
        area="SC2",
        login="quality_inspector3",
        at=IN_OCTOBER,
    )
    cycle = published(session, a_month(session))
    before = {one.id: one.content_hash for one in sheets_of(cycle)}
    sheet = sheet_of(session, cycle)
    row = session.scalar(
        select(KpiEvidence).where(KpiEvidence.employee_id == sheet.employee_id, KpiEvidence.side == "denominator")
    )
    used = lines_using(session, cycle, row.entity, row.entity_id)
    assert {(one.sheet.subject.name, one.kpi.code) for one in used} == {
        ("车工一", "execution_pass_rate"), ("生产一部", "execution_pass_rate"),
    }  # fmt: skip
    perform(session, sheet, "appeal", "employee", AFTER + DAY, note="量具未校准", row=f"{row.entity} {row.entity_id}")
    perform(session, sheet, "uphold", "hr_manager", AFTER + 2 * DAY, note="量具校准记录过期，该项剔除")
    one = line(sheet, "execution_pass_rate")
    assert (one.denominator, one.value, one.value_before, one.score_before) == (3, 100, 75, 50)
    assert (sheet.total_before, sheet.total, sheet.status) == (Decimal("37.5"), Decimal("75.0"), "final")
    changed = {key for key, old in before.items() if session.get(AssessmentSheet, key).content_hash != old}
    assert changed == {one.sheet_id for one in used}
    assert all(one.is_same for one in replay(session, cycle))


def test_a_row_of_somebody_else_cannot_be_disputed(session):
    weights(session, "SC2")
    checked(
        session,
        [item(session, who="装配一"), item(session, ok=True, who="装配一")],
        area="SC2",
        login="quality_inspector3",
        at=IN_OCTOBER,
    )
    cycle = published(session, a_month(session))
    foreign = session.scalar(select(KpiEvidence).where(KpiEvidence.employee_id == employee(session, "装配一").id))
    with pytest.raises(RuleBroken, match="behind no figure"):
        perform(
            session,
            sheet_of(session, cycle),
            "appeal",
            "employee",
            AFTER + DAY,
            note="不服",
            row=f"{foreign.entity} {foreign.entity_id}",
        )


def test_appeals_end_with_their_deadline(session):
    cycle = published(session, a_month(session))
    with pytest.raises(RuleBroken, match="ended"):
        perform(session, sheet_of(session, cycle), "appeal", "employee", cycle.appeal_due_at + HOUR, note="晚了")


def change_a_verdict(session, check):
    with doing(session, "quality_manager", AFTER + 20 * DAY):
        session.get(SpotCheck, check).items[0].verdict = "ok"
        session.get(SpotCheck, check).items[0].employee_id = employee(session, "装配一").id


def add_a_weight(session, _check):
    with doing(session, "hr", AFTER + 20 * DAY):
        target = KpiTarget(department=department(session, "SC1"), group="schedule", weight=Decimal(0), from_on=OCTOBER)
        session.add(target)
        target.prepare()


def void_a_check(session, check):
    perform(session, session.get(SpotCheck, check), "void", "quality_manager", AFTER + 20 * DAY, note="想改成绩")


def add_a_check(session, _check):
    checked(session, [item(session, ok=True)], at=AFTER + 20 * DAY, checked_at=IN_OCTOBER)


def hand_in_a_draft(session, _check):
    one = session.scalar(select(SpotCheck).where(SpotCheck.status == "draft"))
    perform(session, one, "submit", "quality_inspector", AFTER + 20 * DAY)


@pytest.mark.parametrize("change", [change_a_verdict, add_a_weight, void_a_check, add_a_check, hand_in_a_draft])
def test_the_inputs_of_a_locked_period_stay_as_they_are(any_session, change):
    session = any_session
    cycle = locked(session, a_month(session)).id
    check = session.scalar(
        select(SpotCheck.id).where(SpotCheck.checked_at < AFTER, SpotCheck.status != "draft").limit(1)
    )
    with pytest.raises(RuleBroken, match="closed assessment period"):
        change(session, check)
    session.rollback()
    assert all(one.is_same for one in replay(session, session.get(AssessmentCycle, cycle)))
