"""Four months of assessment: three closed, the last in review; suggestions at every stage (K1-K4)."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.assessment import (
    AssessmentCycle,
    AssessmentSheet,
    KpiDefinition,
    KpiEvidence,
    KpiTarget,
    RewardPenaltyRule,
    Suggestion,
    SuggestionProposer,
    compute,
    sheets_of,
)
from models.base import Source
from models.demo.company import Company, Member
from models.demo.diary import Diary, as_of
from models.journal import seal
from models.organisation import Employee
from rules.actions import CaseSeverity
from rules.assessment import CycleStatus, Group, Measure, Method, Occasion, RewardKind, RowSide, SheetStatus
from rules.base import SYSTEM, Role

WEIGHTS: dict[str, tuple[int, int, int]] = {
    "JS": (60, 20, 20),
    "S1": (50, 40, 10),
    "S2": (50, 45, 5),
    "ZL": (70, 20, 10),
    "RS": (40, 30, 30),
    "XS": (10, 60, 30),
    "SF": (10, 10, 80),
}
"""Department -> weights of process, schedule and after-sales in per cent."""
AIMS: dict[str, tuple[int, str, str, str]] = {
    # indicator -> its part of the group, target, floor; the last is the points that each one costs
    "execution_pass_rate": (50, "98", "70", ""),
    "document_compliance": (30, "100", "80", ""),
    "improvement_contribution": (20, "", "", ""),
    "on_time_delivery_rate": (50, "98", "70", ""),
    "delay_count": (30, "", "", "10"),
    "delay_working_days": (20, "0", "10", ""),
    "customer_satisfaction": (40, "95", "60", ""),
    "timely_resolution_rate": (40, "98", "70", ""),
    "favourable_follow_up_rate": (20, "95", "60", ""),
}

IMPROVEMENT_BANDS = "0: 70, 3: 85, 6: 100"
"""Who proposed nothing has done his duty; improvements come on top."""
ENOUGH = 2
"""Rows that a rate needs in a month of this small company."""


class RuleRow(NamedTuple):
    """A rule of rewards and penalties."""

    name: str
    occasion: Occasion
    when: str
    kind: RewardKind
    least: str
    most: str
    role: Role
    clause: str


W, K, R = Occasion, RewardKind, Role
RULES = (
    RuleRow("轻微违纪警告", W.CASE, "minor", K.WARNING, "0", "1", R.PRODUCTION_MANAGER, "K4.1"),
    RuleRow("一般违纪扣分", W.CASE, "general", K.POINTS, "1", "5", R.HR_MANAGER, "K4.1"),
    RuleRow("严重违纪扣分", W.CASE, "serious", K.POINTS, "5", "10", R.HR_MANAGER, "K4.1"),
    RuleRow("重大违纪调岗", W.CASE, "grave", K.POST_TRANSFER, "0", "0", R.GENERAL_MANAGER, "K4.1"),
    RuleRow("月度考核 A 级表彰", W.ASSESSMENT, "A", K.CERTIFICATE, "2", "5", R.GENERAL_MANAGER, "K3.1"),
    RuleRow("合理化建议 A 级奖励", W.SUGGESTION, "A", K.COMMENDATION, "5", "10", R.HR_MANAGER, "K3.2"),
    RuleRow("合理化建议 B 级奖励", W.SUGGESTION, "B", K.COMMENDATION, "3", "6", R.HR_MANAGER, "K3.2"),
    RuleRow("合理化建议 C 级奖励", W.SUGGESTION, "C", K.COMMENDATION, "1", "3", R.HR_MANAGER, "K3.2"),
)


class Idea(NamedTuple):
    """A suggestion: who, when, what, and how far it came."""

    workdays_ago: int
    who: tuple[str, ...]
    title: str
    topic: str
    present: str
    proposal: str
    benefit: str
    way: str
    owner: str = ""
    effect: tuple[str, str] = ("", "")
    grade: str = ""


IDEAS = (
    Idea(
        88,
        ("骆文涛",),
        "齿轮箱装配工位加定位销",
        "quality",
        "靠目测对位，偏移后返工",
        "工装上加两个定位销",
        "减少返工",
        "rewarded",
        "technical",
        ("装配返工率 4.1%", "装配返工率 1.3%"),
        "A",
    ),
    Idea(
        60,
        ("熊建军", "范玉成"),
        "换刀登记并入领刀扫码",
        "quality",
        "换刀靠手写，常漏记",
        "领刀扫码时自动登记换刀",
        "刀具寿命可查",
        "verified",
        "technical",
        ("漏记率 22%", "漏记率 3%"),
        "B",
    ),
    Idea(
        45,
        ("詹立业",),
        "随机资料加安装视频二维码",
        "satisfaction",
        "客户常来电问安装",
        "机身贴视频二维码",
        "减少安装咨询",
        "implementing",
        "after_sales_agent",
    ),
    Idea(
        25,
        ("team_leader",),
        "涂装排期提前一天确认",
        "lead_time",
        "装配完等涂装",
        "每天下班前确认次日喷涂",
        "缩短等待半天",
        "adopted",
        "production_planner",
    ),
    Idea(
        18, ("sales",), "合同变更同步抄送班组", "lead_time", "变更只到计划员", "群发到班组看板", "避免返工", "rejected"
    ),
    Idea(12, ("employee",), "夜班照明改感应灯", "cost", "灯常亮", "改感应", "省电", "review"),
    Idea(
        4,
        ("quality_inspector",),
        "量具柜贴到期色标",
        "quality",
        "到期靠翻台账",
        "按月贴色标",
        "一眼看出过期",
        "screening",
    ),
    Idea(1, ("申屠浩",), "叉车道口加凸面镜", "safety", "转角看不见来车", "加两面凸面镜", "避免碰撞", "submitted"),
)
WAY = ("screen", "pass_on", "adopt", "implement", "report", "verify")
REACHED = {
    "submitted": 0,
    "screening": 1,
    "review": 2,
    "rejected": 2,
    "adopted": 3,
    "implementing": 4,
    "verified": 6,
    "rewarded": 6,
}


class Assessing:
    """What the company assessed, and what followed."""

    def __init__(self, session: Session, rng: Random, company: Company, diary: Diary) -> None:
        self.session, self.rng, self.company, self.diary = session, rng, company, diary

    def plan(self) -> None:
        """Weights and rules first; then a month after the other; suggestions in between."""
        clock = self.diary.clock
        self.diary.note(clock.on_day(0, 20), self._set_up)
        months = _last_months(clock.today, 4)
        for place, first in enumerate(months):
            self.diary.note(_after(clock, first, 1), partial(self._begin, first, is_last=place == len(months) - 1))
        for idea in IDEAS:
            self.diary.note(clock.ago(idea.workdays_ago, 45), partial(self._suggest, idea))

    def _set_up(self, at: datetime) -> None:
        from_on = at.date().replace(day=1)
        with as_of(self.session, self.company.named("hr").person, at):
            kpis = {one.code: one for one in self.session.scalars(select(KpiDefinition))}
            for one in kpis.values():
                one.min_sample = min(one.min_sample, ENOUGH)
            for code, shares in WEIGHTS.items():
                if code in self.company.departments:
                    self._weigh(self.company.departments[code], shares, kpis, from_on)
            for row in RULES:
                self.session.add(_rule(row, from_on))

    def _weigh(
        self, department: int, shares: tuple[int, int, int], kpis: dict[str, KpiDefinition], from_on: date
    ) -> None:
        for group, weight in zip(Group, shares, strict=True):
            self.session.add(KpiTarget(department_id=department, group=group, weight=Decimal(weight), from_on=from_on))
        for code, (weight, target, floor, each) in AIMS.items():
            self.session.add(
                KpiTarget(
                    department_id=department,
                    kpi=kpis[code],
                    weight=Decimal(weight),
                    target=_decimal(target),
                    floor=_decimal(floor),
                    points_each=_decimal(each),
                    method=Method.DEDUCT if each else Method.LINEAR if target else Method.BAND,
                    bands="" if each or target else IMPROVEMENT_BANDS,
                    from_on=from_on,
                )
            )

    # -- cycles ------------------------------------------------------------------------------------------------------

    def _begin(self, first: date, at: datetime, *, is_last: bool) -> None:
        hr = self.company.named("hr").person
        with as_of(self.session, hr, at) as act:
            cycle = AssessmentCycle(from_on=first)
            cycle.prepare()
            self.session.add(cycle)
            seal(self.session, cycle, "create", act)
            cycle.perform("start", by=hr, at=at)
        self.diary.note(self.diary.clock.later(at, 1), partial(self._compute, cycle.id))
        self.diary.note(self.diary.clock.later(at, 60), partial(self._review, cycle.id))
        self.diary.note(self.diary.clock.later(at, 400), partial(self._confirm, cycle.id, is_last=is_last))

    def _compute(self, key: int, at: datetime) -> None:
        with as_of(self.session, SYSTEM, at, Source.SCHEDULER) as act:
            compute(self.session, self.session.get_one(AssessmentCycle, key), act)

    def _review(self, key: int, at: datetime) -> None:
        hr = self.company.named("hr").person
        with as_of(self.session, hr, at):
            self.session.get_one(AssessmentCycle, key).perform("review", by=hr, at=at)

    def _confirm(self, key: int, at: datetime, *, is_last: bool) -> None:
        """The assessors confirm, now and then with an adjustment; of the last month some are still open."""
        cycle = self.session.get_one(AssessmentCycle, key)
        for place, sheet in enumerate(sheets_of(cycle)):
            if is_last and place % 3 == 0:
                continue
            assessor = self._member(sheet.assessor_id) or self.company.named("general_manager")
            by = assessor.person
            with as_of(self.session, by, at):
                if place % 13 == 5:
                    self._adjust(sheet, by, at)
                sheet.perform("confirm", by=by, at=at)
            if not (is_last and place % 3 == 1):
                self._check(sheet, at)
        if not is_last:
            self.diary.note(self.diary.clock.later(at, 500), partial(self._publish, key))

    def _adjust(self, sheet: AssessmentSheet, by: Any, at: datetime) -> None:
        line = next((one for one in sheet.lines if one.score is not None), None)
        if line is not None:
            line.perform("adjust", by=by, at=at, manual_delta="2", note="当月带教两名新员工，另担任夜班首件复核")

    def _check(self, sheet: AssessmentSheet, at: datetime) -> None:
        checkers = [self.company.named(one) for one in ("hr", "hr_manager", "general_manager")]
        by = next(one for one in checkers if one.id not in {sheet.employee_id, sheet.assessor_id}).person
        with as_of(self.session, by, at):
            sheet.perform("check", by=by, at=at)

    def _publish(self, key: int, at: datetime) -> None:
        cycle, hr = self.session.get_one(AssessmentCycle, key), self.company.named("hr").person
        with as_of(self.session, hr, at):
            cycle.perform("publish", by=hr, at=at)
        self.diary.note(self.diary.clock.later(at, 300), partial(self._hear, key))
        self.diary.note(self.diary.clock.later(at, 7 * 480), partial(self._lock, key))

    def _hear(self, key: int, at: datetime) -> None:
        """Most acknowledge; the first two who find a row against them appeal."""
        disputed, cycle = 0, self.session.get_one(AssessmentCycle, key)
        for place, sheet in enumerate(sheets_of(cycle)):
            if sheet.employee_id is None or sheet.status is not SheetStatus.PUBLISHED:
                continue
            member = self._member(sheet.employee_id)
            if member is None:
                continue
            by = member.person
            row = self._row_to_dispute(sheet) if disputed < 2 else None
            if row is not None:
                disputed += 1
                self._dispute(sheet, by, row, at, is_upheld=disputed == 1)
            elif place % 4:
                with as_of(self.session, by, at):
                    sheet.perform("acknowledge", by=by, at=at)

    def _row_to_dispute(self, sheet: AssessmentSheet) -> KpiEvidence | None:
        """A row that counts against him."""
        return self.session.scalar(
            select(KpiEvidence)
            .where(
                KpiEvidence.cycle_id == sheet.cycle_id,
                KpiEvidence.employee_id == sheet.employee_id,
                KpiEvidence.side == RowSide.DENOMINATOR,
                KpiEvidence.bottom > 0,
            )
            .order_by(KpiEvidence.id)
            .limit(1)
        )

    def _dispute(self, sheet: AssessmentSheet, by: Any, row: KpiEvidence, at: datetime, *, is_upheld: bool) -> None:
        with as_of(self.session, by, at):
            named = f"{row.entity} {row.entity_id}"
            sheet.perform("appeal", by=by, at=at, row=named, note="当天量具送检，用的是备用卡尺，读数不准")
        judge = self.company.named("hr_manager")
        if judge.id in {sheet.assessor_id, sheet.employee_id}:
            judge = self.company.named("general_manager")
        self.diary.note(self.diary.clock.later(at, 480), partial(self._judge, sheet.id, judge, is_upheld=is_upheld))

    def _judge(self, key: int, judge: Member, at: datetime, *, is_upheld: bool) -> None:
        sheet = self.session.get_one(AssessmentSheet, key)
        verb, why = (
            ("uphold", "计量室记录属实，该项剔除") if is_upheld else ("reject", "备用卡尺在检定有效期内，维持原结果")
        )
        with as_of(self.session, judge.person, at):
            sheet.perform(verb, by=judge.person, at=at, note=why)

    def _lock(self, key: int, at: datetime) -> None:
        cycle, by = self.session.get_one(AssessmentCycle, key), self.company.named("hr_manager").person
        if cycle.status in {CycleStatus.PUBLISHED, CycleStatus.APPEAL}:
            with as_of(self.session, by, at):
                cycle.perform("lock", by=by, at=at)

    def _member(self, employee_id: int | None) -> Member | None:
        """Who came during the six months has no log-in yet."""
        return next((one for one in self.company.members if one.id == employee_id), None)

    # -- suggestions -------------------------------------------------------------------------------------------------

    def _suggest(self, idea: Idea, at: datetime) -> None:
        people = [self.company.named(one) for one in idea.who]
        with as_of(self.session, people[0].person, at) as act:
            one = Suggestion(
                title=idea.title,
                topic=idea.topic,
                present=idea.present,
                proposal=idea.proposal,
                benefit=idea.benefit,
                submitted_at=act.at,
            )
            one.proposers = [SuggestionProposer(employee=self.session.get_one(Employee, who.id)) for who in people]
            with self.session.no_autoflush:
                self.session.add(one)
                one.prepare(act)
            seal(self.session, one, "create", act)
        self._go_on(idea, one.id, 0, at)

    def _go_on(self, idea: Idea, key: int, place: int, at: datetime) -> None:
        is_over = place >= REACHED[idea.way]
        if not is_over or (idea.way == "rejected" and place == REACHED[idea.way]):
            self.diary.note(self.diary.clock.later(at, 700), partial(self._step, idea, key, place))

    def _step(self, idea: Idea, key: int, place: int, at: datetime) -> None:
        verb = "reject" if place >= REACHED[idea.way] else WAY[place]
        reviewer = "after_sales_manager" if idea.topic == "satisfaction" else "technical_manager"
        who = {
            "screen": "hr", "pass_on": "hr", "adopt": reviewer, "reject": reviewer, "implement": idea.owner,
            "report": idea.owner, "verify": "quality_manager",
        }[verb]  # fmt: skip
        by = self.company.named(who).person
        with as_of(self.session, by, at):
            note = "计划部已有变更广播，先把现有渠道用好" if verb == "reject" else ""
            self.session.get_one(Suggestion, key).perform(verb, by=by, at=at, note=note, **self._fields(idea, verb))
        if verb != "reject":
            self._go_on(idea, key, place + 1, at)

    def _fields(self, idea: Idea, verb: str) -> dict[str, Any]:
        match verb:
            case "adopt":
                return {"owner": self.session.get_one(Employee, self.company.named(idea.owner).id)}
            case "report":
                return {"before_figures": idea.effect[0], "after_figures": idea.effect[1]}
            case "verify":
                return {"grade": idea.grade}
        return {}


def _rule(row: RuleRow, from_on: date) -> RewardPenaltyRule:
    is_case = row.occasion is Occasion.CASE
    return RewardPenaltyRule(
        name=row.name,
        occasion=row.occasion,
        severity=CaseSeverity(row.when) if is_case else None,  # type: ignore[call-arg]
        grade="" if is_case else row.when,
        kind=row.kind,
        least=Decimal(row.least),
        most=Decimal(row.most),
        measure=Measure.POINTS,
        needs_role=row.role,
        clause=row.clause,
        from_on=from_on,
    )


def _decimal(given: str) -> Decimal | None:
    return Decimal(given) if given else None


def _last_months(today: date, count: int) -> list[date]:
    """The first days of the last whole months before today, the earliest first."""
    found, first = [], today.replace(day=1)
    for _ in range(count):
        first = (first - timedelta(days=1)).replace(day=1)
        found.append(first)
    return found[::-1]


def _after(clock: Any, first: date, workdays: int) -> datetime:
    """A morning, so many workdays into the month after."""
    following = (first + timedelta(days=32)).replace(day=1)
    return clock.on_day((following - clock.first).days + workdays - 1, 60)  # type: ignore[no-any-return]
