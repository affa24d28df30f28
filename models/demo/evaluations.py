"""Periodic evaluations with their measures, and what managers opened by hand (P3.4, A4.2, A5.1, A5.2, C1.1)."""

from datetime import date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import ActionItem, Evaluation, closing_of, midnight, open_action
from models.base import on_date
from models.demo.company import Company, Member
from models.demo.diary import Diary, as_of
from models.journal import seal
from models.organisation import Employee
from rules.actions import ActionKind, EvaluationKind, EvaluationStatus, Severity, following, period_of

K, S = EvaluationKind, Severity


class Series(NamedTuple):
    """One kind of evaluation: who writes it, who publishes it, where the last one stands, what it finds."""

    kind: EvaluationKind
    author: str
    manager: str
    due_after_days: int
    last: str
    findings: tuple[str, ...]


SERIES: tuple[Series, ...] = (
    Series(
        K.PROCESS_EXECUTION,
        "technical",
        "technical_manager",
        8,
        "drafted",
        (
            "车削尺寸超差占不合格项的近一半，多发生在换刀与交接班后；首件确认执行不稳定。",
            "焊接参数执行较上月改善，装配清洁度仍有反复；建议将清洁度列入班组交接必查项。",
            "首轮整改通过率回升，重复发生集中在刀具寿命记录；需把换刀登记与领刀挂钩。",
        ),
    ),
    Series(
        K.PROJECT_SUMMARY,
        "project_lead",
        "general_manager",
        5,
        "due",
        (
            "本月两个项目按期交付，一个项目因来料延迟顺延三天；协调会议题收敛较慢。",
            "各阶段衔接总体正常，涂装与装配之间等待时间偏长，建议提前一天确认喷涂排期。",
        ),
    ),
    Series(
        K.AFTER_SALES_STATISTICS,
        "after_sales_agent",
        "after_sales_manager",
        6,
        "published",
        (
            "主轴异响与漏油类问题居前，平均处理时间缩短半天；备件等待是主要瓶颈。",
            "安装调试类咨询增多，多数源于随机资料不清；建议补充安装视频与常见问题。",
        ),
    ),
    Series(
        K.FOLLOW_UP,
        "詹立业",
        "after_sales_manager",
        10,
        "due",
        ("客户对响应速度较满意，对维修说明的清晰度评价偏低。", "回访中三位客户提出希望提供保养提醒。"),
    ),
)
MEASURES: dict[EvaluationKind, tuple[tuple[str, str], ...]] = {
    # what is to be done, and by whom
    K.PROCESS_EXECUTION: (
        ("交接班记录表增加“首件已复核”签字栏", "骆文涛"),
        ("领刀单与换刀登记合并，一刀一记", "梅若琳"),
        ("装配清洁度检查图例上墙", "董承志"),
    ),
    K.PROJECT_SUMMARY: (("喷涂排期提前一天由计划员确认并公示", "production_planner"),),
    K.AFTER_SALES_STATISTICS: (("整理主轴异响判别步骤，做成一页纸随机发放", "申屠浩"),),
    K.FOLLOW_UP: (("维修完成单增加“给客户的说明”栏", "欧阳静"),),
}
BY_HAND: tuple[tuple[int, str, ActionKind, Severity, str, str, str], ...] = (
    # workdays ago, who opened it, kind, severity, what, who does it, how far it got
    (
        20,
        "quality_manager",
        ActionKind.CORRECTIVE,
        S.MAJOR,
        "核对量具台账与实物，清理超期量具",
        "technical",
        "closed",
    ),
    (12, "quality_manager", ActionKind.PREVENTIVE, S.MINOR, "新机台上线前完成首件检验卡", "贺思源", "submitted"),
    (
        9,
        "technical_manager",
        ActionKind.IMPROVEMENT,
        S.MINOR,
        "车削冷却液改为集中配比",
        "梅若琳",
        "submitted",
    ),
    (
        8,
        "production_manager",
        ActionKind.CORRECTIVE,
        S.MINOR,
        "刀具柜按寿命分区管理",
        "team_leader",
        "started",
    ),
    (
        7,
        "general_manager",
        ActionKind.IMPROVEMENT,
        S.MAJOR,
        "关键订单每日碰头",
        "production_manager",
        "returned",
    ),
    (5, "sales_manager", ActionKind.IMPROVEMENT, S.MINOR, "客户变更单同时抄送计划与班组", "sales", "accepted"),
    (4, "technical_manager", ActionKind.PREVENTIVE, S.MINOR, "焊接参数卡塑封并编号受控", "quality_manager", "open"),
    (3, "hr_manager", ActionKind.IMPROVEMENT, S.MINOR, "培训签到改为扫码，签到表自动归档", "hr", "started"),
)
WAYS = {
    "open": (),
    "accepted": ("accept",),
    "started": ("accept", "start"),
    "submitted": ("accept", "start", "submit"),
    "returned": ("accept", "start", "submit", "return"),
    "closed": ("accept", "start", "submit", "confirm"),
}
DONE = {
    "measure": "已按方案完成并在班组试行一周",
    "root_cause": "原流程没有明确责任与记录",
    "evidence": "试行记录见部门公共盘",
}


