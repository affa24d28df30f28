"""Exam day: results as a table like Excel's, each row judged at once, saved all or nothing or the good ones (P2.3)."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import Response, flash, json, redirect, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from admin_views.columns import TONES
from admin_views.registry import record_url
from admin_views.screen import Option
from admin_views.session import db
from admin_views.signin import act_here
from admin_views.training.opened import day_of, record, require_role, stranger
from admin_views.training.pages import pages
from admin_views.words import number_text, say, t, today
from models.base import now, on_date
from models.journal import acting
from models.organisation import Employee
from models.process import DocumentRevision
from models.training import Exam, ExamAttempt, ExamRevision, SessionAttendee, TrainingSession
from models.training.exams import COUNTING
from models.training.marking import MOST_ROWS, Judged, Typed, judge, keep
from rules.base import Role, RuleBroken, Unset, Words
from rules.training.kinds import ExamStatus, SessionStatus

CELLS = {
    "employee": Words("Person", "人员"),
    "score": Words("Theory", "理论"),
    "practical_score": Words("Practice", "实操"),
    "note": Words("Remark", "备注"),
}
COLUMNS = tuple(CELLS)
BLANK_ROWS = 5
RECENT = timedelta(days=90)
OPEN = (SessionStatus.NOTIFIED, SessionStatus.IN_PROGRESS, SessionStatus.COMPLETED)


@pages.get("/exam-day/")
def exam_day() -> AnyResponse | str:
    """The table, filled with the people of the training."""
    if (door := stranger()) is not None:
        return door
    require_role(Role.HR)
    training, exam = _asked(request.args)
    rows = _prefilled(training, exam, _day(request.args, training)) if exam is not None else []
    return _page(training, exam, _day(request.args, training), rows)


def _asked(given: Any) -> tuple[TrainingSession | None, Exam | None]:
    """The training and the exam that are named; an exam about what the training teaches is taken by itself."""
    training = record(TrainingSession, given["session"]) if given.get("session") else None
    exam = record(Exam, given["exam"]) if given.get("exam") else None
    if exam is None and training is not None:
        exam = _fitting(training)
    return training, exam


def _fitting(training: TrainingSession) -> Exam | None:
    """The approved exam about a document that this training teaches."""
    documents = [one.revision.document_id for one in training.revisions]
    return db.session.scalar(
        select(Exam)
        .join(ExamRevision, ExamRevision.exam_id == Exam.id)
        .join(DocumentRevision, DocumentRevision.id == ExamRevision.revision_id)
        .where(DocumentRevision.document_id.in_(documents), Exam.status != ExamStatus.RETIRED)
        .order_by(Exam.status == ExamStatus.STALE, Exam.id)
        .limit(1)
    )


def _day(given: Any, training: TrainingSession | None) -> date:
    otherwise = min(on_date(training.planned_from_at), today()) if training is not None else today()
    return day_of(given.get("on", ""), otherwise)


def _prefilled(training: TrainingSession | None, exam: Exam, on: date) -> list[Typed]:
    """Who is on the list and has no result of that day yet."""
    if training is None:
        return []
    has_one = select(ExamAttempt.employee_id).where(
        ExamAttempt.exam_id == exam.id, ExamAttempt.taken_on == on, ExamAttempt.status.in_(COUNTING)
    )
    people = db.session.scalars(
        select(Employee)
        .join(SessionAttendee, SessionAttendee.employee_id == Employee.id)
        .where(SessionAttendee.session_id == training.id, Employee.id.not_in(has_one))
        .order_by(Employee.no)
    )
    return [Typed(f"{one.name}（{one.no}）") for one in people]


def _page(
    training: TrainingSession | None,
    exam: Exam | None,
    on: date,
    rows: Sequence[Typed],
    *,
    status: int = 200,
    refusal: str = "",
) -> AnyResponse | str:
    judged = judge(db.session, exam, on, rows, now(), training) if exam is not None and rows else []
    shown = [_row(one) for one in judged]
    body = render_template(
        "training/exam_day.html",
        training=training,
        training_url=record_url(TrainingSession, training.id) if training is not None else "",
        exam=exam,
        on=on.isoformat(),
        latest=today().isoformat(),
        sessions=_sessions(training),
        exams=_exams(exam),
        rows=[*shown, *[_row(Judged(Typed())) for _ in range(BLANK_ROWS if rows else 2 * BLANK_ROWS)]],
        faults=[
            _told(place, name, fault) for place, one in enumerate(shown, 1) for name, fault in one["faults"].items()
        ],
        counts=_counts(judged),
        cells={name: say(words) for name, words in CELLS.items()},
        marks=_marks(exam, on),
        has_practice=exam is not None and exam.practical_pass_score is not None,
        refusal=refusal,
        most=MOST_ROWS,
    )
    return (body, status) if status != 200 else body


def _told(place: int, column: str, fault: str) -> dict[str, str]:
    """A fault by the name of its cell, and the way there."""
    if column not in CELLS:
        return {"cell": t("Exam", "考核"), "url": "#exam", "words": fault}
    cell = t("Row {n} {column}", "第 {n} 行 {column}", n=place, column=CELLS[column])
    return {"cell": cell, "url": f"#cell-{place}-{column}", "words": fault}


def _marks(exam: Exam | None, on: date) -> str:
    """What is needed to pass, in words."""
    if exam is None:
        return ""
    try:
        marks = exam.marks(on)
        limits = exam.limits(on)
    except Unset as refusal:
        return say(refusal.words)
    parts = [
        t("theory {n}", "理论 {n} 分", n=number_text(marks.pass_score)) if marks.pass_score is not None else "",
        t("practice {n}", "实操 {n} 分", n=number_text(marks.practical_pass_score))
        if marks.practical_pass_score is not None
        else "",
    ]
    said = t(", ", "、").join(one for one in parts if one)
    return t(
        "Full score {full}; to pass: {marks}; {n} attempts, {days} days apart.",
        "满分 {full} 分；合格线：{marks}；最多 {n} 次，补考间隔 {days} 天。",
        full=number_text(marks.full_score),
        marks=said,
        n=limits.attempts,
        days=limits.wait_days,
    )


def _sessions(chosen: TrainingSession | None) -> list[Option]:
    rows = db.session.scalars(
        select(TrainingSession)
        .where(TrainingSession.status.in_(OPEN), TrainingSession.planned_from_at > now() - RECENT)
        .order_by(TrainingSession.planned_from_at.desc())
        .limit(60)
    ).all()
    found = [*rows, *([chosen] if chosen is not None and chosen not in rows else [])]
    return [Option(str(one.id), f"{one.no} {one.topic}", chosen is not None and one.id == chosen.id) for one in found]


def _exams(chosen: Exam | None) -> list[Option]:
    rows = db.session.scalars(
        select(Exam)
        .where(Exam.status.in_((ExamStatus.APPROVED, ExamStatus.STALE)))
        .order_by(Exam.status, Exam.code)
        .limit(200)
    ).all()
    return [
        Option(
            str(one.id),
            f"{one.label} · {say(one.status.words)}" if one.status is ExamStatus.STALE else one.label,
            chosen is not None and one.id == chosen.id,
        )
        for one in rows
    ]


def _row(one: Judged) -> dict[str, Any]:
    """A row as the page and the script are given it."""
    words, tone = "", ""
    if not one.typed.is_blank:
        if one.faults:
            words, tone = t("Not possible", "不能保存"), "overdue"
        elif one.result is not None:
            words, tone = say(one.result.words), TONES.get(str(one.result), "")
    return {
        "employee": one.typed.employee,
        "score": one.typed.score,
        "practical_score": one.typed.practical_score,
        "note": one.typed.note,
        "who": one.employee.name if one.employee is not None else "",
        "verdict": words,
        "tone": tone,
        "attempt": t("attempt {n}", "第 {n} 次", n=one.attempt_no) if one.attempt_no and not one.typed.is_blank else "",
        "faults": {fault.column: say(fault.words) for fault in one.faults},
        "follows": [say(each) for each in one.follows],
    }


def _counts(judged: Sequence[Judged]) -> dict[str, int]:
    filled = [one for one in judged if not one.typed.is_blank]
    return {
        "filled": len(filled),
        "good": sum(one.is_good for one in filled),
        "pass": sum(one.is_good and str(one.result) == "pass" for one in filled),
        "fail": sum(one.is_good and str(one.result) == "fail" for one in filled),
        "absent": sum(one.is_good and str(one.result) == "absent" for one in filled),
        "faults": sum(bool(one.faults) for one in filled),
    }


def _typed(rows: Any) -> list[Typed]:
    """Rows as a program sent them: lists of four texts; anything else is as if it were not there."""
    given = rows[:MOST_ROWS] if isinstance(rows, list) else []
    return [Typed(*map(_cell, one[: len(COLUMNS)])) if isinstance(one, list) else Typed() for one in given]


def _cell(given: Any) -> str:
    return str(given)[:200].replace("\0", "") if isinstance(given, str | int | float) else ""


@pages.post("/exam-day/judge/")
def judge_rows() -> AnyResponse:
    """The server's rule on each row, while it is being typed; nothing is kept."""
    if (door := stranger()) is not None:
        return door
    require_role(Role.HR)
    sent = request.get_json(silent=True)
    given = sent if isinstance(sent, dict) else {}
    named = {name: str(given.get(name) or "") for name in ("session", "exam", "on")}
    training, exam = _asked(named)
    rows = _typed(given.get("rows"))
    if exam is None:
        raise RuleBroken(Words("Choose an exam first.", "请先选择考核。"), field="exam")
    judged = judge(db.session, exam, _day(named, training), rows, now(), training)
    answer = {"rows": [_row(one) for one in judged], "counts": _counts(judged)}
    return Response(json.dumps(answer, ensure_ascii=False), mimetype="application/json")


