"""What becomes known after a lock leaves the closed period alone and counts in the next cycle, once (K2.1)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from models.after_sales import open_visit
from models.assessment import (
    AssessmentCycle,
    AssessmentSheet,
    KpiDefinition,
    KpiEvidence,
    KpiTarget,
    compute_waiting,
    lines_using,
    replay,
    sheets_of,
)
from models.base import previews
from models.organisation import Employee
from rules.base import RuleBroken
from tests.models.acts import DAY, HOUR, doing, perform
from tests.models.test_after_sales import AG, AM, MONDAY, set_figures, solved
from tests.models.test_schedule_progress import remedied
from tests.schedule_world import as_
from tests.world import person

NOVEMBER, DECEMBER, JANUARY = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)


def opening(first):
    return datetime(first.year, first.month, 2, 2, tzinfo=UTC)


def computed(session, first, at):
    with doing(session, "hr", at):
        cycle = AssessmentCycle(from_on=first)
        cycle.prepare()
        session.add(cycle)
    perform(session, cycle, "start", "hr", at)
    assert compute_waiting(session, at + HOUR) == 1
    return cycle


def locked(session, cycle, at):
    perform(session, cycle, "review", "hr", at + 2 * HOUR)
    for sheet in sheets_of(cycle):
        assessor = session.get_one(Employee, sheet.assessor_id)
        perform(session, sheet, "confirm", assessor.account.login, at + 3 * HOUR)
        checker = "hr" if sheet.assessor_id != session.scalar(select(Employee.id)) else "hr_manager"
        perform(session, sheet, "check", checker, at + 4 * HOUR)
    perform(session, cycle, "publish", "hr", at + 5 * HOUR)
    return perform(session, cycle, "lock", "hr_manager", at + 12 * DAY)


def weigh(session, delay):
    """The owner's department has points off for each delay."""
    owner = delay.stage.owner
    kpi = session.scalar(select(KpiDefinition).where(KpiDefinition.code == "delay_count"))
    place = owner.department
    with doing(session, "hr", opening(NOVEMBER)):
        session.add(KpiTarget(department=place, group="schedule", weight=Decimal(100), from_on=NOVEMBER))
        session.add(
            KpiTarget(
                department=place, kpi=kpi, weight=Decimal(100), method="deduct", points_each=Decimal(10),
                from_on=NOVEMBER,
            )
        )  # fmt: skip
    return owner


def count_of(session, cycle, owner):
    sheet = session.scalar(
        select(AssessmentSheet).where(AssessmentSheet.cycle_id == cycle.id, AssessmentSheet.employee_id == owner.id)
    )
    (line,) = [one for one in sheet.lines if one.kpi_id is not None]
    return line.value, line.score


def corrections(session, cycle):
    rows = session.execute(
        select(KpiEvidence.entity, KpiEvidence.top, KpiEvidence.corrects_id).where(
            KpiEvidence.cycle_id == cycle.id, KpiEvidence.corrects_id.is_not(None)
        )
    )
    return [tuple(one) for one in rows]


def is_same(session, cycle):
    return all(one.is_same for one in replay(session, session.get_one(AssessmentCycle, cycle.id)))


def test_a_later_attribution_is_put_right_once_in_the_next_cycle(any_session):
    session = any_session
    delay = remedied(session)
    owner = weigh(session, delay)
    closed = locked(session, computed(session, NOVEMBER, opening(DECEMBER)), opening(DECEMBER))
    assert count_of(session, closed, owner) == (1, 90)
    hashes = (closed.content_hash, [one.content_hash for one in sheets_of(closed)])
    as_(session, "project_lead", delay, "attribute", at=opening(DECEMBER) + 15 * DAY, nature="customer")

    december = computed(session, DECEMBER, opening(JANUARY))
    assert corrections(session, december) == [("delay_record", -10_000, closed.id)]
    assert count_of(session, december, owner) == (-1, 100)
    assert (closed.content_hash, [one.content_hash for one in sheets_of(closed)]) == hashes
    assert is_same(session, closed)
    assert is_same(session, december)

    perform(session, december, "start", "hr", opening(JANUARY) + DAY)
    compute_waiting(session, opening(JANUARY) + DAY + HOUR)
    assert corrections(session, december) == [("delay_record", -10_000, closed.id)]

    january = computed(session, JANUARY, opening(date(2027, 2, 1)))
    assert corrections(session, january) == []
    assert is_same(session, january)


def test_where_nothing_became_known_nothing_is_put_right(session):
    delay = remedied(session)
    weigh(session, delay)
    as_(session, "project_lead", delay, "attribute", at=opening(DECEMBER) - 3 * DAY, nature="supplier")
    closed = locked(session, computed(session, NOVEMBER, opening(DECEMBER)), opening(DECEMBER))
    december = computed(session, DECEMBER, opening(JANUARY))
    assert corrections(session, december) == []
    assert is_same(session, closed)


def weigh_resolution(session, code="timely_resolution_rate"):
    """People of after-sales are measured by one indicator, by itself that of tickets resolved in time."""
    set_figures(session)
    kpi = session.scalar(select(KpiDefinition).where(KpiDefinition.code == code))
    place = session.scalar(select(Employee).where(Employee.id == person(session, AG).employee_id)).department
    with doing(session, "hr", opening(NOVEMBER)):
        kpi.min_sample = 0
        facts = {"department": place, "weight": Decimal(100), "from_on": NOVEMBER}
        session.add(KpiTarget(group="after_sales", **facts))
        session.add(KpiTarget(kpi=kpi, target=Decimal(100), floor=Decimal(50), **facts))


