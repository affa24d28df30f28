"""The small factory with a post that takes a qualification: its exam, its requirement, people who passed."""

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

from models.base import Act, Source, on_date
from models.journal import acting
from models.organisation import Employee, Post, Team
from models.process import DocumentRevision, ProcessDocument
from models.training import (
    Exam,
    ExamAttempt,
    ExamRevision,
    PostAssignment,
    PostRequirement,
    Qualification,
    TrainingObligation,
    may_work,
)
from rules.base import SYSTEM
from rules.training.kinds import Result
from tests.models.acts import doing, perform
from tests.world import AT, department, employee, person

EARLIER = AT - timedelta(days=20)
TURNERS = ("车工甲", "车工乙", "车工丙", "车工丁", "车工戊")


def post_of(session, code="P-SC1"):
    return session.scalar(select(Post).where(Post.code == code))


def document_of(session):
    return session.scalar(select(ProcessDocument).where(ProcessDocument.doc_no == "GY-CC-001"))


def hired(session, *names, code="P-SC1", at=EARLIER, on=date(2022, 3, 1)):
    """People at a post, in the first team."""
    post = post_of(session, code)
    with acting(session, Act(SYSTEM, at, Source.COMMAND)):
        for place, name in enumerate(names):
            one = Employee(
                no=f"3{code[-1]}{place:03d}{sum(name.encode()):05d}",
                name=name,
                department=post.department,
                post=post,
                team=session.scalar(select(Team).where(Team.department_id == post.department_id)),
                hired_on=on,
                status="active",
            )
            one.hire()
            session.add(one)
        session.commit()
    return [employee(session, name) for name in names]


def needs_qualification(session, *, grace_mode="supervised", code="P-SC1"):
    post = post_of(session, code)
    with acting(session, Act(SYSTEM, EARLIER, Source.COMMAND)):
        post.requires_qualification, post.grace_mode = True, grace_mode
        session.commit()
    return post


def approved_exam(session, *, practical=80, at=EARLIER, **more):
    """An exam on the document's revision in force."""
    with doing(session, "technical", at) as act:
        exam = Exam(
            code=more.pop("code", "KH-CC-001"),
            title="数控车工考核",
            practical_pass_score=None if practical is None else Decimal(practical),
            author_id=act.by.employee_id,
            **more,
        )
        revision = session.scalar(
            select(DocumentRevision).where(DocumentRevision.document_id == document_of(session).id)
        )
        exam.revisions = [ExamRevision(revision=revision)]
        session.add(exam)
    return perform(session, exam, "approve", "technical_manager", at)


def required(session, exam, *, code="P-SC1", at=EARLIER, **more):
    """The post requires the document and its exam."""
    with doing(session, "technical_manager", at):
        one = PostRequirement(post=post_of(session, code), document=document_of(session), exam=exam, **more)
        session.add(one)
    return perform(session, one, "enact", "technical_manager", at)


def sat(session, exam, who, *, score=90, practical=90, at=EARLIER, taken_on=None, absent=False, confirm=True, **more):
    """A result: entered by HR, confirmed by a process engineer."""
    with doing(session, "hr", at) as act:
        attempt = ExamAttempt(
            exam=exam,
            employee=who,
            department_id=who.department_id,
            taken_on=taken_on or on_date(at),
            score=None if absent or score is None else Decimal(score),
            practical_score=None if absent or practical is None else Decimal(practical),
            result=Result.ABSENT if absent else None,
            **more,
        )
        session.add(attempt)
        attempt.perform("enter", act=act)
    return perform(session, attempt, "confirm", "technical", at) if confirm else attempt


def qualified(session, *, grace_mode="supervised", names=TURNERS, practical=80, at=EARLIER, **more):
    """People who passed on the first revision; the post, the exam, the requirement, the people."""
    people = hired(session, *names)
    post = needs_qualification(session, grace_mode=grace_mode)
    exam = approved_exam(session, practical=practical, at=at)
    requirement = required(session, exam, practical_required=practical is not None, at=at, **more)
    for one in people:
        sat(session, exam, one, at=at, practical=None if practical is None else 90)
    return post, exam, requirement, people


def released(session, *, change_class="major", rev_no="B/0", at=AT, **more):
    """The next revision of the document, through its steps to the shop floor."""
    author, manager = person(session, "technical"), person(session, "technical_manager")
    with acting(session, Act(author, at)):
        revision = DocumentRevision(
            document=document_of(session),
            rev_no=rev_no,
            change_class=change_class,
            trigger="process_optimisation",
            author_id=author.employee_id,
            summary="改",
            body="1. 改。",
            **more,
        )
        session.add(revision)
        revision.perform("submit", by=author, at=at)
        session.commit()
    for login in ("production_manager", "quality_manager") if change_class != "editorial" else ():
        perform(session, revision, "countersign", login, at)
    with acting(session, Act(manager, at)):
        revision.perform("approve", by=manager, at=at)
        revision.perform("release", by=manager, at=at)
        session.commit()
    return revision


def owed(session, who, *where):
    """What somebody has owed, oldest first."""
    session.expire_all()
    query = select(TrainingObligation).where(TrainingObligation.employee_id == who.id, *where)
    return session.scalars(query.order_by(TrainingObligation.id)).all()


def unsettled(session, who):
    return [one for one in owed(session, who) if one.settled_at is None]


def held(session, who, code="P-SC1"):
    """The qualification of somebody."""
    session.expire_all()
    return session.scalar(
        select(Qualification)
        .where(Qualification.employee_id == who.id, Qualification.post_id == post_of(session, code).id)
        .order_by(Qualification.id.desc())
    )


def answer(session, who, at, code="P-SC1", document=None):
    return may_work(who, post_of(session, code), at, document)


def planned(session, who, *, kind="regular", mentor=None, login="production_manager", at=AT, code="P-SC1", **more):
    """Somebody is to work at a post."""
    with doing(session, login, at) as act:
        one = PostAssignment(
            employee=who, post=post_of(session, code), kind=kind, mentor=mentor, from_on=on_date(at), **more
        )
        one.prepare(act.by)
        session.add(one)
    return one


__all__ = [name for name in dir() if not name.startswith("_")] + ["department"]
