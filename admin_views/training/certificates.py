"""Certificates: the sheet to look at, its PDF with a code, and the yes or no that the code leads to (P2.3)."""

from typing import Any

from flask import Blueprint, render_template
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from admin_views import pdf
from admin_views.public import behind_a_link, public_address
from admin_views.session import db
from admin_views.signin import act_here, source_address
from admin_views.training.opened import record, stranger
from admin_views.training.pages import pages
from admin_views.words import exact_date, exact_instant, number_text, say, t
from models.base import now, on_date
from models.journal import acting
from models.organisation import Department
from models.training import Qualification, QualificationTerm
from models.training.certificates import answer_for, print_certificate
from rules.base import NotVisible
from rules.organisation import DepartmentKind
from rules.training.certificates import PRINTABLE, CertificateState

public = Blueprint("certificates", __name__)
TONES = {
    CertificateState.VALID: ("met", "circle-check"),
    CertificateState.SUPERVISED: ("soon", "eye"),
    CertificateState.SUSPENDED: ("breached", "player-pause"),
    CertificateState.EXPIRED: ("breached", "calendar-event"),
    CertificateState.REVOKED: ("breached", "ban"),
    CertificateState.ENDED: ("breached", "circle-x"),
}
OVER = {CertificateState.REVOKED, CertificateState.ENDED}
"""What a last day would only confuse."""


@pages.get("/certificates/<key>/")
def certificate(key: str) -> AnyResponse | str:
    """What the paper will say, and the button that makes it."""
    if (door := stranger()) is not None:
        return door
    found = record(Qualification, key)
    if found.term is None or found.status not in PRINTABLE:
        raise NotVisible
    return render_template("training/certificate.html", qualification=found, facts=_said(found, found.term))


@pages.post("/certificates/<key>/pdf/")
def certificate_pdf(key: str) -> AnyResponse:
    """The paper itself; its code is new with each print, and only its hash is kept."""
    if (door := stranger()) is not None:
        return door
    found = record(Qualification, key)
    with acting(db.session, act_here()) as act:
        token = print_certificate(db.session, found, act)
        db.session.flush()
    paper = pdf.pdf("certificate", _said(found, found.term) | {"code": pdf.qr_svg(public_address(f"/c/{token}/"))})
    return pdf.sent(paper, f"{t('Certificate', '上岗证')}-{found.employee.name}-{found.certificate_no}")


@public.get("/c/<token>/")
@behind_a_link
def answer(token: str) -> str:
    """Whether the holder of a certificate may work at its post today; nothing else of the person."""
    found = answer_for(db.session, token, source=source_address(), at=now())
    tone, sign = TONES[found.state]
    return render_template(
        "training/answer.html",
        found=found,
        state=say(found.state.words),
        tone=tone,
        sign=sign,
        until=exact_date(found.valid_until_on) if found.valid_until_on and found.state not in OVER else "",
        at=exact_instant(found.at),
    )


def _said(one: Qualification, term: QualificationTerm) -> dict[str, Any]:
    """Every word of the paper, in the reader's language."""
    return _who_is_qualified(one) | _since_when(term) | _what_it_rests_on(term) | _who_says_so(term)


def _who_is_qualified(one: Qualification) -> dict[str, Any]:
    return {
        "title": t("Certificate of Qualification", "上岗证"),
        "mark": t("Seal of Gongzheng", "工正印"),
        "number": t("No. {no}", "编号：{no}", no=one.certificate_no),
        "sentence": t("This is to certify that", "兹证明"),
        "name": one.employee.name,
        "person": t(
            "{department} · staff no. {no}",
            "{department} · 工号 {no}",
            department=one.employee.department.name,
            no=one.employee.no,
        ),
        "is_qualified": t(
            "has been trained, has passed the examinations and is qualified for the post of",
            "经培训并考核合格，准予从事以下岗位工作：",
        ),
        "post": one.post.name,
    }


def _since_when(term: QualificationTerm) -> dict[str, Any]:
    day, until = term.valid_from_on.isoformat(), term.valid_until_on
    if until is None:
        return {"validity": t("Valid from {a}", "自 {a} 起有效", a=day)}
    return {"validity": t("Valid from {a} until {b}", "有效期：{a} 至 {b}", a=day, b=until.isoformat())}


def _what_it_rests_on(term: QualificationTerm) -> dict[str, Any]:
    return {
        "rests_on": t("Examinations", "资格依据"),
        "headings": [
            t("Process document", "工艺文件"),
            t("Exam", "考核"),
            t("Taken on", "考核日期"),
            t("Theory", "理论"),
            t("Practice", "实操"),
        ],
        "basis": [_basis(each) for each in term.basis],
    }


def _who_says_so(term: QualificationTerm) -> dict[str, Any]:
    on = on_date(term.granted_at)
    return {
        "issuer": _issuer(),
        "signature": t("Signature and seal", "签发人（盖章）"),
        "issued": t("Issued on {day}", "签发日期：{day}", day=on.isoformat()),
        "on": [on.year, on.month, on.day],
        "scan": t(
            "Scan to see whether this certificate is valid today. That answer counts, not this paper.",
            "扫码查询此证当日是否有效，以查询结果为准。",
        ),
    }


def _basis(one: Any) -> list[str]:
    """A requirement and the result that met it."""
    if one.attempt is None:
        return [one.requirement.document.label, "", "", "", ""]
    scores = [
        number_text(each) if each is not None else "" for each in (one.attempt.score, one.attempt.practical_score)
    ]
    return [one.requirement.document.label, one.attempt.exam.title, one.attempt.taken_on.isoformat(), *scores]


def _issuer() -> str:
    """The personnel department signs."""
    query = select(Department.name).where(Department.kind == DepartmentKind.HR, Department.voided_at.is_(None))
    return db.session.scalar(query.order_by(Department.code).limit(1)) or t("Human Resources", "人事部门")
