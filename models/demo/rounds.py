"""Templates, plans, draws, and the other kinds of checks: patrols, inspections, samples (P3, K2.2, C2.2)."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import on_date
from models.demo.checks import Checks
from models.demo.company import Company, Member
from models.demo.diary import Diary, as_of
from models.demo.people import AWAY, POSTS
from models.demo.questions import OFFICE_POSTS, QUESTIONS, SHOP_POSTS, Question, seen
from models.demo.readings import line_of
from models.demo.rectification import Case
from models.organisation import Department, Employee, Post
from models.process import ProcessDocument
from models.quality import (
    CheckDraw,
    CheckPlan,
    CheckTemplate,
    CheckTemplateItem,
    SpotCheck,
    draw,
    working_days,
)
from models.quality.checks import team_on
from rules.actions import Severity
from rules.base import SYSTEM
from rules.quality import Answer, Category, CheckKind, Method, may_check

K, C, S = CheckKind, Category, Severity
WEEKS_OF_PATROLS = 4
DAYS_OF_DRAWS = 6
SHARE_DONE = 0.8
"""How many of those who were drawn were checked."""
SHARE_OF_PATROLS = 0.85
FAILING = {K.SPOT_CHECK: 0.2, K.LEADER_PATROL: 0.18, K.TECHNICAL_INSPECTION: 0.5, K.AD_HOC_ASSESSMENT: 0.3,
           K.CONTACT_SAMPLE: 0.35}  # fmt: skip

PATROL = (
    seen("按工艺文件作业", "参数、顺序与操作规范一致", C.PROCESS_EXECUTION, "未按工序卡顺序作业"),
    seen("首件已确认", "首件标识在位", C.PROCESS_EXECUTION, "首件标识缺失"),
    seen("现场文件为现行版", "与受控清单一致", C.DOCUMENT_COMPLIANCE, "工位上有旧版工序卡"),
    seen("劳保用品佩戴", "护目镜、防护鞋齐全", C.ENVIRONMENT, "未戴护目镜"),
    seen("设备点检已做", "当班点检表已签", C.EQUIPMENT, "当班点检未签字"),
    seen("现场整洁", "通道畅通、物料定置", C.ENVIRONMENT, "通道堆放周转箱"),
)
INSPECTION = (
    seen("工艺参数受控", "实际参数在规定范围内并有记录", C.PROCESS_EXECUTION, "参数记录与设定不符", S.MAJOR),
    seen("工序顺序执行", "无跳序、并序", C.PROCESS_EXECUTION, "清洗与去毛刺并序"),
    seen("变更执行到位", "新版要求已落实到机台", C.DOCUMENT_COMPLIANCE, "新版要求未在夜班落实", S.MAJOR),
    seen("文件发放回收", "旧版已收回", C.DOCUMENT_COMPLIANCE, "旧版未收回"),
    seen("工装状态", "在检定有效期内", C.EQUIPMENT, "夹具检定过期"),
    seen("追溯记录", "批次可追溯", C.RECORD, "流转卡批号不全"),
)
ASSESSMENT = (
    seen("说出本工序控制要点", "能说出三项以上", C.PROCESS_EXECUTION, "只说出一项控制要点"),
    seen("演示首件自检", "步骤完整", C.PROCESS_EXECUTION, "漏测一项尺寸"),
    seen("找到现行文件", "一分钟内找到", C.DOCUMENT_COMPLIANCE, "找到的是旧版"),
)
CONTACT = (
    seen("问候与自报身份", "先问候、报姓名", C.SERVICE_MANNER, "未报姓名"),
    seen("倾听与复述", "复述客户问题", C.SERVICE_MANNER, "未复述即给方案"),
    seen("答复时限说明", "说明下次联系时间", C.SERVICE_MANNER, "未说明下次联系时间", S.MAJOR),
    seen("沟通记录完整", "客户、型号、问题齐全", C.RECORD, "记录缺产品型号"),
)
GENERAL: tuple[tuple[str, str, CheckKind, Sequence[Question]], ...] = (
    ("MB-XJ", "班组长每日巡检", K.LEADER_PATROL, PATROL),
    ("MB-GY", "工艺执行季度检查", K.TECHNICAL_INSPECTION, INSPECTION),
    ("MB-BD", "员工不定期抽查", K.AD_HOC_ASSESSMENT, ASSESSMENT),
)
PLANS: tuple[tuple[str, str, CheckKind, str, Method, int], ...] = (
    ("JH-S1", "生产一部工序抽检", K.SPOT_CHECK, "S1", Method.RISK, 20),
    ("JH-S2", "生产二部工序抽检", K.SPOT_CHECK, "S2", Method.RISK, 15),
    ("JH-BD", "员工不定期抽查", K.AD_HOC_ASSESSMENT, "SC", Method.RANDOM, 5),
    ("JH-SF", "客户沟通抽查", K.CONTACT_SAMPLE, "SF", Method.PLANNED, 5),
    ("JH-GY", "工艺执行检查", K.TECHNICAL_INSPECTION, "SC", Method.PLANNED, 5),
)


class Rounds:
    """Notes into the diary what goes on beside the spot checks by chance."""

    def __init__(self, session: Session, rng: Random, company: Company, diary: Diary, checks: Checks) -> None:
        self.session, self.rng, self.company, self.diary, self.checks = session, rng, company, diary, checks
        self.templates: dict[tuple[CheckKind, str], int] = {}
        self.asked: dict[int, Sequence[Question]] = {}

    def plan(self) -> None:
        clock = self.diary.clock
        self.diary.note(clock.on_day(0, 20), self._build)
        days = clock.workdays()
        for day in days[-DAYS_OF_DRAWS:]:
            self.diary.note(clock.on_day((day - clock.first).days, 1), partial(self._draw, day))
        for day in days[-5 * WEEKS_OF_PATROLS :]:
            self._plan_patrols((day - clock.first).days)

    # -- templates and plans -----------------------------------------------------------------------------------------

    def _build(self, at: datetime) -> None:
        """What is asked at each post, by its questions; and how often is checked."""
        manager = self.company.named("quality_manager").person
        with as_of(self.session, manager, at):
            for post in [one for area in SHOP_POSTS.values() for one in area] + list(OFFICE_POSTS):
                kind = K.CONTACT_SAMPLE if post == "GW-72" else K.SPOT_CHECK
                pool: Sequence[Question] = CONTACT if post == "GW-72" else QUESTIONS[post]
                name = next(row.name for row in POSTS if row.code == post)
                title = f"{name}沟通抽查" if kind is K.CONTACT_SAMPLE else f"{name}工序抽检"
                self._template(f"MB-{post[3:]}", title, kind, pool, post)
            for code, name, kind, pool in GENERAL:
                self._template(code, name, kind, pool, "")
            self.session.flush()
            for template in list(self.session.scalars(select(CheckTemplate).order_by(CheckTemplate.id))):
                template.perform("publish", by=manager, at=at)
            for code, name, scope, department, method, per_week in PLANS:
                key = self.company.departments[department]
                self.session.add(
                    CheckPlan(
                        code=code,
                        name=name,
                        scope=scope,
                        department=self.session.get_one(Department, key),
                        method=method,
                        per_week=per_week,
                        from_on=on_date(at),
                    )
                )

    def _template(self, code: str, name: str, kind: CheckKind, pool: Sequence[Question], post: str) -> None:
        template = CheckTemplate(code=code, name=name, scope=kind, post_id=self.company.posts.get(post))
        template.items = [_asked(seq, one) for seq, one in enumerate(pool, start=1)]
        self.session.add(template)
        self.session.flush()
        self.templates[kind, post] = template.id
        self.asked[template.id] = pool

    # -- draws -------------------------------------------------------------------------------------------------------

    def _draw(self, day: date, at: datetime) -> None:
        """The list of the morning, as the system drew it; most of it is checked in the course of the day."""
        with as_of(self.session, SYSTEM, at):
            made = [
                one
                for plan in self.session.scalars(select(CheckPlan).order_by(CheckPlan.id))
                for one in draw(
                    self.session, plan, day, at, working_days(self.session, day), seed=self.rng.getrandbits(48)
                )
            ]
        for one in made:
            inspector = next(member for member in self.company.members if member.id == one.inspector_id)
            for candidate in one.drawn():
                checked = next((m for m in self.company.members if m.id == candidate.employee_id), None)
                if checked is not None and self.rng.random() < SHARE_DONE:
                    moment = self.diary.clock.on_day((day - self.diary.clock.first).days, self.rng.randint(40, 430))
                    self.diary.note(moment, partial(self._check, one.plan.scope, inspector, checked, one.id))

    def _plan_patrols(self, day: int) -> None:
        """Three patrols a week are wanted; not every leader makes them all."""
        for leader in [one for one in self.company.members if self._leads(one)]:
            own = [
                one for one in self.company.members if one.team == leader.team and one.name not in {leader.name, *AWAY}
            ]
            if own and self.rng.random() < SHARE_OF_PATROLS * 3 / 5:
                moment = self.diary.clock.on_day(day, self.rng.randint(10, 440))
                self.diary.note(moment, partial(self._check, K.LEADER_PATROL, leader, self.rng.choice(own), None))

    def _leads(self, member: Member) -> bool:
        is_shop = any(member.post in posts for posts in SHOP_POSTS.values())
        return is_shop and self.company.leader(member) is member

    # -- checks ------------------------------------------------------------------------------------------------------

    def _check(self, kind: CheckKind, inspector: Member, checked: Member, draw_id: int | None, at: datetime) -> None:
        """Filled in and handed in as from the phone."""
        key = self.templates.get((kind, checked.post)) or self.templates.get((kind, ""))
        if key is None:
            return
        template = self.session.get_one(CheckTemplate, key)
        pool = self.asked[key]
        failing = self._failing(kind, pool)
        document = self.checks.papers.document_for(checked.post)
        employee = self.session.get_one(Employee, checked.id)
        post = self.session.get_one(Post, self.company.posts[checked.post])
        team = team_on(employee, on_date(at))  # he may have moved since the round was planned
        if not may_check(kind, inspector.person, post.department_id, () if team is None else (team,)):
            return
        lines = [
            line_of(self.rng, seq, one, employee, is_wrong=one is failing) for seq, one in enumerate(pool, start=1)
        ]
        for line, asked in zip(lines, template.items, strict=True):
            line.template_item = asked
        check = SpotCheck(
            kind=kind,
            template=template,
            draw=self.session.get_one(CheckDraw, draw_id) if draw_id else None,
            checked_at=at,
            post=post,
            document=self.session.get_one(ProcessDocument, document) if document else None,
            inspector_id=inspector.id,
            sample_qty=1,
            items=lines,
        )
        with as_of(self.session, inspector.person, at):
            with self.session.no_autoflush:
                self.session.add(check)
                check.prepare(at)
            check.perform("submit", by=inspector.person, at=at)
            raised = {one.description.partition("：")[0]: one.id for one in check.raised()}
        if failing is not None:
            case = Case(raised[failing.text], inspector, checked, checked, failing)
            self.checks.rectifications.plan(case, self.checks.fate(), at)

    def _failing(self, kind: CheckKind, pool: Sequence[Question]) -> Question | None:
        if self.rng.random() >= FAILING[kind]:
            return None
        return self.rng.choice([one for one in pool if one.severity is not S.CRITICAL])


def _asked(seq: int, one: Question) -> CheckTemplateItem:
    return CheckTemplateItem(
        seq=seq,
        category=one.category,
        question=one.text,
        answer=Answer.NUMBER if one.is_measured else Answer.OK_NG,
        standard=one.standard,
        lower=one.lower,
        upper=one.upper,
        unit=one.unit,
        severity_if_ng=one.severity,
        photo_if_ng=one.severity is S.CRITICAL,
        weight=Decimal({S.MINOR: 1, S.MAJOR: 2, S.CRITICAL: 3}[one.severity]),
    )
