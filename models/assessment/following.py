"""What follows from the steps of cycles and sheets: publishing, hearing, correcting, finishing (K2.1)."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from models.actions import post_to_file
from models.assessment.computing import weighed
from models.assessment.cycles import AssessmentCycle
from models.assessment.hashes import Hashes, cycle_hash, sheet_hash
from models.assessment.measuring import Parts, digest, evidence_facts, known, value_maker
from models.assessment.sheets import AssessmentLine, AssessmentSheet, KpiEvidence, KpiExclusion, sheets_of
from models.base import Act, after
from models.organisation import departments_below
from models.regulation import figure
from rules import assessment
from rules.actions import EntryKind
from rules.assessment import GRADES, CycleStatus, LeftOut, RowSide, SheetStatus
from rules.base import Person, Words
from rules.regulation.figures import GRADE_FROM

NOT_CHECKED = Words("{n} sheets are not checked by HR yet.", "还有 {n} 份考核表未经人事复核。")
NOT_DECIDED = Words("{n} appeals are not decided yet.", "还有 {n} 份申诉未裁定。")


def _count(cycle: AssessmentCycle, statuses: Iterable[SheetStatus]) -> int:
    query = select(func.count()).where(AssessmentSheet.cycle_id == cycle.id, AssessmentSheet.status.in_(statuses))
    return cycle.session.scalar(query) or 0


def what_review_asks(cycle: AssessmentCycle, _person: Person) -> list[Words]:
    """Said before: how many sheets go to how many assessors."""
    people = select(func.count(func.distinct(AssessmentSheet.assessor_id))).where(AssessmentSheet.cycle_id == cycle.id)
    n = _count(cycle, (SheetStatus.COMPUTED,))
    return [
        Words(
            "{n} sheets go to {people} assessors.", "{n} 份考核表将交 {people} 位考核人评审。", n=n,
            people=cycle.session.scalar(people) or 0,
        )
    ]  # fmt: skip


@after(AssessmentCycle, "start")
def ask_for_figures(cycle: AssessmentCycle, _act: Act) -> None:
    """What the computation needs is asked for before it begins: an unset figure refuses, naming its clause."""
    session = cycle.session
    for grade in GRADES:
        figure(session, GRADE_FROM, cycle.to_on, grade)
    for kpi in weighed(session, cycle):
        if (one := known(kpi.function)) is not None:
            one.rows(session, cycle.span)
            value_maker(session, one, cycle.span)


@after(AssessmentCycle, "review", preview=what_review_asks)
def hand_to_assessors(cycle: AssessmentCycle, _act: Act) -> None:
    """A cycle without a sheet is nothing to review."""
    assessment.refuse_empty(_count(cycle, tuple(SheetStatus)))


@after(AssessmentCycle, "publish")
def publish_sheets(cycle: AssessmentCycle, act: Act) -> None:
    """Every sheet that HR has checked is told to whom it is about; the cycle's hash is that of its sheets then."""
    waiting = _count(cycle, (SheetStatus.COMPUTED, SheetStatus.CONFIRMED))
    assessment.refuse_unfinished(waiting, NOT_CHECKED)
    for sheet in sheets_of(cycle):
        if sheet.status is SheetStatus.CHECKED:
            sheet.content_hash = sheet_hash(sheet)
            sheet.perform("publish", act=act)
    cycle.session.flush()
    cycle.content_hash = cycle_hash(cycle.session, cycle)


@after(AssessmentLine, "adjust")
def hash_again(line: AssessmentLine, _act: Act) -> None:
    """What a sheet says has changed by hand; its hash is over that."""
    line.session.flush()
    line.sheet.content_hash = sheet_hash(line.sheet)


@after(AssessmentSheet, "appeal")
def hear_appeals(sheet: AssessmentSheet, act: Act) -> None:
    """The first appeal opens the hearing."""
    if sheet.cycle.status is CycleStatus.PUBLISHED:
        sheet.cycle.perform("hear", act=act)


def what_an_upheld_appeal_changes(sheet: AssessmentSheet, _person: Person) -> list[Words]:
    """Said before: whose lines use the row."""
    if sheet.appeal_entity is None:
        return []
    named = (sheet.appeal_entity, sheet.appeal_entity_id or 0, sheet.appeal_corrects_id)
    used = lines_using(sheet.session, sheet.cycle, *named)
    return [
        Words(
            "Will be computed anew: {what}.",
            "将重新计算：{what}。",
            what=f"{one.sheet.subject.name} · {one.name_words.zh}",
        )
        for one in used
    ]


@after(AssessmentSheet, "uphold", preview=what_an_upheld_appeal_changes)
def correct_lines(sheet: AssessmentSheet, act: Act) -> None:
    """The row counts for nobody in this cycle any more; exactly the lines that used it are computed anew.

    A correction is taken out as it was written down; the closed cycle that it puts right has said its word.
    """
    if sheet.appeal_entity is None or sheet.appeal_entity_id is None:
        return
    session, cycle = sheet.session, sheet.cycle
    named = (sheet.appeal_entity, sheet.appeal_entity_id, sheet.appeal_corrects_id)
    lines = lines_using(session, cycle, *named)
    if sheet.appeal_corrects_id is None:
        session.add(
            KpiExclusion(
                cycle_id=cycle.id,
                entity=sheet.appeal_entity,
                entity_id=sheet.appeal_entity_id,
                sheet_id=sheet.id,
                at=act.at,
                reason=sheet.decision_reason,
            )
        )
    _take_out(session, cycle, *named)
    compute_lines_again(session, cycle, lines, act)


