"""Exam day: rows as they are typed or pasted, judged by the rules, told what follows, kept all or in part (P2.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.base import Act, on_date
from models.organisation import Employee
from models.training.effects import met, new_rounds
from models.training.exams import Exam, ExamAttempt, histories, invalid
from models.training.obligations import PostRequirement
from models.training.qualifications import Qualification
from models.training.sessions import SessionAttendee, TrainingSession
from rules.base import RuleBroken, Unset, Words
from rules.ledger.reasons import Reason
from rules.ledger.text import NOTHING, code, half_width, name
from rules.ledgers.training import ABSENT, score
from rules.organisation import EmployeeStatus
from rules.training import exams
from rules.training.exams import Fault, Limits
from rules.training.kinds import QualificationStatus, RequirementStatus, Result

MOST_ROWS = 400
NO_SUCH_PERSON = Words("There is no such person in the roster.", "花名册中没有此人。")
SEVERAL = Words("Several persons bear this name: give the number.", "有多人同名，请填写工号。")
HAS_LEFT = Words("Has left the company.", "已离职。")
STANDS_TWICE = Words("Stands twice in this table.", "表中重复出现。")
CONTRADICTS = Words("The remark contradicts the scores.", "备注与分数不一致。")
NOT_A_NUMBER = Words("This is not a number.", "不是数字。")
WORKING = frozenset({QualificationStatus.QUALIFIED, QualificationStatus.LIMITED})


@dataclass(frozen=True)
class Typed:
    """A row as it stands in the grid: who, the two scores, a remark."""

    employee: str = ""
    score: str = ""
    practical_score: str = ""
    note: str = ""

    @property
    def is_blank(self) -> bool:
        """Nothing to be taken in: the name alone is prefilled."""
        return not (self.score.strip() or self.practical_score.strip() or self.note.strip())


@dataclass
class Judged:
    """What came of a row: whom it means, its faults by column, its result, what will follow."""

    typed: Typed
    employee: Employee | None = None
    score: Decimal | None = None
    practical_score: Decimal | None = None
    is_absent: bool = False
    attempt_no: int = 0
    result: Result | None = None
    faults: list[Fault] = field(default_factory=list)
    follows: list[Words] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not (self.faults or self.typed.is_blank)


def judge(
    session: Session, exam: Exam, taken_on: date, rows: Sequence[Typed], at: datetime, training: TrainingSession | None
) -> list[Judged]:
    """Every row by the same rules as on saving; many people cost no more statements than one."""
    found = [Judged(one) for one in rows[:MOST_ROWS]]
    _find_people(session, found, training)
    filled = [one for one in found if not one.typed.is_blank]
    _judge_exam(exam, taken_on, filled, at)
    if any(one.faults for one in filled if any(fault.column == "exam" for fault in one.faults)):
        return found
    try:
        _judge_scores(exam, taken_on, filled)
        _judge_attempts(session, exam, taken_on, filled)
    except Unset as refusal:
        for one in filled:
            one.faults.append(Fault("exam", "figure_unset", refusal.words))
        return found
    _tell_what_follows(session, exam, taken_on, [one for one in filled if one.is_good], at)
    return found


# -- people ----------------------------------------------------------------------------------------------------------


def _find_people(session: Session, found: list[Judged], training: TrainingSession | None) -> None:
    """By number, by name, or by ``name（number）``; of several of one name the one on the training's list is meant."""
    numbers, names = {}, {}
    for one in found:
        no, called = said_of(one.typed.employee)
        numbers[id(one)], names[id(one)] = no, called
    people = session.scalars(
        select(Employee).where(
            or_(
                Employee.no.in_({one for one in numbers.values() if one}),
                Employee.name.in_({one for one in names.values() if one}),
            ),
            Employee.voided_at.is_(None),
        )
    ).all()
    invited = {one.employee_id for one in training.attendees} if training is not None else set()
    seen: set[int] = set()
    for one in found:
        if not one.typed.employee.strip() and one.typed.is_blank:
            continue
        _find_one(one, people, numbers[id(one)], names[id(one)], invited)
        if one.employee is not None and not one.typed.is_blank:
            if one.employee.id in seen:
                one.faults.append(Fault("employee", "stands_twice", STANDS_TWICE))
            seen.add(one.employee.id)


def said_of(written: str) -> tuple[str, str]:
    """Number and name of ``10021``, ``郑洁`` or ``郑洁（10021）``."""
    bare = half_width(written)
    head, bracket, tail = bare.partition("(")
    if bracket:
        found = code(tail.rstrip(")"))
        return (found if isinstance(found, str) else "", str(name(head) or ""))
    number = code(written)
    if isinstance(number, str) and any(sign.isdigit() for sign in number):
        return number, ""
    return "", str(name(written) or "")


