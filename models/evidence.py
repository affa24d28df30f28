"""What shows that the regulation is kept, from the chapters that are kept so far (P1.1, P1.3, P3.2, A1.1, K1.1)."""

from collections.abc import Iterator

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload

from models.actions import ActionItem, sides_of
from models.organisation import Department, Employee
from models.process import DocumentRevision, ProcessDocument
from models.quality import SpotCheck
from models.regulation import Asked, Tally, evidence
from rules.actions import OWED, UNFINISHED, ActionStatus
from rules.base import Words
from rules.organisation import EMPLOYED, DepartmentKind
from rules.process import DocumentStatus, RevisionStatus
from rules.quality import CheckKind, CheckStatus
from rules.regulation import Side

JUDGED = (CheckStatus.SUBMITTED, CheckStatus.CLOSED)
IN_THE_WORKS = (RevisionStatus.DRAFT, RevisionStatus.IN_REVIEW, RevisionStatus.APPROVED)


@evidence("P1.1")
def documents(_asked: Asked) -> Iterator[Tally]:
    """A document with a revision in force is done; one without is still being written."""
    is_active = ProcessDocument.status == DocumentStatus.ACTIVE
    in_force = exists().where(
        DocumentRevision.document_id == ProcessDocument.id, DocumentRevision.status == RevisionStatus.RELEASED
    )
    yield Tally(
        Words("Process documents in force", "现行工艺文件"),
        ProcessDocument,
        {
            Side.DONE: is_active & in_force,
            Side.DUE: is_active & ~in_force,
            Side.EXCEPTION: ProcessDocument.status == DocumentStatus.SUSPENDED,
        },
    )


@evidence("P1.3")
def revisions(asked: Asked) -> Iterator[Tally]:
    """What was released, what is on its way, and what was stopped."""
    yield Tally(
        Words("Revisions", "文件修订"),
        DocumentRevision,
        {
            Side.DONE: DocumentRevision.released_at >= asked.since,
            Side.DUE: DocumentRevision.status.in_(IN_THE_WORKS),
            Side.EXCEPTION: DocumentRevision.withdrawn_at >= asked.since,
        },
        moment=DocumentRevision.updated_at,
        loads=(joinedload(DocumentRevision.document),),
    )


@evidence("P3.2")
def spot_checks(asked: Asked) -> Iterator[Tally]:
    """Checks handed in, and those that were begun and lie there."""
    of_quality = SpotCheck.kind.in_((CheckKind.SPOT_CHECK, CheckKind.RECHECK))
    yield Tally(
        Words("Spot checks", "工序抽检"),
        SpotCheck,
        {
            Side.DONE: of_quality & SpotCheck.status.in_(JUDGED) & (SpotCheck.checked_at >= asked.since),
            Side.DUE: of_quality & (SpotCheck.status == CheckStatus.DRAFT),
        },
        moment=SpotCheck.checked_at,
        queries={Side.DUE: "flt_status=draft"},
    )


@evidence("P3.2")
def rectifications(asked: Asked) -> Iterator[Tally]:
    """What was found is put right in time; what the responsible person disputes is an exception."""
    due, overdue = sides_of(asked.at)
    is_here = ActionItem.clause == "P3.2"
    yield Tally(
        Words("Rectifications", "整改单"),
        ActionItem,
        {
            Side.DONE: (ActionItem.status == ActionStatus.CLOSED)
            & (ActionItem.clause == "P3.2")
            & (ActionItem.closed_at >= asked.since),
            Side.DUE: is_here & due,
            Side.OVERDUE: is_here & overdue,
            Side.EXCEPTION: (ActionItem.status == ActionStatus.DISPUTED) & (ActionItem.clause == "P3.2"),
        },
        moment=ActionItem.due_at,
        queries={
            Side.DONE: "flt_status=closed",
            Side.DUE: f"flt_status={','.join(UNFINISHED)}",
            Side.OVERDUE: f"flt_status={','.join(OWED)}&sort=due_at",
            Side.EXCEPTION: "flt_status=disputed",
        },
    )


@evidence("A1.1")
def after_sales_staff(_asked: Asked) -> Iterator[Tally]:
    """Who works in after-sales."""
    theirs = select(Department.id).where(Department.kind == DepartmentKind.AFTER_SALES)
    yield Tally(
        Words("After-sales staff", "售后在岗人员"),
        Employee,
        {Side.DONE: Employee.department_id.in_(theirs) & Employee.status.in_(EMPLOYED)},
    )


@evidence("K1.1")
def counted_checks(asked: Asked) -> Iterator[Tally]:
    """The checks that the process indicators are computed from: re-checks do not count."""
    yield Tally(
        Words("Checks that count", "计入指标的抽检"),
        SpotCheck,
        {
            Side.DONE: SpotCheck.status.in_(JUDGED)
            & (SpotCheck.kind != CheckKind.RECHECK)
            & (SpotCheck.checked_at >= asked.since)
        },
        moment=SpotCheck.checked_at,
    )
