"""Who came, was confirmed, was away and left during the six months (P2.1, P2.4)."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import on_date
from models.demo.company import FIRST_NO, Company, employed
from models.demo.diary import Diary, as_of
from models.demo.people import BACK_FROM_LEAVE, LEAVER, NEWCOMERS, ON_LEAVE, PEOPLE, SELLER_GONE, PersonRow
from models.journal import seal
from models.organisation import Absence, Account, AccountRole, Employee, Post, Team, person_of
from rules.base import Role
from rules.organisation import AbsenceKind

CONFIRMED_AFTER_DAYS = 91

STEPS: tuple[tuple[int, str, str, str, dict[str, Any]], ...] = (
    # days before today, who, verb, why, what it asks for
    (98, BACK_FROM_LEAVE, "take_leave", "", {"absence_kind": "sick"}),
    (76, SELLER_GONE, "leave", "合同到期不再续签，客户已移交销售经理", {}),
    (55, BACK_FROM_LEAVE, "resume", "", {}),
    (47, LEAVER, "leave", "个人原因离职，已办理交接", {}),
    (26, ON_LEAVE, "take_leave", "", {"absence_kind": "parental"}),
)
MOVES: tuple[tuple[int, int, str, str, str, str], ...] = (
    # days before today, how many days ahead it counts, who, new post, new team, why
    (139, 0, "段飞", "GW-22", "BZ-01", "车工一班增开一台设备，补充人员"),
    (88, 3, "温书婷", "GW-52", "", "本人申请，人事部缺员"),
    (62, 0, "乔大海", "GW-24", "BZ-04", "磨工班缺员，已完成转岗培训"),
    (5, 17, "蒲秋实", "GW-12", "", "充实工艺力量，完成检验工作交接后到岗"),
)
NOTICE = (6, "安康", 19)
"""Days before today, who, and how many days ahead his last day lies."""
STANDS_IN = (4, "房慧敏", 23)
"""Days before today, the inspector who sees to the other area too, and for how many days."""
ABSENCES: tuple[tuple[int, int, str, AbsenceKind], ...] = (
    # days before today on which it began, how many days, who, why
    (60, 3, "常胜", AbsenceKind.PERSONAL),
    (41, 5, "郝运", AbsenceKind.ANNUAL),
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
            self.diary.note(
                self._at(days - CONFIRMED_AFTER_DAYS, 30), partial(self._perform, row.name, "confirm", "", {})
            )
        for days, name, verb, why, fields in STEPS:
            self.diary.note(self._at(days, 40), partial(self._perform, name, verb, why, fields))
        for days, ahead, name, post, team, why in MOVES:
            self.diary.note(self._at(days, 50), partial(self._move, name, (ahead, post, team), why))
        days, name, ahead = NOTICE
        self.diary.note(self._at(days, 60), partial(self._give_notice, name, ahead))
        days, name, length = STANDS_IN
        self.diary.note(self._at(days, 70), partial(self._stand_in, name, length))
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

    def _perform(self, name: str, verb: str, why: str, fields: dict[str, Any], at: datetime) -> None:
        with as_of(self.session, self.hr, at):
            self._employee(name).perform(verb, by=self.hr, at=at, note=why, **fields)

    def _move(self, name: str, place: tuple[int, str, str], why: str, at: datetime) -> None:
        ahead, post, team = place
        fields = {
            "effective_on": on_date(at) + timedelta(days=ahead),
            "post": self.session.get_one(Post, self.company.posts[post]),
            "team": self.session.get_one(Team, self.company.teams[team]) if team else None,
        }
        self._perform(name, "move", why, fields, at)

    def _give_notice(self, name: str, ahead: int, at: datetime) -> None:
        last_on = on_date(at) + timedelta(days=ahead)
        self._perform(name, "give_notice", "合同到期，本人提出不续签", {"last_on": last_on}, at)

    def _stand_in(self, name: str, length: int, at: datetime) -> None:
        """For a few weeks an inspector reaches another area: a role that ends by itself."""
        account, on = self._employee(name).account, on_date(at)
        admin = self.session.scalars(select(Account).where(Account.login == "admin")).one()
        with as_of(self.session, person_of(self.session, admin), at) as act:
            if account is not None:
                account.roles.append(
                    AccountRole(
                        role=Role.QUALITY_INSPECTOR,
                        department_id=self.company.departments["S1"],
                        from_on=on,
                        to_on=on + timedelta(days=length),
                    )
                )
                seal(self.session, account, "edit", act)

    def _absent(self, name: str, kind: AbsenceKind, length: int, at: datetime) -> None:
        with as_of(self.session, self.hr, at) as act:
            employee, first = self._employee(name), on_date(at)
            self.session.add(
                Absence(employee=employee, from_on=first, to_on=first + timedelta(days=length - 1), kind=kind)
            )
            seal(self.session, employee, "edit", act)

    def _employee(self, name: str) -> Employee:
        return self.session.scalars(select(Employee).where(Employee.name == name)).one()
