"""People, where each of them works from when to when, and when they are away (P2.1, P2.2, P2.4)."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, inspect, or_, select, text
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from models.base import Act, Line, Record, on_date
from models.closed import locks_of, refuse_closed
from models.organisation.accounts import Account, acting_day
from models.organisation.places import Department, Post, Team
from rules import addresses, organisation
from rules.base import RuleBroken, Words
from rules.organisation import AbsenceKind, EmployeeStatus, Span, day_before
from rules.pinyin import pinyin


class Employee(Record):
    """A person who works here; department, post and team are today's copy of the placement that holds today."""

    __tablename__ = "employee"
    __table_args__ = (
        CheckConstraint("status != 'left' OR left_on IS NOT NULL", name="left_has_day"),
        Index("ix_employee_department_id_id", "department_id", "id"),
        Index("ix_employee_status_id", "status", "id"),
        Index("ix_employee_pinyin_id", "pinyin", "id"),
        Index(
            "ix_employee_last_on",
            "last_on",
            sqlite_where=text("last_on IS NOT NULL AND status != 'left'"),
            postgresql_where=text("last_on IS NOT NULL AND status != 'left'"),
        ),
    )
    words = Words("Employee", "员工")
    chapter = "organisation"
    access = organisation.EMPLOYEE
    lifecycle = organisation.EMPLOYEE_STEPS
    search_columns = ("no", "name", "pinyin")
    label_columns = ("name", "no")
    sorted_by = MappingProxyType({"name": "pinyin"})
    hint_columns = ("post", "department")
    named_by = ("id",)

    no: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(100), index=True)
    pinyin: Mapped[str] = mapped_column(String(200), default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), unique=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    hired_on: Mapped[date] = mapped_column(index=True)
    last_on: Mapped[date | None]
    """The last day of work of somebody who is going to leave."""
    left_on: Mapped[date | None]
    status: Mapped[EmployeeStatus] = mapped_column(default=EmployeeStatus.PROBATION)
    phone: Mapped[str | None] = mapped_column(String(32))
    mail: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str | None] = mapped_column(String(500))
    account: Mapped[Account | None] = relationship(foreign_keys=[account_id])
    department: Mapped[Department] = relationship()
    post: Mapped[Post] = relationship()
    team: Mapped[Team | None] = relationship()
    placements: Mapped[list["Placement"]] = relationship(
        back_populates="employee", order_by="Placement.from_on", cascade="all, delete-orphan"
    )
    absences: Mapped[list["Absence"]] = relationship(
        back_populates="employee", order_by="Absence.from_on", cascade="all, delete-orphan"
    )

    is_elsewhere = False
    """Whether the move in hand changed today's place; not kept."""

    def parties(self) -> Mapping[str, frozenset[int]]:
        return {"self": frozenset({self.id})}

    @property
    def placement(self) -> "Placement | None":
        """The open one; who has left has none. A move that lies ahead is the open one already."""
        return next((one for one in self.placements if one.to_on is None), None)

    def placement_on(self, on: date) -> "Placement | None":
        """The one that holds that day."""
        return next((one for one in self.placements if one.span.holds(on)), None)

    # -- coming ------------------------------------------------------------------------------------------------------

    def put_in_order(self) -> None:
        """What follows from the facts: the pinyin of the name unless it was typed, telephone and mail as kept."""
        written = inspect(self).attrs
        if not self.pinyin or (written.name.history.has_changes() and not written.pinyin.history.has_changes()):
            self.pinyin = pinyin(self.name)
        self.phone, self.mail = addresses.telephone(self.phone), addresses.mail_address(self.mail)

    def hire(self, *, leads_team: bool = False) -> None:
        """Writes the first placement, from the day of entry."""
        self.pinyin = self.pinyin or pinyin(self.name)
        self.placements.append(
            Placement(
                department=self.department,
                post=self.post,
                team=self.team,
                leads_team=leads_team,
                from_on=self.hired_on,
            )
        )

    def begin_when_hired(self) -> None:
        """The first placement follows a corrected day of entry. Raises RuleBroken where it would end before that."""
        first = self.placements[0] if self.placements else None
        if first is None or first.from_on == self.hired_on:
            return
        if first.to_on is not None and self.hired_on > first.to_on:
            raise RuleBroken(
                Words(
                    "This person was moved on {on} already.", "该员工 {on} 已调岗，入职日期不能晚于此。", on=first.to_on
                ),
                field="hired_on",
            )
        first.from_on = self.hired_on

    # -- moving ------------------------------------------------------------------------------------------------------

    def do_move(
        self,
        act: Act,
        *,
        effective_on: date | None = None,
        post: Post | None = None,
        team: Team | None = None,
        leads_team: bool = False,
    ) -> None:
        """The department is the post's; of a day ahead the worker sees to it when the day has come."""
        if post is None:
            raise RuleBroken(Words("Choose the new post.", "请选择新岗位。"), field="post", clause="P2.2")
        organisation.refuse_foreign_team(team.department_id if team else None, post.department_id)
        self.move(
            effective_on or on_date(act.at), department=post.department, post=post, team=team, leads_team=leads_team
        )

    def move(
        self, from_on: date, *, department: Department, post: Post, team: Team | None, leads_team: bool = False
    ) -> None:
        """Another place from that day on, until history goes on; where one begins that very day it is put right.

        Who has left is put right where he was last. Today's copy follows.
        """
        organisation.refuse_leader_without_team(leads_team=leads_team, has_team=team is not None)
        last = self.placements[-1] if self.placements else None
        if last is not None and last.to_on is not None and self.status == EmployeeStatus.LEFT and from_on > last.to_on:
            last.department, last.post, last.team = department, post, team
            last.leads_team = last.leads_team and team is not None
        else:
            place = self._from(from_on)
            place.department, place.post, place.team = department, post, team
            self._refuse_second_leader(place, leads_team=leads_team)
            place.leads_team = leads_team
        self.is_elsewhere = self.follow_placement(acting_day(self.session))

    def _from(self, from_on: date) -> "Placement":
        """The placement that begins that day: a new one, unless there is one."""
        if not self.placements:
            self.hire()
            self.placements[0].from_on = from_on
            return self.placements[0]
        found = self.placements[organisation.place_to_change([one.span for one in self.placements], from_on)]
        self._refuse_closed_period(Span(from_on, found.to_on))
        if found.from_on == from_on:
            return found
        until, found.to_on = found.to_on, day_before(from_on)
        self.session.flush()  # one open placement at a time
        fresh = Placement(department=found.department, post=found.post, from_on=from_on, to_on=until)
        self.placements.insert(self.placements.index(found) + 1, fresh)
        return fresh

    def _refuse_closed_period(self, span: Span) -> None:
        """The department held on a row's date counts: what a closed period was computed from stays (K2.1)."""
        refuse_closed(locks_of(self.session), span.from_on, span.to_on)

    def _refuse_second_leader(self, place: "Placement", *, leads_team: bool) -> None:
        if not leads_team or place.team is None:
            return
        with self.session.no_autoflush:
            # Two moves at once wait for each other here: what ends some day is beyond what a unique index can say.
            self.session.execute(select(Team.id).where(Team.id == place.team.id).with_for_update())
            others = self.session.scalars(
                select(Placement).where(
                    Placement.team_id == place.team.id,
                    Placement.leads_team,
                    Placement.employee_id != self.id,
                    or_(Placement.to_on.is_(None), Placement.to_on >= place.from_on),
                )
            ).all()
        meeting = [one for one in others if one.span.meets(place.span)]
        organisation.refuse_second_leader(meeting[0].employee.label if meeting else None)

    def follow_placement(self, on: date) -> bool:
        """Makes today's copy of the placement that holds the day; whether anything was different."""
        place = self.placement_on(on) or (
            self.placements[0] if on < self.placements[0].from_on else self.placements[-1]
        )
        if (self.department, self.post, self.team) == (place.department, place.post, place.team):
            return False
        self.department, self.post, self.team = place.department, place.post, place.team
        return True

    # -- being away --------------------------------------------------------------------------------------------------

    def do_take_leave(self, act: Act, absence_kind: str = "other", until_on: date | None = None) -> None:
        """From the day on; without an end it is open until he is back."""
        from_on = on_date(act.at)
        organisation.refuse_absence_backwards(from_on, until_on)
        kind = next((one for one in AbsenceKind if one == absence_kind), AbsenceKind.OTHER)
        if not any(one.span.holds(from_on) for one in self.absences):
            self.absences.append(Absence(from_on=from_on, to_on=until_on, kind=kind))

    def do_resume(self, act: Act) -> None:
        """He is back: what was left of the absence is taken away."""
        back_on = on_date(act.at)
        for absence in [one for one in self.absences if one.span.holds(back_on)]:
            if absence.from_on == back_on:
                self.absences.remove(absence)
            else:
                absence.to_on = day_before(back_on)

    # -- going -------------------------------------------------------------------------------------------------------

    def do_give_notice(self, act: Act, last_on: date | None = None) -> None:
        """He leaves by himself when that day is over; no day takes the notice back."""
        organisation.refuse_past_notice(last_on, on_date(act.at))
        self.last_on = last_on

    def do_leave(self, act: Act, last_on: date | None = None) -> None:
        """The last day closes the placement; the log-in is shut at once, and moves that lay ahead fall away."""
        self.left_on = organisation.last_day(last_on, on_date(act.at), hired_on=self.hired_on)
        self.last_on = self.left_on
        for placement in [one for one in self.placements if one.from_on > self.left_on]:
            self.placements.remove(placement)
        for placement in self.placements:
            if placement.to_on is None or placement.to_on > self.left_on:
                placement.to_on = self.left_on
        for absence in [one for one in self.absences if one.to_on is None or one.to_on > self.left_on]:
            absence.to_on = max(absence.from_on, self.left_on)
        self.follow_placement(self.left_on)
        if self.account is not None:
            self.account.is_active = False
            self.account.end_sessions()


