"""Taking in what was judged: all of it or the good rows, in one transaction, or only told."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from models.after_sales import Ticket
from models.assessment import AssessmentCycle, KpiTarget
from models.base import Act, Record, require
from models.intake.assessments import store_sheets, store_weights
from models.intake.checks import store_checks
from models.intake.kit import Intake, Outcome
from models.intake.market import store_customers, store_products
from models.intake.orders import store_orders
from models.intake.papers import store_papers
from models.intake.people import store_people
from models.intake.posts import store_posts
from models.intake.regulation import store_days
from models.intake.results import store_results
from models.intake.tickets import store_tickets
from models.journal import acting
from models.organisation import Customer, Employee, Post, ProductModel
from models.process import DocumentRevision
from models.quality import SpotCheck
from models.regulation import CalendarDay
from models.schedule import SalesOrder
from models.training import TrainingSession
from rules.base import Person, Words
from rules.ledger import FileResult, SheetResult
from rules.ledgers import LEDGERS

NOT_YOURS = Words("You may not take in this kind of ledger: {ledger}.", "您无权导入此类台账：{ledger}。")


@dataclass(frozen=True)
class Store:
    """What stores the rows of a ledger, and the table whose creators may hand one in."""

    model: type[Record]
    store: Callable[[Intake, SheetResult], None]


STORES = {
    "calendar_day": Store(CalendarDay, store_days),
    "post": Store(Post, store_posts),
    "employee": Store(Employee, store_people),
    "customer": Store(Customer, store_customers),
    "product_model": Store(ProductModel, store_products),
    "document_revision": Store(DocumentRevision, store_papers),
    "exam_attempt": Store(TrainingSession, store_results),
    "spot_check_item": Store(SpotCheck, store_checks),
    "sales_order": Store(SalesOrder, store_orders),
    "kpi_target": Store(KpiTarget, store_weights),
    "assessment_sheet": Store(AssessmentCycle, store_sheets),
    "ticket": Store(Ticket, store_tickets),
}


@dataclass
class Report:
    """What came of a file: its rows as judged and as the rules took them, and whether anything was stored."""

    result: FileResult
    is_stored: bool = False
    counts: dict[str, Counter[Outcome]] = field(default_factory=dict)
    """By sheet; of a dry run, what would have been stored."""

    @property
    def totals(self) -> Counter[Outcome]:
        return sum(self.counts.values(), Counter())

    def refusals(self, locale: str = "en") -> list[str]:
        """A line for the file or for each fault: where it is, and why."""
        if self.result.refused:
            return [f"{self.result.name}: {self.result.refused.words.text(locale)}"]
        return [
            f"{f'{sheet.name}!' if sheet.name else ''}{fault.cell}: {fault.reason.words.text(locale)}"
            for sheet in self.result.sheets
            for row in sheet.refused
            for fault in row.faults
        ]


def take_in(
    session: Session,
    result: FileResult,
    *,
    importer: Person,
    at: datetime,
    all_or_nothing: bool = True,
    dry_run: bool = False,
) -> Report:
    """Stores the accepted rows and commits; rows that the rules refuse join the refused ones of ``result``.

    One transaction: whatever interrupts it leaves nothing. ``all_or_nothing``: one refused row, and nothing is stored.
    ``dry_run``: everything is tried, so that all refusals are told, and nothing is stored.
    """
    report = Report(result)
    if result.refused or (all_or_nothing and result.has_faults and not dry_run):
        return report
    _require(importer, result)
    intake = Intake(session, importer, at)
    try:
        with acting(session, intake.act()) as act:
            for sheet in in_order(result):
                report.counts[sheet.name] = _store(intake, sheet, act)
            if not dry_run and not (all_or_nothing and result.has_faults):
                session.commit()
                report.is_stored = True
    finally:
        session.rollback()
    return report


def in_order(result: FileResult) -> list[SheetResult]:
    """The recognised sheets in the order of their ledgers: each may refer to those before it."""
    places = {one.entity: place for place, one in enumerate(LEDGERS)}
    return sorted((one for one in result.sheets if one.entity in STORES), key=lambda one: places[one.entity or ""])


def _require(importer: Person, result: FileResult) -> None:
    """Who may create the records may hand in their ledger."""
    words = {one.entity: one.words for one in LEDGERS}
    for sheet in in_order(result):
        roles = STORES[sheet.entity or ""].model.access.create
        require(importer, roles, Words(NOT_YOURS.en, NOT_YOURS.zh, ledger=words[sheet.entity or ""]))


def _store(intake: Intake, sheet: SheetResult, act: Act) -> Counter[Outcome]:
    """One sheet; its changes are sealed before the next begins."""
    intake.counts = Counter()
    with acting(intake.session, act):
        STORES[sheet.entity or ""].store(intake, sheet)
    part_again(sheet)
    return intake.counts


def part_again(sheet: SheetResult) -> None:
    """Rows that were refused while they were stored join the refused ones."""
    refused = [row for row in sheet.accepted if row.faults]
    if refused:
        sheet.accepted = [row for row in sheet.accepted if not row.faults]
        sheet.refused = sorted([*sheet.refused, *refused], key=lambda row: row.number)
