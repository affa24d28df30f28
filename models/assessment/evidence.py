"""What shows that people are assessed, rewarded, heard and answered (A1.3, K1.2, K1.3, K2.1, K3.1, K3.2, K4.1)."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, select

from models.assessment.cycles import AssessmentCycle
from models.assessment.rewards import RewardPenalty
from models.assessment.sheets import AssessmentLine, AssessmentSheet
from models.assessment.suggestions import Suggestion
from models.organisation import Department
from models.regulation import Asked, Tally, evidence
from rules.assessment import REWARDS, UNANSWERED, CycleStatus, Flag, Group, RewardStatus, SheetStatus
from rules.base import Words
from rules.organisation import DepartmentKind
from rules.regulation import Side

DONE = (RewardStatus.EXECUTED, RewardStatus.UPHELD, RewardStatus.CHANGED)
WAITING = (
    RewardStatus.DRAFT,
    RewardStatus.STATEMENT,
    RewardStatus.APPROVED,
    RewardStatus.ANNOUNCED,
    RewardStatus.APPEALED,
)


def _lines(group: Group, asked: Asked) -> Iterator[Tally]:
    """Lines that were scored, and those that had too little behind them."""
    is_its = (AssessmentLine.group == group) & (AssessmentLine.created_at >= asked.since)
    yield Tally(
        Words("Lines of sheets", "考核项"),
        AssessmentLine,
        {
            Side.DONE: is_its & (AssessmentLine.flag == Flag.OK),
            Side.EXCEPTION: is_its & (AssessmentLine.flag == Flag.LOW_SAMPLE),
        },
        moment=AssessmentLine.created_at,
        queries={Side.DONE: f"flt_group={group}&flt_flag=ok", Side.EXCEPTION: f"flt_group={group}&flt_flag=low_sample"},
    )


@evidence("K1.1")
def process_lines(asked: Asked) -> Iterator[Tally]:
    """People are measured by process."""
    yield from _lines(Group.PROCESS, asked)


@evidence("K1.2")
def schedule_lines(asked: Asked) -> Iterator[Tally]:
    """People are measured by schedule."""
    yield from _lines(Group.SCHEDULE, asked)


@evidence("K1.3")
def after_sales_lines(asked: Asked) -> Iterator[Tally]:
    """People are measured by after-sales."""
    yield from _lines(Group.AFTER_SALES, asked)


@evidence("A1.3")
def members_assessed(asked: Asked) -> Iterator[Tally]:
    """Sheets of those who belong to after-sales: told to them, and still to come."""
    theirs = select(Department.id).where(Department.kind == DepartmentKind.AFTER_SALES)
    is_theirs = AssessmentSheet.department_id.in_(theirs) & AssessmentSheet.employee_id.is_not(None)
    yield Tally(
        Words("Sheets of after-sales staff", "售后人员考核表"),
        AssessmentSheet,
        {
            Side.DONE: is_theirs & (AssessmentSheet.published_at >= asked.since),
            Side.DUE: is_theirs & AssessmentSheet.status.in_((SheetStatus.COMPUTED, SheetStatus.CONFIRMED)),
            Side.EXCEPTION: is_theirs & (AssessmentSheet.status == SheetStatus.APPEALED),
        },
        moment=AssessmentSheet.updated_at,
    )


@evidence("K2.1")
def cycles(asked: Asked) -> Iterator[Tally]:
    """Cycles locked and under way; sheets that wait for somebody, and appeals beside them."""
    yield Tally(
        Words("Assessment cycles", "考核周期"),
        AssessmentCycle,
        {
            Side.DONE: (AssessmentCycle.status == CycleStatus.LOCKED) & (AssessmentCycle.locked_at >= asked.since),
            Side.DUE: AssessmentCycle.status != CycleStatus.LOCKED,
        },
        moment=AssessmentCycle.from_on,
        queries={Side.DONE: "flt_status=locked"},
    )
    in_review = AssessmentSheet.cycle_id.in_(
        select(AssessmentCycle.id).where(AssessmentCycle.status == CycleStatus.IN_REVIEW)
    )
    waits = in_review & AssessmentSheet.status.in_((SheetStatus.COMPUTED, SheetStatus.CONFIRMED))
    yield Tally(
        Words("Assessment sheets", "考核表"),
        AssessmentSheet,
        {Side.DUE: waits, Side.EXCEPTION: AssessmentSheet.status == SheetStatus.APPEALED},
        moment=AssessmentSheet.updated_at,
        queries={Side.EXCEPTION: "flt_status=appealed"},
    )


def _of(is_kind: ColumnElement[bool], words: Words, asked: Asked) -> Tally:
    return Tally(
        words,
        RewardPenalty,
        {
            Side.DONE: is_kind & RewardPenalty.status.in_(DONE) & (RewardPenalty.updated_at >= asked.since),
            Side.DUE: is_kind & RewardPenalty.status.in_(WAITING),
            Side.EXCEPTION: is_kind
            & (RewardPenalty.status == RewardStatus.REVOKED)
            & (RewardPenalty.updated_at >= asked.since),
        },
        moment=RewardPenalty.updated_at,
    )


@evidence("K3.1")
def rewards(asked: Asked) -> Iterator[Tally]:
    """Rewards given, on their way, and taken back."""
    yield _of(RewardPenalty.kind.in_(REWARDS), Words("Rewards", "奖励"), asked)


@evidence("K4.1")
def penalties(asked: Asked) -> Iterator[Tally]:
    """Penalties carried out, on their way, and revoked."""
    yield _of(RewardPenalty.kind.not_in(REWARDS), Words("Penalties", "处罚"), asked)


@evidence("K3.2")
def suggestions(asked: Asked) -> Iterator[Tally]:
    """Suggestions that were answered, that wait, and that wait too long."""
    waits = Suggestion.status.in_(UNANSWERED)
    open_ones = ",".join(UNANSWERED)
    yield Tally(
        Words("Suggestions", "合理化建议"),
        Suggestion,
        {
            Side.DONE: Suggestion.answered_at >= asked.since,
            Side.DUE: waits & (Suggestion.answer_due_at >= asked.at),
            Side.OVERDUE: waits & (Suggestion.answer_due_at < asked.at),
        },
        moment=Suggestion.answer_due_at,
        queries={Side.DUE: f"flt_status={open_ones}", Side.OVERDUE: f"flt_status={open_ones}&sort=answer_due_at"},
    )
