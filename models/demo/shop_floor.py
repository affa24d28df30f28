"""The shop floor of the demo company: plans, daily reports, delays and what is done about them (S1.2-S3.3)."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import ActionItem
from models.base import on_date
from models.demo.company import Company, Member
from models.demo.delays import Delays
from models.demo.diary import Diary, as_of
from models.demo.papers import TITLES, Papers
from models.organisation import Department, Employee, Post, leader_of
from models.process import DocumentRevision
from models.schedule import (
    ContactLog,
    DailyReport,
    DailyReportPerson,
    PlanChange,
    PlanStage,
    ProductionPlan,
    ProductUnit,
    SalesOrder,
)
from models.training import gates
from rules.base import RuleBroken
from rules.process import RevisionStatus
from rules.schedule import OrderStatus, PlanStatus, ReportStatus, StageStatus, plans
from rules.training import Answer


class Work(NamedTuple):
    """A stage as the plans of this company have it: at which post, for how many working days, what it weighs."""

    name: str
    post: str
    days: int
    weight: int
    after: tuple[int, ...]
    heads: int = 2


STAGES: dict[str, tuple[Work, ...]] = {
    "S1": (
        Work("粗车", "GW-22", 4, 15, ()),
        Work("精车", "GW-22", 5, 20, (1,)),
        Work("铣削", "GW-23", 4, 15, (1,)),
        Work("外圆磨削", "GW-24", 4, 20, (2,), 1),
        Work("装配调试", "GW-33", 6, 30, (3, 4)),
    ),
    "S2": (
        Work("壳体焊接", "GW-32", 4, 20, ()),
        Work("铣削", "GW-23", 5, 20, (1,)),
        Work("主轴车削", "GW-22", 4, 10, ()),
        Work("装配调试", "GW-33", 6, 35, (2, 3)),
        Work("涂装", "GW-34", 3, 15, (4,), 1),
    ),
}
PROBLEMS = ("刀具寿命不足，换刀频繁", "外协毛坯余量不均", "夹具定位松动，已临时紧固", "液压泵异响，降速运行")
REPORTED_AT = 430
"""Working minutes into the day at which team leaders report."""
MISSED, TROUBLED = 0.03, 0.05
DONE: dict[str, Any] = {"measure": "已现场处理并复核", "root_cause": "工装准备未提前确认", "evidence": "现场记录表"}


class ShopFloor:
    """Makes what was promised."""

    def __init__(self, session: Session, rng: Random, company: Company, diary: Diary, papers: Papers) -> None:
        self.session, self.rng, self.company, self.diary, self.papers = session, rng, company, diary, papers
        self.delays = Delays(session, rng, company, diary)
        self.delays.put_right = self.put_right
        self.paces: dict[int, float] = {}
        self.fit: dict[tuple[int, date], frozenset[int]] = {}
        self.allowed: dict[tuple[int, date], list[Employee]] = {}

    def plan(self) -> None:
        self.delays.plan()

    def _later(self, at: datetime, days: float) -> datetime:
        return self.diary.clock.later(at, days * 480)

    def _manager(self, plan: ProductionPlan) -> Member:
        is_first = plan.department_id == self.company.departments["S1"]
        return self.company.named("production_manager" if is_first else "production_manager2")

    # -- planned -----------------------------------------------------------------------------------------------------

    def make_plan(self, key: int, fate: str, pace: float, at: datetime) -> None:
        """A complete plan, submitted; the technical department looks at it the day after."""
        order, planner = self.session.get_one(SalesOrder, key), self.company.named("production_planner")
        workshop = next(code for code, one in self.company.departments.items() if one == order.workshop_id)
        with as_of(self.session, planner.person, at):
            plan = ProductionPlan(
                order=order,
                planner=self.session.get_one(Employee, planner.id),
                demand_basis=f"订单 {order.no}，{order.qty} 台",
                capacity_basis="设备：车间现有机床，恒温间按班次预约；物料：毛坯已下采购",
            )
            plan.prepare()
            self.session.add(plan)
            self.session.flush()
            self._add_stages(plan, STAGES[workshop], at)
            self.paces[plan.id] = pace
        self._submit(plan.id, fate, at)

    def _submit(self, key: int, fate: str, at: datetime) -> None:
        """What ends too late takes the sales manager's word; where an owner may not work another day is waited."""
        plan, planner = self.session.get_one(ProductionPlan, key), self.company.named("production_planner")
        try:
            with as_of(self.session, planner.person, at) as act:
                end_on, promised_on = plans.end_of(plan.tasks()), plan.order.promised_on
                if end_on is not None and promised_on is not None and end_on > promised_on:
                    self._consent(plan, at)
                plan.perform("submit", act=act)
        except RuleBroken:
            self._name_others(plan, at)
            self.diary.note(self._later(at, 1), partial(self._submit, key, fate))
            return
        if fate != "submitted":
            self.diary.note(self._later(at, 0.8), partial(self._review, plan.id, fate))

    def _consent(self, plan: ProductionPlan, at: datetime) -> None:
        with as_of(self.session, self.company.named("sales_manager").person, at) as act:
            plan.perform("consent", act=act, note="已与客户沟通，可接受少量延后")

    def _name_others(self, plan: ProductionPlan, at: datetime) -> None:
        with as_of(self.session, self.company.named("production_planner").person, at):
            for stage in plan.stages:
                if stage.post is not None:
                    stage.owner = self._allowed(stage.post, at)[0]

    def _add_stages(self, plan: ProductionPlan, works: tuple[Work, ...], at: datetime) -> None:
        calendar, made = self.diary.clock.calendar, list[PlanStage]()
        for seq, work in enumerate(works, start=1):
            before = max((made[one - 1].planned_end_on or on_date(at) for one in work.after), default=None)
            start = calendar.add_days(before or on_date(at), 1 if before else 4).date()
            post = self.session.get_one(Post, self.company.posts[work.post])
            stage = PlanStage(
                seq=seq,
                name=work.name,
                operation=TITLES[work.post][1],
                department_id=post.department_id,
                post=post,
                owner=self._owner(plan, post, at),
                heads_needed=work.heads,
                revision=self._revision(work.post),
                planned_start_on=start,
                planned_end_on=calendar.add_days(start - timedelta(days=1), work.days).date(),
                weight=Decimal(work.weight),
                qty=plan.order.qty,
            )
            plan.stages.append(stage)
            self.session.flush()
            stage.wait_for([made[one - 1] for one in work.after])
            made.append(stage)

    def _owner(self, plan: ProductionPlan, post: Post, at: datetime) -> Employee:
        """Now and then somebody of the team whose leader can be signed in as: it has stages to report of."""
        team = self.company.named("team_leader").team
        mine = {one.id for one in self.company.members if one.team == team} if plan.id % 2 else set[int]()
        allowed = self._allowed(post, at)
        return next((one for one in allowed if one.id in mine), allowed[0])

    def _revision(self, post: str) -> DocumentRevision | None:
        """What the post works by, most likely how the work is done."""
        for mark in ("CZ", "BZ", "LC"):
            found = self.session.scalar(
                select(DocumentRevision).where(
                    DocumentRevision.document_id == self.papers.keys[f"HY-{TITLES[post][0]}-{mark}"],
                    DocumentRevision.status == RevisionStatus.RELEASED,
                )
            )
            if found is not None:
                return found
        return None

    def _allowed(self, post: Post, at: datetime) -> list[Employee]:
        """Who may work at the post that day, alone first; else anybody there."""
        known = self.allowed.get((post.id, on_date(at)))
        if known is None:
            known = self.allowed[post.id, on_date(at)] = self._ask(post, at)
        return known

    def _ask(self, post: Post, at: datetime) -> list[Employee]:
        there = [
            self.session.get_one(Employee, one.id)
            for one in self.company.members
            if self.company.posts[one.post] == post.id
        ]
        found = gates(self.session, there, [post], at)
        free = [one for one in there if found[one.id, post.id].answer is Answer.YES]
        others = [one for one in there if found[one.id, post.id].answer is Answer.SUPERVISED]
        self.rng.shuffle(free)
        self.fit[post.id, on_date(at)] = frozenset(one.id for one in (*free, *others))
        return [*free, *others] or there

    def _review(self, key: int, fate: str, at: datetime) -> None:
        plan = self.session.get_one(ProductionPlan, key)
        with as_of(self.session, self.company.named("technical").person, at) as act:
            plan.perform("take_up", act=act)
            if fate == "reviewed":
                return
            plan.perform("approve", act=act)
        self.diary.note(self._later(at, 1.2), partial(self._release, key, fate))

    def _release(self, key: int, fate: str, at: datetime) -> None:
        """By the planner; what lacks people the production manager takes upon himself, what lacks a condition waits."""
        plan = self.session.get_one(ProductionPlan, key)
        if plan.status is not PlanStatus.APPROVED:
            return
        if plan.order.open_conditions():
            self.diary.note(self._later(at, 1), partial(self._release, key, fate))
            return
        try:
            with as_of(self.session, self.company.named("production_planner").person, at) as act:
                plan.perform("release", act=act)
        except RuleBroken:
            with as_of(self.session, self._manager(plan).person, at) as act:
                plan.perform("release_by_exception", act=act, note="缺口由跨班组支援解决，已与班组长确认")
        for stage in plan.live_stages():
            eve = max(
                (stage.planned_start_on or on_date(at)) - timedelta(days=1), on_date(at)
            )  # it may be released late
            begin = self.diary.clock.calendar.add_days(eve, 1)
            self.diary.note(self._report_time(begin), partial(self._report, stage.id, 1))
        if fate == "held":
            self.diary.note(self._later(at, 9), partial(self._hold, key))

    def _report_time(self, on: datetime) -> datetime:
        midnight = on.astimezone(self.diary.clock.calendar.zone).replace(hour=0, minute=0)
        return self.diary.clock.later(midnight, REPORTED_AT)

    def _hold(self, key: int, at: datetime) -> None:
        plan = self.session.get_one(ProductionPlan, key)
        stage = next((one for one in plan.stages if one.status is StageStatus.IN_PROGRESS), None)
        if stage is not None:
            is_first = stage.department_id == self.company.departments["S1"]
            manager = self.company.named("production_manager" if is_first else "production_manager2")
            with as_of(self.session, manager.person, at) as act:
                stage.perform("hold", act=act, note="加工中心主轴维修，等待备件")

    # -- reported ----------------------------------------------------------------------------------------------------

    def _report(self, key: int, day: int, at: datetime) -> None:
        """Each working day of a stage its team leader tells how far it is; now and then he forgets."""
        stage = self.session.get_one(PlanStage, key)
        if stage.status in {StageStatus.DONE, StageStatus.CANCELLED}:
            return
        tomorrow = self._report_time(self.diary.clock.calendar.add_days(on_date(at), 1))
        is_at_work = stage.status in {StageStatus.READY, StageStatus.IN_PROGRESS}
        if is_at_work and self.rng.random() >= MISSED:
            is_done = self._hand_in(stage, day, at)
            if is_done:
                self._after(stage, at)
                return
        self.diary.note(tomorrow, partial(self._report, key, day + is_at_work))

    def _hand_in(self, stage: PlanStage, day: int, at: datetime) -> bool:
        crew = self._crew(stage, at)
        leader_id = leader_of(self.session, stage.owner_id) if stage.owner_id else None
        leader = next((one for one in self.company.members if one.id == leader_id), None)
        if leader is None or not crew:
            return False
        calendar = self.diary.clock.calendar
        first, last = stage.planned_start_on or on_date(at), stage.planned_end_on or on_date(at)
        days = max(1, calendar.days_between(first - timedelta(days=1), last))
        pace = self.paces.get(stage.plan_id, 1.0)
        is_on_plan = pace <= 1 and day == calendar.days_between(first - timedelta(days=1), on_date(at))
        percent = min(Decimal(100), Decimal(day * 100 / (days * pace)).quantize(Decimal(1), ROUND_HALF_UP))
        with as_of(self.session, leader.person, at) as act:
            report = DailyReport(
                stage=stage, on=on_date(at), reporter_id=leader.id, percent=max(percent, stage.progress)
            )
            report.people = [DailyReportPerson(employee=one, hours=Decimal(8)) for one in crew]
            report.hours = Decimal(8 * len(crew))
            report.qty_done = report.qty_good = 1 if day % 2 else 0
            if self.rng.random() < TROUBLED:
                report.problem = self.rng.choice(PROBLEMS)
                report.help_from = self.session.get_one(Department, self.company.departments["JS"])
            if pace > 1 and day >= 2 and percent < 100:
                report.expected_finish_on = calendar.add_days(on_date(at), max(1, round(days * pace) - day)).date()
            elif is_on_plan and self.delays.is_feared(stage, days - day):
                report.expected_finish_on = calendar.add_days(last, 1).date()
            elif percent < 100 and self.delays.slips(stage, at):
                report.expected_finish_on = calendar.add_days(last, 2).date()
            report.prepare(act.at)
            self.session.add(report)
            report.perform("submit", act=act)
        self._follow(report, at)
        return report.percent >= 100

    def _crew(self, stage: PlanStage, at: datetime) -> list[Employee]:
        """Who may work there; where the owner may not any more somebody else answers for the stage."""
        if stage.post is None:
            return []
        allowed, day = self._allowed(stage.post, at), on_date(at)
        crew = [one for one in allowed if one.id in self.fit[stage.post.id, day]]
        found = gates(self.session, crew, [stage.post], at) if crew else {}  # a qualification may end within the day
        crew = [one for one in crew if found[one.id, stage.post.id].answer is not Answer.NO]
        if crew and stage.owner not in crew:
            with as_of(self.session, self.company.named("production_planner").person, at):
                stage.owner = crew[0]
        return crew[: max(1, stage.heads_needed)]

    def _follow(self, report: DailyReport, at: datetime) -> None:
        if report.action_id is not None:
            self.diary.note(self._later(at, 0.9), partial(self.put_right, report.action_id))
        if self.rng.random() < 0.9:
            self.diary.note(self._later(at, 0.3), partial(self._acknowledge, report.id))

    def _acknowledge(self, key: int, at: datetime) -> None:
        report = self.session.get_one(DailyReport, key)
        if report.status is ReportStatus.SUBMITTED:
            with as_of(self.session, self.company.named("production_planner").person, at) as act:
                report.perform("acknowledge", act=act)

    def put_right(self, key: int, at: datetime) -> None:
        """An action is taken up, done and confirmed by its verifier within the day."""
        action = self.session.get_one(ActionItem, key)
        people = {one.id: one for one in self.company.members}
        worker, verifier = people.get(action.responsible_id), people.get(action.verifier_id or 0)
        if worker is None or verifier is None or action.status != "open":
            return
        with as_of(self.session, worker.person, at) as act:
            action.perform("accept", act=act)
            action.perform("start", act=act)
            action.perform("submit", act=act, **DONE)
        self.diary.note(self.diary.clock.later(at, 30), partial(self._confirm, key, verifier))

    def _confirm(self, key: int, verifier: Member, at: datetime) -> None:
        action = self.session.get_one(ActionItem, key)
        if action.status == "submitted":
            with as_of(self.session, verifier.person, at) as act:
                action.perform("confirm", act=act)

    # -- shipped -----------------------------------------------------------------------------------------------------

    def _after(self, stage: PlanStage, at: datetime) -> None:
        order = stage.plan.order
        if order.status is OrderStatus.READY:
            self.diary.note(self._later(at, 1), partial(self._ship, order.id, stage.plan_id))

    def _ship(self, key: int, plan_id: int, at: datetime) -> None:
        order, plan = self.session.get_one(SalesOrder, key), self.session.get_one(ProductionPlan, plan_id)
        with as_of(self.session, self.company.named("production_planner").person, at):
            for nth in range(1, order.qty + 1):
                serial = f"{order.model.code[3:]}-{order.no[-8:-6]}{order.no[-5:]}-{nth:02d}"
                self.session.add(ProductUnit(serial=serial, model=order.model, order=order, customer=order.customer))
        seller = next(one for one in self.company.members if one.id == order.sales_id)
        with as_of(self.session, seller.person, at) as act:
            order.perform("deliver", act=act)
        with as_of(self.session, self._manager(plan).person, at) as act:
            plan.perform("close", act=act)
        self.diary.note(self._later(at, 6), partial(self._close, key))

    def _close(self, key: int, at: datetime) -> None:
        with as_of(self.session, self.company.named("sales_manager").person, at) as act:
            self.session.get_one(SalesOrder, key).perform("close", act=act)

    # -- changed -----------------------------------------------------------------------------------------------------

    def change_from(self, contact: ContactLog, at: datetime) -> None:
        """What the customer asked for, two weeks later: consent on record, assessed, decided, applied."""
        change = self.session.scalar(select(PlanChange).where(PlanChange.contact_id == contact.id))
        if change is None or "推迟" not in change.text:
            return
        seller = next(one for one in self.company.members if one.id == contact.by_id)
        self.diary.note(self._later(at, 0.1), partial(self._propose, change.id, seller))

    def _propose(self, key: int, seller: Member, at: datetime) -> None:
        change = self.session.get_one(PlanChange, key)
        with as_of(self.session, seller.person, at) as act:
            change.new_promised_on = change.new_kpi_due_on = (change.old_promised_on or on_date(at)) + timedelta(
                days=14
            )
            change.perform("propose", act=act)
            change.perform("note_consent", act=act, consent_evidence="客户来函确认推迟两周")
        self.diary.note(self._later(at, 0.9), partial(self._decide, change.id))

    def _decide(self, key: int, at: datetime) -> None:
        change = self.session.get_one(PlanChange, key)
        lead = next(one for one in self.company.members if one.id == change.order.project_lead_id)
        manager = (
            "production_manager" if change.department_id == self.company.departments["S1"] else "production_manager2"
        )
        ways = (
            (self.company.named("technical"), "assess"),
            (self.company.named(manager), "assess"),
            (lead, "approve"),
            (self.company.named("production_planner"), "apply"),
        )
        for nth, (by, verb) in enumerate(ways):
            self.diary.note(self.diary.clock.later(at, 1 + 25 * nth), partial(self._change_step, key, by, verb))

    def _change_step(self, key: int, by: Member, verb: str, at: datetime) -> None:
        with as_of(self.session, by.person, at) as act:
            self.session.get_one(PlanChange, key).perform(verb, act=act)


__all__ = ["ShopFloor"]