def compute_lines_again(session: Session, cycle: AssessmentCycle, lines: Sequence[AssessmentLine], act: Act) -> None:
    """These lines from their rows, the sheets from their lines, the hash of the cycle; what was stays beside."""
    hashes = Hashes.kept(session, cycle)
    for line in lines:
        line.perform("correct", act=act)
        _compute_again(line, hashes)
    for one in dict.fromkeys(line.sheet for line in lines):
        one.total_before = one.total
        one.weigh()
        session.flush()
        one.content_hash = sheet_hash(one)
    session.flush()
    cycle.content_hash = cycle_hash(session, cycle)


def lines_using(
    session: Session, cycle: AssessmentCycle, entity: str, entity_id: int, corrects_id: int | None = None
) -> list[AssessmentLine]:
    """The lines of a cycle that stand on a row: of the person it counts for, and of the departments above."""
    rows = [one for one in rows_of(session, cycle, entity, entity_id, corrects_id) if one.side is not RowSide.EXCLUDED]
    people = {one.employee_id for one in rows if one.employee_id is not None}
    lines = session.scalars(
        select(AssessmentLine)
        .join(AssessmentSheet, AssessmentSheet.id == AssessmentLine.sheet_id)
        .where(
            AssessmentSheet.cycle_id == cycle.id,
            AssessmentLine.kpi_id.in_({one.kpi_id for one in rows}),
            or_(AssessmentSheet.employee_id.in_(people), AssessmentSheet.employee_id.is_(None)),
        )
        .order_by(AssessmentSheet.id, AssessmentLine.id)
    )
    return [line for line in lines if any(one.kpi_id == line.kpi_id and _stands_on(line.sheet, one) for one in rows)]


def rows_of(
    session: Session, cycle: AssessmentCycle, entity: str, entity_id: int, corrects_id: int | None = None
) -> Sequence[KpiEvidence]:
    """The kept rows of a record in a cycle; with ``corrects_id`` those that put that closed one right."""
    return session.scalars(
        select(KpiEvidence).where(
            KpiEvidence.cycle_id == cycle.id,
            KpiEvidence.entity == entity,
            KpiEvidence.entity_id == entity_id,
            KpiEvidence.corrects_id.is_not_distinct_from(corrects_id),
        )
    ).all()


def _stands_on(sheet: AssessmentSheet, row: KpiEvidence) -> bool:
    if sheet.employee_id is not None:
        return row.employee_id == sheet.employee_id
    return row.department_id in departments_below(sheet.session, sheet.subject_department_id or 0)


def _take_out(session: Session, cycle: AssessmentCycle, entity: str, entity_id: int, corrects_id: int | None) -> None:
    for row in rows_of(session, cycle, entity, entity_id, corrects_id):
        if row.side is not RowSide.EXCLUDED:
            row.side, row.reason = RowSide.EXCLUDED, LeftOut.APPEAL
            row.row_hash = digest(evidence_facts(row))
    session.flush()


def _compute_again(line: AssessmentLine, hashes: Hashes) -> None:
    """From the rows as they were written down, so that nothing else moves."""
    session, sheet = line.session, line.sheet
    one = known(line.kpi.function) if line.kpi is not None else None
    if one is None or line.kpi_id is None:
        return
    rows = session.execute(
        select(KpiEvidence.part, func.sum(KpiEvidence.top), func.sum(KpiEvidence.bottom))
        .where(
            KpiEvidence.cycle_id == sheet.cycle_id,
            KpiEvidence.kpi_id == line.kpi_id,
            KpiEvidence.side != RowSide.EXCLUDED,
            sheet.evidence_here(),
        )
        .group_by(KpiEvidence.part)
    )
    parts: Parts = {part: (int(top), int(bottom)) for part, top, bottom in rows}
    found = value_maker(session, one, sheet.cycle.span)(parts)
    line.measure(found.numerator, found.denominator, found.value)
    if sheet.employee_id is not None:
        line.evidence_hash = hashes.of_employee(line.kpi_id, sheet.employee_id)
    else:
        line.evidence_hash = hashes.of_departments(line.kpi_id, departments_below(session, sheet.department_id))


@after(AssessmentCycle, "lock")
def finish_sheets(cycle: AssessmentCycle, act: Act) -> None:
    """Every sheet is final and goes into the file of whom it is about (P2.4, K2.1)."""
    assessment.refuse_unfinished(_count(cycle, (SheetStatus.APPEALED,)), NOT_DECIDED)
    for sheet in sheets_of(cycle):
        if sheet.status in {SheetStatus.PUBLISHED, SheetStatus.ACKNOWLEDGED}:
            sheet.perform("finish", act=act)
        note_sheet_in_file(sheet, act)


def note_sheet_in_file(sheet: AssessmentSheet, act: Act) -> None:
    """The result of a person's cycle, once."""
    if sheet.employee_id is not None and sheet.total is not None:
        post_to_file(
            sheet.session,
            act,
            employee_id=sheet.employee_id,
            kind=EntryKind.ASSESSMENT,
            title=f"{sheet.cycle.span_text} · {sheet.grade}",
            score=sheet.total,
            source=(sheet.__tablename__, sheet.id),
            clause="K2.1",
        )
