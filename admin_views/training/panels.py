"""What hangs on the pages of results, qualifications, assignments and people (P2.3, P2.4)."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from admin_views.columns import cell_of
from admin_views.registry import panel, record_url
from admin_views.screen import EMPTY, Cell, Heading, Panel, Row
from admin_views.session import db
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
    gates,
)
from rules.base import Person, Role
from rules.training.kinds import AttemptStatus, QualificationStatus


@panel(ExamAttempt)
def correction_of(attempt: ExamAttempt, person: Person) -> Panel | None:
    """What took its place; the way to a correction."""
    rows = db.session.scalars(
        select(ExamAttempt).where(ExamAttempt.corrects_id == attempt.id, ExamAttempt.visible_to(person))
    ).all()
    may_correct = person.holds(Role.HR) and attempt.status is AttemptStatus.CONFIRMED
    if not rows and not may_correct:
        return None
    names = (
        ("no", "Number", "编号"),
        ("result", "Result", "结果"),
        ("reason", "Reason", "更正原因"),
        ("status", "State", "状态"),
    )
    return Panel(
        title=t("Corrections", "更正"),
        headings=[Heading(name, t(en, zh)) for name, en, zh in names],
        rows=[
            Row(
                one.id,
                record_url(ExamAttempt, one.id),
                [Cell(one.no, "code"), cell_of(one.result), Cell(one.correction_reason), cell_of(one.status)],
            )
            for one in rows
        ],
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
    names = (
        ("from", "Valid from", "有效期自"),
        ("until", "Valid until", "有效期至"),
        ("basis", "Rests on", "依据"),
        ("ended", "Withdrawn", "撤销"),
    )
    return Panel(
        title=t("Terms", "有效期间"),
        headings=[Heading(name, t(en, zh)) for name, en, zh in names],
        rows=[
            Row(
                one.id,
                "",
                [
                    cell_of(one.valid_from_on),
                    cell_of(one.valid_until_on),
                    Cell(
                        t(", ", "、").join(
                            each.attempt.no if each.attempt else each.requirement.no for each in one.basis
                        )
                    ),
                    cell_of(one.ended_at),
                ],
            )
            for one in reversed(qualification.terms)
        ],
    )


@panel(Qualification)
def holds(qualification: Qualification, person: Person) -> Panel | None:
    """Who was stopped by whom, and why."""
    if not qualification.holds:
        return None
    names = (("kind", "Kind", "类型"), ("from", "From", "开始"), ("to", "Lifted", "解除"), ("reason", "Reason", "原因"))
    return Panel(
        title=t("Suspensions", "停岗记录"),
        headings=[Heading(name, t(en, zh)) for name, en, zh in names],
        rows=[
            Row(one.id, "", [cell_of(one.source), cell_of(one.from_at), cell_of(one.to_at), Cell(one.reason)])
            for one in reversed(qualification.holds)
        ],
    )


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
    names = (
        ("post", "Post", "岗位"),
        ("no", "Certificate", "证书编号"),
        ("until", "Valid until", "有效期至"),
        ("status", "State", "状态"),
    )
    return Panel(
        title=t("Qualifications", "上岗资格"),
        headings=[Heading(name, t(en, zh)) for name, en, zh in names],
        rows=[
            Row(
                one.id,
                record_url(Qualification, one.id),
                [
                    Cell(one.post.name),
                    Cell(one.certificate_no or "", "code"),
                    cell_of(one.valid_until_on),
                    cell_of(one.status),
                ],
            )
            for one in rows
        ],
        more_url=f"/training/people/{who.id}/",
    )
