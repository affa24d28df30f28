"""A cycle's figures, computed in the background with progress; the same again gives the same hash (K2.1)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from models.assessment.cycles import AssessmentCycle
from models.assessment.definitions import KpiDefinition, KpiTarget, definitions, targets_on
from models.assessment.hashes import Hashes, cycle_hash, sheet_hash
from models.assessment.measuring import Sums, known, sums_of
from models.assessment.sheets import AssessmentLine, AssessmentSheet, Bounds, grade_bounds
from models.base import Act, Source
from models.journal import acting
from models.organisation import Department, Employee, Placement, below, holders, managers_of_all, parts_of
from rules import assessment
from rules.assessment import CycleStatus, Flag, Group
from rules.base import SYSTEM, Role
from rules.organisation import HEADS

SHEETS_AT_ONCE = 50
PEOPLE_AT_ONCE = 1000
Place = tuple[int | None, int | None]
"""A person, or a department."""


@dataclass(frozen=True)
class Subject:
    """Who or what is assessed, where it stood at the end of the period, and by which weights."""

    employee_id: int | None
    department_id: int
    post_id: int | None
    targets: Sequence[KpiTarget]

    @property
    def place(self) -> Place:
        return self.employee_id, None if self.employee_id is not None else self.department_id


def compute_waiting(session: Session, at: datetime) -> int:
    """Computes every cycle that was started; a run that was killed begins again. Returns how many."""
    waiting = session.scalars(
        select(AssessmentCycle.id).where(AssessmentCycle.status == CycleStatus.COMPUTING).order_by(AssessmentCycle.id)
    ).all()
    session.rollback()
    for key in waiting:
        with acting(session, Act(SYSTEM, at, Source.SCHEDULER)) as act:
            compute(session, session.get_one(AssessmentCycle, key), act, commit=session.commit)
            session.commit()
    return len(waiting)


def compute(session: Session, cycle: AssessmentCycle, act: Act, *, commit: Callable[[], None] = lambda: None) -> None:
    """Rows, numbers, sheets; ``commit`` is called after each part, so that nothing waits for the whole."""
    if cycle.status is not CycleStatus.COMPUTING:
        return
    kpis = weighed(session, cycle)
    subjects = subjects_of(session, cycle)
    hashes = Hashes.stored(session, cycle, kpis, commit)
    _progress(session, cycle, 0, len(subjects))
    sums = measured(session, cycle, kpis, hashes)
    run = Run(
        {one.id: one for one in kpis}, sums, hashes, parts_of(session), grade_bounds(session, cycle.to_on),
        assessors(session, subjects),
    )  # fmt: skip
    for first in range(0, len(subjects), SHEETS_AT_ONCE):
        part = subjects[first : first + SHEETS_AT_ONCE]
        with session.no_autoflush:
            _write_sheets(session, cycle, part, run)
        session.flush()
        _progress(session, cycle, first + len(part), len(subjects))
        commit()
    session.refresh(cycle)
    cycle.content_hash = cycle_hash(session, cycle)
    cycle.perform("compute", act=act)


def weighed(session: Session, cycle: AssessmentCycle) -> list[KpiDefinition]:
    """The indicators that have a weight somewhere; of the others nothing is measured and no figure is asked for."""
    used = {one.kpi_id for one in targets_on(session, cycle.kind, cycle.to_on)}
    return [one for one in definitions(session) if one.id in used]


def _progress(session: Session, cycle: AssessmentCycle, done: int, whole: int) -> None:
    """Not a fact of the cycle, and no event: how far the run is."""
    session.execute(
        update(AssessmentCycle)
        .where(AssessmentCycle.id == cycle.id)
        .values(progress_done=done, progress_of=whole)
        .execution_options(synchronize_session=False)
    )


def measured(
    session: Session, cycle: AssessmentCycle, kpis: Sequence[KpiDefinition], hashes: Hashes
) -> dict[int, Sums]:
    """The sums of every indicator that a chapter measures, with what puts closed cycles right."""
    found = {one.id: known(one.function) for one in kpis}
    return {
        key: sums_of(session, one, cycle.span, cycle.id).with_rows(hashes.corrections.get(key, ()))
        for key, one in found.items()
        if one is not None
    }


# -- who is assessed -------------------------------------------------------------------------------------------------


def subjects_of(session: Session, cycle: AssessmentCycle) -> list[Subject]:
    """People by where they stood last in the period, and the departments that have weights of their own."""
    targets = targets_on(session, cycle.kind, cycle.to_on)
    by_post, by_department = _by_place(targets)
    parents = dict(session.execute(select(Department.id, Department.parent_id)).tuples().all())
    found = []
    for placement in _placements(session, cycle):
        own = by_post.get(placement.post_id) or _nearest(by_department, parents, placement.department_id)
        if own:
            found.append(Subject(placement.employee_id, placement.department_id, placement.post_id, own))
    found += [Subject(None, department, None, own) for department, own in sorted(by_department.items())]
    return found


def _by_place(targets: Sequence[KpiTarget]) -> tuple[dict[int, list[KpiTarget]], dict[int, list[KpiTarget]]]:
    by_post: dict[int, list[KpiTarget]] = {}
    by_department: dict[int, list[KpiTarget]] = {}
    for one in targets:
        if one.post_id is not None:
            by_post.setdefault(one.post_id, []).append(one)
        elif one.department_id is not None:
            by_department.setdefault(one.department_id, []).append(one)
    return by_post, by_department


def _nearest(
    by_department: Mapping[int, list[KpiTarget]], parents: Mapping[int, int | None], department_id: int | None
) -> list[KpiTarget]:
    while department_id is not None and department_id not in by_department:
        department_id = parents.get(department_id)
    return by_department.get(department_id, []) if department_id is not None else []


def _placements(session: Session, cycle: AssessmentCycle) -> list[Placement]:
    """Of everybody who worked here in the period, the last place in it."""
    rows = session.scalars(
        select(Placement)
        .where(
            Placement.from_on <= cycle.to_on,
            (Placement.to_on.is_(None)) | (Placement.to_on >= cycle.from_on),
        )
        .order_by(Placement.employee_id, Placement.from_on)
    )
    return list({one.employee_id: one for one in rows}.values())


# -- sheets ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """What every sheet of a computation is made from, read once."""

    kpis: Mapping[int, KpiDefinition]
    sums: Mapping[int, Sums]
    hashes: Hashes
    parts: Mapping[int | None, list[int]]
    bounds: Bounds
    assessors: Mapping[Place, tuple[int | None, int | None]]
    """Who assesses a subject, and who answers for a department."""


def assessors(session: Session, subjects: Sequence[Subject]) -> dict[Place, tuple[int | None, int | None]]:
    """Leader, his department's manager, or the general manager; of a department the general manager."""
    people = sorted(one.employee_id for one in subjects if one.employee_id is not None)
    found: dict[Place, tuple[int | None, int | None]] = {}
    for first in range(0, len(people), PEOPLE_AT_ONCE):
        part = people[first : first + PEOPLE_AT_ONCE]
        rows = session.scalars(select(Employee).where(Employee.id.in_(part)).options(joinedload(Employee.department)))
        for key, managers in managers_of_all(session, rows).items():
            found[key, None] = (managers[0] if managers else None), None
    general = holders(session, Role.GENERAL_MANAGER, None)
    for one in {one.department_id for one in subjects if one.employee_id is None}:
        heads = holders(session, HEADS[session.get_one(Department, one).kind], one)
        found[None, one] = (general[0] if general else None), next((one for one in heads if one not in general), None)
    return found


