"""Stages of a plan: who does what at which post, and what each waits for (S1.2, S2.1)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, Text, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from models.base import Act, Line, Record, on_date
from models.organisation import Department, Employee, Post, leader_of
from models.process import DocumentRevision
from models.schedule.orders import SalesOrder
from models.schedule.plans import REFUSED_AT_SUBMIT, ProductionPlan
from models.schedule.reach import one
from models.training import gates_of, may_work
from rules import schedule
from rules.base import Person, RuleBroken, Step, Words
from rules.schedule import HoldSource, OrderStatus, StageStatus, plans, stages
from rules.schedule.plans import Task

WORKED_SQL = "status IN ('ready', 'in_progress', 'held')"


class PlanStage(Record):
    """A stage of a plan: what is done at which post, by whom, from when to when (计划阶段)."""

    __tablename__ = "plan_stage"
    __table_args__ = (
        UniqueConstraint("plan_id", "seq"),
        CheckConstraint("seq > 0", name="seq_positive"),
        CheckConstraint("heads_needed >= 0", name="heads_not_negative"),
        CheckConstraint("weight >= 0", name="weight_not_negative"),
        CheckConstraint("progress >= 0 AND progress <= 1000000", name="progress_in_range"),
        CheckConstraint(
            "planned_start_on IS NULL OR planned_end_on IS NULL OR planned_start_on <= planned_end_on",
            name="planned_in_order",
        ),
        CheckConstraint(
            "actual_end_on IS NULL OR (actual_start_on IS NOT NULL AND actual_start_on <= actual_end_on)",
            name="actual_in_order",
        ),
        CheckConstraint("status != 'in_progress' OR actual_start_on IS NOT NULL", name="begun_has_day"),
        CheckConstraint("(status = 'done') = (actual_end_on IS NOT NULL)", name="done_has_day"),
        CheckConstraint("(status = 'held') = (held_from IS NOT NULL)", name="held_knows_where_from"),
        CheckConstraint("(status = 'held') = (hold_source IS NOT NULL)", name="held_knows_why"),
        Index("ix_plan_stage_status_id", "status", "id"),
        Index("ix_plan_stage_department_id_id", "department_id", "id"),
        Index("ix_plan_stage_owner_id_status", "owner_id", "status"),
        Index("ix_plan_stage_post_id_planned_start_on", "post_id", "planned_start_on"),
        Index("ix_plan_stage_planned_end_on_id", "planned_end_on", "id"),
        Index(
            "ix_plan_stage_actual_end_on",
            "actual_end_on",
            sqlite_where=text("actual_end_on IS NOT NULL"),
            postgresql_where=text("actual_end_on IS NOT NULL"),
        ),
        Index(
            "ix_plan_stage_worked_on",
            "planned_end_on",
            sqlite_where=text(WORKED_SQL),
            postgresql_where=text(WORKED_SQL),
        ),
    )
    words = Words("Stage", "计划阶段")
    chapter = "schedule"
    access = schedule.PLAN_STAGE
    lifecycle = stages.STAGE_STEPS
    number_prefix = "GX"
    search_columns = ("no", "name", "operation")
    label_columns = ("no", "name")
    named_by = ("owner_id",)

    no: Mapped[str] = mapped_column(String(32), unique=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("production_plan.id"))
    seq: Mapped[int]
    name: Mapped[str] = mapped_column(String(100))
    operation: Mapped[str] = mapped_column(String(100), default="")
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    heads_needed: Mapped[int] = mapped_column(default=1)
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("document_revision.id"), index=True)
    baseline_start_on: Mapped[date | None]
    baseline_end_on: Mapped[date | None]
    planned_start_on: Mapped[date | None]
    planned_end_on: Mapped[date | None]
    actual_start_on: Mapped[date | None]
    actual_end_on: Mapped[date | None]
    weight: Mapped[Decimal] = mapped_column(default=Decimal(0))
    """Per cent of the order that the stage makes; a plan's weights make 100."""
    qty: Mapped[int | None]
    progress: Mapped[Decimal] = mapped_column(default=Decimal(0))
    """Per cent done."""
    held_from: Mapped[StageStatus | None]
    hold_source: Mapped[HoldSource | None]
    hold_reason: Mapped[str] = mapped_column(Text, default="")
    gate: Mapped[dict[str, Any] | None]
    """What the gate answered when the stage was begun, as it was."""
    status: Mapped[StageStatus] = mapped_column(default=StageStatus.PENDING)
    plan: Mapped[ProductionPlan] = relationship(back_populates="stages")
    department: Mapped[Department] = relationship()
    post: Mapped[Post | None] = relationship()
    owner: Mapped[Employee | None] = relationship(foreign_keys=[owner_id])
    revision: Mapped[DocumentRevision | None] = relationship()
    waits: Mapped[list["StagePredecessor"]] = relationship(
        back_populates="stage",
        foreign_keys="StagePredecessor.stage_id",
        order_by="StagePredecessor.id",
        cascade="all, delete-orphan",
        lazy="selectin",
    )

    def parties(self) -> Mapping[str, frozenset[int]]:
        leader = leader_of(self.session, self.owner_id) if self.owner_id is not None else None
        return {
            "stage_owner": one(self.owner_id),
            "owners_leader": one(leader),
            "planner": one(self.plan.planner_id),
            "project_lead_of_it": one(self.plan.project_lead_id),
        }

    @classmethod
    def in_departments(cls, departments: Iterable[int]) -> ColumnElement[bool]:
        """By the post's department, or by the workshop that answers for the plan."""
        keys = sorted(departments)
        mine = select(ProductionPlan.id).where(ProductionPlan.department_id.in_(keys))
        return cls.department_id.in_(keys) | cls.plan_id.in_(mine)

    @classmethod
    def also_visible_to(cls, person: Person) -> list[ColumnElement[bool]]:
        """The project lead's and the sales owner's."""
        plan = select(ProductionPlan.id).join(SalesOrder, SalesOrder.id == ProductionPlan.order_id)
        mine = (ProductionPlan.project_lead_id == person.employee_id) | (SalesOrder.sales_id == person.employee_id)
        return [cls.plan_id.in_(plan.where(mine))]

    @property
    def predecessors(self) -> list["PlanStage"]:
        """The stages that must be done before this one begins."""
        return [wait.predecessor for wait in self.waits]

    def task(self) -> Task:
        return Task(
            seq=self.seq,
            name=self.name,
            post_id=self._key_of("post"),
            owner_id=self._key_of("owner"),
            heads=self.heads_needed,
            start_on=self.planned_start_on,
            end_on=self.planned_end_on,
            revision_id=self._key_of("revision"),
            weight=self.weight or Decimal(0),
            qty=self.qty,
            after=tuple(sorted(wait.predecessor.seq for wait in self.waits)),
        )

    def _key_of(self, name: str) -> int | None:
        """The key of what stands there, given a moment ago or kept; a plan of many stages loads nobody for it."""
        given = self.__dict__.get(name)
        found: int | None = getattr(self, f"{name}_id") if given is None else given.id
        return found

    def prepare(self) -> None:
        """A stage is its post's department's, else its plan's."""
        self.department_id = self.post.department_id if self.post is not None else self.plan.department_id

    def wait_for(self, others: Sequence["PlanStage"]) -> None:
        """These and no others are waited for."""
        kept = {wait.predecessor.id: wait for wait in self.waits}
        self.waits = [kept.get(other.id) or StagePredecessor(predecessor=other) for other in others]

    def _step(self, verb: str) -> Step:
        """Where it is let go on it goes back to where it came from."""
        found = super()._step(verb)
        return replace(found, target=str(self.held_from)) if verb == "resume" else found

    def why_not(self, verb: str, person: Person) -> RuleBroken | None:
        """Whoever stopped a stage lets it go on."""
        refusal = super().why_not(verb, person)
        if refusal is not None or person.is_system or verb != "resume":
            return refusal
        return stages.why_not_lift(self.hold_source, person)

    # -- worked on ---------------------------------------------------------------------------------------------------

    def do_start(self, act: Act) -> None:
        """Only in a plan that was reviewed and released, and only under somebody who may work there (P2.3, S2.1)."""
        if self.plan.status not in plans.WORKED_BY:
            raise RuleBroken(Words("The plan is not released.", "计划尚未下达，不能开工。"), clause="S1.3")
        if self.plan.order.status is OrderStatus.ON_HOLD:
            raise RuleBroken(Words("The order is on hold.", "订单已暂停，不能开工。"), clause="S2.3")
        if self.plan.needs_review and act.recorded_at is None:
            raise RuleBroken(
                Words("The plan was changed and is not reviewed yet.", "计划有变更尚未审核，不能开工。"), clause="S1.4"
            )
        self._ask_gate(act)
        self.actual_start_on = on_date(act.at)

    def _ask_gate(self, act: Act) -> None:
        if self.owner is None or self.post is None:
            return
        found = may_work(self.owner, self.post, act.at)
        self.gate = {
            "answer": str(found.answer),
            "at": act.at.isoformat(),
            "reasons": [[reason.words.text("en"), reason.words.text("zh")] for reason in found.reasons],
        }
        if act.recorded_at is None:
            stages.refuse_gate(found, self.owner.name, self.post.name)

    def do_finish(self, act: Act, actual_end_on: date | None = None) -> None:
        on = on_date(act.at)
        ended = actual_end_on or on
        if ended > on or (self.actual_start_on is not None and ended < self.actual_start_on):
            raise RuleBroken(
                Words("It ended between its start and today.", "完成日期须在开工日期与今天之间。"),
                field="actual_end_on",
                clause="S2.1",
            )
        self.actual_end_on, self.progress = ended, stages.WHOLE

    def do_hold(self, act: Act) -> None:
        self._stop_for(HoldSource.PRODUCTION, act)

    def do_hold_for_quality(self, act: Act) -> None:
        self._stop_for(HoldSource.QUALITY, act)

    def do_hold_for_document(self, act: Act) -> None:
        self._stop_for(HoldSource.DOCUMENT, act)

    def _stop_for(self, source: HoldSource, act: Act) -> None:
        self.hold_source, self.hold_reason, self.held_from = source, act.note, self.status

    def do_resume(self, act: Act) -> None:
        self.held_from = self.hold_source = None
        self.hold_reason = ""

    def do_cancel(self, act: Act) -> None:
        self.do_resume(act)


