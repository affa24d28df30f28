"""The nine indicators once more, counted by bare SQL over the records: numerator, denominator, rows left out (K1).

Nothing of the product is asked. ``top`` is in 1/10000, as the rows of the indicators are.
"""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

WORKED = ("workday", "makeup_workday")
Counted = tuple[int, int, int]
"""top, bottom, how many rows are left out."""

ITEMS = """
WITH i AS (
  SELECT i.verdict, c.status IN ('submitted', 'closed')
      AND c.kind IN ('spot_check', 'technical_inspection', 'ad_hoc_assessment')
      AND coalesce(i.verdict, '') IN ('ok', 'ng') AS counts
  FROM spot_check_item i JOIN spot_check c ON c.id = i.check_id
  WHERE i.category = '{category}' AND c.checked_at >= :start AND c.checked_at < :end)
SELECT coalesce(sum(counts AND verdict = 'ok'), 0) * 10000, coalesce(sum(counts), 0), coalesce(sum(NOT counts), 0)
FROM i
"""
IMPROVEMENTS = """
WITH points AS (SELECT applies_to AS class, value FROM figure WHERE code = 'improvement_points' AND status = 'in_force'
    AND from_on <= :last AND (to_on IS NULL OR to_on >= :last)),
given AS (
  SELECT s.id, s.voided_at, points.value, count(*) AS people FROM suggestion s
  JOIN suggestion_proposer p ON p.suggestion_id = s.id JOIN points ON points.class = s.grade
  WHERE s.status IN ('verified', 'rewarded') AND s.verified_at >= :start AND s.verified_at < :end GROUP BY s.id),
made AS (
  SELECT r.id, points.value, r.voided_at IS NOT NULL OR coalesce(r.trigger_entity, '') = 'suggestion'
      OR EXISTS (SELECT 1 FROM suggestion s WHERE s.revision_id = r.id) AS is_out
  FROM document_revision r JOIN points ON points.class = r.change_class
  WHERE r.trigger IN ('process_optimisation', 'suggestion') AND r.released_at >= :start AND r.released_at < :end)
SELECT (SELECT coalesce(sum(people * CAST(round(value * 1.0 / people) AS INTEGER)), 0) FROM given
          WHERE voided_at IS NULL) + (SELECT coalesce(sum(value), 0) FROM made WHERE NOT is_out), 0,
  (SELECT coalesce(sum(people), 0) FROM given WHERE voided_at IS NOT NULL) + (SELECT count(*) FROM made WHERE is_out)
"""
ORDERS = """
WITH o AS (
  SELECT delivered_on <= kpi_due_on AS in_time, status != 'cancelled' AND voided_at IS NULL AS counts FROM sales_order
  WHERE kpi_due_on >= :first AND kpi_due_on <= :last AND status NOT IN ('draft', 'clearing'))
SELECT coalesce(sum(counts AND coalesce(in_time, 0)), 0) * 10000, coalesce(sum(counts), 0), coalesce(sum(NOT counts), 0)
FROM o
"""
DELAYS = """
SELECT planned_end_on, CASE WHEN actual_end_on <= :known THEN actual_end_on ELSE :known END,
  CASE WHEN attributed_at <= :cut_off THEN absorbed_working_days ELSE 0 END,
  status NOT IN ('forecast', 'averted') AND voided_at IS NULL AND CASE
    WHEN attributed_at IS NULL OR attributed_at > :cut_off THEN 1
    WHEN nature = 'special' THEN gm_approved_at IS NULL
    ELSE nature IN ('undetermined', 'subjective', 'supplier') END
FROM delay_record WHERE planned_end_on >= :first AND planned_end_on <= :last
"""
SPECIAL_DAYS = 'SELECT "on", day_type FROM calendar_day'
SATISFACTION = """
WITH score AS (
  SELECT (rating - 1) * 250000 AS top, voided_at FROM ticket
  WHERE rating IS NOT NULL AND rated_at >= :start AND rated_at < :end
  UNION ALL SELECT (speed + skill + manner + result - 4) * 250000 / 4, voided_at FROM follow_up_visit
  WHERE status = 'done' AND speed IS NOT NULL AND skill IS NOT NULL AND manner IS NOT NULL AND result IS NOT NULL
    AND done_at >= :start AND done_at < :end
  UNION ALL SELECT coalesce((SELECT CAST(round((sum(value) - count(*)) * 250000.0 / count(*)) AS INTEGER)
    FROM json_each(scores)), 0), voided_at FROM survey_response WHERE submitted_at >= :start AND submitted_at < :end)
SELECT coalesce(sum(CASE WHEN voided_at IS NULL THEN top END), 0), count(*) - count(voided_at), count(voided_at)
FROM score
"""
RESOLUTIONS = """
WITH c AS (
  SELECT status, status NOT IN ('cancelled', 'paused') AS counts FROM sla_clock c
  WHERE entity = 'ticket' AND target = 'resolution' AND due_at >= :start AND due_at < :end
    AND id NOT IN (SELECT continues_id FROM sla_clock WHERE continues_id IS NOT NULL)
    AND NOT (status = 'running' AND due_at >= :cut_off))
SELECT coalesce(sum(status = 'met'), 0) * 10000, coalesce(sum(counts), 0), coalesce(sum(NOT counts), 0) FROM c
"""
VISITS = """
SELECT coalesce(sum(voided_at IS NULL AND favourable), 0) * 10000, count(*) - count(voided_at), count(voided_at)
FROM follow_up_visit WHERE status = 'done' AND done_at >= :start AND done_at < :end
"""
STATEMENTS = {
    "execution_pass_rate": ITEMS.format(category="process_execution"),
    "document_compliance": ITEMS.format(category="document_compliance"),
    "improvement_contribution": IMPROVEMENTS,
    "on_time_delivery_rate": ORDERS,
    "customer_satisfaction": SATISFACTION,
    "timely_resolution_rate": RESOLUTIONS,
    "favourable_follow_up_rate": VISITS,
}


def independent(session: Session, code: str, facts: dict[str, Any]) -> Counted:
    """``facts``: first and last day, start and end as SQLite keeps them, cut_off, and known, the day of it."""
    if code in STATEMENTS:
        wanted = {name: facts[name] for name in facts if f":{name}" in STATEMENTS[code]}
        top, bottom, left_out = session.execute(text(STATEMENTS[code]), wanted).one()
        return top, bottom, left_out
    return _delays(session, code == "delay_working_days", facts)


def _delays(session: Session, in_days: bool, facts: dict[str, Any]) -> Counted:
    special = dict(session.execute(text(SPECIAL_DAYS)).tuples().all())
    wanted = {name: facts[name] for name in ("first", "last", "known", "cut_off")}
    top = left_out = 0
    for planned, ended, absorbed, counts in session.execute(text(DELAYS), wanted):
        from_on, to_on = date.fromisoformat(planned), date.fromisoformat(ended)
        if not counts or to_on <= from_on:
            left_out += 1
            continue
        days = (from_on + timedelta(days=nth) for nth in range(1, (to_on - from_on).days + 1))
        worked = sum(special[f"{one}"] in WORKED if f"{one}" in special else one.weekday() < 5 for one in days)
        top += 10_000 * (max(0, worked - absorbed) if in_days else 1)
    return top, 0, left_out
