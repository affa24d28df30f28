"""Every indicator is measured on both engines, and what it counts is an independent count in SQL (K1.1-K1.3)."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from sqlalchemy import literal, select, text

from models.assessment import AssessmentCycle, rows_in, sums_of
from models.assessment.measuring import digest, evidence_of, kept_row
from models.canonical import Sha256, canonical, instant, number, quoted
from models.communication import Survey, SurveyInvitation, SurveyResponse
from models.indicators import INDICATORS, ONE, Span
from models.organisation import Customer
from models.regulation import Figure
from models.schedule import statistics
from models.types import UtcInstant
from rules.assessment import NINE
from rules.regulation import Unit
from rules.schedule import GroupBy
from tests.models.acts import doing
from tests.models.test_schedule_progress import remedied
from tests.schedule_world import AT, as_

SURVEYED = INDICATORS["customer_satisfaction"]
FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)
START, END = datetime(2025, 12, 31, 16, tzinfo=UTC), datetime(2027, 12, 31, 16, tzinfo=UTC)
ALWAYS = Span(FIRST, LAST, START, END, END)
COUNTS = {
    "on_time_delivery_rate": """
        SELECT coalesce(sum(CASE WHEN delivered_on <= kpi_due_on THEN 1 ELSE 0 END), 0), count(*) FROM sales_order
        WHERE kpi_due_on BETWEEN '2026-01-01' AND '2027-12-31' AND status NOT IN ('draft', 'clearing', 'cancelled')
        AND voided_at IS NULL
    """,
    "delay_count": """
        SELECT count(*), 0 FROM delay_record WHERE status NOT IN ('forecast', 'averted') AND voided_at IS NULL
        AND planned_end_on BETWEEN '2026-01-01' AND '2027-12-31'
        AND (nature IN ('undetermined', 'subjective', 'supplier') OR nature = 'special' AND gm_approved_at IS NULL)
        AND coalesce(actual_end_on, '2028-01-01') > planned_end_on
    """,
    "timely_resolution_rate": """
        SELECT coalesce(sum(CASE WHEN c.status = 'met' THEN 1 ELSE 0 END), 0), count(*) FROM sla_clock c
        WHERE c.target = 'resolution' AND c.entity = 'ticket' AND c.status NOT IN ('cancelled', 'paused')
        AND c.due_at >= '2025-12-31 16:00:00' AND c.due_at < '2027-12-31 16:00:00'
        AND NOT EXISTS (SELECT 1 FROM sla_clock o WHERE o.continues_id = c.id)
    """,
    "favourable_follow_up_rate": """
        SELECT coalesce(sum(CASE WHEN favourable THEN 1 ELSE 0 END), 0), count(*) FROM follow_up_visit
        WHERE status = 'done' AND done_at >= '2025-12-31 16:00:00' AND done_at < '2027-12-31 16:00:00'
    """,
    "execution_pass_rate": """
        SELECT coalesce(sum(CASE WHEN i.verdict = 'ok' THEN 1 ELSE 0 END), 0), count(*) FROM spot_check_item i
        JOIN spot_check c ON c.id = i.check_id WHERE i.category = 'process_execution' AND i.verdict IN ('ok', 'ng')
        AND c.status IN ('submitted', 'closed') AND c.kind IN ('spot_check', 'technical_inspection', 'ad_hoc_assessment')
    """,
}  # fmt: skip


def with_weights(session):
    with doing(session, "admin"):
        for source in ("ticket", "survey", "follow_up"):
            session.add(
                Figure(
                    code="satisfaction_weight", clause="K1.3", applies_to=source, value=1, unit=Unit.PERCENT,
                    from_on=date(2020, 1, 1),
                )
            )  # fmt: skip


@pytest.mark.parametrize("code", [code for code, *_ in NINE])
def test_every_indicator_of_the_regulation_is_measured(any_session, code):
    with_weights(any_session)
    rows = rows_in(any_session, INDICATORS[code], ALWAYS)
    for row in any_session.execute(select(rows)).mappings():
        assert (row["entity_id"] > 0, row["top"] >= 0) == (True, True)
    sums_of(any_session, INDICATORS[code], ALWAYS)


@pytest.mark.parametrize("code", COUNTS)
def test_what_departments_count_is_an_independent_count(any_session, code):
    top, bottom = any_session.execute(text(COUNTS[code])).one()
    sums = sums_of(any_session, INDICATORS[code], ALWAYS)
    parts = [parts.get("", (0, 0)) for key, parts in sums.by_department.items() if key is not None]
    assert (sum(one for one, _ in parts) // ONE, sum(one for _, one in parts)) == (top, bottom)


def test_the_database_writes_the_rows_and_hashes_them_as_python_does(any_session):
    with_weights(any_session)
    remedied(any_session)
    cycle = AssessmentCycle(id=7, from_on=FIRST, to_on=LAST, cut_off_at=END)
    seen = set()
    for nth, (code, *_) in enumerate(NINE):
        one = INDICATORS[code]
        written = [dict(row) for row in any_session.execute(evidence_of(any_session, cycle, nth, one)).mappings()]
        rows = any_session.execute(select(rows_in(any_session, one, ALWAYS))).mappings()
        by_python = {row["row_hash"]: row for row in (kept_row(7, nth, row) for row in rows)}
        for row in written:
            assert {**row, "corrects_id": None} == by_python[row["row_hash"]]
            seen.add(row["entity"])
        assert len(written) == len(by_python)
    assert seen >= {"sales_order", "delay_record", "spot_check_item"}


@pytest.mark.parametrize(
    "at", [datetime(2026, 10, 12, 2, 3, 4, tzinfo=UTC), datetime(2026, 1, 2, 3, 4, 5, 60, UTC), None]
)
def test_an_instant_and_an_object_are_written_letter_for_letter(any_session, at):
    facts = {"zeit": instant(literal(at, UtcInstant())), "n": number(literal(-12)), "art": quoted(literal("ticket"))}
    written, hashed = any_session.execute(select(canonical(facts), Sha256(canonical(facts)))).one()
    said = {"zeit": at.isoformat() if at else None, "n": -12, "art": "ticket"}
    assert (written, hashed) == (json.dumps(said, sort_keys=True, separators=(",", ":")), digest(said))


def counted(session, code, cut_off_at):
    """What all departments come to, as the cut-off knows it."""
    sums = sums_of(session, INDICATORS[code], replace(ALWAYS, cut_off_at=cut_off_at))
    return sum(parts[""][0] for key, parts in sums.by_department.items() if key is not None and "" in parts) // ONE


@pytest.mark.parametrize("nature, later", [("customer", 0), ("supplier", 1), ("special", 1), ("subjective", 1)])
def test_a_delay_counts_as_the_cut_off_knows_it_whatever_is_attributed_later(any_session, nature, later):
    before, day = counted(any_session, "delay_count", END), timedelta(days=1)
    delay = remedied(any_session)
    decided = AT + 20 * day
    as_(any_session, "project_lead", delay, "attribute", at=decided, nature=nature)
    assert counted(any_session, "delay_count", decided - day) == before + 1, "undetermined counts"
    assert counted(any_session, "delay_count", decided) == before + later


def test_the_length_of_a_delay_is_what_the_cut_off_knows_of_it(any_session):
    before, day = counted(any_session, "delay_working_days", AT), timedelta(days=1)
    delay = remedied(any_session)  # planned to end on Thursday the 19th
    as_(any_session, "project_lead", delay, "attribute", at=AT + 10 * day, nature="supplier", absorbed_working_days="1")
    as_(
        any_session, "team_leader", delay.stage, "finish", at=AT + 11 * day
    )  # Friday the 27th: six working days late, one absorbed since the 26th
    lengths = [counted(any_session, "delay_working_days", AT + n * day) - before for n in (3, 4, 7, 9, 10, 30)]
    assert lengths == [0, 1, 2, 4, 4, 5]
    assert statistics.days_of([], AT.date()) == {}
    assert statistics.days_of([delay], (AT + 30 * day).date()) == {delay.id: 5}


def test_the_page_of_delays_says_how_long_each_has_lasted_by_the_same_count(session):
    before, day = counted(session, "delay_working_days", AT), timedelta(days=1)
    delay = remedied(session)
    for n in (3, 4, 7, 9, 10):
        long = counted(session, "delay_working_days", AT + n * day) - before
        days = statistics.days_of([delay], (AT + n * day).date())
        assert days == {delay.id: long}
        groups = statistics.lateness([delay], GroupBy.NATURE, days)
        assert [(one.count, one.days) for one in groups] == [(1, long)]


def answered(session, scores):
    """A survey of as many customers as there are answers."""
    with doing(session, "sales_manager"):
        survey = Survey(no="DC-9", title="x", closes_on=LAST)
        session.add(survey)
        for nth, given in enumerate(scores):
            customer = Customer(code=f"C{nth}", name=f"客户 {nth}")
            session.add(SurveyResponse(
                invitation=SurveyInvitation(survey=survey, customer=customer), scores=given, submitted_at=AT, way="link"
            ))  # fmt: skip


GIVEN = [
    {},
    {"1": 5},
    {"1": 1, "2": 1},
    {"1": 2, "2": 3, "3": 3},
    {"1": 4, "2": 5, "3": 1},
    {str(n): 2 for n in range(7)},
]


def test_the_mean_of_an_answer_is_rounded_as_by_hand_on_both_engines(any_session):
    answered(any_session, GIVEN)
    found = {row.entity_id: row.top for row in any_session.execute(select(rows_in(any_session, SURVEYED, ALWAYS)))}
    tops = []
    for one in any_session.scalars(select(SurveyResponse).order_by(SurveyResponse.id)):
        marks = [(Decimal(score) - 1) / 4 * 100 * ONE for score in one.scores.values()]
        mean = sum(marks, Decimal(0)) / len(marks) if marks else Decimal(0)
        tops.append((found[one.id], int(mean.quantize(Decimal(1), ROUND_HALF_UP))))
    assert len(tops) == len(GIVEN)
    assert all(isinstance(got, int) and got == wanted for got, wanted in tops), tops


@pytest.mark.parametrize("code", ["customer_satisfaction", "delay_working_days"])
def test_the_statement_of_an_indicator_does_not_grow_with_its_rows(session, code):
    """A value for each row in the statement ends at the engine's limit, and costs the square of the rows."""
    with_weights(session)

    def said():
        return len(select(rows_in(session, INDICATORS[code], ALWAYS)).compile(session.get_bind()).params)

    before = said()
    if code == "customer_satisfaction":
        answered(session, GIVEN)
    else:
        remedied(session)
    assert said() == before
