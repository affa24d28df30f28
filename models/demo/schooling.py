"""Exams, who passed them, who did not, and the last weeks as each demo login finds them (P2.2, P2.3, A1.2)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import Source, on_date
from models.demo.company import Company, Member
from models.demo.diary import Diary, Happening, as_of
from models.demo.papers import Papers
from models.organisation import Employee, Post
from models.process import DocumentRevision, ProcessDocument
from models.training import (
    Exam,
    ExamAttempt,
    ExamRevision,
    PostAssignment,
    PostRequirement,
    TrainingObligation,
    TrainingSession,
    may_work,
)
from models.training.falling import (
    announce_endings,
    end_exceptions,
    owe_as_placed,
    settle_reading,
    suspend_and_lapse,
    train_after_sales,
)
from models.training.trainings import plan_training
from rules.base import SYSTEM
from rules.organisation import EmployeeStatus
from rules.training.kinds import Answer, Attendance, ObligationMode, ObligationReason, ObligationStatus, SessionKind


class Examined(NamedTuple):
    """A post, the document it is examined on, whether practice is asked, for how many months a pass counts."""

    post: str
    doc_no: str
    title: str
    practical: int | None
    months: int | None = None


EXAMS: tuple[Examined, ...] = (
    Examined("GW-22", "HY-CX-CZ", "数控车工上岗考核", 80),
    Examined("GW-23", "HY-XX-CZ", "数控铣工上岗考核", 80),
    Examined("GW-24", "HY-MX-CZ", "外圆磨工上岗考核", None, 8),
    Examined("GW-32", "HY-HJ-CZ", "焊工上岗考核", 85),
    Examined("GW-33", "HY-ZP-CZ", "装配钳工上岗考核", None),
    Examined("GW-34", "HY-TZ-CZ", "涂装工上岗考核", None),
    Examined("GW-42", "HY-CX-BZ", "质检员上岗考核", None),
    Examined("GW-72", "HY-ZP-BZ", "售后工程师上岗考核", None),
)
Scores = Sequence[tuple[int, int]]
"""Who was examined, and how many points."""
FIRST_DAY = -9
"""When everybody sat the first exams, counted from the first day of the six months: before records begin."""
ROUNDS: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    # document, day of the exam after its revision, who failed at first
    ("HY-HJ-CZ", 36, ("石磊",)),
    ("HY-CX-CZ", 108, ("万里", "潘伟东")),
)
NEVER_CAME = frozenset({"姚广志"})
"""Who was away at every training about a revision, and is suspended since."""
RECENT = "HY-CX-CZ"
"""The document that was revised last: its exam is under way today."""
NEW_AT_POST = frozenset({ObligationReason.NEW_HIRE, ObligationReason.POST_CHANGE})
KINDS = {ObligationReason.NEW_HIRE: SessionKind.INDUCTION, ObligationReason.REVISION: SessionKind.PROCESS_CHANGE}
TOPICS = {
    SessionKind.POST: "岗位技能与工艺纪律再培训",
    SessionKind.PROCESS_CHANGE: "减速机装配流程换版培训",
    SessionKind.INDUCTION: "新员工入职工艺培训",
}
PLACES = ("一号培训室", "生产一部现场", "二号会议室")


class Schooling:
    """What HR, the engineers and the leaders did about training."""

    def __init__(self, session: Session, rng: Random, company: Company, diary: Diary, papers: Papers) -> None:
        self.session, self.rng, self.company, self.diary, self.papers = session, rng, company, diary, papers
        self.hr, self.engineer = company.named("hr"), company.named("technical")
        self.manager = company.named("technical_manager")
        self.trainer = company.named("骆文涛")
        self.exams: dict[str, int] = {}

    def plan(self) -> None:
        clock = self.diary.clock
        for place, one in enumerate(EXAMS):
            self.diary.note(clock.on_day(FIRST_DAY, 30 + 12 * place), partial(self._found, one))
        for doc_no, day, failing in ROUNDS:
            self.diary.note(clock.on_day(day, 40), partial(self._again, doc_no, failing))
        last = (clock.today - clock.first).days
        for day in (*range(60, last - 30, 30), *range(last - 28, last, 7), last - 1):
            self.diary.note(clock.on_day(day, 5), self._night)
        for day in (64, 94, 124, last - 20):
            self.diary.note(clock.on_day(day, 90), self._catch_up)
        self.diary.note(clock.ago(2, 100), self._exam_under_way)
        self.diary.note(clock.ago(1, 60), self._assign)
        self.diary.note(clock.ago(1, 200), self._invite)

    # -- the first exams ---------------------------------------------------------------------------------------------

    def _found(self, one: Examined, at: datetime) -> None:
        """The exam is written and approved, everybody at the post passes, then the post requires it."""
        document = self.session.get_one(ProcessDocument, self.papers.keys[one.doc_no])
        revision = self._in_force(document.id)
        if revision is None:
            return
        with as_of(self.session, self.engineer.person, at):
            exam = Exam(
                code=f"KH-{one.doc_no[3:]}",
                title=one.title,
                practical_pass_score=None if one.practical is None else Decimal(one.practical),
                author_id=self.engineer.id,
                revisions=[ExamRevision(revision=revision)],
            )
            self.session.add(exam)
            self.session.flush()
            self.exams[one.doc_no] = exam.id
        with as_of(self.session, self.manager.person, at) as act:
            exam.perform("approve", act=act)
        people = self._at_post(one.post)
        self._results(exam.id, [(who.id, 82 + self.rng.randint(0, 17)) for who in people], None, at)
        self.diary.note(at + timedelta(minutes=5), partial(self._require, one, exam.id))

    def _require(self, one: Examined, exam_id: int, at: datetime) -> None:
        """From now on the post asks for it."""
        with as_of(self.session, self.manager.person, at) as act:
            requirement = PostRequirement(
                post=self.session.get_one(Post, self.company.posts[one.post]),
                document=self.session.get_one(ProcessDocument, self.papers.keys[one.doc_no]),
                exam=self.session.get_one(Exam, exam_id),
                practical_required=one.practical is not None,
                validity_months=one.months,
            )
            self.session.add(requirement)
            requirement.perform("enact", act=act)

    def _in_force(self, document_id: int) -> DocumentRevision | None:
        return self.session.scalar(
            select(DocumentRevision).where(
                DocumentRevision.document_id == document_id, DocumentRevision.status == "released"
            )
        )

    def _at_post(self, post: str) -> Sequence[Employee]:
        return self.session.scalars(
            select(Employee)
            .where(Employee.post_id == self.company.posts[post], Employee.status != EmployeeStatus.LEFT)
            .order_by(Employee.no)
        ).all()

    def _results(self, exam_id: int, scored: Scores, training_id: int | None, at: datetime) -> None:
        """Entered by HR, held against the papers by an engineer."""
        entered = self._entered(exam_id, scored, training_id, at)
        self.diary.note(at + timedelta(minutes=3), partial(self._confirm, entered))

    def _entered(self, exam_id: int, scored: Scores, training_id: int | None, at: datetime) -> list[int]:
        exam, entered = self.session.get_one(Exam, exam_id), []
        with as_of(self.session, self.hr.person, at) as act:
            for key, score in scored:
                who = self.session.get_one(Employee, key)
                practical = None if exam.practical_pass_score is None else Decimal(min(score + 3, 100))
                attempt = ExamAttempt(
                    exam=exam,
                    employee=who,
                    department_id=who.department_id,
                    training=self.session.get(TrainingSession, training_id) if training_id else None,
                    taken_on=on_date(at),
                    score=Decimal(score),
                    practical_score=practical,
                    invigilator_id=self.trainer.id,
                )
                self.session.add(attempt)
                attempt.perform("enter", act=act)
                entered.append(attempt.id)
        return entered

    def _confirm(self, attempts: Sequence[int], at: datetime) -> None:
        with as_of(self.session, self.engineer.person, at) as act:
            for key in attempts:
                self.session.get_one(ExamAttempt, key).perform("confirm", act=act)

    # -- after a revision --------------------------------------------------------------------------------------------

    def _exam(self, doc_no: str, at: datetime) -> Exam | None:
        """The exam about the document, approved anew where a revision made it stale."""
        if doc_no not in self.exams:
            return None
        exam = self.session.get_one(Exam, self.exams[doc_no])
        if exam.status == "stale":
            with as_of(self.session, self.manager.person, at) as act:
                exam.perform("approve", act=act)
        return exam

    def _owing(self, doc_no: str) -> list[TrainingObligation]:
        return [
            *self.session.scalars(
                select(TrainingObligation)
                .join(PostRequirement, PostRequirement.id == TrainingObligation.requirement_id)
                .where(
                    PostRequirement.exam_id == self.exams.get(doc_no),
                    TrainingObligation.status == ObligationStatus.OPEN,
                    TrainingObligation.mode != ObligationMode.READ,
                )
                .order_by(TrainingObligation.id)
            )
        ]

    def _train(
        self, obligations: Sequence[TrainingObligation], kind: SessionKind, topic: str, at: datetime, hours: int = 2
    ) -> TrainingSession:
        """A training out of what is owed, announced."""
        with as_of(self.session, self.hr.person, at) as act:
            training = TrainingSession(
                kind=kind,
                topic=topic,
                trainer=self.session.get_one(Employee, self.trainer.id),
                place=self.rng.choice(PLACES),
                planned_from_at=at + timedelta(hours=1),
                planned_to_at=at + timedelta(hours=1 + hours),
            )
            plan_training(self.session, act, training, obligations)
            training.perform("notify", act=act)
        return training

    def _hold(self, training_id: int, absent: Sequence[str], at: datetime) -> None:
        """Held as planned; who is named stayed away."""
        training = self.session.get_one(TrainingSession, training_id)
        with as_of(self.session, self.trainer.person, at) as act:
            training.perform("start", act=act)
            for one in training.attendees:
                if one.employee.name not in absent:
                    training.sign_in(one.employee_id, training.planned_from_at, Attendance.PRESENT)
            training.perform("complete", act=act)

    def _close(self, training_id: int, at: datetime) -> None:
        with as_of(self.session, self.hr.person, at) as act:
            self.session.get_one(TrainingSession, training_id).perform("close", act=act)

    def _again(self, doc_no: str, failing: Sequence[str], at: datetime) -> None:
        """Trained, examined; who failed passes some days later."""
        exam, owing = self._exam(doc_no, at), self._owing(doc_no)
        owing = [one for one in owing if one.employee.name not in NEVER_CAME]
        if exam is None or not owing:
            return
        training = self._train(owing, SessionKind.PROCESS_CHANGE, f"{exam.title[:-4]}工艺变更培训", at)
        people = [one.employee for one in owing]
        scored = [(who.id, 64 if who.name in failing else 80 + self.rng.randint(0, 19)) for who in people]
        self._later(at, 3, partial(self._hold, training.id, ()))
        self._later(at, 4, partial(self._results, exam.id, scored, training.id))
        self._later(at, 5, partial(self._close, training.id))
        retaking = [who.id for who in people if who.name in failing]
        if retaking:
            self._later(at, 4 * 8, partial(self._results, exam.id, [(who, 86) for who in retaking], None))

    def _later(self, at: datetime, hours: int, happening: Happening) -> None:
        """So many working hours on."""
        self.diary.note(self.diary.clock.later(at, hours * 60), happening)

    # -- nights and the last weeks -----------------------------------------------------------------------------------

    def _night(self, at: datetime) -> None:
        """What the worker did about training; what was to be read has been read by most."""
        for one in self.session.scalars(
            select(TrainingObligation).where(
                TrainingObligation.mode == ObligationMode.READ,
                TrainingObligation.status == ObligationStatus.OPEN,
                TrainingObligation.opened_at < at - timedelta(days=2),
            )
        ).all():
            reader = next((each for each in self.company.members if each.id == one.employee_id), None)
            if reader is not None:
                with as_of(self.session, reader.person, at) as act:
                    one.perform("confirm_read", act=act)
        with as_of(self.session, SYSTEM, at, Source.SCHEDULER):
            for falls_due in (owe_as_placed, train_after_sales, announce_endings, settle_reading, suspend_and_lapse):
                falls_due(self.session, at)
            end_exceptions(self.session, at)

    def _catch_up(self, at: datetime) -> None:
        """What is owed without an exam is taught, a training for each kind; newcomers sit theirs besides."""
        owing = self.session.scalars(
            select(TrainingObligation)
            .where(TrainingObligation.status == ObligationStatus.OPEN, TrainingObligation.mode != ObligationMode.READ)
            .order_by(TrainingObligation.id)
        ).all()
        groups: dict[tuple[SessionKind, str], list[TrainingObligation]] = {}
        for one in owing:
            if one.mode is ObligationMode.TRAIN:
                kind = one.subject or KINDS.get(one.reason, SessionKind.POST)
                groups.setdefault((kind, one.topic if one.subject else TOPICS[kind]), []).append(one)
        for place, ((kind, topic), obligations) in enumerate(groups.items()):
            moment = at + timedelta(minutes=5 * place)
            self.diary.note(moment, partial(self._teach, kind, topic, [one.id for one in obligations]))
        for one in owing:
            if one.reason in NEW_AT_POST and one.mode is not ObligationMode.TRAIN and one.requirement is not None:
                exam = one.requirement.exam
                if exam is not None and exam.status == "approved":
                    scored = [(one.employee_id, 81 + self.rng.randint(0, 12))]
                    self._later(at, 5, partial(self._results, exam.id, scored, None))

    def _teach(self, kind: SessionKind, topic: str, keys: Sequence[int], at: datetime) -> None:
        obligations = [self.session.get_one(TrainingObligation, key) for key in keys]
        training = self._train(obligations, kind, topic, at)
        self._later(at, 3, partial(self._hold, training.id, ()))
        self._later(at, 4, partial(self._close, training.id))

    def _exam_under_way(self, at: datetime) -> None:
        """The latest revision: some passed two days ago, one failed, some results wait for the second person."""
        exam = self._exam(RECENT, at)
        owing = [one for one in self._owing(RECENT) if one.employee.name not in NEVER_CAME]
        if exam is None or len(owing) < 6:
            return
        training = self._train(owing[:6], SessionKind.PROCESS_CHANGE, "数控车削规范换版培训（第一批）", at)
        people = [one.employee_id for one in owing[:5]]
        scored = list(zip(people, (93, 88, 61, 91, 84), strict=True))
        self._later(at, 3, partial(self._hold, training.id, [owing[5].employee.name]))
        self._later(at, 4, partial(self._results, exam.id, scored[:3], training.id))
        self._later(at, 5, partial(self._entered, exam.id, scored[3:], training.id))

    def _assign(self, at: datetime) -> None:
        """Supervised work beside a mentor, and an exception for who is not yet qualified."""
        leader, manager = self.company.named("team_leader"), self.company.named("production_manager")
        post = self.session.get_one(Post, self.company.posts["GW-22"])
        home = self.session.get_one(Employee, leader.id).team_id
        team = [one for one in self._at_post("GW-22") if one.team_id == home]
        answers = {one.id: may_work(one, post, at).answer for one in team}
        mentor = next((one for one in self._at_post("GW-22") if may_work(one, post, at).allows_alone), None)
        limited = [one for one in team if answers[one.id] is Answer.SUPERVISED and one.id != leader.id]
        if mentor is not None and limited:
            self._put_to_work(leader, limited[0], mentor, "supervised", at)
        late = self.session.get_one(Employee, self.company.named(min(NEVER_CAME)).id)
        if mentor is None or may_work(late, post, at).answer is not Answer.NO:
            return
        assignment = self._put_to_work(manager, late, mentor, "temporary", at, is_started=False)
        until_on = (on_date(at) + timedelta(days=3)).isoformat()
        with as_of(self.session, manager.person, at) as act:
            assignment.perform(
                "ask_exception",
                act=act,
                exception_reason="订单集中交付，由班组骨干全程监护",
                exception_until_on=until_on,
            )
        self._later(at, 1, partial(self._allow, assignment.id))
        self._later(at, 2, partial(self._let_work, assignment.id))

    def _allow(self, assignment_id: int, at: datetime) -> None:
        with as_of(self.session, self.manager.person, at) as act:
            self.session.get_one(PostAssignment, assignment_id).perform(
                "approve_exception", act=act, note="仅限粗加工工序"
            )

    def _let_work(self, assignment_id: int, at: datetime) -> None:
        with as_of(self.session, self.company.named("production_manager").person, at) as act:
            self.session.get_one(PostAssignment, assignment_id).perform("activate", act=act)

    def _put_to_work(
        self, by: Member, who: Employee, mentor: Employee, kind: str, at: datetime, *, is_started: bool = True
    ) -> PostAssignment:
        with as_of(self.session, by.person, at) as act:
            one = PostAssignment(employee=who, post=who.post, kind=kind, mentor=mentor, from_on=on_date(at))
            one.prepare(by.person)
            self.session.add(one)
            self.session.flush()
            if is_started:
                one.perform("activate", act=act)
        return one

    def _invite(self, at: datetime) -> None:
        """Today: the second group is trained and examined."""
        owing = [one for one in self._owing(RECENT) if one.employee.name not in NEVER_CAME]
        if not owing:
            return
        today = self.diary.clock.on_day((self.diary.clock.today - self.diary.clock.first).days, 60)
        with as_of(self.session, self.hr.person, at) as act:
            training = TrainingSession(
                kind=SessionKind.PROCESS_CHANGE,
                topic="数控车削规范换版培训（第二批）",
                trainer=self.session.get_one(Employee, self.trainer.id),
                place=PLACES[0],
                planned_from_at=today,
                planned_to_at=today + timedelta(hours=2),
            )
            plan_training(self.session, act, training, owing)
            training.perform("notify", act=act)
