"""Production plans with their stages, and the versions that were reviewed (S1.2-S1.4)."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Act, Base, Line, Record, is_history
from models.organisation import Department, Employee, leaders_of
from models.regulation import arm, cancel, copies_due, stop
from models.schedule.orders import SalesOrder
from models.schedule.reach import one, scope_of, stages_of
from rules import schedule
from rules.base import Person, Role, RuleBroken, Words
from rules.regulation import Target
from rules.schedule import OrderStatus, PlanStatus, StageStatus, feasibility, plans, stages
from rules.schedule.plans import Task

if TYPE_CHECKING:
    from models.schedule.stages import PlanStage

MISSING_BEFORE_RELEASE: list[Callable[["ProductionPlan", datetime], list[Words]]] = []
"""Filled by what asks the people: their stages lie above the plan."""
REFUSED_AT_SUBMIT: list[Callable[["ProductionPlan", datetime], None]] = []
"""The same, before the review."""


class ProductionPlan(Record):
    """How an order is made: its stages, their dates and who answers for them (生产计划)."""

    __tablename__ = "production_plan"
    __table_args__ = (
        CheckConstraint("(consented_at IS NULL) = (consented_end_on IS NULL)", name="consent_names_its_end"),
        CheckConstraint("exception_at IS NULL OR exception_reason != ''", name="exception_has_reason"),
        CheckConstraint(
            "status NOT IN ('released', 'in_progress', 'suspended', 'completed', 'closed') OR released_at IS NOT NULL",
            name="released_has_instant",
        ),
        CheckConstraint(
            "status NOT IN ('completed', 'closed') OR completed_at IS NOT NULL", name="completed_has_instant"
        ),
        Index("ix_production_plan_status_id", "status", "id"),
        Index("ix_production_plan_department_id_id", "department_id", "id"),
        Index(
            "uq_production_plan_one_live",
            "order_id",
            unique=True,
            sqlite_where=text("status != 'cancelled'"),
            postgresql_where=text("status != 'cancelled'"),
        ),
    )
    words = Words("Production plan", "生产计划")
    chapter = "schedule"
    access = schedule.PRODUCTION_PLAN
    lifecycle = plans.PLAN_STEPS
    number_prefix = "JH"
    search_columns = ("no", "demand_basis", "capacity_basis")
    named_by = ("planner_id", "project_lead_id")

    no: Mapped[str] = mapped_column(String(32), unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("sales_order.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    planner_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), index=True)
    project_lead_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    demand_basis: Mapped[str] = mapped_column(Text, default="")
    capacity_basis: Mapped[str] = mapped_column(Text, default="")
    """Equipment and material are said here in words; heads are reckoned from the gate."""
    consented_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    consented_at: Mapped[datetime | None]
    consented_end_on: Mapped[date | None]
    """Until when the sales manager lets the plan end after the promise."""
    review_due_at: Mapped[datetime | None]
    needs_review: Mapped[bool] = mapped_column(default=True)
    """Whether what the plan says now was not reviewed yet."""
    exception_reason: Mapped[str] = mapped_column(Text, default="")
    exception_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    exception_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    status: Mapped[PlanStatus] = mapped_column(default=PlanStatus.DRAFT)
    order: Mapped[SalesOrder] = relationship()
    department: Mapped[Department] = relationship(foreign_keys=[department_id])
    planner: Mapped[Employee] = relationship(foreign_keys=[planner_id])
    project_lead: Mapped[Employee | None] = relationship(foreign_keys=[project_lead_id])
    consented_by: Mapped[Employee | None] = relationship(foreign_keys=[consented_by_id])
    exception_by: Mapped[Employee | None] = relationship(foreign_keys=[exception_by_id])
    stages: Mapped[list["PlanStage"]] = relationship(back_populates="plan", order_by="PlanStage.seq")
    versions: Mapped[list["PlanVersion"]] = relationship(
        back_populates="plan", order_by="PlanVersion.number", cascade="all, delete-orphan"
    )

    def parties(self) -> Mapping[str, frozenset[int]]:
        owners = frozenset(stage.owner_id for stage in self.live_stages() if stage.owner_id is not None)
        return {
            "planner": one(self.planner_id),
            "project_lead_of_it": one(self.project_lead_id),
            "seller": one(self.order.sales_id),
            "stage_owner": owners,
            "owners_leader": leaders_of(self.session, owners),
        }

    @classmethod
    def also_visible_to(cls, person: Person) -> list[ColumnElement[bool]]:
        """Whoever has a stage in it or leads the team that has one, and the departments of its stages."""
        stage = Base.metadata.tables["plan_stage"].c
        reached = sorted(scope_of(person, Role.PRODUCTION_MANAGER, Role.PRODUCTION_PLANNER))
        grounds = [stages_of(person), *([stage.department_id.in_(reached)] if reached else [])]
        return [cls.id.in_(select(stage.plan_id).where(ground)) for ground in grounds]

    def live_stages(self) -> list["PlanStage"]:
        return [stage for stage in self.stages if stage.status is not StageStatus.CANCELLED]

    def tasks(self) -> list[Task]:
        """The stages as values."""
        return [stage.task() for stage in self.live_stages()]

    def content(self) -> list[dict[str, Any]]:
        """What a version keeps of the plan."""
        return [task.kept() for task in sorted(self.tasks(), key=lambda task: task.seq)]

    @property
    def latest(self) -> "PlanVersion | None":
        return self.versions[-1] if self.versions else None

    @property
    def approved(self) -> "PlanVersion | None":
        """The last version that was approved."""
        return next((version for version in reversed(self.versions) if version.approved_at is not None), None)

    def prepare(self) -> None:
        """The plan is its workshop's; the order's project lead leads it."""
        order = self.order
        if order.status not in {OrderStatus.CONFIRMED, OrderStatus.IN_PRODUCTION}:
            raise RuleBroken(
                Words("Plans are made for confirmed orders.", "只能为已确认的订单编制计划。"),
                field="order",
                clause="S1.2",
            )
        self.department_id = order.workshop_id if order.workshop_id is not None else order.department_id
        self.project_lead_id = order.project_lead_id

    def refuse_frozen(self) -> None:
        """Raises RuleBroken while what stands in the plan is looked at by others, or is over."""
        if str(self.status) not in self.access.edit_while:
            raise RuleBroken(
                Words(
                    "The plan is “{status}”: its stages cannot be changed now.",
                    "计划处于“{status}”状态，阶段不能修改。",
                    status=self.status,
                ),
                field="plan",
                clause="S1.4",
            )

    # -- submitted ---------------------------------------------------------------------------------------------------

    def why_not(self, verb: str, person: Person) -> RuleBroken | None:
        """Nothing is submitted before it has a stage."""
        refusal = super().why_not(verb, person)
        if refusal is None and verb == "submit" and not self.stages and not is_history(self.session):
            return RuleBroken(feasibility.NO_STAGES, clause="S1.2")
        return refusal

    def do_consent(self, act: Act) -> None:
        """The sales manager lets the plan end after the promise, as late as it ends now."""
        end_on = plans.end_of(self.tasks())
        if end_on is None:
            raise RuleBroken(Words("The plan has no end yet.", "计划尚无完成日期。"), clause="S1.3")
        self.consented_by_id, self.consented_at, self.consented_end_on = act.by.employee_id, act.at, end_on

    def do_submit(self, act: Act) -> None:
        """Complete and in time; a version is kept, and the review's time limit runs (S1.2, S1.4)."""
        if act.recorded_at is None:  # history is as it was
            self._refuse_incomplete(act)
        self.planner_id = act.by.employee_id or self.planner_id
        self.start_review(act)

    def _refuse_incomplete(self, act: Act) -> None:
        tasks = self.tasks()
        feasibility.refuse_faults(feasibility.faults_of(tasks))
        feasibility.refuse_late_end(plans.end_of(tasks), self.order.promised_on, self.consented_end_on)
        for refuse in REFUSED_AT_SUBMIT:
            refuse(self, act.at)

    def start_review(self, act: Act) -> None:
        """A copy of what is to be reviewed is kept; the clock runs."""
        number = len(self.versions) + 1
        self.versions.append(PlanVersion(number=number, snapshot=self.content(), submitted_at=act.at))
        self.needs_review = True
        if act.recorded_at is None:
            arm(self.session, self, Target.PLAN_REVIEW, {"priority": str(self.order.priority)}, at=act.at)

    # -- reviewed ----------------------------------------------------------------------------------------------------

    def do_approve(self, act: Act) -> None:
        self._approve(act)

    def do_approve_change(self, act: Act) -> None:
        self._refuse_reviewed()
        self._approve(act)

    def _approve(self, act: Act) -> None:
        """Only what was submitted is approved; whatever was changed since goes through another version."""
        version = self.latest
        if version is None or version.snapshot != self.content():
            raise RuleBroken(
                Words("The plan was changed since it was submitted.", "计划提交后又有改动，须重新提交审核。"),
                clause="S1.4",
            )
        if act.by.employee_id is not None:  # history does not always say who it was
            version.approved_by_id, version.approved_at = act.by.employee_id, act.at
        self.needs_review = False
        stop(self.session, self, Target.PLAN_REVIEW, at=act.at)

    def do_return(self, act: Act) -> None:
        self._return(act)

    def do_return_change(self, act: Act) -> None:
        self._refuse_reviewed()
        self._return(act)

    def _return(self, act: Act) -> None:
        if self.latest is not None:
            self.latest.return_reason = act.note
        stop(self.session, self, Target.PLAN_REVIEW, at=act.at)

    def _refuse_reviewed(self) -> None:
        if not self.needs_review:
            raise RuleBroken(Words("Nothing waits for a review.", "没有待审核的变更。"), clause="S1.4")

    def do_reopen(self, act: Act) -> None:
        """What was reviewed is no longer what the plan says."""
        self.needs_review = True
        cancel(self.session, self, Target.PLAN_REVIEW, at=act.at)

    def do_review_again(self, act: Act) -> None:
        self.start_review(act)

    def note_change(self, act: Act) -> None:
        """Any change of dates, revision or post re-opens the review; of what runs already, the change is reviewed."""
        self.session.flush()
        latest = self.latest
        if latest is None or not plans.reopens_review(latest.snapshot, self.content()):
            return
        if self.status is PlanStatus.IN_PROGRESS:
            self.perform("review_again", act=act.consequence("S1.4"))
        elif self.lifecycle and self.lifecycle.find("reopen", self.status):
            self.perform("reopen", act=act.consequence("S1.4"))

    def adopt_switch(self, approved_by_id: int | None, act: Act) -> None:
        """Stages switched to a revision that was approved: a version more, approved with it, where this one was."""
        if self.latest is None:
            return
        version = PlanVersion(number=len(self.versions) + 1, snapshot=self.content(), submitted_at=act.at)
        if not self.needs_review and approved_by_id is not None:
            version.approved_by_id, version.approved_at = approved_by_id, act.at
        self.versions.append(version)

    # -- released --------------------------------------------------------------------------------------------------

    def do_release(self, act: Act) -> None:
        """Only what was reviewed, with its conditions met and the people who may do it (S1.3)."""
        if act.recorded_at is None:
            lacks = [words for found in MISSING_BEFORE_RELEASE for words in found(self, act.at)]
            feasibility.refuse_faults(lacks, clause="S1.3")
        self.released_at = act.at

    def do_release_by_exception(self, act: Act) -> None:
        """What is missing is taken upon himself by the production manager, with his reason on record (S1.3).

        What the technical department has not approved is not released by anybody.
        """
        if self.needs_review:
            raise RuleBroken(
                Words("This version of the plan is not approved.", "当前版本尚未通过技术审核。"), clause="S1.4"
            )
        self.released_at = self.exception_at = act.at
        self.exception_reason, self.exception_by_id = act.note, act.by.employee_id

    # -- worked by ---------------------------------------------------------------------------------------------------

    def do_complete(self, act: Act) -> None:
        self.completed_at = act.at

    def do_cancel(self, act: Act) -> None:
        cancel(self.session, self, Target.PLAN_REVIEW, at=act.at)
        for stage in self.stages:
            if stage.status in stages.UNFINISHED:
                stage.perform("cancel", act=act.consequence("S1.2"))


copies_due(ProductionPlan, Target.PLAN_REVIEW, "review_due_at")


class PlanVersion(Line):
    """A plan as it was submitted, and whether it was approved: never changed, so that two can be compared."""

    __tablename__ = "plan_version"
    __table_args__ = (
        UniqueConstraint("plan_id", "number"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("(approved_at IS NULL) = (approved_by_id IS NULL)", name="approved_by_somebody"),
    )
    words = Words("Plan version", "计划版本")

    plan_id: Mapped[int] = mapped_column(ForeignKey("production_plan.id"))
    number: Mapped[int]
    snapshot: Mapped[list[Any]] = mapped_column(default=list)
    submitted_at: Mapped[datetime]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    approved_at: Mapped[datetime | None]
    return_reason: Mapped[str] = mapped_column(Text, default="")
    plan: Mapped[ProductionPlan] = relationship(back_populates="versions")
    approved_by: Mapped[Employee | None] = relationship(foreign_keys=[approved_by_id])

    def told_in(self) -> ProductionPlan:
        return self.plan


__all__ = ["PlanVersion", "ProductionPlan"]
