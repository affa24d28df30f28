"""Surveys on screen: links to hand out, the public page behind one, what the answers come to (C2.3)."""

from typing import Any, ClassVar

from flask import Blueprint, flash, make_response, redirect, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from admin_views.base import Inline, RegulationView
from admin_views.columns import cell_of
from admin_views.faults import SENTENCES
from admin_views.fields import clean
from admin_views.public import behind_a_link, public_address
from admin_views.registry import panel, record_url, views
from admin_views.screen import EMPTY, Cell, Heading, Panel, Row
from admin_views.session import db
from admin_views.signin import act_here, person_here, source_address, unauthorised
from admin_views.words import number_text, say, t
from models.actions import ActionItem
from models.base import Act, Source, now
from models.communication import Survey, SurveyInvitation, SurveyResponse, invitation_behind
from models.journal import acting
from rules.base import NotVisible, NotYours, Person, RuleBroken, Words, key_of
from rules.communication import ASKERS, AnsweredBy, SurveyStatus

SENTENCES["uq_survey_invitation_survey_id"] = Words("A customer stands here twice.", "受访客户重复。")
public = Blueprint("public_surveys", __name__)
surveys = Blueprint("surveys", __name__, url_prefix="/surveys")
SURVEY_WORDS = {"survey": Words("Survey", "满意度调查")}


class SurveyView(RegulationView):
    labels: ClassVar = {
        "title": Words("Title", "标题"),
        "title_en": Words("Title in English", "英文标题"),
        "closes_on": Words("Closes on", "截止日期"),
        "opened_at": Words("Opened", "开始时间"),
        "closed_at": Words("Closed", "截止时间"),
        "findings": Words("Findings", "分析结论"),
        "responsible": Words("Who betters it", "改进责任人"),
        "due_on": Words("By when", "完成日期"),
    }
    list_columns = ("no", "title", "closes_on", "opened_at", "status")
    filter_columns = ("status", "closes_on")
    form_columns = ("title", "title_en", "closes_on")
    page_columns = ("closes_on", "opened_at", "closed_at", "responsible", "findings")
    left_out = frozenset({"no", "opened_at", "closed_at", "findings", "responsible_id"})
    inlines = (
        Inline(
            "questions",
            Words("Questions (1 to 5)", "问题（1 至 5 分）"),
            ("text", "text_en"),
            {**SURVEY_WORDS, "text": Words("Question", "问题"), "text_en": Words("In English", "英文")},
            blank_rows=3,
        ),
        Inline(
            "invitations",
            Words("Customers", "受访客户"),
            ("customer",),
            {**SURVEY_WORDS, "customer": Words("Customer", "客户"), "sent_at": Words("Link made", "链接生成时间")},
            blank_rows=3,
        ),
    )
    asked_fields: ClassVar = {"responsible": "responsible"}
    asked_kinds: ClassVar = {"due_on": "date"}
    icon = "chart-bar"


class SurveyResponseView(RegulationView):
    labels: ClassVar = {
        "invitation": Words("Invitation", "受访客户"),
        "scores": Words("Scores", "评分"),
        "likely": Words("Would recommend us (0-10)", "推荐意愿（0-10）"),
        "comment": Words("Comment", "意见建议"),
        "way": Words("Way", "方式"),
        "submitted_at": Words("Submitted", "提交时间"),
        "called": Words("Answer", "答卷"),
    }
    list_columns = ("submitted_at", "way", "likely", "comment")
    filter_columns = ("way", "submitted_at")
    page_columns = ("submitted_at", "way", "likely", "comment")
    left_out = frozenset({"invitation_id", "scores", "likely", "comment", "way", "submitted_at"})
    icon = "message-2"


@panel(Survey)
def results(survey: Survey, person: Person) -> Panel:
    """Means by dimension, who would recommend us, how many answered."""
    found = survey.standing()
    rows = [Row(one.id, "", [Cell(say(one.text_words)), _mean(found.means.get(one.id))]) for one in survey.questions]
    nps = number_text(found.nps) if found.nps is not None else "–"
    rate = f"{number_text(round(found.response_rate, 1))} %" if found.response_rate is not None else "–"
    rows.append(Row(0, "", [Cell(t("Net promoter score", "净推荐值 NPS")), Cell(nps, "number")]))
    said = t("{a} of {b} ({rate})", "{a} / {b}（{rate}）", a=found.answered, b=found.asked, rate=rate)
    rows.append(Row(0, "", [Cell(t("Answered", "回收")), Cell(said, "number")]))
    return Panel(
        t("What it comes to", "调查结果"),
        [Heading("what", t("Dimension", "维度")), Heading("mean", t("Result", "结果"), "number")],
        rows,
    )


def _mean(value: Any) -> Cell:
    return Cell(t("{mean} of 5", "{mean} / 5", mean=number_text(value)), "number") if value is not None else EMPTY


