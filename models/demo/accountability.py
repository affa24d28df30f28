"""What became of those who did not put it right in two rounds: cases at every stage, and their decisions (P3.3)."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from models.actions import AccountabilityCase, AccountabilityPerson, end_statements, open_case, open_case_of
from models.base import Source
from models.demo.company import Company
from models.demo.diary import Diary, as_of
from models.journal import seal
from models.organisation import Employee
from rules.actions import CaseKind, CaseSeverity, CaseStatus
from rules.base import SYSTEM


class Move(NamedTuple):
    """One step of a case: so many workdays before today, so many minutes into the day."""

    workdays_ago: int
    minutes: int
    verb: str
    by: str = "hr"
    text: str = ""
    more: str = ""


INVESTIGATED = Move(9, 60, "investigate")
ASKED = Move(8, 90, "ask_statements", more="technical_manager")
UPHELD = Move(3, 120, "decide", "technical_manager", "三轮整改未落实首件确认，班组长督促不到位，责任成立", "upheld")

STORIES: Mapping[str, tuple[Move, ...]] = {
    # fate of the rectification -> what became of its case
    "third_draft": (),
    "third_dismissed": (Move(7, 80, "dismiss", "quality_manager", "量具送检期间超差，非操作责任，按设备问题处理"),),
    "third_investigating": (Move(2, 60, "investigate", "quality_manager"),),
    "third_pending": (
        Move(4, 60, "investigate"),
        Move(4, 150, "share"),
        Move(1, 40, "ask_statements", more="technical_manager"),
        Move(1, 300, "state", "leader", "班前会已强调首件确认，当班另有新员工带教，督促确有疏漏。"),
    ),
    "third_to_decide": (
        INVESTIGATED,
        Move(8, 90, "ask_statements", more="technical_manager"),
        Move(6, 70, "state", "party", "防松标记笔用完未及时领用，交接班时漏划，愿意承担责任。"),
    ),
    "third_decided": (
        INVESTIGATED,
        Move(9, 120, "share"),
        ASKED,
        Move(7, 100, "state", "party", "第二轮整改后换过一次刀补，没有再做首件。"),
        UPHELD,
    ),
    "third_closed": (
        INVESTIGATED,
        ASKED,
        Move(6, 100, "state", "party", "作业指导书换版后未参加讲解，按旧习惯作业。"),
        Move(4, 200, "decide", "technical_manager", "换版讲解确有缺漏，操作者负部分责任", "partly"),
        Move(3, 60, "close"),
    ),
}
"""What is to wait on somebody's desk stands here by its day; other third rounds end as ``PAST`` says."""

FURTHER: tuple[tuple[str, CaseKind, CaseSeverity, str, dict[str, int], tuple[Move, ...]], ...] = (
    (
        "after_sales_manager",
        CaseKind.AFTER_SALES_MISHANDLING,
        CaseSeverity.GENERAL,
        "客户反映主轴异响，受理后三天未回电，客户改打总经办投诉。",
        {"詹立业": 70, "申屠浩": 30},
        (
            Move(32, 60, "investigate"),
            Move(31, 60, "ask_statements", more="quality_manager"),
            Move(30, 90, "state", "party", "当时在外地服务，交接时没有写明客户等待回电。"),
            Move(26, 120, "decide", "quality_manager", "交接记录不全，当事人按比例承担责任", "upheld"),
            Move(25, 60, "close"),
        ),
    ),
    (
        "production_manager",
        CaseKind.SCHEDULE_SUBJECTIVE,
        CaseSeverity.GRAVE,
        "未经批准停机检修两天，导致关键订单延误，客户按合同索赔。",
        {"熊建军": 100},
        (
            Move(14, 60, "investigate"),
            Move(13, 60, "ask_statements", more="general_manager"),
            Move(11, 90, "state", "party", "设备已有异响，担心损坏主轴，电话请示时领导未接听。"),
        ),
    ),
    (
        "production_manager",
        CaseKind.COMMUNICATION_SLIP,
        CaseSeverity.MINOR,
        "客户变更表面粗糙度要求的通知未转达班组，返工 12 件。",
        {"范玉成": 100},
        (
            Move(21, 60, "investigate"),
            Move(20, 60, "ask_statements", more="sales_manager"),
            Move(14, 120, "decide", "sales_manager", "通知直接发到技术部，计划员未收到", "not_upheld"),
            Move(13, 60, "close"),
        ),
    ),
)
"""Cases that managers opened: who, what, how grave, the facts, the shares, what became of them."""

PAST = ("investigate", "ask_statements", "decide", "close")
MINUTES = {"investigate": 240, "ask_statements": 300, "decide": 2200, "close": 300}
"""Working minutes before each step of a case of long ago; statements take three working days."""