def rows_of_agents(session, cycle):
    rows = session.execute(
        select(KpiEvidence.top, KpiEvidence.bottom, KpiEvidence.corrects_id)
        .where(KpiEvidence.cycle_id == cycle.id, KpiEvidence.side != "excluded")
        .order_by(KpiEvidence.id)
    )
    return [tuple(one) for one in rows]


def test_a_ticket_reopened_after_the_lock_leaves_the_closed_month_as_it_was(any_session):
    """It stands in the month as it was computed, and is taken back in the next, where its last clock counts."""
    session = any_session
    weigh_resolution(session)
    ticket = solved(session)
    closed = locked(session, computed(session, NOVEMBER, opening(DECEMBER)), opening(DECEMBER))
    assert (10_000, 1, None) in rows_of_agents(session, closed)
    assert is_same(session, closed)
    perform(session, ticket, "reopen", AM, opening(DECEMBER) + 13 * DAY, note="客户来电，又漏")
    assert is_same(session, closed)
    december = computed(session, DECEMBER, opening(JANUARY))
    taken_back = (-10_000, -1, closed.id)
    assert taken_back in rows_of_agents(session, december)
    assert is_same(session, closed)
    assert is_same(session, december)


def test_a_visit_stands_with_the_agent_of_then_when_its_ticket_goes_on(session):
    weigh_resolution(session, "favourable_follow_up_rate")
    ticket = solved(session)
    scores = {"speed": 5, "skill": 5, "manner": 5, "result": 5, "opinion": "很好"}
    perform(session, open_visit(session, ticket.id), "record", AM, MONDAY + DAY, **scores)
    closed = locked(session, computed(session, NOVEMBER, opening(DECEMBER)), opening(DECEMBER))
    assert is_same(session, closed)
    before = session.execute(text("UPDATE ticket SET agent_id = agent_id + 1")).rowcount
    session.expire_all()
    assert (before > 0, is_same(session, closed)) == (True, False)  # nobody knows of it
    perform(session, ticket, "reopen", AM, opening(DECEMBER) + 13 * DAY, note="客户来电，又漏")
    assert is_same(session, closed)  # the chain tells that the ticket went on


def test_what_was_changed_behind_the_program_is_found_in_a_closed_month(session):
    weigh_resolution(session)
    solved(session)
    closed = locked(session, computed(session, NOVEMBER, opening(DECEMBER)), opening(DECEMBER))
    session.execute(text("UPDATE sla_clock SET status = 'breached', breach_minutes = 1 WHERE target = 'resolution'"))
    session.expire_all()
    assert not is_same(session, closed)


def test_a_kept_row_that_was_changed_behind_the_program_is_found_though_its_record_went_on(session):
    weigh_resolution(session)
    ticket = solved(session)
    closed = locked(session, computed(session, NOVEMBER, opening(DECEMBER)), opening(DECEMBER))
    perform(session, ticket, "reopen", AM, opening(DECEMBER) + 13 * DAY, note="客户来电，又漏")
    session.execute(text("UPDATE kpi_evidence SET top = 0, side = 'denominator'"))
    session.expire_all()
    assert not is_same(session, closed)


def published(session, cycle, at):
    perform(session, cycle, "review", "hr", at + 2 * HOUR)
    for sheet in sheets_of(cycle):
        assessor = session.get_one(Employee, sheet.assessor_id)
        perform(session, sheet, "confirm", assessor.account.login, at + 3 * HOUR)
        perform(session, sheet, "check", "hr", at + 4 * HOUR)
    return perform(session, cycle, "publish", "hr", at + 5 * HOUR)


def test_a_correction_is_appealed_singly_and_comes_up_no_more(any_session):
    session = any_session
    delay = remedied(session)
    owner = weigh(session, delay)
    closed = locked(session, computed(session, NOVEMBER, opening(DECEMBER)), opening(DECEMBER))
    as_(session, "project_lead", delay, "attribute", at=opening(DECEMBER) + 15 * DAY, nature="customer")
    december = published(session, computed(session, DECEMBER, opening(JANUARY)), opening(JANUARY))
    sheet = session.scalar(
        select(AssessmentSheet).where(AssessmentSheet.cycle_id == december.id, AssessmentSheet.employee_id == owner.id)
    )
    before = {one.id: one.content_hash for one in sheets_of(december)}
    at, row = opening(JANUARY) + DAY, f"delay_record {delay.id}"
    for wrong in (row, f"{row}~{december.id}", f"{row}~x", f"{row}~"):
        with pytest.raises(RuleBroken, match="behind no figure"):
            perform(session, sheet, "appeal", owner.account.login, at, note="不是更正我的", row=wrong)
    perform(session, sheet, "appeal", owner.account.login, at, note="十一月已口头更正", row=f"{row}~{closed.id}")
    assert (sheet.appeal_entity_id, sheet.appeal_corrects_id) == (delay.id, closed.id)
    used = lines_using(session, december, "delay_record", delay.id, closed.id)
    said = [one.text("zh") for one in previews(sheet, "uphold", person(session, "hr_manager"))]
    assert len(said) == len(used) >= 1
    perform(session, sheet, "uphold", "hr_manager", at + DAY, note="已在上月处理")
    assert count_of(session, december, owner) == (0, 100)
    changed = {one.id for one in sheets_of(december) if one.content_hash != before[one.id]}
    assert changed == {one.sheet_id for one in used}
    assert is_same(session, december)
    assert is_same(session, closed)
    perform(session, december, "lock", "hr_manager", opening(JANUARY) + 12 * DAY)
    january = computed(session, JANUARY, opening(date(2027, 2, 1)))
    assert corrections(session, january) == []
    assert is_same(session, december)