@panel(Survey)
def invited(survey: Survey, person: Person) -> Panel:
    """Whom we asked, and who has answered; the way to their links, and to an answer on the telephone."""
    may_hand_out = survey.status is SurveyStatus.OPEN and person.holds(*ASKERS)
    return Panel(
        title=t("Customers", "受访客户"),
        headings=[
            Heading("customer", t("Customer", "客户")),
            Heading("sent_at", t("Link made", "链接生成时间")),
            Heading("answered", t("Answered", "提交时间")),
        ],
        rows=[
            Row(
                one.id,
                record_url(SurveyResponse, one.response.id) if one.response else _phone_url(one, is_open=may_hand_out),
                [
                    Cell(one.customer.name),
                    cell_of(one.sent_at),
                    cell_of(one.response.submitted_at)
                    if one.response
                    else Cell(t("by telephone…", "电话代填…") if may_hand_out else ""),
                ],
            )
            for one in survey.invitations
        ],
        create_url=f"/surveys/{survey.id}/links/" if may_hand_out else "",
        create_label=t("Make links", "生成链接"),
    )


def _phone_url(one: SurveyInvitation, *, is_open: bool) -> str:
    return f"/surveys/answer/{one.id}/" if is_open else ""


@panel(Survey)
def measures(survey: Survey, person: Person) -> Panel | None:
    """What is done about what is weak."""
    query = (ActionItem.source_entity == "survey", ActionItem.source_id == survey.id, ActionItem.visible_to(person))
    found = db.session.query(ActionItem).filter(*query).order_by(ActionItem.id).all()
    if not found:
        return None
    return Panel(
        t("Measures", "改进措施"),
        [
            Heading("no", t("Number", "编号")),
            Heading("what", t("What", "内容")),
            Heading("status", t("Status", "状态")),
        ],
        [
            Row(
                one.id,
                record_url(ActionItem, one.id),
                [Cell(one.no, "code"), Cell(one.description), cell_of(one.status)],
            )
            for one in found
        ],
    )


# -- links -----------------------------------------------------------------------------------------------------------


def _survey(key: str) -> Survey:
    record = views()["survey"].one(key)
    if not person_here().holds(*ASKERS):
        raise NotYours(
            Words("Surveys are run by sales and after-sales managers.", "满意度调查由销售经理和售后经理组织。")
        )
    return record


@surveys.get("/<key>/links/")
def ask_links(key: str) -> AnyResponse | str:
    """Says that each link is shown once, and makes them."""
    if not current_user.is_authenticated:
        return unauthorised()
    survey = _survey(key)
    waiting = [one for one in survey.invitations if one.response is None]
    return render_template("communication/links.html", survey=survey, waiting=waiting, links=[])


@surveys.post("/<key>/links/")
def links(key: str) -> AnyResponse | str:
    """A fresh link for each customer who has not answered; only their hashes are kept."""
    if not current_user.is_authenticated:
        return unauthorised()
    survey = _survey(key)
    if survey.status is not SurveyStatus.OPEN:
        raise RuleBroken(Words("This survey is not open.", "该调查当前未开放。"))
    waiting = [one for one in survey.invitations if one.response is None]
    with acting(db.session, act_here()) as act:
        made = [(one.customer.name, public_address(f"/s/{one.link(act.at)}/")) for one in waiting]
        db.session.flush()
    return render_template("communication/links.html", survey=survey, waiting=waiting, links=made)


# -- answering -------------------------------------------------------------------------------------------------------


@public.route("/s/<token>/", methods=("GET", "POST"))
@behind_a_link
def answer(token: str) -> AnyResponse | str:
    """The questions, and after the answer a word of thanks; nothing else of us or of him."""
    one = invitation_behind(db.session, token, source=source_address(), at=now())
    return _questions(one, Act(Person(), now(), Source.PUBLIC_LINK), AnsweredBy.LINK)


@surveys.route("/answer/<key>/", methods=("GET", "POST"))
def by_phone(key: str) -> AnyResponse | str:
    """The same, filled in while the customer is on the line."""
    if not current_user.is_authenticated:
        return unauthorised()
    one = db.session.get(SurveyInvitation, key_of(key) or 0)
    if one is None:
        raise NotVisible
    survey = _survey(str(one.survey_id))
    found = _questions(one, act_here(), AnsweredBy.PHONE)
    if request.method == "POST" and found.status_code == 200:
        flash(t("Saved.", "已保存。"), "success")
        return redirect(record_url(Survey, survey.id))
    return found


def _questions(one: SurveyInvitation, act: Act, way: AnsweredBy) -> AnyResponse:
    refusal, typed, status = "", {}, 200
    if request.method == "POST":
        typed = {name: clean(value) for name, value in request.form.items()}
        try:
            with acting(db.session, act):
                one.answer(act, _scores(one, typed), _whole(typed.get("likely", "")), typed.get("comment", ""), way)
                db.session.flush()
        except RuleBroken as broken:
            refusal, status = say(broken.words), 422 if broken.field else broken.status
    page = render_template(
        "communication/survey.html",
        one=one,
        survey=one.survey,
        refusal=refusal,
        typed=typed,
        is_open=one.survey.status is SurveyStatus.OPEN,
        is_done=one.response is not None,
        title=say(one.survey.title_words),
        questions=[(each.id, say(each.text_words)) for each in one.survey.questions],
    )
    return make_response(page, status)


def _scores(one: SurveyInvitation, typed: dict[str, str]) -> dict[int, int]:
    found = {each.id: _whole(typed.get(f"score-{each.id}", "")) for each in one.survey.questions}
    return {key: value for key, value in found.items() if value is not None}


def _whole(given: str) -> int | None:
    return int(given) if given.isdecimal() and given.isascii() and len(given) < 4 else None
