"""A reversal runs through score, file and open cycles: exactly the lines that counted its points (K4.1).

Cycles that are closed keep what they said; the difference is a dated correction of the next one that is computed.
"""

from collections.abc import Sequence

from sqlalchemy import select

from models.assessment.cycles import AssessmentCycle
from models.assessment.definitions import KpiDefinition
from models.assessment.following import compute_lines_again, lines_using, rows_of
from models.assessment.measuring import kept_row, known, rows_in
from models.assessment.rewards import RewardPenalty
from models.assessment.sheets import KpiEvidence
from models.base import Act, after, on_date
from rules import assessment
from rules.assessment import CycleStatus
from rules.base import Person, Words

KEPT = ("employee_id", "department_id", "at", "side", "reason", "top", "bottom", "row_hash")


def cycles_of(one: RewardPenalty) -> Sequence[AssessmentCycle]:
    """Those whose period the execution lies in; of what a ledger brought in nothing is computed."""
    if one.executed_at is None:
        return []
    on = on_date(one.executed_at)
    return one.session.scalars(
        select(AssessmentCycle)
        .where(
            AssessmentCycle.from_on <= on,
            AssessmentCycle.to_on >= on,
            AssessmentCycle.voided_at.is_(None),
            AssessmentCycle.is_imported.is_(False),
        )
        .order_by(AssessmentCycle.id)
    ).all()


def what_a_reversal_changes(one: RewardPenalty, _person: Person) -> list[Words]:
    """Said before: the lines of open cycles, and the closed ones that are put right in the next."""
    return [
        _said(cycle, f"{line.sheet.subject.name} · {line.name_words.zh}")
        for cycle in cycles_of(one)
        for line in lines_using(one.session, cycle, one.__tablename__, one.id)
    ]


def _said(cycle: AssessmentCycle, what: str) -> Words:
    if cycle.status is CycleStatus.LOCKED:
        return Words(
            "{span} is closed: the difference counts in the next cycle ({what}).",
            "{span} 已锁定，差额计入下一考核周期：{what}。",
            span=cycle.span_text,
            what=what,
        )
    return Words("Will be computed anew: {what}.", "将重新计算：{what}。", what=f"{cycle.span_text} {what}")


@after(RewardPenalty, "revoke", preview=what_a_reversal_changes)
@after(RewardPenalty, "change", preview=what_a_reversal_changes)
def reverse_in_open_cycles(one: RewardPenalty, act: Act) -> None:
    """Its row is read anew in every cycle that is computed and not closed, and so are the lines on it."""
    one.session.flush()
    for cycle in cycles_of(one):
        assessment.refuse_while_computed(is_computing=cycle.status is CycleStatus.COMPUTING, span=cycle.span_text)
        if cycle.status is not CycleStatus.LOCKED:
            lines = lines_using(one.session, cycle, one.__tablename__, one.id)
            for row in rows_of(one.session, cycle, one.__tablename__, one.id):
                _read_again(cycle, row)
            if lines:
                compute_lines_again(one.session, cycle, lines, act)


def _read_again(cycle: AssessmentCycle, kept: KpiEvidence) -> None:
    """The kept row as its record says it now."""
    session = cycle.session
    measured = known(session.get_one(KpiDefinition, kept.kpi_id).function)
    if measured is None:
        return
    rows = rows_in(session, measured, cycle.span, cycle.id)
    query = select(rows).where(rows.c.entity == kept.entity, rows.c.entity_id == kept.entity_id)
    row = kept_row(cycle.id, kept.kpi_id, session.execute(query).mappings().one())
    for name in KEPT:
        setattr(kept, name, row[name])
    session.flush()
