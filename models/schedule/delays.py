"""Delays of stages and orders, from the forecast to who answers for them (S3)."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, Text, exists, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.actions import ActionItem, open_action, open_case
from models.approvals import answer, ask_approval
from models.base import Act, Record, after
from models.event import Attachment
from models.organisation import Department, Employee
from models.regulation import cancel, company_calendar, copies_due, stop
from models.schedule.orders import SalesOrder
from models.schedule.reach import one, orders_naming
from models.schedule.stages import PlanStage
from rules import actions, schedule
from rules.actions import ActionKind, CaseKind, CaseSeverity, Cause, Severity
from rules.base import Faulty, Person, Role, RuleBroken, Words
from rules.event import Decision
from rules.regulation import Target
from rules.schedule import DelayNature, DelayStatus, DetectedBy, StageStatus, delays

FILED = "附件"
"""What stands for the evidence where it is a file."""
OPEN_SQL = "status NOT IN ('averted', 'closed')"


class DelayRecord(Record):
    """A delay: how it was seen, what is proposed, whose it is, what it costs the order (延误记录)."""

    __tablename__ = "delay_record"
    __table_args__ = (
        CheckConstraint("absorbed_working_days >= 0", name="absorbed_not_negative"),
        CheckConstraint("order_effect_working_days >= 0", name="effect_not_negative"),
        CheckConstraint(
            "status NOT IN ('attributed', 'closed') OR nature != 'undetermined'", name="attributed_has_nature"
        ),
        CheckConstraint(
            "status NOT IN ('attributed', 'closed') OR nature != 'force_majeure' OR "
            "(gm_approved_at IS NOT NULL AND evidence != '')",
            name="force_majeure_is_proved",
        ),
        CheckConstraint(
            "status NOT IN ('reported', 'analysing') OR reported_at IS NOT NULL", name="reported_has_instant"
        ),
        CheckConstraint(
            "status NOT IN ('attributed', 'closed') OR attributed_at IS NOT NULL", name="attributed_has_instant"
        ),
        CheckConstraint("(gm_approved_at IS NULL) = (gm_approved_by_id IS NULL)", name="approved_by_somebody"),
        Index("ix_delay_record_status_id", "status", "id"),
        Index("ix_delay_record_department_id_id", "department_id", "id"),
        Index("ix_delay_record_planned_end_on_id", "planned_end_on", "id"),
        Index("ix_delay_record_nature_planned_end_on", "nature", "planned_end_on"),
        Index(
            "uq_delay_record_one_open",
            "stage_id",
            unique=True,
            sqlite_where=text(OPEN_SQL),
            postgresql_where=text(OPEN_SQL),
        ),
    )
    words = Words("Delay", "延误记录")
    chapter = "schedule"
    access = schedule.DELAY_RECORD
    lifecycle = delays.DELAY_STEPS
    number_prefix = "YW"
    search_columns = ("no", "analysis", "proposal", "evidence")
    named_by = ("owner_id", "project_lead_id", "reported_by_id")
    period_on = "planned_end_on"
    period_columns = frozenset(
        {"planned_end_on", "actual_end_on", "nature", "absorbed_working_days", "owner_id", "department_id"}
    )
    uncounted = frozenset({"forecast", "averted"})

    no: Mapped[str] = mapped_column(String(32), unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("sales_order.id"), index=True)
    stage_id: Mapped[int | None] = mapped_column(ForeignKey("plan_stage.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    """Whose stage it is: the stage owner when the delay was opened."""
    project_lead_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    detected_by: Mapped[DetectedBy] = mapped_column(default=DetectedBy.REPORTED)
    detected_at: Mapped[datetime]
    planned_end_on: Mapped[date]
    expected_end_on: Mapped[date | None]
    actual_end_on: Mapped[date | None]
    nature: Mapped[DelayNature] = mapped_column(default=DelayNature.UNDETERMINED)
    claimed_nature: Mapped[DelayNature | None]
    """What the project lead laid before the general manager; until he approves, the delay is undetermined."""
    cause_category: Mapped[Cause | None]
    analysis: Mapped[str] = mapped_column(Text, default="")
    proposal: Mapped[str] = mapped_column(Text, default="")
    absorbed_working_days: Mapped[int] = mapped_column(default=0)
    order_effect_working_days: Mapped[int] = mapped_column(default=0)
    evidence: Mapped[str] = mapped_column(Text, default="")
    due_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]
    reported_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    late: Mapped[bool] = mapped_column(default=False)
    """Whether it was reported only after its time limit, or after the planned end."""
    gm_approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    gm_approved_at: Mapped[datetime | None]
    attributed_at: Mapped[datetime | None]
    """Since when the nature and what was absorbed count; until then it is undetermined."""
    status: Mapped[DelayStatus] = mapped_column(default=DelayStatus.FORECAST)
    order: Mapped[SalesOrder] = relationship()
    stage: Mapped[PlanStage | None] = relationship()
    department: Mapped[Department] = relationship()
    owner: Mapped[Employee | None] = relationship(foreign_keys=[owner_id])
    project_lead: Mapped[Employee | None] = relationship(foreign_keys=[project_lead_id])
    reported_by: Mapped[Employee | None] = relationship(foreign_keys=[reported_by_id])
    gm_approved_by: Mapped[Employee | None] = relationship(foreign_keys=[gm_approved_by_id])

    def parties(self) -> Mapping[str, frozenset[int]]:
        return {
            "stage_owner": one(self.owner_id),
            "project_lead_of_it": one(self.project_lead_id),
            "seller": one(self.order.sales_id),
            "owners_leader": frozenset(),
        }

    @classmethod
    def also_visible_to(cls, person: Person) -> list[ColumnElement[bool]]:
        """The sales owner of the order, and who leads it."""
        return [cls.order_id.in_(orders_naming(person))]

    def prepare(self) -> None:
        """The workshop's that answers for the order; the stage's planned end is what is missed."""
        order, stage = self.order, self.stage
        self.department_id = order.workshop_id if order.workshop_id is not None else order.department_id
        self.project_lead_id = order.project_lead_id
        if stage is not None:
            self.owner_id = stage.owner_id
            self.planned_end_on = self.planned_end_on or stage.planned_end_on or order.kpi_due_on or order.ordered_on
        elif self.planned_end_on is None:
            self.planned_end_on = order.promised_on or order.ordered_on

    def measure(self) -> None:
        """By how many working days the order is later: those of the stage less what was absorbed (S3.2)."""
        ended = self.actual_end_on or self.expected_end_on or self.planned_end_on
        days = company_calendar(self.session).days_between(self.planned_end_on, ended)
        self.order_effect_working_days = delays.effect(max(0, days), self.absorbed_working_days)

    # -- reported ----------------------------------------------------------------------------------------------------

    def do_avert(self, act: Act) -> None:
        cancel(self.session, self, Target.DELAY_REPORT, at=act.at)

    def do_report(
        self, act: Act, proposal: str = "", cause_category: str | None = None, expected_end_on: date | None = None
    ) -> None:
        """Reported with a proposal; late is what comes after the time limit, or after the planned end (S3.1)."""
        proposal = proposal.strip() or self.proposal
        delays.refuse_empty_report(proposal)
        self.proposal, self.cause_category = proposal, actions.cause_of(cause_category) or self.cause_category
        self.expected_end_on = expected_end_on or self.expected_end_on
        self.reported_at, self.reported_by_id = act.at, act.by.employee_id
        was_due = self.due_at is not None and self.due_at < act.at
        self.late = was_due or self.status is DelayStatus.UNREPORTED
        stop(self.session, self, Target.DELAY_REPORT, at=act.at)
        self.measure()

    # -- analysed ----------------------------------------------------------------------------------------------------

    def do_remedy(
        self, act: Act, analysis: str = "", measure: str = "", responsible: Employee | None = None, severity: str = ""
    ) -> None:
        """What it came from, and what is done so that it costs little (S3.2)."""
        delays.refuse_empty_analysis(analysis or self.analysis)
        self.analysis = analysis.strip() or self.analysis
        if measure.strip():
            self.measure()
            chosen = delays.severity_of(severity, self.order_effect_working_days)
            self.open_remedy(act, measure.strip(), responsible, chosen)

    def open_remedy(self, act: Act, measure: str, responsible: Employee | None, severity: Severity) -> ActionItem:
        """A measure as an action: somebody sees to it, the project lead verifies."""
        who = responsible or self.owner
        if who is None:
            raise Faulty({"responsible": Words("Say who sees to it.", "请指定措施责任人。")})
        lead = self.project_lead_id
        return open_action(
            self.session,
            act,
            kind=ActionKind.CORRECTIVE,
            department_id=who.department_id,
            severity=severity,
            description=f"{self.order.no} {measure}",
            responsible_id=who.id,
            raiser_id=act.by.employee_id,
            verifier_id=lead if lead != who.id else None,
            source=("delay_record", self.id),
            clause="S3.2",
        )

    # -- attributed --------------------------------------------------------------------------------------------------

    def do_attribute(
        self, act: Act, nature: str = "", absorbed_working_days: int | str = 0, evidence: str = ""
    ) -> None:
        """Whose it is; a subjective cause opens a case (S3.3)."""
        self._take(absorbed_working_days, evidence)
        self.nature, self.claimed_nature, self.attributed_at = delays.nature_of(nature), None, act.at
        delays.refuse_attribution(self.nature)
        self.measure()

    def do_claim(self, act: Act, nature: str = "", absorbed_working_days: int | str = 0, evidence: str = "") -> None:
        """Force majeure and special causes are shown, and laid before the general manager (S3.1)."""
        self._take(absorbed_working_days, evidence)
        self.claimed_nature = delays.nature_of(nature)
        delays.refuse_unproved(self.claimed_nature, self.evidence, has_file=self.has_file())
        self.evidence = self.evidence or FILED
        ask_approval(self.session, self, "approve", Role.GENERAL_MANAGER)
        self.measure()

    def _take(self, absorbed: int | str, evidence: str) -> None:
        self.absorbed_working_days = delays.whole_days(absorbed)
        self.evidence = evidence.strip() or self.evidence

    def has_file(self) -> bool:
        """Whether something was attached that shows it."""
        found = select(Attachment.id).where(Attachment.entity == self.__tablename__, Attachment.entity_id == self.id)
        return bool(self.session.scalar(select(exists(found))))

    def do_approve(self, act: Act) -> None:
        self.gm_approved_by_id, self.gm_approved_at = act.by.employee_id, act.at
        self.attributed_at = act.at
        self.nature = self.claimed_nature or self.nature
        answer(self.session, self, Decision.APPROVED, act)

    def do_refuse(self, act: Act) -> None:
        """It stays undetermined, and counts, until it is attributed otherwise."""
        self.claimed_nature = None
        answer(self.session, self, Decision.REJECTED, act)

    def do_close(self, act: Act) -> None:
        """Only once its length is known."""
        is_over = self.stage is None or self.stage.status in {StageStatus.DONE, StageStatus.CANCELLED}
        if not is_over:
            raise RuleBroken(
                Words("The stage is not done: the delay still grows.", "阶段尚未完成，延误仍在继续，不能关闭。"),
                clause="S3.2",
            )
        self.measure()

    def counts(self) -> bool:
        """Whether the indicators count it."""
        return delays.counts(str(self.status), self.nature, gm_approved=self.gm_approved_at is not None)


copies_due(DelayRecord, Target.DELAY_REPORT)


def what_a_nature_means(_delay: DelayRecord, _person: Person) -> list[Words]:
    """Said before a delay is attributed: what counts, and what opens a case."""
    return [
        Words(
            "A subjective cause opens an accountability case; the delay counts until it is decided otherwise.",
            "定性为“主观原因”将提起责任认定；未作其他认定前均计入延误。",
        )
    ]


@after(DelayRecord, "attribute", preview=what_a_nature_means)
def charge(delay: DelayRecord, act: Act) -> None:
    """A delay from a subjective cause is charged by the rules (S3.3): a case about whoever had the stage."""
    who = delay.owner_id or delay.project_lead_id
    if delay.nature is not DelayNature.SUBJECTIVE or who is None or act.recorded_at is not None:
        return
    open_case(
        delay.session,
        act,
        kind=CaseKind.SCHEDULE_SUBJECTIVE,
        severity=CaseSeverity.GENERAL,
        department_id=delay.department_id,
        facts=f"{delay.no} {delay.order.no} {delay.stage.name if delay.stage else ''}：{delay.analysis}",
        shares={who: Decimal(100)},
        source=("delay_record", delay.id),
    )


__all__ = ["DelayRecord"]