class Placement(Line):
    """Where somebody worked, from when to when: what past questions ask (任职)."""

    __tablename__ = "placement"
    __table_args__ = (
        UniqueConstraint("employee_id", "from_on"),
        Index(
            "uq_placement_one_open",
            "employee_id",
            unique=True,
            sqlite_where=text("to_on IS NULL"),
            postgresql_where=text("to_on IS NULL"),
        ),
        Index(
            "uq_placement_one_leader",
            "team_id",
            unique=True,
            sqlite_where=text("to_on IS NULL AND leads_team"),
            postgresql_where=text("to_on IS NULL AND leads_team"),
        ),
        Index("ix_placement_department_id_from_on", "department_id", "from_on"),
        Index("ix_placement_from_on", "from_on"),
        CheckConstraint("to_on IS NULL OR from_on <= to_on", name="in_order"),
        CheckConstraint("NOT leads_team OR team_id IS NOT NULL", name="leader_has_team"),
    )
    words = Words("Placement", "任职")

    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    leads_team: Mapped[bool] = mapped_column(default=False)
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    employee: Mapped[Employee] = relationship(back_populates="placements")
    department: Mapped[Department] = relationship()
    post: Mapped[Post] = relationship()
    team: Mapped[Team | None] = relationship()

    @property
    def span(self) -> Span:
        return Span(self.from_on, self.to_on)

    def told_in(self) -> Employee:
        return self.employee


class Absence(Line):
    """When somebody is away; without an end while nobody knows when he will be back (缺勤)."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("to_on IS NULL OR from_on <= to_on", name="in_order"),
        Index("ix_absence_employee_id_from_on", "employee_id", "from_on"),
    )
    words = Words("Absence", "缺勤")

    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    kind: Mapped[AbsenceKind]
    employee: Mapped[Employee] = relationship(back_populates="absences")

    @property
    def span(self) -> Span:
        return Span(self.from_on, self.to_on)

    def told_in(self) -> Employee:
        return self.employee


# declared here, since an account does not know its employee by a column of its own
Account.person_name = column_property(
    select(Employee.name).where(Employee.account_id == Account.id).correlate(Account.__table__).scalar_subquery(),
    deferred=True,
)