def _find_one(one: Judged, people: Sequence[Employee], no: str, called: str, invited: set[int]) -> None:
    fitting = [who for who in people if (not no or who.no == no) and (not called or who.name == called)]
    if len(fitting) > 1:
        fitting = [who for who in fitting if who.id in invited] or fitting
    if len(fitting) > 1:
        one.faults.append(Fault("employee", "person_ambiguous", SEVERAL))
    elif not fitting or not (no or called):
        one.faults.append(Fault("employee", "employee_unknown", NO_SUCH_PERSON))
    else:
        one.employee = fitting[0]
        if one.employee.status is EmployeeStatus.LEFT and not one.typed.is_blank:
            one.faults.append(Fault("employee", "has_left", HAS_LEFT))


# -- scores and attempts ---------------------------------------------------------------------------------------------


def _judge_exam(exam: Exam, taken_on: date, filled: list[Judged], at: datetime) -> None:
    """A stale exam, or a day to come, is wrong for every row."""
    words, kind = invalid(exam, taken_on), "stale_exam"
    if taken_on > on_date(at):
        words, kind = Words("The day of the exam lies in the future.", "考核日期不能晚于今天。"), "date_in_future"
    if words is not None:
        for one in filled:
            one.faults.append(Fault("exam", kind, words))


def _judge_scores(exam: Exam, taken_on: date, filled: list[Judged]) -> None:
    marks = exam.marks(taken_on)
    for one in filled:
        note = half_width(one.typed.note)
        one.is_absent = note in exams.ABSENT_WORDS
        is_read = True
        for column, written in (("score", one.typed.score), ("practical_score", one.typed.practical_score)):
            value = score(written)
            if isinstance(value, Reason):
                is_read = False
                one.faults.append(Fault(column, value.code, value.words))
            elif value == ABSENT:
                one.is_absent = True
            else:
                setattr(one, column, value)
        if is_read:
            faults = exams.score_faults(one.score, one.practical_score, marks, is_absent=one.is_absent)
            one.faults += faults
            one.result = exams.result_of(one.score, one.practical_score, marks, is_absent=one.is_absent)
            if not faults and note not in NOTHING and exams.contradicts(note, one.result):
                one.faults.append(Fault("note", "remark_contradicts", CONTRADICTS))


def _judge_attempts(session: Session, exam: Exam, taken_on: date, filled: list[Judged]) -> None:
    people = {one.employee.id for one in filled if one.employee is not None}
    past, rounds = histories(session, exam.id, people), new_rounds(session, people, exam.id)
    for one in filled:
        if one.employee is not None:
            limits = exam.limits(taken_on, rounds.get(one.employee.id))
            history = past[one.employee.id]
            one.faults += exams.attempt_faults(history, limits, taken_on)
            one.attempt_no = exams.next_attempt_no(history, limits, taken_on)


# -- what follows ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Prospect:
    """What is needed to say what follows for anybody in the table, loaded once."""

    requirements: Sequence[PostRequirement]
    by_post: Mapping[int, Sequence[PostRequirement]]
    met: set[tuple[int, int]]
    statuses: Mapping[tuple[int, int], QualificationStatus]


def _tell_what_follows(session: Session, exam: Exam, taken_on: date, good: list[Judged], at: datetime) -> None:
    people = {one.employee.id for one in good if one.employee is not None}
    if not people:
        return
    prospect = _prospect(session, exam, people, at)
    for one in good:
        if one.employee is not None:
            one.follows = list(_follows(one, one.employee, exam, taken_on, prospect))


def _prospect(session: Session, exam: Exam, people: set[int], at: datetime) -> Prospect:
    requirements = session.scalars(
        select(PostRequirement)
        .where(PostRequirement.exam_id == exam.id, PostRequirement.status == RequirementStatus.ACTIVE)
        .order_by(PostRequirement.id)
    ).all()
    posts = {one.post_id for one in requirements}
    mandatory = session.scalars(
        select(PostRequirement).where(
            PostRequirement.post_id.in_(posts),
            PostRequirement.status == RequirementStatus.ACTIVE,
            PostRequirement.mandatory,
        )
    ).all()
    rows = session.execute(
        select(Qualification.employee_id, Qualification.post_id, Qualification.status).where(
            Qualification.employee_id.in_(people), Qualification.post_id.in_(posts), Qualification.closed_at.is_(None)
        )
    )
    by_post: dict[int, list[PostRequirement]] = {}
    for one in mandatory:
        by_post.setdefault(one.post_id, []).append(one)
    statuses = {(who, post): status for who, post, status in rows}
    return Prospect(requirements, by_post, met(session, people, mandatory, at), statuses)