def whole_stages(plan: ProductionPlan) -> list[PlanStage]:
    """The stages that count, with everything that is shown of them, in as many statements for any plan."""
    return [one for one in every_stage(plan) if one.status is not StageStatus.CANCELLED]


def every_stage(plan: ProductionPlan) -> Sequence[PlanStage]:
    """The same with the cancelled ones: others may wait for them."""
    query = (
        select(PlanStage)
        .where(PlanStage.plan_id == plan.id)
        .options(
            joinedload(PlanStage.post),
            joinedload(PlanStage.owner),
            joinedload(PlanStage.revision).joinedload(DocumentRevision.document),
        )
        .order_by(PlanStage.seq)
        .execution_options(populate_existing=True)
    )
    return plan.session.scalars(query).all()


def refuse_owners(plan: ProductionPlan, at: datetime) -> None:
    """Raises RuleBroken, naming him and why, for the first stage whose owner may not work at its post (P2.3)."""
    asked = [(one, one.owner, one.post) for one in whole_stages(plan) if one.owner is not None and one.post is not None]
    answers = gates_of(plan.session, [(who, post) for _, who, post in asked], at)
    for stage, who, post in asked:
        stages.refuse_gate(answers[who.id, post.id], f"{stage.seq} {stage.name}: {who.name}", post.name)


REFUSED_AT_SUBMIT.append(refuse_owners)


class StagePredecessor(Line):
    """A stage waits until another one is done; several may join in one."""

    __tablename__ = "stage_predecessor"
    __table_args__ = (
        UniqueConstraint("stage_id", "predecessor_id"),
        CheckConstraint("stage_id != predecessor_id", name="not_for_itself"),
        Index("ix_stage_predecessor_predecessor_id", "predecessor_id"),
    )
    words = Words("Predecessor", "前置阶段")

    stage_id: Mapped[int] = mapped_column(ForeignKey("plan_stage.id"))
    predecessor_id: Mapped[int] = mapped_column(ForeignKey("plan_stage.id"))
    stage: Mapped[PlanStage] = relationship(back_populates="waits", foreign_keys=[stage_id])
    predecessor: Mapped[PlanStage] = relationship(foreign_keys=[predecessor_id])

    def told_in(self) -> PlanStage:
        return self.stage


__all__ = ["PlanStage", "StagePredecessor", "every_stage", "whole_stages"]