def _write_sheets(session: Session, cycle: AssessmentCycle, subjects: Sequence[Subject], run: Run) -> None:
    """Those of an earlier run are written anew."""
    kept = _kept_sheets(session, cycle, subjects)
    for subject in subjects:
        assessor, answerable = run.assessors[subject.place]
        if assessor is None:
            continue
        sheet = kept.get(subject.place) or _new_sheet(session, cycle, subject)
        sheet.assessor_id, sheet.answerable_id = assessor, answerable
        sheet.department_id, sheet.post_id = subject.department_id, subject.post_id
        _write_lines(sheet, subject, run.kpis)
        places = below(run.parts, subject.department_id)
        for line in sheet.lines:
            measure(line, sheet, run.sums, run.hashes, places)
        sheet.weigh(run.bounds)
        sheet.content_hash = sheet_hash(sheet)


def _kept_sheets(session: Session, cycle: AssessmentCycle, subjects: Sequence[Subject]) -> dict[Place, AssessmentSheet]:
    """The sheets that an earlier run made for these."""
    employees, departments = zip(*(one.place for one in subjects), strict=True)
    rows = session.scalars(
        select(AssessmentSheet)
        .where(
            AssessmentSheet.cycle_id == cycle.id,
            or_(
                AssessmentSheet.employee_id.in_([one for one in employees if one]),
                AssessmentSheet.subject_department_id.in_([one for one in departments if one]),
            ),
        )
        .options(selectinload(AssessmentSheet.lines))
    )
    return {(one.employee_id, one.subject_department_id): one for one in rows}


