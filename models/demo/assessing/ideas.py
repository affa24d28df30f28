"""Suggestions at every stage, from submitted to rewarded (K3.2)."""

from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.assessment import RewardPenalty, Suggestion, SuggestionProposer
from models.demo.company import Company
from models.demo.diary import Diary, as_of
from models.journal import seal
from models.organisation import Employee


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


class Suggesting:
    """Who suggested what, and how far it came."""

    def __init__(self, session: Session, company: Company, diary: Diary) -> None:
        self.session, self.company, self.diary = session, company, diary

    def plan(self) -> None:
        for idea in IDEAS:
            self.diary.note(self.diary.clock.ago(idea.workdays_ago, 45), partial(self._suggest, idea))

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
        if verb == "verify":
            self.diary.note(self.diary.clock.later(at, 900), partial(self._reward, key))
        if verb != "reject":
            self._go_on(idea, key, place + 1, at)

    def _reward(self, key: int, at: datetime) -> None:
        """What the suggestion brought is rewarded: approved, announced, handed over."""
        found = self.session.scalars(
            select(RewardPenalty)
            .where(RewardPenalty.source_entity == Suggestion.__tablename__, RewardPenalty.source_id == key)
            .order_by(RewardPenalty.id)
        ).all()
        for one in found:
            for login, verb in (("hr_manager", "approve"), ("hr", "announce"), ("hr", "execute")):
                by = self.company.named(login).person
                with as_of(self.session, by, at):
                    one.perform(verb, by=by, at=at)

    def _fields(self, idea: Idea, verb: str) -> dict[str, Any]:
        match verb:
            case "adopt":
                return {"owner": self.session.get_one(Employee, self.company.named(idea.owner).id)}
            case "report":
                return {"before_figures": idea.effect[0], "after_figures": idea.effect[1]}
            case "verify":
                return {"grade": idea.grade}
        return {}