class Evaluations:
    """What managers have evaluated and improved."""

    def __init__(self, session: Session, rng: Random, company: Company, diary: Diary) -> None:
        self.session, self.rng, self.company, self.diary = session, rng, company, diary

    def plan(self) -> None:
        """Each series month by month, and what was opened by hand."""
        clock = self.diary.clock
        months = _months(clock.first, clock.today)
        for series in SERIES:
            self.diary.note(clock.on_day(1, 60), partial(self._begin, series, months[0]))
            for place, period in enumerate(months):
                is_last = place == len(months) - 1
                if is_last and series.last == "due":
                    continue
                written = clock.later(_after(period, min(3, series.due_after_days)), 90 + 20 * place)
                self.diary.note(written, partial(self._write, series, period, is_last=is_last))
        for days, opener, kind, severity, what, who, way in BY_HAND:
            at = clock.ago(days, 60 + 7 * days)
            self.diary.note(at, partial(self._open, opener, kind, severity, what, who, way, None))

    def _begin(self, series: Series, period: str, at: datetime) -> None:
        """The first one is put on the list by the manager; the others follow by themselves."""
        author = self.company.named(series.author)
        last = period_of(period)[1]
        with as_of(self.session, self.company.named(series.manager).person, at) as act:
            found = Evaluation(
                kind=series.kind,
                period=period,
                due_on=last + timedelta(days=series.due_after_days),
                author=self._employee(author),
            )
            with self.session.no_autoflush:
                self.session.add(found)
                found.prepare()
            seal(self.session, found, "create", act, recipients=[author.id])

    def _employee(self, member: Member) -> Employee:
        return self.session.get_one(Employee, member.id)

    def _write(self, series: Series, period: str, at: datetime, *, is_last: bool) -> None:
        found = self.session.scalar(
            select(Evaluation).where(
                Evaluation.kind == series.kind, Evaluation.period == period, Evaluation.status == EvaluationStatus.DUE
            )
        )
        if found is None:
            return
        by = self.company.named(series.author).person
        with as_of(self.session, by, at):
            found.perform("draft", by=by, at=at, findings=self.rng.choice(series.findings))
        if not is_last or series.last == "published":
            self.diary.note(self.diary.clock.later(at, 500), partial(self._publish, series, found.id))

    def _publish(self, series: Series, key: int, at: datetime) -> None:
        by = self.company.named(series.manager).person
        with as_of(self.session, by, at):
            self.session.get_one(Evaluation, key).perform("publish", by=by, at=at)
        if self.rng.random() < 0.5:
            what, who = self.rng.choice(MEASURES[series.kind])
            is_old = at < self.diary.clock.ago(30, 0)
            way = "closed" if is_old else self.rng.choice(("closed", "started", "submitted"))
            self._open(series.manager, ActionKind.IMPROVEMENT, S.MINOR, what, who, way, ("evaluation", key), at)

    # -- by hand -----------------------------------------------------------------------------------------------------

    def _open(  # noqa: PLR0913, PLR0917 - a row of the table above
        self,
        opener: str,
        kind: ActionKind,
        severity: Severity,
        what: str,
        who: str,
        way: str,
        source: tuple[str, int] | None,
        at: datetime,
    ) -> None:
        by, responsible = self.company.named(opener), self.company.named(who)
        due = closing_of(self.session, self._workday_after(at, self.rng.randint(6, 14)))
        with as_of(self.session, by.person, at) as act:
            action = open_action(
                self.session,
                act,
                kind=kind,
                severity=severity,
                description=what,
                department_id=self._employee(responsible).department_id,
                responsible_id=responsible.id,
                verifier_id=by.id,
                raiser_id=by.id,
                source=source,
                due=due,
            )
            key = action.id
        self._next(key, by, responsible, WAYS[way], at)

    def _workday_after(self, at: datetime, days: int) -> date:
        return on_date(self.diary.clock.calendar.add_days(on_date(at), days))

    def _next(self, key: int, verifier: Member, responsible: Member, steps: tuple[str, ...], at: datetime) -> None:
        if steps:
            when = self.diary.clock.later(at, self.rng.randint(60, 600))
            self.diary.note(when, partial(self._take, key, verifier, responsible, steps))

    def _take(self, key: int, verifier: Member, responsible: Member, steps: tuple[str, ...], at: datetime) -> None:
        verb = steps[0]
        by = verifier.person if verb in {"confirm", "return"} else responsible.person
        with as_of(self.session, by, at):
            fields: dict[str, Any] = dict(DONE) if verb == "submit" else {}
            note = "只写了制度，未见执行记录" if verb == "return" else ""
            self.session.get_one(ActionItem, key).perform(verb, by=by, at=at, note=note, **fields)
        self._next(key, verifier, responsible, steps[1:], at)


def _months(first: date, today: date) -> list[str]:
    """The months that ended within the six months, as periods."""
    found, period = [], f"{first:%Y-%m}"
    while period_of(period)[1] < today:
        found.append(period)
        period = following(period)
    return found


def _after(period: str, days: int) -> datetime:
    """So many days after a period, at midnight."""
    return midnight(period_of(period)[1] + timedelta(days=days))
