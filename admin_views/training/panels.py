"""What hangs on the pages of results, qualifications, assignments and people (P2.3, P2.4)."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from admin_views.registry import panel
from admin_views.screen import EMPTY, Cell, Heading, Panel, Row
from admin_views.session import db
from admin_views.tabled import Columns, tabled
from admin_views.training.opened import (
    TONES,
    gate_cell,
)
from admin_views.words import CHINESE, locale, say, t
from models.base import now
from models.organisation import Employee
from models.training import (
    ExamAttempt,
    PostAssignment,
    Qualification,
    QualificationTerm,
    gates,
)
from rules.base import Person, Role, Words
from rules.training.kinds import AttemptStatus, QualificationStatus


def _basis(term: QualificationTerm) -> str:
    """The results that it rests on, and what was required where there is none."""
    return t(", ", "、").join(each.attempt.no if each.attempt else each.requirement.no for each in term.basis)


CORRECTIONS: Columns = {
    "no": (Words("Number", "编号"), lambda one: Cell(one.no, "code")),
    "result": (Words("Result", "结果"), lambda one: one.result),
    "reason": (Words("Reason", "更正原因"), lambda one: one.correction_reason),
    "status": (Words("State", "状态"), lambda one: one.status),
}
TERMS: Columns = {
    "since": (Words("Valid from", "有效期自"), lambda one: one.valid_from_on),
    "until": (Words("Valid until", "有效期至"), lambda one: one.valid_until_on),
    "basis": (Words("Rests on", "依据"), _basis),
    "ended": (Words("Withdrawn", "撤销"), lambda one: one.ended_at),
}
HOLDS: Columns = {
    "kind": (Words("Kind", "类型"), lambda one: one.source),
    "since": (Words("From", "开始"), lambda one: one.from_at),
    "until": (Words("Lifted", "解除"), lambda one: one.to_at),
    "reason": (Words("Reason", "原因"), lambda one: one.reason),
}
QUALIFICATIONS: Columns = {
    "post": (Words("Post", "岗位"), lambda one: one.post.name),
    "no": (Words("Certificate", "证书编号"), lambda one: Cell(one.certificate_no or "", "code")),
    "until": (Words("Valid until", "有效期至"), lambda one: one.valid_until_on),
    "status": (Words("State", "状态"), lambda one: one.status),
}


def _nowhere(_line: object) -> str:
    """Lines have no page of their own."""
    return ""


@panel(ExamAttempt)
def correction_of(attempt: ExamAttempt, person: Person) -> Panel | None:
    """What took its place; the way to a correction."""
    rows = db.session.scalars(
        select(ExamAttempt).where(ExamAttempt.corrects_id == attempt.id, ExamAttempt.visible_to(person))
    ).all()
    may_correct = person.holds(Role.HR) and attempt.status is AttemptStatus.CONFIRMED
    if not rows and not may_correct:
        return None
    return Panel(
        t("Corrections", "更正"),
        *tabled(CORRECTIONS, rows),
        create_url=f"/training/results/{attempt.id}/correct/" if may_correct else "",
        create_label=t("Correct", "更正成绩"),
    )


@panel(Qualification)
def grounds(qualification: Qualification, person: Person) -> Panel:
    """What the gate says now, for every reason; the terms it rests on."""
    answer = gates(db.session, [qualification.employee], [qualification.post], now())[
        qualification.employee_id, qualification.post_id
    ]
    said = [say(one.words) for one in answer.reasons] or [t("Nothing stands against it.", "无限制。")]
    shown = [Row(place, "", [EMPTY if place else gate_cell(answer), Cell(why)]) for place, why in enumerate(said)]
    has_certificate = qualification.status in {QualificationStatus.QUALIFIED, QualificationStatus.LIMITED}
    return Panel(
        title=t("The gate's answer now", "当前上岗判定"),
        headings=[Heading("answer", t("Answer", "判定")), Heading("why", t("Why", "理由"))],
        rows=shown,
        create_url=f"/training/certificates/{qualification.id}/" if has_certificate else "",
        create_label=t("Certificate", "上岗证"),
        more_url=f"/training/people/{qualification.employee_id}/",
    )


@panel(Qualification)
def terms(qualification: Qualification, person: Person) -> Panel:
    """Each stretch for which the post was earned, and by which results."""
    return Panel(t("Terms", "有效期间"), *tabled(TERMS, reversed(qualification.terms), _nowhere))


@panel(Qualification)
def holds(qualification: Qualification, person: Person) -> Panel | None:
    """Who was stopped by whom, and why."""
    if not qualification.holds:
        return None
    return Panel(t("Suspensions", "停岗记录"), *tabled(HOLDS, reversed(qualification.holds), _nowhere))


@panel(PostAssignment)
def gate_then_and_now(assignment: PostAssignment, person: Person) -> Panel:
    """What the gate answered when the post was taken up, and what it says today."""
    answer = gates(db.session, [assignment.employee], [assignment.post], now())[
        assignment.employee_id, assignment.post_id
    ]
    today_ = " ".join(say(one.words) for one in answer.reasons)
    rows = [Row(0, "", [Cell(t("Now", "现在")), gate_cell(answer), Cell(today_)])]
    if assignment.gate:
        language = "zh" if locale() == CHINESE else "en"
        then = " ".join(one[language] for one in assignment.gate.get("reasons", ()))
        words = next((say(one.words) for one in TONES if str(one) == assignment.gate.get("answer")), "")
        rows.append(Row(1, "", [Cell(t("When taken up", "上岗时")), Cell(words), Cell(then)]))
    names = (("when", "When", "时间"), ("answer", "Answer", "判定"), ("why", "Why", "理由"))
    return Panel(
        title=t("The gate", "上岗判定"), headings=[Heading(name, t(en, zh)) for name, en, zh in names], rows=rows
    )


@panel(Employee)
def qualifications_of(who: Employee, person: Person) -> Panel | None:
    """On a person's page: where he may work."""
    rows = db.session.scalars(
        select(Qualification)
        .where(Qualification.employee_id == who.id, Qualification.closed_at.is_(None), Qualification.visible_to(person))
        .options(joinedload(Qualification.post))
        .order_by(Qualification.id)
    ).all()
    if not rows:
        return None
    return Panel(t("Qualifications", "上岗资格"), *tabled(QUALIFICATIONS, rows), more_url=f"/training/people/{who.id}/")
