"""Surveys: whom we ask, what they answered, and what is done about what is weak (C2.3)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.actions import closing_of, open_action
from models.base import COMPANY_ZONE, Act, Line, Record, on_date
from models.links import follow_link, make_link
from models.organisation import Customer, Employee
from models.regulation import figure
from rules import communication
from rules.actions import ActionKind, Severity
from rules.base import NotVisible, RuleBroken, Words
from rules.communication import AnsweredBy, Standing, SurveyStatus
from rules.event import LinkPurpose
from rules.regulation.figures import WEAK_SCORE


class Survey(Record):
    """A survey of customers (满意度调查)."""

    __tablename__ = "survey"
    __table_args__ = (
        CheckConstraint("status != 'analysed' OR findings != ''", name="analysed_has_findings"),
        Index("ix_survey_status_id", "status", "id"),
    )
    words = Words("Survey", "满意度调查")
    chapter = "communication"
    access = communication.SURVEY
    lifecycle = communication.SURVEY_STEPS
    number_prefix = "DC"
    search_columns = ("no", "title")
    label_columns = ("no", "title")

    no: Mapped[str] = mapped_column(String(32), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200), default="")
    closes_on: Mapped[date]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    """Who betters what is weak."""
    findings: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[SurveyStatus] = mapped_column(default=SurveyStatus.DRAFT)
    responsible: Mapped[Employee | None] = relationship()
    questions: Mapped[list["SurveyQuestion"]] = relationship(
        back_populates="survey", order_by="SurveyQuestion.seq", cascade="all, delete-orphan"
    )
    invitations: Mapped[list["SurveyInvitation"]] = relationship(
        back_populates="survey", order_by="SurveyInvitation.id", cascade="all, delete-orphan"
    )

    @property
    def title_words(self) -> Words:
        return Words(self.title_en or self.title, self.title)

    def do_open(self, act: Act) -> None:
        communication.refuse_bare(len(self.questions), len(self.invitations))
        self.opened_at = act.at

    def do_close(self, act: Act) -> None:
        self.closed_at = act.at

    def do_analyse(self, act: Act, responsible: Employee | None = None, due_on: date | None = None) -> None:
        """Not finished without measures: an improvement for each dimension below the company's line."""
        line = figure(self.session, WEAK_SCORE, on_date(act.at))
        self.findings = act.note
        names = {one.id: one.text for one in self.questions}
        means = self.standing().means
        weak = communication.weak(means, line)
        if not weak:
            return
        if responsible is None or due_on is None:
            raise RuleBroken(
                Words(
                    "Weak: {what}. Say who betters it, and by when.", "薄弱项：{what}。请指定改进责任人和期限。",
                    what="、".join(names[one] for one in weak),
                ),
                field="responsible",
                clause="C2.3",
            )  # fmt: skip
        self.responsible = responsible
        for dimension in weak:
            self._improve(act, f"{self.title}：{names[dimension]} {means[dimension]}", responsible, due_on)

    def _improve(self, act: Act, what: str, responsible: Employee, due_on: date) -> None:
        if act.by.employee_id == responsible.id:
            raise RuleBroken(
                Words("Somebody else betters it, you look at the result.", "请指定他人改进，由您验证效果。"),
                field="responsible",
                clause="C2.3",
            )
        open_action(
            self.session,
            act.consequence("C2.3"),
            kind=ActionKind.IMPROVEMENT,
            severity=Severity.MINOR,
            description=what[:300],
            department_id=responsible.department_id,
            responsible_id=responsible.id,
            raiser_id=act.by.employee_id,
            verifier_id=act.by.employee_id,
            source=("survey", self.id),
            clause="C2.3",
            due=closing_of(self.session, due_on),
        )

    def standing(self) -> Standing:
        """What the answers came to so far."""
        answers = self.session.scalars(
            select(SurveyResponse).join(SurveyInvitation).where(SurveyInvitation.survey_id == self.id)
        ).all()
        scores = [{int(key): int(value) for key, value in one.scores.items()} for one in answers]
        return communication.standing(
            scores, [one.likely for one in answers], answered=len(answers), asked=len(self.invitations)
        )