def _follows(one: Judged, who: Employee, exam: Exam, taken_on: date, prospect: Prospect) -> list[Words]:
    concerned = [
        requirement
        for requirement in prospect.requirements
        if requirement.post_id == who.post_id or (who.id, requirement.post_id) in prospect.statuses
    ]
    if one.result is Result.PASS:
        return [_after_pass(who, requirement, one, prospect) for requirement in concerned]
    limits = exam.limits(taken_on)
    left = limits.attempts - one.attempt_no
    if left > 0:
        return [_may_sit_again(one, limits, taken_on, left)]
    stopped = [
        Words("Is suspended from {post} from tomorrow.", "明日起停止“{post}”上岗。", post=requirement.post.name)
        for requirement in concerned
        if prospect.statuses.get((who.id, requirement.post_id)) in WORKING
    ]
    again = Words("No attempt is left: a new training comes first.", "考核次数用尽，须重新培训。")
    return [again, *stopped]


def _may_sit_again(one: Judged, limits: Limits, taken_on: date, left: int) -> Words:
    wait = limits.wait_days if one.result is Result.FAIL else 0
    return Words(
        "May sit it again from {day}; {n} attempts left.",
        "{day} 起可补考，还有 {n} 次机会。",
        day=taken_on + timedelta(days=wait),
        n=left,
    )


def _after_pass(who: Employee, requirement: PostRequirement, one: Judged, prospect: Prospect) -> Words:
    post = requirement.post.name
    if not requirement.post.requires_qualification:
        return Words("Meets what {post} requires.", "满足“{post}”岗位要求。", post=post)
    missing = [
        other
        for other in prospect.by_post.get(requirement.post_id, ())
        if other.exam_id != requirement.exam_id and (who.id, other.id) not in prospect.met
    ]
    if requirement.min_score is not None and (one.score or 0) < requirement.min_score:
        return Words(
            "Passed, but {post} asks for {n}.", "考核合格，但“{post}”要求 {n} 分。", post=post, n=requirement.min_score
        )
    if missing:
        return Words(
            "Still missing for {post}: {what}.",
            "“{post}”还缺：{what}。",
            post=post,
            what=", ".join(other.document.doc_no for other in missing),
        )
    if prospect.statuses.get((who.id, requirement.post_id)) is QualificationStatus.QUALIFIED:
        return Words("Stays qualified for {post}.", "继续具备“{post}”上岗资格。", post=post)
    return Words("Becomes qualified for {post}.", "取得“{post}”上岗资格。", post=post)


# -- keeping ---------------------------------------------------------------------------------------------------------


def keep(
    session: Session,
    act: Act,
    exam: Exam,
    taken_on: date,
    judged: Sequence[Judged],
    training: TrainingSession | None,
    *,
    good_only: bool,
) -> list[ExamAttempt]:
    """Enters the rows: all of them, or with ``good_only`` those without a fault. Raises RuleBroken for the rest."""
    filled = [one for one in judged if not one.typed.is_blank]
    bad = [one for one in filled if one.faults]
    if bad and not good_only:
        raise RuleBroken(
            Words("{n} rows have faults: nothing was saved.", "{n} 行有错误，未保存任何成绩。", n=len(bad)),
            clause="P2.3",
        )
    entered = [_enter(session, act, exam, taken_on, one, training) for one in filled if not one.faults]
    if not entered:
        raise RuleBroken(Words("There is no result to save.", "没有可保存的成绩。"), clause="P2.3")
    return entered


def _enter(
    session: Session, act: Act, exam: Exam, taken_on: date, one: Judged, training: TrainingSession | None
) -> ExamAttempt:
    who = one.employee
    if who is None:
        raise RuleBroken(NO_SUCH_PERSON, field="employee")
    if training is not None and who.id not in {each.employee_id for each in training.attendees}:
        training.attendees.append(SessionAttendee(employee=who))
        session.flush()
    attempt = ExamAttempt(
        exam=exam,
        employee=who,
        department_id=who.department_id,
        training=training,
        attempt_no=one.attempt_no,
        taken_on=taken_on,
        score=one.score,
        practical_score=one.practical_score,
        result=one.result,
        invigilator_id=training.trainer_id if training is not None else None,
        note=one.typed.note.strip()[:500],
    )
    session.add(attempt)
    attempt.perform("enter", act=act)
    return attempt


def correct(session: Session, act: Act, wrong: ExamAttempt, given: Mapping[str, Any], reason: str) -> ExamAttempt:
    """A new row in the place of a confirmed one; it counts once somebody else has confirmed it."""
    if not reason.strip():
        raise RuleBroken(Words("Please give a reason.", "请填写更正原因。"), field="correction_reason", clause="P2.3")
    right = ExamAttempt(
        exam=wrong.exam,
        employee=wrong.employee,
        department_id=wrong.department_id,
        training=wrong.training,
        attempt_no=wrong.attempt_no,
        taken_on=wrong.taken_on,
        score=given.get("score"),
        practical_score=given.get("practical_score"),
        result=Result.ABSENT if given.get("is_absent") else None,
        invigilator_id=wrong.invigilator_id,
        corrects=wrong,
        correction_reason=reason.strip(),
    )
    session.add(right)
    right.perform("enter", act=act)
    return right