class Accountability:
    """Moves cases on, each step as the person whose step it is."""

    def __init__(self, session: Session, company: Company, diary: Diary) -> None:
        self.session, self.company, self.diary = session, company, diary

    def plan_further(self) -> None:
        """The cases that managers opened by hand."""
        for opener, kind, severity, facts, shares, moves in FURTHER:
            at = self.diary.clock.ago(moves[0].workdays_ago + 1, 200)
            self.diary.note(at, partial(self._open, opener, kind, severity, facts, shares, moves))

    def plan_of(self, action_key: int, fate: str) -> None:
        """What becomes of the case that a rectification is going to open."""
        for move in STORIES.get(fate, ()):
            at = self.diary.clock.ago(move.workdays_ago, move.minutes)
            self.diary.note(at, partial(self._move, action_key, move))

    def follow(self, action_key: int, at: datetime) -> None:
        """A case of long ago, opened by chance, takes its course."""
        self._next(action_key, PAST, at)

    def _open(
        self,
        opener: str,
        kind: CaseKind,
        severity: CaseSeverity,
        facts: str,
        shares: dict[str, int],
        moves: tuple[Move, ...],
        at: datetime,
    ) -> None:
        who = self.company.named(opener)
        people = {self.company.named(name).id: Decimal(share) for name, share in shares.items()}
        with as_of(self.session, who.person, at) as act:
            department = self.session.get_one(Employee, next(iter(people))).department_id
            case = open_case(
                self.session,
                act,
                kind=kind,
                severity=severity,
                department_id=department,
                facts=facts,
                shares=people,
                opened_by_id=who.id,
            )
            key = case.id
        for move in moves:
            when = self.diary.clock.ago(move.workdays_ago, move.minutes)
            self.diary.note(when, partial(self._take, key, move))

    def _move(self, action_key: int, move: Move, at: datetime) -> None:
        case = open_case_of(self.session, ("action_item", action_key))
        if case is not None:
            self._take(case.id, move, at)

    def _take(self, key: int, move: Move, at: datetime) -> None:
        end_what_is_late(self.session, at)
        case = self.session.get_one(AccountabilityCase, key)
        match move.verb:
            case "share":
                self._share(case, at)
            case "state":
                self._state(case, move, at)
            case _:
                self._perform(case, move, at)

    def _perform(self, case: AccountabilityCase, move: Move, at: datetime) -> None:
        by = self.company.named(move.by).person
        fields: dict[str, Any] = {}
        if move.verb == "ask_statements":
            fields["decider"] = self.company.named(move.more).id
        if move.verb == "decide":
            fields["decision"] = move.more
        with as_of(self.session, by, at):
            case.perform(move.verb, by=by, at=at, note=move.text, **fields)

    def _share(self, case: AccountabilityCase, at: datetime) -> None:
        """The inquiry finds that the leader of the team has his part in it."""
        member = next(one for one in self.company.members if one.id == case.persons[0].employee_id)
        leader = self.company.leader(member)
        if leader.id == member.id:
            return
        with as_of(self.session, self.company.named("hr").person, at) as act:
            case.persons[0].share_percent = Decimal(70)
            case.persons.append(AccountabilityPerson(employee_id=leader.id, share_percent=Decimal(30)))
            seal(self.session, case, "edit", act)

    def _state(self, case: AccountabilityCase, move: Move, at: datetime) -> None:
        one = case.persons[-1 if move.by == "leader" else 0]
        by = next(member.person for member in self.company.members if member.id == one.employee_id)
        with as_of(self.session, by, at):
            one.perform("state", by=by, at=at, statement=move.text)

    # -- long ago ----------------------------------------------------------------------------------------------------

    def _next(self, action_key: int, steps: tuple[str, ...], at: datetime) -> None:
        if steps:
            when = self.diary.clock.later(at, MINUTES[steps[0]])
            self.diary.note(when, partial(self._past, action_key, steps))

    def _past(self, action_key: int, steps: tuple[str, ...], at: datetime) -> None:
        case = open_case_of(self.session, ("action_item", action_key))
        if case is None or case.status is CaseStatus.CLOSED:
            return
        verb = steps[0]
        by = "technical_manager" if verb == "decide" else "hr"
        decides_himself = self.company.named("technical_manager").id in {one.employee_id for one in case.persons}
        decider = "quality_manager" if decides_himself else "technical_manager"
        by = decider if verb == "decide" else by
        more = {"ask_statements": decider, "decide": "upheld"}.get(verb, "")
        text = "多轮整改未落实，责任成立" if verb == "decide" else ""
        self._take(case.id, Move(0, 0, verb, by, text, more), at)
        self._next(action_key, steps[1:], at)


def end_what_is_late(session: Session, at: datetime) -> None:
    """Whoever let his time pass has had his say by then."""
    with as_of(session, SYSTEM, at, Source.SCHEDULER):
        end_statements(session, at)
