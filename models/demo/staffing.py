"""Who came, was confirmed, was away and left during the six months (P2.1, P2.4)."""

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import on_date
from models.demo.company import FIRST_NO, Company, employed
from models.demo.diary import Diary, as_of
from models.demo.people import BACK_FROM_LEAVE, LEAVER, NEWCOMERS, ON_LEAVE, PEOPLE, PersonRow
from models.journal import seal
from models.organisation import Absence, Employee
from rules.organisation import AbsenceKind

CONFIRMED_AFTER_DAYS = 91

MOVES: tuple[tuple[int, str, str, str], ...] = (
    # days before today, who, verb, why
    (98, BACK_FROM_LEAVE, "take_leave", ""),
    (55, BACK_FROM_LEAVE, "resume", ""),
    (47, LEAVER, "leave", "个人原因离职，已办理交接"),
    (26, ON_LEAVE, "take_leave", ""),
)
ABSENCES: tuple[tuple[int, int, str, AbsenceKind], ...] = (
    # days before today on which it began, how many days, who, why
    (98, 43, BACK_FROM_LEAVE, AbsenceKind.SICK),
    (60, 3, "常胜", AbsenceKind.PERSONAL),
    (41, 5, "郝运", AbsenceKind.ANNUAL),
    (26, 60, ON_LEAVE, AbsenceKind.OTHER),
    (12, 2, "安康", AbsenceKind.SICK),
)


class Staffing:
    """What the people desk did."""

    def __init__(self, session: Session, company: Company, diary: Diary) -> None:
        self.session, self.company, self.diary = session, company, diary
        self.hr = company.named("hr").person

    def plan(self) -> None:
        for place, (days, row) in enumerate(NEWCOMERS):
            no = str(FIRST_NO + len(PEOPLE) + place)
            self.diary.note(self._at(days, 20), partial(self._hire, row, no))
            self.diary.note(self._at(days - CONFIRMED_AFTER_DAYS, 30), partial(self._perform, row.name, "confirm", ""))
        for days, name, verb, why in MOVES:
            self.diary.note(self._at(days, 40), partial(self._perform, name, verb, why))
        for days, length, name, kind in ABSENCES:
            self.diary.note(self._at(days, 10), partial(self._absent, name, kind, length))

    def _at(self, days_before: int, minutes: int) -> datetime:
        clock = self.diary.clock
        return clock.on_day((clock.today - clock.first).days - days_before, minutes)

    def _hire(self, row: PersonRow, no: str, at: datetime) -> None:
        with as_of(self.session, self.hr, at) as act:
            employee = employed(self.session, self.company, row, no, on_date(at))
            employee.hire()
            seal(self.session, employee, "hire", act)

    def _perform(self, name: str, verb: str, why: str, at: datetime) -> None:
        with as_of(self.session, self.hr, at):
            self._employee(name).perform(verb, by=self.hr, at=at, note=why)

    def _absent(self, name: str, kind: AbsenceKind, length: int, at: datetime) -> None:
        with as_of(self.session, self.hr, at) as act:
            employee, first = self._employee(name), on_date(at)
            self.session.add(
                Absence(employee=employee, from_on=first, to_on=first + timedelta(days=length - 1), kind=kind)
            )
            seal(self.session, employee, "edit", act)

    def _employee(self, name: str) -> Employee:
        return self.session.scalars(select(Employee).where(Employee.name == name)).one()
