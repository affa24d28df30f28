"""Six months of after-sales: reports come in, agents work on them, others call afterwards, some come back (A2-A5)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.after_sales import FollowUpVisit, ServiceAction, Ticket, open_visit
from models.base import Source, on_date
from models.demo.company import Company, Member
from models.demo.diary import Diary, as_of
from models.demo.mailing import ASIDE, Mailing
from models.demo.reports import CALLS, CLUSTER, CLUSTER_MODEL, HANDED, OPINIONS, PROBLEMS, TOLD, WAITS, Problem
from models.organisation import Customer, Employee, ProductModel
from models.schedule import ProductUnit
from models.training import may_work
from rules.after_sales import TicketChannel, TicketStatus
from rules.after_sales.mails import Letter
from rules.base import SYSTEM
from rules.regulation import ReportSeverity, Urgency
from rules.training import Answer

T = TicketStatus
A_DAY = 0.75
"""Reports on a working day, on average."""
AGENTS = ("席远航", "詹立业", "申屠浩", "欧阳静", "司徒健")
TECHNICIANS = ("江一帆", "骆文涛", "梅若琳")
MANAGER = "after_sales_manager"
CHANNELS = (*("hotline",) * 12, *("mailbox",) * 4, "visit", *("sales",) * 2, "other")
SEVERITIES = ("S1", *("S2",) * 4, *("S3",) * 9, *("S4",) * 4)
URGENCIES = ("high", "high", "medium", "medium", "medium", "low")
LATELY = 22
"""Reports of the last days besides: most of them are still being worked on."""
CLUSTER_DAYS_AGO = (24, 17, 11, 4)


@dataclass
class Story:
    """How one report goes on; drawn when it comes in."""

    problem: Problem
    escalates: bool
    waits: str
    serves: bool
    comes_back: bool
    pace: float
    has_proposed: bool = False
    has_waited: bool = False
    has_escalated: bool = False


class Service:
    """Notes reports into the diary; each step notes the next."""

    def __init__(self, session: Session, rng: Random, company: Company, diary: Diary) -> None:
        self.session, self.rng, self.company, self.diary = session, rng, company, diary
        self.later = diary.clock.later
        self.pieces: list[tuple[int, int, str]] = []
        self.mailing = Mailing(session, rng)

    def plan(self) -> None:
        clock = self.diary.clock
        self.diary.note(clock.on_day(0, 5), self._stock)
        for day in clock.workdays():
            for _ in range(int(A_DAY) + (self.rng.random() < A_DAY % 1)):
                at = clock.on_day((day - clock.first).days, self.rng.randint(5, 440))
                self.diary.note(at, partial(self._report, self._story(self.rng.choice(PROBLEMS)), ""))
        for _ in range(LATELY):  # what the agents have in hand today
            at = clock.ago(self.rng.randint(1, 4), self.rng.randint(60, 470))
            self.diary.note(at, partial(self._report, self._story(self.rng.choice(PROBLEMS)), ""))
        for nth, letter in enumerate(ASIDE):
            self.diary.note(clock.ago(nth + 2, 200), partial(self._aside, letter))
        for ago in CLUSTER_DAYS_AGO:
            at = clock.on_day((clock.today - clock.first).days - ago, self.rng.randint(30, 400))
            self.diary.note(at, partial(self._report, self._story(CLUSTER), CLUSTER_MODEL))

    def _story(self, problem: Problem) -> Story:
        rng = self.rng
        return Story(
            problem,
            escalates=rng.random() < 0.16,
            waits=rng.choice(("pending_customer", "pending_parts")) if rng.random() < 0.25 else "",
            serves=rng.random() < 0.5,
            comes_back=rng.random() < 0.08,
            pace=rng.choice((0.5, 0.8, 1.0, 1.0, 1.3, 1.8)),
        )

    def _stock(self, at: datetime) -> None:
        """What customers have from before: pieces with their numbers and warranties."""
        models = list(
            self.session.scalars(select(ProductModel).where(ProductModel.is_active).order_by(ProductModel.id))
        )
        customers = list(self.session.scalars(select(Customer).order_by(Customer.id)))
        with as_of(self.session, SYSTEM, at, Source.IMPORT):
            for nth, customer in enumerate(customers):
                for model in self.rng.sample(models, 1 + nth % 3):
                    shipped = on_date(at) - timedelta(days=self.rng.randint(20, 700))
                    serial = f"{model.code.removeprefix('HY-')}-{shipped:%y%m}-{self.rng.randint(1, 999):03d}"
                    unit = ProductUnit(serial=serial, model=model, customer=customer, shipped_on=shipped)
                    self.session.add(unit)
                    unit.prepare()
                    self.session.flush()
                    self.pieces.append((unit.id, customer.id, model.code))

    # -- a report ----------------------------------------------------------------------------------------------------

    def _report(self, story: Story, model: str, at: datetime) -> None:
        pieces = [one for one in self.pieces if not model or one[2] == model]
        unit = self.session.get_one(ProductUnit, self.rng.choice(pieces)[0])
        customer, channel = unit.customer, self.rng.choice(CHANNELS)
        if channel == "mailbox" and customer is not None and customer.mail:
            mailed = self.mailing.report(customer, unit, story.problem.text, at)
            if mailed is not None:
                self._next(mailed.id, story, at, self.rng.randint(4, 70))
            return
        channel = "hotline" if channel == "mailbox" else channel
        who = self._agent(at) or self.company.named(MANAGER)
        with as_of(self.session, who.person, at) as act:
            ticket = Ticket(
                received_at=act.at,
                channel=TicketChannel(channel),
                customer=customer,
                contact=(customer.contact or "") if customer is not None else "",
                phone=(customer.phone or "") if customer is not None else "",
                serial=unit.serial,
                description=story.problem.text,
                category=story.problem.category,
                severity=ReportSeverity(self.rng.choice(SEVERITIES)),
                urgency=Urgency(self.rng.choice(URGENCIES)),
            )
            self.session.add(ticket)
            ticket.begin(act)
            key = ticket.id
        self._next(key, story, at, self.rng.randint(4, 70))

    def _aside(self, letter: Letter, at: datetime) -> None:
        self.mailing.take(letter, at)

    def _next(self, key: int, story: Story, at: datetime, minutes: float) -> None:
        """So many working minutes later, at this report's pace."""
        self.diary.note(self.later(at, max(2, minutes * story.pace)), partial(self._go_on, key, story))

    def _agent(self, at: datetime) -> Member | None:
        """Somebody who may work at his post then."""
        names = self.rng.sample(AGENTS, len(AGENTS))
        for name in names:
            member = self.company.named(name)
            employee = self.session.get_one(Employee, member.id)
            if employee.post is not None and may_work(employee, employee.post, at).answer is not Answer.NO:
                return member
        return None

    def _go_on(self, key: int, story: Story, at: datetime) -> None:
        """The next step of whoever has it, as its state asks."""
        ticket = self.session.get_one(Ticket, key)
        match ticket.status:
            case T.NEW:
                self._accept(ticket, story, at)
            case T.ACCEPTED:
                self._contact(ticket, at)
                self._next(key, story, at, self.rng.randint(30, 240))
            case T.IN_PROGRESS:
                self._work(ticket, story, at)
            case T.PENDING_CUSTOMER | T.PENDING_PARTS:
                self._resume(ticket, story, at)
            case T.ESCALATED:
                self._technical(ticket, story, at)
            case T.EXECUTING:
                self._finish(ticket, story, at)
            case T.REOPENED:
                self._do(ticket, "restart", at)
                self._next(key, story, at, self.rng.randint(60, 400))

    def _contact(self, ticket: Ticket, at: datetime) -> None:
        """Who wrote a mail is answered by one, and answers it."""
        if not ticket.mail:
            self._do(ticket, "contact", at, kind="call_out", text=self.rng.choice(CALLS))
            return
        self.mailing.answer(ticket, self._handler(ticket), at)
        if self.rng.random() < 0.7:
            self.diary.note(self.later(at, self.rng.randint(20, 300)), partial(self._replied, ticket.id))

    def _replied(self, key: int, at: datetime) -> None:
        ticket = self.session.get_one(Ticket, key)
        if ticket.is_open:
            self.mailing.reply(ticket, at)

    def _handler(self, ticket: Ticket) -> Member:
        mine = (one for one in self.company.members if one.id == ticket.agent_id)
        return next(mine, None) or self.company.named(AGENTS[0])

    def _do(self, ticket: Ticket, verb: str, at: datetime, *, by: Member | None = None, **more: Any) -> None:
        """One step by the agent, or whom it is said."""
        with as_of(self.session, (by or self._handler(ticket)).person, at) as act:
            ticket.perform(verb, act=act, **more)
        self.mailing.leave(at)

    def _accept(self, ticket: Ticket, story: Story, at: datetime) -> None:
        agent = self._agent(at)
        if agent is None:
            self._next(ticket.id, story, at, 120)
            return
        self._do(ticket, "accept", at, by=agent)
        if ticket.category is None:
            self._do(ticket, "classify", at, by=agent, category=str(story.problem.category))
        self._next(ticket.id, story, at, self.rng.choice((10, 15, 20, 30, 40, 60, 120)))

    # -- work --------------------------------------------------------------------------------------------------------

    def _work(self, ticket: Ticket, story: Story, at: datetime) -> None:
        rng, key = self.rng, ticket.id
        if not story.has_proposed:
            story.has_proposed = True
            self._do(ticket, "propose_solution", at, solution_text=story.problem.advice)
            self._next(key, story, at, rng.randint(60, 500))
        elif story.waits and not story.has_waited:
            story.has_waited = True
            self._do(ticket, f"wait_for_{story.waits.removeprefix('pending_')}", at, note=WAITS[story.waits])
            self._next(key, story, at, rng.randint(240, 1400))
        elif story.escalates and not story.has_escalated:
            story.has_escalated = True
            self._do(ticket, "escalate", at, note=rng.choice(HANDED))
            self._next(key, story, at, rng.randint(30, 300))
        elif rng.random() < 0.3 and story.pace >= 1:
            self._do(ticket, "log", at, kind="progress_told", text=rng.choice(TOLD))
            story.pace = 0.7
            self._next(key, story, at, rng.randint(120, 700))
        else:
            self._finish(ticket, story, at)

    def _resume(self, ticket: Ticket, story: Story, at: datetime) -> None:
        if ticket.status is T.PENDING_CUSTOMER:
            if ticket.mail:
                self.mailing.reply(ticket, at)
            else:
                self._do(ticket, "log", at, kind="call_in", text="客户来电：资料已发邮箱")
        else:
            self._do(ticket, "log", at, kind="progress_told", text=self.rng.choice(TOLD))
            verb = "resume_executing" if ticket.waited_from is T.EXECUTING else "resume"
            self._do(ticket, verb, at)
        self._next(ticket.id, story, at, self.rng.randint(60, 400))

    def _technical(self, ticket: Ticket, story: Story, at: datetime) -> None:
        technician = self.company.named(self.rng.choice(TECHNICIANS))
        if ticket.technical_owner_id is None:
            self._do(ticket, "take_up", at, by=technician)
            self._next(ticket.id, story, at, self.rng.randint(200, 900))
            return
        owner = next(one for one in self.company.members if one.id == ticket.technical_owner_id)
        self._do(ticket, "solve", at, by=owner, solution_text=f"{story.problem.solution}；更换后连续运行 2 小时确认")
        self._next(ticket.id, story, at, self.rng.randint(120, 800))

    def _finish(self, ticket: Ticket, story: Story, at: datetime) -> None:
        """Where it takes a service, that first; then solved."""
        if story.serves:
            story.serves = False
            self._serve(ticket, story, at)
            self._next(ticket.id, story, at, self.rng.randint(20, 200))
            return
        problem = story.problem
        self._do(ticket, "resolve", at, solution_text=problem.solution, cause=str(problem.cause))
        self._after(ticket, story, at)

    def _serve(self, ticket: Ticket, story: Story, at: datetime) -> None:
        member = next(one for one in self.company.members if one.id == ticket.agent_id)
        kind = story.problem.service
        with as_of(self.session, member.person, at) as act:
            action = ServiceAction(
                ticket=ticket,
                kind=kind,
                what=story.problem.solution,
                technician_id=member.id,
                new_serial=f"{ticket.serial}-R" if str(kind) == "replace" else "",
                cost=self.rng.choice((None, 80, 260, 480, 1200)),
            )
            self.session.add(action)
            action.prepare()
            self.session.flush()
            action.perform("start", act=act)
            action.perform("finish", act=act, result="已处理，设备恢复运行", signature=ticket.contact)

    # -- afterwards --------------------------------------------------------------------------------------------------

    def _after(self, ticket: Ticket, story: Story, at: datetime) -> None:
        rng, key = self.rng, ticket.id
        if rng.random() < 0.5:
            self.diary.note(self.later(at, rng.randint(60, 1500)), partial(self._rated, key, story))
        if rng.random() < 0.45:
            self.diary.note(self.later(at, rng.randint(30, 1200)), partial(self._confirmed, key))
        self.diary.note(self.later(at, rng.randint(480, 1800)), partial(self._called, key, story))

    def _rated(self, key: int, story: Story, at: datetime) -> None:
        ticket = self.session.get_one(Ticket, key)
        if ticket.rating is None and ticket.status in {T.RESOLVED, T.CLOSED}:
            rating = self._score(story)
            with as_of(self.session, SYSTEM, at, Source.PUBLIC_LINK) as act:
                ticket.perform("rate", act=act, rating=rating)

    def _confirmed(self, key: int, at: datetime) -> None:
        ticket = self.session.get_one(Ticket, key)
        if ticket.status is T.RESOLVED:
            with as_of(self.session, SYSTEM, at, Source.PUBLIC_LINK) as act:
                ticket.perform("confirm", act=act, note="客户在查询页确认已解决")

    def _score(self, story: Story) -> int:
        """Slower work is liked less."""
        usual = 5 if story.pace < 1 else 4 if story.pace < 1.5 else 3
        return max(2, min(5, usual + self.rng.choice((-1, 0, 0, 0, 1))))

    def _called(self, key: int, story: Story, at: datetime) -> None:
        """Somebody else calls; now and then nobody answers."""
        visit = open_visit(self.session, key)
        if visit is None:
            return
        caller = self.company.named(
            self.rng.choice([one for one in (*AGENTS, MANAGER) if self._id(one) != visit.solver_id])
        )
        with as_of(self.session, caller.person, at) as act:
            if self.rng.random() < 0.15 and visit.attempts < 2:
                visit.perform("attempt", act=act)
                self.diary.note(self.later(at, self.rng.randint(60, 480)), partial(self._called, key, story))
                return
            if visit.attempts >= 2 and self.rng.random() < 0.5:
                visit.perform("give_up", act=act, note="三次未接")
                return
            again, story.comes_back = story.comes_back, False
            scores = [max(2, min(5, self._score(story) + self.rng.choice((0, 0, 0, 1)))) for _ in range(4)]
            opinion = self.rng.choice(OPINIONS[min(scores)])
            visit.perform(
                "record", act=act, speed=scores[0], skill=scores[1], manner=max(3, scores[2]), result=scores[3],
                opinion="问题又出现了" if again else opinion, problem_again=again,
            )  # fmt: skip
        if again:
            self._next(key, story, at, 60)
        elif visit.call_back_due_at is not None and self.rng.random() < 0.8:
            self.diary.note(self.later(at, self.rng.randint(60, 400)), partial(self._called_back, visit.id))

    def _id(self, name: str) -> int:
        return self.company.named(name).id

    def _called_back(self, key: int, at: datetime) -> None:
        visit = self.session.get_one(FollowUpVisit, key)
        with as_of(self.session, self.company.named(MANAGER).person, at) as act:
            visit.perform("call_back", act=act, note="致电客户致歉，说明改进措施，客户认可")
