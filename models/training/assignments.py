"""Who works at a post, alone or with a mentor, and by whose exception (P2.3)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Act, Record, on_date
from models.organisation import Department, Employee, Post, Team, leader_of
from models.regulation import figure
from models.training.gate import may_work
from rules.base import Faulty, Person, RuleBroken, Words
from rules.regulation.figures import EXCEPTION_DAYS
from rules.training import Answer, Gate, kinds, steps
from rules.training.dates import refuse_long_exception
from rules.training.kinds import AssignmentKind, AssignmentStatus


class PostAssignment(Record):
    """Somebody takes up a post: the gate is asked, and its answer kept (上岗记录)."""

    __tablename__ = "post_assignment"
    __table_args__ = (
        CheckConstraint("to_on IS NULL OR from_on <= to_on", name="in_order"),
        CheckConstraint("kind != 'supervised' OR mentor_id IS NOT NULL", name="supervised_has_mentor"),
        CheckConstraint("mentor_id IS NULL OR mentor_id != employee_id", name="mentor_is_another"),
        CheckConstraint(
            "exception_approved_at IS NULL OR (exception_until_on IS NOT NULL AND mentor_id IS NOT NULL)",
            name="exception_has_facts",
        ),
        CheckConstraint("status NOT IN ('active', 'blocked') OR started_at IS NOT NULL", name="active_has_instant"),
        Index("ix_post_assignment_employee_id_post_id", "employee_id", "post_id"),
        Index("ix_post_assignment_status_id", "status", "id"),
        Index("ix_post_assignment_from_on_id", "from_on", "id"),
    )
    words = Words("Post assignment", "上岗记录")
    chapter = "training"
    access = kinds.POST_ASSIGNMENT
    lifecycle = steps.ASSIGNMENT_STEPS
    number_prefix = "SG"
    search_columns = ("no",)
    named_by = ("employee_id", "mentor_id")

    no: Mapped[str] = mapped_column(String(32), unique=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    kind: Mapped[AssignmentKind] = mapped_column(default=AssignmentKind.REGULAR)
    mentor_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    gate: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the gate answered when the post was taken up, as it was."""
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    exception_reason: Mapped[str] = mapped_column(Text, default="")
    exception_until_on: Mapped[date | None]
    exception_asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    exception_approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    exception_approved_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(String(500), default="")
    status: Mapped[AssignmentStatus] = mapped_column(default=AssignmentStatus.PLANNED)
    employee: Mapped[Employee] = relationship(foreign_keys=[employee_id])
    department: Mapped[Department | None] = relationship()
    post: Mapped[Post] = relationship()
    team: Mapped[Team | None] = relationship()
    mentor: Mapped[Employee | None] = relationship(foreign_keys=[mentor_id])
    exception_asked_by: Mapped[Employee | None] = relationship(foreign_keys=[exception_asked_by_id])
    exception_approved_by: Mapped[Employee | None] = relationship(foreign_keys=[exception_approved_by_id])

    def parties(self) -> Mapping[str, frozenset[int]]:
        leader = leader_of(self.session, self.employee_id)
        return {
            "worker": frozenset({self.employee_id}),
            "mentor": frozenset({self.mentor_id} if self.mentor_id else ()),
            "asker": frozenset({self.exception_asked_by_id} if self.exception_asked_by_id else ()),
            "leader": frozenset({leader} if leader is not None else ()),
        }

    def prepare(self, by: Person) -> None:
        """The department is the post's; a team leader puts only his own people to work."""
        self.department = self.post.department
        if self.team is None:
            self.team = self.employee.team
        if self.mentor is not None and self.mentor is self.employee:
            raise RuleBroken(Words("Nobody mentors themselves.", "监护人不能是本人。"), field="mentor", clause="P2.3")
        if self.kind is AssignmentKind.SUPERVISED and self.mentor is None:
            raise Faulty({"mentor": Words("Supervised work needs a mentor.", "监护上岗须指定监护人。")})
        is_his = "production_manager" in by.roles or self.employee.team_id in by.teams or by.is_system
        if not is_his:
            raise RuleBroken(
                Words("Only your own team's people.", "只能安排本班组人员。"), field="employee", clause="P3.1"
            )

    def do_activate(self, act: Act) -> None:
        """Only who passes takes up the post: alone where the gate says yes, beside a qualified mentor where limited."""
        self.started_at = act.at
        found = self.ask(act.at)
        self.gate = snapshot(found, act.at)
        if act.recorded_at:
            return
        if found.answer is Answer.NO or (found.answer is Answer.SUPERVISED and self.mentor is None):
            raise RuleBroken(refusal(found, self), field="employee", clause="P2.3")
        if self.mentor is not None and found.answer is Answer.SUPERVISED:
            self._refuse_mentor(act.at)

    def ask(self, at: datetime) -> Gate:
        """What the gate says of this person at this post."""
        return may_work(self.employee, self.post, at)

    def _refuse_mentor(self, at: datetime) -> None:
        if self.mentor is not None and not may_work(self.mentor, self.post, at).allows_alone:
            raise RuleBroken(
                Words(
                    "{mentor} may not work alone at this post, and cannot be the mentor.",
                    "{mentor}不具备独立上岗资格，不能担任监护人。",
                    mentor=self.mentor.label,
                ),
                field="mentor",
                clause="P2.3",
            )

    def do_ask_exception(self, act: Act, exception_reason: str = "", exception_until_on: str = "") -> None:
        """Asked for with a reason, a day and a mentor; it counts only once it is approved."""
        if not exception_reason.strip():
            raise Faulty({"exception_reason": Words("Please give a reason.", "请填写原因。")})
        try:
            until_on = date.fromisoformat(str(exception_until_on))
        except ValueError:
            raise Faulty({"exception_until_on": Words("This is not a date.", "这不是有效的日期。")}) from None
        self._refuse_exception(on_date(act.at), until_on)
        self.exception_reason, self.exception_until_on = exception_reason.strip(), until_on
        self.exception_asked_by_id, self.exception_approved_at = act.by.employee_id, None
        self.exception_approved_by_id = None

    def do_approve_exception(self, act: Act) -> None:
        if self.exception_until_on is None or self.exception_approved_at is not None:
            raise RuleBroken(Words("No exception is asked for.", "没有待批准的例外申请。"), clause="P2.3")
        self._refuse_exception(on_date(act.at), self.exception_until_on)
        self._refuse_mentor(act.at)
        self.exception_approved_by_id, self.exception_approved_at = act.by.employee_id, act.at

    def _refuse_exception(self, on: date, until_on: date) -> None:
        if self.mentor is None:
            raise RuleBroken(
                Words("An exception needs a mentor: enter one first.", "例外上岗须有监护人，请先填写。"),
                field="mentor",
                clause="P2.3",
            )
        refuse_long_exception(on, until_on, figure(self.session, EXCEPTION_DAYS, on))

    def do_end(self, act: Act) -> None:
        self.ended_at, self.to_on = act.at, max(on_date(act.at), self.from_on)


def snapshot(found: Gate, at: datetime) -> dict[str, Any]:
    """The gate's answer as it is kept: the answer, when, and each reason in both languages."""
    return {
        "answer": str(found.answer),
        "at": at.isoformat(),
        "reasons": [
            {"code": one.code, "en": one.words.text("en"), "zh": one.words.text("zh")} for one in found.reasons
        ],
    }


def refusal(found: Gate, assignment: PostAssignment) -> Words:
    """Why the post cannot be taken up, in the gate's own words."""
    why = Words(
        " ".join(one.words.text("en") for one in found.reasons), "".join(one.words.text("zh") for one in found.reasons)
    )
    if found.answer is Answer.SUPERVISED:
        return Words(
            "Only supervised work is allowed: name a mentor. {why}", "仅限监护作业，请指定监护人。{why}", why=why
        )
    return Words(
        "{who} may not take up {post}. {why}",
        "{who}不得上岗“{post}”：{why}",
        who=assignment.employee.label,
        post=assignment.post.name,
        why=why,
    )