@pages.post("/exam-day/save/")
def save() -> AnyResponse | str:
    """All of them, or on request the good ones; the others come back as typed, with their faults."""
    if (door := stranger()) is not None:
        return door
    require_role(Role.HR)
    training, exam = _asked(request.form)
    on, rows = _day(request.form, training), _sent_rows()
    if exam is None:
        return _page(training, exam, on, rows, status=422, refusal=t("Choose an exam first.", "请先选择考核。"))
    judged = judge(db.session, exam, on, rows, now(), training)
    bad = [one.typed for one in judged if one.faults and not one.typed.is_blank]
    try:
        entered = _kept(exam, on, judged, training)
    except RuleBroken as refused:
        db.session.rollback()
        training, exam = _asked(request.form)
        return _page(training, exam, on, rows, status=refused.status, refusal=say(refused.words))
    _say_entered(entered)
    if not bad:
        return redirect(_after(training, exam))
    db.session.commit()
    left = t("{n} rows are left: they have faults.", "还有 {n} 行有错误，未保存。", n=len(bad))
    return _page(training, exam, on, bad, refusal=left)


def _sent_rows() -> list[Typed]:
    """The rows of the form, without those in which nothing was typed."""
    rows = [Typed(*cells) for cells in zip(*(_column(name) for name in COLUMNS), strict=True)][:MOST_ROWS]
    return [one for one in rows if one.employee.strip() or not one.is_blank]


def _kept(exam: Exam, on: date, judged: Sequence[Judged], training: TrainingSession | None) -> int:
    """How many results were entered."""
    good_only = request.form.get("mode") == "good"
    with acting(db.session, act_here()) as act:
        entered = keep(db.session, act, exam, on, judged, training, good_only=good_only)
        db.session.flush()
    return len(entered)


def _say_entered(count: int) -> None:
    flash(
        t(
            "{n} results are entered. Somebody else confirms them.",
            "已录入 {n} 条成绩，须由他人确认后生效。",
            n=count,
        ),
        "success",
    )


def _after(training: TrainingSession | None, exam: Exam) -> str:
    if training is not None:
        return record_url(TrainingSession, training.id)
    return f"/admin/exam_attempt/?flt_exam={exam.id}&flt_status=entered"


def _column(name: str) -> list[str]:
    """One column of the form, as long as the longest."""
    longest = max(len(request.form.getlist(one)) for one in COLUMNS)
    given = [one.replace("\0", "")[:200] for one in request.form.getlist(name)]
    return given + [""] * (longest - len(given))
