"""Follow-up visits: somebody else calls after the solution, and what he hears counts (A4, K1.3)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.after_sales.clocks import arm
from models.after_sales.tickets import Ticket
from models.base import Act, Record, on_date
from models.journal import seal
from models.organisation import Department, Employee
from models.regulation import cancel, company_calendar, copies_due, figure, stop
from rules import after_sales
from rules.after_sales import SCORES, EntryKind, FollowUpStatus
from rules.base import Unset, Words
from rules.regulation import Target
from rules.regulation.figures import FAVOURABLE_MEAN

OPEN_SQL = "status IN ('scheduled', 'due')"
CALL_BACK_DAYS = 1
"""Working days within which the manager calls after a low score (DOMAIN.md)."""


class FollowUpVisit(Record):
    """A call after the solution: is it well now (回访)."""

    __tablename__ = "follow_up_visit"
    __table_args__ = (
        CheckConstraint("status != 'done' OR (done_at IS NOT NULL AND caller_id IS NOT NULL)", name="done_has_caller"),
        CheckConstraint(
            "(speed IS NULL OR speed BETWEEN 1 AND 5) AND (skill IS NULL OR skill BETWEEN 1 AND 5)"
            " AND (manner IS NULL OR manner BETWEEN 1 AND 5) AND (result IS NULL OR result BETWEEN 1 AND 5)",
            name="scores_in_range",
        ),
        CheckConstraint("caller_id IS NULL OR solver_id IS NULL OR caller_id != solver_id", name="caller_is_another"),
        Index("ix_follow_up_visit_due_at_id", "due_at", "id"),
        Index("ix_follow_up_visit_done_at", "done_at"),
        Index("ix_follow_up_visit_status_id", "status", "id"),
        Index("ix_follow_up_visit_department_id_id", "department_id", "id"),
        Index(
            "uq_follow_up_visit_one_open",
            "ticket_id",
            unique=True,
            sqlite_where=text(OPEN_SQL),
            postgresql_where=text(OPEN_SQL),
        ),
        Index(
            "ix_follow_up_visit_call_back",
            "call_back_due_at",
            sqlite_where=text("called_back_at IS NULL"),
            postgresql_where=text("called_back_at IS NULL"),
        ),
    )
    words = Words("Follow-up visit", "售后回访")
    chapter = "after_sales"
    access = after_sales.FOLLOW_UP
    lifecycle = after_sales.FOLLOW_UP_STEPS
    number_prefix = "HF"
    search_columns = ("no", "opinion")
    period_on = "done_at"
    period_columns = frozenset({*SCORES, "problem_again", "done_at"})
    uncounted = frozenset({"scheduled", "due"})

    no: Mapped[str] = mapped_column(String(32), unique=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    solver_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    """The ticket's agent at its solution, who does not call himself."""
    due_at: Mapped[datetime]
    caller_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    last_attempt_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    speed: Mapped[int | None]
    skill: Mapped[int | None]
    manner: Mapped[int | None]
    result: Mapped[int | None]
    favourable: Mapped[bool | None]
    favourable_line: Mapped[Decimal | None]
    """The figure by which it was judged."""
    opinion: Mapped[str] = mapped_column(Text, default="")
    problem_again: Mapped[bool] = mapped_column(default=False)
    call_back_due_at: Mapped[datetime | None]
    """By when the manager calls, after a low score."""
    called_back_at: Mapped[datetime | None]
    status: Mapped[FollowUpStatus] = mapped_column(default=FollowUpStatus.SCHEDULED)
    ticket: Mapped[Ticket] = relationship()
    department: Mapped[Department] = relationship()
    solver: Mapped[Employee | None] = relationship(foreign_keys=[solver_id])
    caller: Mapped[Employee | None] = relationship(foreign_keys=[caller_id])

    def parties(self) -> Mapping[str, frozenset[int]]:
        found = {"solver": self.solver_id, "caller": self.caller_id}
        return {name: frozenset({one} if one is not None else ()) for name, one in found.items()}

    @property
    def scores(self) -> list[int | None]:
        return [self.speed, self.skill, self.manner, self.result]

    def do_attempt(self, act: Act) -> None:
        self.attempts, self.last_attempt_at = self.attempts + 1, act.at

    def do_record(
        self,
        act: Act,
        *,
        speed: str | int | None = None,
        skill: str | int | None = None,
        manner: str | int | None = None,
        result: str | int | None = None,
        opinion: str = "",
        problem_again: str | bool = False,
    ) -> None:
        """What the customer said; whether it counts as favourable is derived (K1.3)."""
        given = [int(one) if one not in {None, ""} else None for one in (speed, skill, manner, result)]
        has_none = all(one is None for one in given)
        if not (has_none and act.recorded_at):  # ledgers have a word in their place
            after_sales.refuse_scores(given)
        self.speed, self.skill, self.manner, self.result = given
        self.opinion, self.problem_again = opinion.strip(), bool(problem_again) and problem_again not in {"no", "0"}
        self.caller_id, self.done_at = act.by.employee_id, act.at
        self.attempts, self.last_attempt_at = self.attempts + 1, act.at
        if not has_none:
            self._judge(act)
        stop(self.session, self, Target.FOLLOW_UP, at=act.at)
        self.ticket.say(
            act,
            EntryKind.CALL_OUT,
            f"回访 {self.no}：{'' if has_none else '/'.join(map(str, given))} {self.opinion}".strip(),
        )

    def _judge(self, act: Act) -> None:
        scores = [one for one in self.scores if one is not None]
        try:
            self.favourable_line = figure(self.session, FAVOURABLE_MEAN, on_date(act.at))
        except Unset:
            if not act.recorded_at:
                raise
            return
        self.favourable = after_sales.is_favourable(scores, self.favourable_line, problem_again=self.problem_again)
        if after_sales.is_low(scores) and not act.recorded_at:
            calendar = company_calendar(self.session)
            self.call_back_due_at = calendar.add_days(act.at, CALL_BACK_DAYS).astimezone(UTC)

    def do_give_up(self, act: Act) -> None:
        after_sales.refuse_without_attempt(self.attempts)
        self._ended(act)

    def do_refuse(self, act: Act) -> None:
        self._ended(act)

    def _ended(self, act: Act) -> None:
        """Nobody was reached, or nobody wanted to talk: done in time all the same."""
        self.caller_id, self.opinion = act.by.employee_id or self.caller_id, act.note
        stop(self.session, self, Target.FOLLOW_UP, at=act.at)

    def do_withdraw(self, act: Act) -> None:
        cancel(self.session, self, Target.FOLLOW_UP, at=act.at)

    def do_call_back(self, act: Act) -> None:
        self.called_back_at = act.at
        self.ticket.say(act, EntryKind.CALL_OUT, act.note)


copies_due(FollowUpVisit, Target.FOLLOW_UP)


def schedule_visit(ticket: Ticket, act: Act) -> FollowUpVisit:
    """Within so many working days of the solution somebody calls who did not solve it (A4.1)."""
    visit = FollowUpVisit(ticket=ticket, department=ticket.department, solver=ticket.agent, due_at=act.at)
    ticket.session.add(visit)
    ticket.session.flush()
    arm(visit, Target.FOLLOW_UP, ticket.facts, act)
    seal(ticket.session, visit, "create", act)
    return visit


def open_visit(session: Session, ticket_id: int) -> FollowUpVisit | None:
    """The visit that is still to be made."""
    return session.scalar(
        select(FollowUpVisit).where(
            FollowUpVisit.ticket_id == ticket_id, FollowUpVisit.status.in_(after_sales.OPEN_VISITS)
        )
    )


def latest_visit(session: Session, ticket_id: int) -> FollowUpVisit | None:
    """The last visit, made or not."""
    query = select(FollowUpVisit).where(FollowUpVisit.ticket_id == ticket_id)
    return session.scalar(query.order_by(FollowUpVisit.id.desc()).limit(1))


__all__ = ["FollowUpVisit", "latest_visit", "open_visit", "schedule_visit"]