def _new_sheet(session: Session, cycle: AssessmentCycle, subject: Subject) -> AssessmentSheet:
    employee_id, department_id = subject.place
    sheet = AssessmentSheet(
        cycle=cycle, employee_id=employee_id, subject_department_id=department_id, department_id=subject.department_id
    )
    session.add(sheet)
    return sheet


def _write_lines(sheet: AssessmentSheet, subject: Subject, kpis: Mapping[int, KpiDefinition]) -> None:
    """One for each indicator that has a weight, with how it is scored; a group without indicators has its own."""
    own = {one.kpi_id: one for one in subject.targets if one.kpi_id is not None}
    groups = {str(one.group): one.weight for one in subject.targets if one.group is not None}
    group_of = {str(key): str(kpis[key].group) for key in own}
    weights = assessment.shares({str(key): one.weight for key, one in own.items()}, groups, group_of)
    kept = {one.kpi_id: one for one in sheet.lines}
    lines = [_line(kept.get(key), kpis[key], one, weights[str(key)]) for key, one in sorted(own.items())]
    bare = [name for name in groups if name not in group_of.values()]
    by_group = {str(one.group): one for one in sheet.lines if one.kpi_id is None}
    lines += [_group_line(by_group.get(name), name, groups[name]) for name in sorted(bare)]
    sheet.lines = lines


def _line(line: AssessmentLine | None, kpi: KpiDefinition, aim: KpiTarget, weight: Decimal) -> AssessmentLine:
    line = line or AssessmentLine(kpi_id=kpi.id, flag=Flag.NO_DATA, manual_delta=Decimal(0))
    line.group, line.weight, line.min_sample = kpi.group, weight, kpi.min_sample
    line.target, line.floor, line.method = aim.target, aim.floor, aim.method
    line.bands, line.points_each = aim.bands, aim.points_each
    return line


def _group_line(line: AssessmentLine | None, group: str, weight: Decimal) -> AssessmentLine:
    line = line or AssessmentLine(kpi_id=None, flag=Flag.NO_DATA, manual_delta=Decimal(0))
    line.group, line.weight = Group(group), weight
    return line


def measure(
    line: AssessmentLine, sheet: AssessmentSheet, sums: Mapping[int, Sums], hashes: Hashes, below: frozenset[int]
) -> None:
    """A line of an indicator that nobody measures yet, or of a bare group, has no data."""
    found = sums.get(line.kpi_id) if line.kpi_id is not None else None
    if found is None or line.kpi_id is None:
        line.measure(None, None, None)
        line.evidence_hash = ""
        return
    if sheet.employee_id is not None:
        one = found.of_employee(sheet.employee_id)
        line.evidence_hash = hashes.of_employee(line.kpi_id, sheet.employee_id)
    else:
        one = found.of_departments(below)
        line.evidence_hash = hashes.of_departments(line.kpi_id, below)
    line.measure(one.numerator, one.denominator, one.value)
