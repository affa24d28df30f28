"""What became of the regulation itself: figures proposed, approved and turned down, a clause put before everybody."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import on_date
from models.demo.company import Company
from models.demo.diary import Diary, as_of
from models.event import ReadReceipt
from models.organisation import Account, Department, person_of
from models.receipts import confirm
from models.regulation import Figure, ask_everybody, clause_of, clauses
from rules.base import Person
from rules.organisation import DepartmentKind
from rules.regulation import FIGURES, FigureStatus

REWORDED = "对违反工艺纪律、造成工期延误或售后处理不当的，视情节轻重给予批评教育、扣减绩效、调岗等相应处罚。"
FORGETFUL = 7
"""How many have not confirmed the changed clause yet."""


class Regulation:
    """What the administrator set and asked, and what the managers said to it."""

    def __init__(self, session: Session, company: Company, diary: Diary) -> None:
        self.session, self.company, self.diary = session, company, diary
        self.rng = Random(len(company.members))  # noqa: S311 - believable data, and nobody else's dice
        account = session.scalars(select(Account).where(Account.login == "admin")).one()
        self.admin = person_of(session, account)

    def plan(self) -> None:
        clock = self.diary.clock
        self.diary.note(clock.ago(120, 30), self._own_clauses)
        changes = (
            # workdays ago, figure, value, days until it counts, who decides, how, why
            (80, "review_notice_days", "21", 5, "technical_manager", "approve", ""),
            (34, "max_rounds", "2", 10, "quality_manager", "reject", "两轮太少，现场验证来不及，维持三轮。"),
            (2, "repeat_within_days", "45", 20, "", "", ""),
        )
        for days, code, value, wait, login, verb, why in changes:
            at = clock.ago(days, 60)
            self.diary.note(at, partial(self._propose, code, value, wait))
            if login:
                decided = partial(self._decide, code, value, self.company.named(login).person, verb, why)
                self.diary.note(clock.later(at, 300), decided)
        self._ask(clock.ago(9, 90))

    def _own_clauses(self, at: datetime) -> None:
        """Each clause is given to the department that does such work; production has two."""
        kinds = {one.kind: one for one in self.session.scalars(select(Department).order_by(Department.id.desc()))}
        with as_of(self.session, self.admin, at):
            for one in clauses(self.session):
                if one.owner_kind is not DepartmentKind.PRODUCTION:
                    one.owner = kinds[one.owner_kind]

    def _propose(self, code: str, value: str, wait: int, at: datetime) -> None:
        spec, first = FIGURES[code], on_date(at) + timedelta(days=wait)
        with as_of(self.session, self.admin, at) as act:
            figure = Figure(
                code=code,
                clause=spec.clause,
                unit=spec.unit,
                value=Decimal(value),
                applies_to="",
                from_on=_first_of_month(first),
                replaces=True,
                set_by_id=self.admin.account_id,
                status=FigureStatus.PROPOSED,
            )
            self.session.add(figure)
            figure.propose(act)

    def _decide(self, code: str, value: str, manager: Person, verb: str, why: str, at: datetime) -> None:
        figure = self.session.scalars(select(Figure).where(Figure.code == code, Figure.value == Decimal(value))).one()
        with as_of(self.session, manager, at):
            figure.perform(verb, by=manager, at=at, note=why)

    def _ask(self, at: datetime) -> None:
        self.diary.note(at, self._reword)
        readers = self.rng.sample(self.company.members, len(self.company.members) - FORGETFUL)
        for place, who in enumerate(readers):
            moment = self.diary.clock.later(at, 20 + place * 17 + self.rng.randint(0, 30))
            self.diary.note(moment, partial(self._confirm, who.person))

    def _reword(self, at: datetime) -> None:
        with as_of(self.session, self.admin, at) as act:
            clause = clause_of(self.session, "K4.1")
            if clause is not None:
                clause.text = REWORDED
                self.session.flush()
                ask_everybody(self.session, clause, act)

    def _confirm(self, who: Person, at: datetime) -> None:
        receipt = self.session.scalar(select(ReadReceipt).where(ReadReceipt.employee_id == who.employee_id))
        if receipt is not None:
            with as_of(self.session, who, at) as act:
                confirm(self.session, receipt.id, act)


def _first_of_month(on: date) -> date:
    """New values count from the beginning of a month."""
    return date(on.year + on.month // 12, on.month % 12 + 1, 1)
