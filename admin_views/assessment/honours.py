"""Certificates of honour: what the paper says, to look at and as PDF, of a person or a department (K3.1)."""

from typing import Any

from flask import Blueprint, render_template
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from admin_views import pdf
from admin_views.registry import panel, views
from admin_views.screen import Cell, Panel, Row
from admin_views.session import db
from admin_views.signin import unauthorised
from admin_views.words import long_date, t
from models.assessment import AssessmentSheet, RewardPenalty, Suggestion
from models.base import on_date
from models.organisation import company_name
from rules.assessment import has_paper
from rules.base import NotVisible, Person

honours = Blueprint("honours", __name__, url_prefix="/honours")


@honours.get("/<key>/")
def honour(key: str) -> AnyResponse | str:
    """The certificate to look at, and the way to its PDF."""
    if not current_user.is_authenticated:
        return unauthorised()
    one = _opened(key)
    return render_template("assessment/honour.html", one=one, facts=_said(one))


@honours.get("/<key>/pdf/")
def honour_pdf(key: str) -> AnyResponse:
    """The paper itself."""
    if not current_user.is_authenticated:
        return unauthorised()
    one = _opened(key)
    return pdf.sent(
        pdf.pdf("honour", _said(one)), f"{t('Certificate of Honour', '荣誉证书')}-{one.subject.name}-{one.no}"
    )


def _opened(key: str) -> RewardPenalty:
    """The reward, where the person may see it and it has a paper. Raises NotVisible."""
    one: RewardPenalty = views()[RewardPenalty.__tablename__].one(key)
    if not has_paper(one.kind, one.status):
        raise NotVisible
    return one


@panel(RewardPenalty)
def paper(one: RewardPenalty, person: Person) -> Panel | None:
    """The way to the paper, once it was awarded."""
    if not has_paper(one.kind, one.status):
        return None
    facts = _said(one)
    return Panel(
        t("Certificate of honour", "荣誉证书"),
        [],
        [
            Row(1, "", [Cell(t("Awarded to", "授予")), Cell(f"{facts['name']} {facts['subject']}".strip())]),
            Row(2, "", [Cell(t("Issued", "颁发日期")), Cell(facts["issued"])]),
        ],
        shape="facts",
        create_url=f"/honours/{one.id}/",
        create_label=t("Look at it and print it", "查看并打印"),
    )


def _said(one: RewardPenalty) -> dict[str, Any]:
    """Every word of the paper, in the reader's language."""
    on = on_date(one.executed_at or one.updated_at)
    return {
        "title": t("Certificate of Honour", "荣誉证书"),
        "mark": t("Seal of Gongzheng", "工正印"),
        "to": t("This certificate is awarded to", "兹授予"),
        "name": one.subject.name,
        "subject": _subject(one),
        "merit": _merit(one),
        "closing": t(
            "In recognition and with the thanks of the company.",
            "特发此证，以资鼓励。",
        ),
        "number": t("No. {no}", "编号：{no}", no=one.no),
        "issuer": company_name(db.session) or t("The company", "公司"),
        "signature": t("General manager", "总经理"),
        "issued": long_date(on),
        "on": [on.year, on.month, on.day],
    }


def _subject(one: RewardPenalty) -> str:
    """Where a person works; a department is enough by its name."""
    if one.employee is None:
        return ""
    return t(
        "{department} · staff no. {no}",
        "{department} · 工号 {no}",
        department=one.department.name,
        no=one.employee.no,
    )


def _merit(one: RewardPenalty) -> str:
    """What it is for: an assessment, a suggestion, or what was written down."""
    source = _source(one)
    match source:
        case AssessmentSheet():
            return t(
                "for outstanding results in the assessment of {span}: grade {grade}.",
                "在 {span} 绩效考核中成绩优异，被评为 {grade} 级，予以表彰。",
                span=source.cycle.span_text,
                grade=source.grade,
            )
        case Suggestion():
            return t(
                "for the suggestion “{title}”, which was carried out and proved its worth.",
                "所提合理化建议“{title}”经实施验证，成效显著，予以表彰。",
                title=source.title,
            )
    return t("for: {reason}.", "在工作中表现突出：{reason}。特予表彰。", reason=one.reason.strip().rstrip("。."))


def _source(one: RewardPenalty) -> AssessmentSheet | Suggestion | None:
    kept = {AssessmentSheet.__tablename__: AssessmentSheet, Suggestion.__tablename__: Suggestion}
    model = kept.get(one.source_entity or "")
    return db.session.get(model, one.source_id) if model is not None else None
