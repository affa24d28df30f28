"""Results of exams: each sheet is a training that was held, its exam, and what people scored, as history."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from models.event import ApprovalRecord
from models.intake.kit import Intake, RowRefused, chosen, guard, refuse, there, too_much
from models.intake.papers import midnight
from models.intake.reasons import STORED_OTHERWISE
from models.journal import acting
from models.organisation import Employee
from models.process import DocumentRevision, ProcessDocument
from models.training import Exam, ExamAttempt, ExamRevision, SessionAttendee, SessionRevision, TrainingSession
from rules.base import Role
from rules.event import Decision
from rules.ledger import Row, SheetResult
from rules.ledger.reasons import VALUE_MISSING
from rules.training.kinds import Attendance, Result, SessionKind, SessionStatus

SUFFIXES = {
    "induction": "RZ",
    "post": "SG",
    "process_change": "BG",
    "product_knowledge": "CP",
    "fault_diagnosis": "GZ",
    "customer_communication": "GT",
}
"""What an exam's code ends with, by the kind of its training."""
LATE_WORD = "迟到"
HELD_FOR = timedelta(hours=24)
"""The ledger tells the day, not the hours: the training is kept with the whole day."""


def store_results(intake: Intake, sheet: SheetResult) -> None:
    """One sheet: its training and exam once, then each result through the verbs that results have on screen."""
    if sheet.accepted:
        Paper(intake, sheet).take()


