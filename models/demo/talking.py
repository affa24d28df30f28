"""Meetings every week and month, notices that people confirm, two surveys of customers (C1, C2.3)."""

from datetime import date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import AccountabilityCase, ActionItem
from models.base import Source, on_date
from models.communication import (
    Meeting,
    MeetingDecision,
    MeetingReport,
    Notice,
    NoticeAudience,
    Survey,
    SurveyInvitation,
    SurveyQuestion,
)
from models.demo.company import Company, Member
from models.demo.diary import Diary, as_of
from models.event import ReadReceipt
from models.journal import seal
from models.organisation import Customer, Employee
from rules.actions import CaseKind, CaseStatus
from rules.base import Person
from rules.communication import AnsweredBy, MeetingReportStatus, MeetingStatus, NoticeKind

REPORTS = (
    ("本周计划完成 96%，两台加工中心保养后恢复正常。", "刀片库存偏低。", "已下补货单，周四到货。"),
    ("一次交检合格率较上周上升 1.2 个百分点。", "首件确认仍有漏签。", "班前会点名，班组长当日复核。"),
    ("在制订单均按节点推进，一单待客户确认图纸。", "客户确认延迟两天。", "销售每天跟进，必要时调整排程。"),
    ("工艺文件换版两份，培训已安排。", "夜班学习进度偏慢。", "调整为交接班前半小时学习。"),
    ("本周受理工单 11 件，均已首联。", "备件等待时间偏长。", "常用备件设安全库存。"),
)
MINUTES = (
    "各部门汇报进展；重点讨论逾期整改与刀具供应，议定责任人与完成日期，下次会议复核。",
    "通报上周决议完成情况，两项延期须在周五前关闭；交接班首件确认纳入班组日检。",
    "核对本周交付节点，确认无延期风险；装配清洁度问题由质量部牵头专项检查。",
)
DECIDED = (
    ("补齐常用刀片一周用量并建立最低库存", "production_planner"),
    ("交接班首件确认单由班组长当班签字", "team_leader"),
    ("焊接参数卡塑封上墙", "technical"),
    ("整理近三月客户投诉并反馈技术部", "after_sales_agent"),
)
WEIGHED = {
    "ticket": "已口头同步技术部门，系统移交晚于时限，提醒后不立案",
    "contact_log": "客户当日已收到口头答复，补录即可，不立案",
    "notice": "逾期人员出差或轮休，已当面补阅，不立案",
    "document_revision": "夜班人员次日上岗前已补读，未按旧版作业，不立案",
}
"""What the quality manager found out, by what the slip was about."""
DOING = ("accept", "start", "submit", "confirm")
DONE = {"measure": "已按会议决议落实并告知班组", "root_cause": "原流程未明确", "evidence": "现场照片见公共盘"}


class Paper(NamedTuple):
    """A notice: when, who writes and approves, what, for whom."""

    workdays_ago: int
    author: str
    approver: str
    kind: NoticeKind
    topic: str
    body: str
    areas: tuple[str, ...] = ()
    must_confirm: bool = False
    lasts_days: int = 0
    way: str = "published"


K = NoticeKind
PAPERS = (
    Paper(
        100,
        "hr",
        "general_manager",
        K.FORMAL_DOCUMENT,
        "关于印发《工艺工期售后管理制度》的通知",
        "现将制度印发给你们，请各部门组织学习并严格执行。",
        must_confirm=True,
    ),
    Paper(
        70,
        "production_planner",
        "general_manager",
        K.ANNOUNCEMENT,
        "高温期间作息调整",
        "自下周一起，早班提前半小时，午休延长半小时。",
        ("SC",),
        lasts_days=60,
    ),
    Paper(
        20,
        "technical",
        "technical_manager",
        K.ANNOUNCEMENT,
        "新版刀具管理办法上线",
        "换刀登记改为扫码，旧登记本月底停用。",
        ("SC",),
        must_confirm=True,
    ),
    Paper(
        9,
        "hr",
        "general_manager",
        K.FORMAL_DOCUMENT,
        "关于表彰改善先进个人的决定",
        "对在工艺改善中表现突出的员工予以表彰。",
    ),
    Paper(
        3,
        "sales",
        "sales_manager",
        K.MAIL,
        "江州水务合同变更要点",
        "交期不变，涂装颜色改为 RAL5015。",
        ("SC", "JS"),
        must_confirm=True,
    ),
    Paper(
        1,
        "quality_manager",
        "technical_manager",
        K.ANNOUNCEMENT,
        "量具年检安排",
        "本月 28 日起分批送检，请提前借备用量具。",
        way="draft",
    ),
)
QUESTIONS = (
    ("产品质量", "Product quality"),
    ("交货及时", "Delivery on time"),
    ("售后响应", "After-sales response"),
    ("沟通与服务态度", "Communication and manner"),
)
OPINIONS = ("交货比去年准时。", "安装资料可以再详细些。", "售后回电很快。", "", "希望提供备件清单和价格。", "")