class SurveyQuestion(Line):
    """A dimension that customers rate from 1 to 5."""

    __tablename__ = "survey_question"
    __table_args__ = (UniqueConstraint("survey_id", "seq"),)
    words = Words("Question", "调查问题")

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    seq: Mapped[int]
    text: Mapped[str] = mapped_column(String(200))
    text_en: Mapped[str] = mapped_column(String(200), default="")
    survey: Mapped[Survey] = relationship(back_populates="questions")

    def told_in(self) -> Survey:
        return self.survey

    @property
    def text_words(self) -> Words:
        return Words(self.text_en or self.text, self.text)


class SurveyInvitation(Line):
    """A customer who is asked; who holds his link answers once."""

    __tablename__ = "survey_invitation"
    __table_args__ = (UniqueConstraint("survey_id", "customer_id"),)
    words = Words("Invitation", "受访客户")

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    sent_at: Mapped[datetime | None]
    survey: Mapped[Survey] = relationship(back_populates="invitations")
    customer: Mapped[Customer] = relationship()
    response: Mapped["SurveyResponse | None"] = relationship(viewonly=True, uselist=False)

    def told_in(self) -> Survey:
        return self.survey

    def link(self, at: datetime) -> str:
        """A fresh token until the survey closes; earlier ones go on working until then."""
        until = datetime.combine(self.survey.closes_on + timedelta(days=1), time(), COMPANY_ZONE).astimezone(UTC)
        self.sent_at = at
        return make_link(self.session, LinkPurpose.SURVEY, self.__tablename__, self.id, until=until)

    def answer(
        self, act: Act, scores: Mapping[int, int], likely: int | None, comment: str, way: AnsweredBy
    ) -> "SurveyResponse":
        """Every question, once, while the survey is open."""
        communication.refuse_closed(self.survey.status)
        communication.refuse_second_answer(is_answered=self.response is not None)
        communication.refuse_scores(scores, [one.id for one in self.survey.questions], likely)
        found = SurveyResponse(
            invitation_id=self.id,
            scores={str(key): value for key, value in scores.items()},
            likely=likely,
            comment=comment.strip()[:2000],
            way=way,
            submitted_at=act.at,
        )
        self.session.add(found)
        self.session.flush()
        self.session.expire(self, ["response"])
        return found


class SurveyResponse(Record):
    """What a customer answered (调查答卷)."""

    __tablename__ = "survey_response"
    __table_args__ = (
        CheckConstraint("likely IS NULL OR likely BETWEEN 0 AND 10", name="likely_on_scale"),
        Index("ix_survey_response_submitted_at", "submitted_at", "id"),
    )
    words = Words("Survey answer", "调查答卷")
    chapter = "communication"
    access = communication.SURVEY_RESPONSE
    search_columns = ("comment",)
    label_columns = ("called",)
    period_on = "submitted_at"
    period_columns = frozenset({"scores", "submitted_at"})

    invitation_id: Mapped[int] = mapped_column(ForeignKey("survey_invitation.id"), unique=True)
    scores: Mapped[dict[str, Any]]
    likely: Mapped[int | None]
    comment: Mapped[str] = mapped_column(Text, default="")
    way: Mapped[AnsweredBy] = mapped_column(default=AnsweredBy.LINK)
    submitted_at: Mapped[datetime]
    invitation: Mapped[SurveyInvitation] = relationship()

    @property
    def called(self) -> str:
        return f"{self.invitation.survey.no} · {self.invitation.customer.name}"


def invitation_behind(session: Session, token: str, *, source: str, at: datetime) -> SurveyInvitation:
    """Whose link this is. Raises NotVisible for a wrong or expired one, 429 after too many guesses."""
    link = follow_link(session, token, LinkPurpose.SURVEY, source=source, at=at)
    found = session.get(SurveyInvitation, link.entity_id)
    if found is None:
        raise NotVisible
    return found