class Paper:
    """One sheet of results while it is taken in."""

    def __init__(self, intake: Intake, sheet: SheetResult) -> None:
        self._intake, self._session, self._rows = intake, intake.session, sheet.accepted
        self._above: Mapping[str, Any] = sheet.session
        self._people: dict[str, Employee] = {}
        self._revision: DocumentRevision | None = None

    def take(self) -> None:
        trainer = self._above.get("trainer")
        numbers = {row.values["employee"] for row in self._rows} | ({trainer} if trainer else set())
        self._people = self._intake.found(Employee.no, numbers, selectinload(Employee.department))
        self._revision = self._find_revision()
        reason = self._unreadable()
        if reason is not None:
            for row in self._rows:
                row.fault(reason, "employee_no")
            return
        exam = self._exam()
        training = self._training(trainer)
        stored = self._stored(exam)
        for row in self._rows:
            try:
                self._take(row, exam, training, stored)
            except RowRefused:
                continue

    def _unreadable(self) -> Any:
        """Why nothing of this sheet can be stored: it does not say what was examined, or at too great length."""
        if not (self._above.get("topic") or self._above.get("document")):
            return VALUE_MISSING
        given = ((self._topic(), 200), (self._above.get("place"), 100), (self._code(), 64))
        return next((reason for value, length in given if (reason := too_much(value, length))), None)

    def _find_revision(self) -> DocumentRevision | None:
        """The document's revision as the sheet names it, where it is stored by now."""
        return self._session.scalar(
            select(DocumentRevision)
            .join(ProcessDocument)
            .where(
                ProcessDocument.doc_no == self._above.get("document"),
                DocumentRevision.rev_no == self._above.get("revision"),
            )
        )

    # -- exam and training -------------------------------------------------------------------------------------------

    def _topic(self) -> str:
        return str(self._above.get("topic") or self._above.get("document"))

    def _code(self) -> str:
        """An exam is known by its document and the kind of its training."""
        about = self._above.get("document") or self._topic()
        return f"KH-{about}-{SUFFIXES.get(self._above.get('kind') or '', 'QT')}"

    def _began(self) -> date:
        first: date = min(row.values["taken_on"] for row in self._rows)
        held_on: date | None = self._above.get("held_on")
        return min(first, held_on) if held_on else first

    def _exam(self) -> Exam:
        """The exam of that code; one that nobody knew yet counts as approved since the sheet's day."""
        code = self._code()
        found = self._session.scalar(select(Exam).where(Exam.code == code))
        if found is not None:
            if self._began() < min((one.from_on for one in found.spans), default=self._began()):
                found.spans[0].from_on = self._began()
            return found
        act = self._intake.act(midnight(self._began()))
        exam = Exam(
            code=code,
            title=self._topic(),
            full_score=self._above["full_score"],
            pass_score=self._above["pass_score"],
            practical_pass_score=self._above["pass_practical_score"],
        )
        if self._revision is not None:
            exam.revisions = [ExamRevision(revision=self._revision)]
        self._session.add(exam)
        self._session.flush()
        self._session.add(imported_approval("exam", exam.id, "approve", Role.TECHNICAL_MANAGER, act.at))
        exam.perform("approve", act=act)
        return exam

    def _training(self, trainer: str | None) -> TrainingSession | None:
        """The training that the exam ended; without a trainer that the roster knows it is not kept."""
        kind, held_on = self._above.get("kind"), self._above.get("held_on")
        if kind is None or held_on is None or trainer not in self._people:
            return None
        at = midnight(held_on)
        found = self._session.scalar(
            select(TrainingSession)
            .where(
                TrainingSession.topic == self._topic(),
                TrainingSession.kind == chosen(SessionKind, kind),
                TrainingSession.planned_from_at == at,
            )
            .options(selectinload(TrainingSession.attendees))
        )
        training = found if found is not None else self._new_training(kind, at, self._people[trainer])
        if training.status is SessionStatus.CLOSED:
            self._add_attendees(training, at)
        return training

    def _new_training(self, kind: str, at: datetime, trainer: Employee) -> TrainingSession:
        """Held and closed on the sheet's day."""
        training = TrainingSession(
            topic=self._topic(),
            kind=chosen(SessionKind, kind),
            trainer=trainer,
            place=self._above.get("place") or "",
            planned_from_at=at,
            planned_to_at=at + HELD_FOR,
        )
        if self._revision is not None:
            training.revisions = [SessionRevision(revision=self._revision)]
        self._session.add(training)
        self._add_attendees(training, at)
        for verb in ("start", "complete", "close"):
            training.perform(verb, act=self._intake.act(at))
        return training

    def _add_attendees(self, training: TrainingSession, at: datetime) -> None:
        there_already = {one.employee for one in training.attendees}
        for row in self._rows:
            employee = self._people.get(row.values["employee"])
            if employee is None or employee in there_already:
                continue
            there_already.add(employee)
            attendance = attendance_of(row)
            signed_in_at = None if attendance is Attendance.ABSENT else at
            training.attendees.append(
                SessionAttendee(employee=employee, attendance=attendance, signed_in_at=signed_in_at)
            )

    # -- results -----------------------------------------------------------------------------------------------------

    def _stored(self, exam: Exam) -> dict[tuple[int, int, date], ExamAttempt]:
        rows = self._session.scalars(
            select(ExamAttempt).where(ExamAttempt.exam_id == exam.id, ExamAttempt.voided_at.is_(None))
        )
        return {(one.employee_id, one.attempt_no, one.taken_on): one for one in rows}

    def _take(
        self,
        row: Row,
        exam: Exam,
        training: TrainingSession | None,
        stored: Mapping[tuple[int, int, date], ExamAttempt],
    ) -> None:
        guard(row, ExamAttempt, "score", "practical_score")
        employee = there(row, self._people.get(row.values["employee"]), "employee_no", "employee_name")
        facts = {name: row.values[name] for name in ("attempt_no", "taken_on", "score", "practical_score")}
        facts["result"] = chosen(Result, row.values["result"])
        before = stored.get((employee.id, facts["attempt_no"], facts["taken_on"]))
        if before is not None:
            if any(getattr(before, name) != value for name, value in facts.items()):
                raise refuse(row, STORED_OTHERWISE, "employee_no", "employee_name")
            self._intake.counts["unchanged"] += 1
            return
        with self._intake.guarded([row]):
            self._add(exam, employee, training, facts, row.values["note"] or "")
        if not row.faults:
            self._intake.counts["created"] += 1

    def _add(
        self, exam: Exam, employee: Employee, training: TrainingSession | None, facts: dict[str, Any], note: str
    ) -> None:
        """Entered and confirmed on its day; who confirmed it the ledger's rows do not say."""
        act = self._intake.act(midnight(facts["taken_on"]))
        with acting(self._session, act):
            attempt = ExamAttempt(
                exam=exam,
                employee=employee,
                department_id=employee.department_id,
                training=training,
                pass_score_used=decimal_or_none(self._above["pass_score"]),
                practical_pass_score_used=decimal_or_none(self._above["pass_practical_score"]),
                source="import",
                note=note,
                **facts,
            )
            self._session.add(attempt)
            attempt.perform("enter", act=act)
            self._session.add(imported_approval("exam_attempt", attempt.id, "confirm", Role.HR_MANAGER, act.at))
            attempt.perform("confirm", act=replace(act, note=""))


def attendance_of(row: Row) -> Attendance:
    """Whether somebody came to the training, as far as the sheet of its exam tells."""
    if row.values["result"] == str(Result.ABSENT):
        return Attendance.ABSENT
    return Attendance.LATE if LATE_WORD in (row.values["note"] or "") else Attendance.PRESENT


def decimal_or_none(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)


def imported_approval(entity: str, entity_id: int, step: str, role: Role, at: datetime) -> ApprovalRecord:
    """The approval that the ledger takes for granted, marked as such."""
    return ApprovalRecord(
        entity=entity,
        entity_id=entity_id,
        step=step,
        role=str(role),
        decision=Decision.APPROVED,
        decided_at=at,
        is_imported=True,
        used_at=at,
    )