class Talking:
    """What the company said, and whom it asked."""

    def __init__(self, session: Session, rng: Random, company: Company, diary: Diary) -> None:
        self.session, self.rng, self.company, self.diary = session, rng, company, diary

    def plan(self) -> None:
        clock = self.diary.clock
        for day in clock.workdays():
            self.diary.note(clock.on_day((day - clock.first).days, 150), self._meet)
        for day in clock.workdays()[::5]:
            self.diary.note(clock.on_day((day - clock.first).days, 420), self._weigh_slips)
        for paper in PAPERS:
            self.diary.note(clock.ago(paper.workdays_ago, 40), partial(self._write, paper))
        self.diary.note(clock.ago(85, 90), partial(self._survey, "上半年客户满意度调查", 15, 0.9))
        self.diary.note(clock.ago(6, 90), partial(self._survey, "下半年客户满意度调查", 20, 0.5))

    # -- slips -------------------------------------------------------------------------------------------------------

    def _weigh_slips(self, at: datetime) -> None:
        """Once a week the quality manager goes through what came up by itself; nobody is charged for a holiday."""
        by = self.company.named("quality_manager").person
        found = self.session.scalars(
            select(AccountabilityCase)
            .where(
                AccountabilityCase.kind == CaseKind.COMMUNICATION_SLIP,
                AccountabilityCase.status == CaseStatus.DRAFT,
                AccountabilityCase.opened_by_id.is_(None),
                AccountabilityCase.opened_at < at - timedelta(days=2),
            )
            .order_by(AccountabilityCase.id)
        ).all()
        for one in found:
            with as_of(self.session, by, at):
                one.perform("dismiss", by=by, at=at, note=WEIGHED.get(one.source_entity or "", WEIGHED["ticket"]))

    # -- meetings ----------------------------------------------------------------------------------------------------

    def _meet(self, at: datetime) -> None:
        """What was due this morning is held; the minutes follow the same day, now and then the next."""
        due = self.session.scalars(
            select(Meeting).where(Meeting.status == MeetingStatus.COLLECTING, Meeting.planned_at < at)
        ).all()
        for meeting in due:
            for report in meeting.reports:
                self._report(report, at)
            chair = self._member(meeting.chair_id)
            with as_of(self.session, chair.person, at):
                meeting.perform("hold", by=chair.person, at=at)
            self.diary.note(
                self.diary.clock.later(at, self.rng.choice((60, 200, 300, 700))), partial(self._minute, meeting.id)
            )

    def _report(self, report: MeetingReport, at: datetime) -> None:
        if report.status is MeetingReportStatus.SUBMITTED or self.rng.random() < 0.1:
            return
        by = next((one for one in self.company.members if one.id in report.parties()["reporter"]), None)
        if by is None:
            return
        progress, problems, solutions = self.rng.choice(REPORTS)
        with as_of(self.session, by.person, at):
            report.perform("submit", by=by.person, at=at, progress=progress, problems=problems, solutions=solutions)

    def _minute(self, key: int, at: datetime) -> None:
        meeting = self.session.get_one(Meeting, key)
        chair = self._member(meeting.chair_id)
        with as_of(self.session, chair.person, at):
            if self.rng.random() < 0.4:
                text, who = self.rng.choice(DECIDED)
                due = on_date(self.diary.clock.calendar.add_days(on_date(at), 8))
                responsible = self.session.get_one(Employee, self.company.named(who).id)
                meeting.decisions.append(MeetingDecision(text=text, responsible=responsible, due_on=due))
                self.session.flush()
            meeting.perform("minute", by=chair.person, at=at, minutes=self.rng.choice(MINUTES))
        for one in meeting.decisions:
            self._go_on(one.action_id or 0, chair, DOING, at)
        if not meeting.decisions:
            with as_of(self.session, chair.person, at):
                meeting.perform("close", by=chair.person, at=at)

    def _go_on(self, key: int, chair: Member, steps: tuple[str, ...], at: datetime) -> None:
        """What was decided is mostly done within two weeks."""
        if steps and self.rng.random() < 0.97:
            when = self.diary.clock.later(at, self.rng.randint(200, 900))
            self.diary.note(when, partial(self._do, key, chair, steps))

    def _do(self, key: int, chair: Member, steps: tuple[str, ...], at: datetime) -> None:
        action = self.session.get_one(ActionItem, key)
        by = chair if steps[0] == "confirm" else self._member(action.responsible_id)
        fields: dict[str, Any] = dict(DONE) if steps[0] == "submit" else {}
        with as_of(self.session, by.person, at):
            action.perform(steps[0], by=by.person, at=at, **fields)
        self._go_on(key, chair, steps[1:], at)

    def _member(self, employee_id: int) -> Member:
        return next(one for one in self.company.members if one.id == employee_id)

    # -- notices -----------------------------------------------------------------------------------------------------

    def _write(self, paper: Paper, at: datetime) -> None:
        author, approver = self.company.named(paper.author), self.company.named(paper.approver)
        with as_of(self.session, author.person, at) as act:
            notice = Notice(
                kind=paper.kind,
                topic=paper.topic,
                body=paper.body,
                must_confirm=paper.must_confirm,
                author_id=author.id,
                expires_at=at + timedelta(days=paper.lasts_days) if paper.lasts_days else None,
            )
            notice.audience = [NoticeAudience(department_id=self.company.departments[area]) for area in paper.areas]
            with self.session.no_autoflush:
                self.session.add(notice)
                notice.prepare()
            seal(self.session, notice, "create", act)
        if paper.way == "draft":
            return
        self.diary.note(self.diary.clock.later(at, 60), partial(self._publish, notice.id, approver, "approve"))
        self.diary.note(self.diary.clock.later(at, 120), partial(self._publish, notice.id, author, "publish"))
        self.diary.note(self.diary.clock.later(at, 400), partial(self._read, notice.id))

    def _publish(self, key: int, by: Member, verb: str, at: datetime) -> None:
        with as_of(self.session, by.person, at) as act:
            self.session.get_one(Notice, key).perform(verb, act=act)

    def _read(self, key: int, at: datetime) -> None:
        """Most confirm the same day; a few have not yet."""
        notice = self.session.get_one(Notice, key)
        receipts = self.session.scalars(
            select(ReadReceipt).where(ReadReceipt.entity == "notice", ReadReceipt.entity_id == notice.id)
        )
        for one in receipts:
            if one.required and self.rng.random() < 0.85:
                one.read_at = one.confirmed_at = at

    # -- surveys -----------------------------------------------------------------------------------------------------

    def _survey(self, title: str, days: int, answering: float, at: datetime) -> None:
        by = self.company.named("sales_manager").person
        closes = on_date(at) + timedelta(days=days)
        with as_of(self.session, by, at) as act:
            survey = Survey(title=title, title_en="Customer satisfaction survey", closes_on=closes)
            survey.questions = [
                SurveyQuestion(seq=seq, text=zh, text_en=en) for seq, (zh, en) in enumerate(QUESTIONS, start=1)
            ]
            survey.invitations = [
                SurveyInvitation(customer=one, sent_at=at)
                for one in self.session.scalars(select(Customer).order_by(Customer.id).limit(20))
            ]
            self.session.add(survey)
            seal(self.session, survey, "create", act)
            survey.perform("open", by=by, at=at)
        for place, one in enumerate(survey.invitations):
            if self.rng.random() < answering:
                when = self.diary.clock.later(at, 200 + 130 * place)
                self.diary.note(when, partial(self._answer, one.id, closes))
        self.diary.note(self.diary.clock.later(at, 480 * days), partial(self._close, survey.id))

    def _answer(self, key: int, closes: date, at: datetime) -> None:
        if on_date(at) > closes:
            return
        one = self.session.get_one(SurveyInvitation, key)
        with as_of(self.session, Person(), at, Source.PUBLIC_LINK) as act:
            scores = {each.id: self._score(each.seq) for each in one.survey.questions}
            likely = self.rng.choice((10, 9, 9, 8, 8, 7, 6))
            one.answer(act, scores, likely, self.rng.choice(OPINIONS), AnsweredBy.LINK)

    def _score(self, seq: int) -> int:
        """Delivery is what customers like least."""
        return self.rng.choice((3, 3, 4, 2, 4)) if seq == 2 else self.rng.choice((5, 5, 4, 4, 3))

    def _close(self, key: int, at: datetime) -> None:
        by = self.company.named("sales_manager").person
        with as_of(self.session, by, at):
            self.session.get_one(Survey, key).perform("close", by=by, at=at)
