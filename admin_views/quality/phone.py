"""A check with a phone in one hand: opened by the code at a post, filled in by taps, sent once (P3.2)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from flask import Blueprint, Response, flash, json, make_response, redirect, render_template, request
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as AnyResponse

from admin_views import faults
from admin_views.fields import clean, exact
from admin_views.once import made_by_this_form, picture, remember_form, token_again
from admin_views.quality.asked import Ask, ask_of
from admin_views.quality.lines import draw_lines
from admin_views.registry import MenuPage, menu_page, record_url
from admin_views.session import db
from admin_views.signin import act_here, person_here, unauthorised
from admin_views.words import say, t
from models.base import Act, now, on_date
from models.event import Attachment
from models.journal import acting
from models.organisation import Post
from models.quality import CheckTemplate, SpotCheck, SpotCheckItem
from models.quality.asking import posts_for
from models.quality.recording import Answered, Entered, record, refuse_unfit
from rules.base import NO_EMPLOYEE, Faulty, NotVisible, NotYours, Person, Role, RuleBroken, Words, key_of, names_of
from rules.quality import CHECKERS, CLAUSES, FIRST_CHECKS, Verdict, kinds_of

phone = Blueprint("phone", __name__, url_prefix="/q")
menu_page(
    MenuPage(
        "quality",
        Words("Make a check", "开始检查"),
        "/q/",
        lambda person: person.employee_id is not None and bool(kinds_of(person)),
        "device-mobile",
    )
)
OLDEST = timedelta(hours=24)
"""A check that was made without a connection keeps its time so long."""
MOST_SAMPLES = 9999


@phone.get("/")
def start() -> AnyResponse | str:
    """Today's draw, and a search for the post: the ways to a check without a code."""
    if not current_user.is_authenticated:
        return unauthorised()
    person = person_here()
    kinds = _kinds(person)
    words = clean(request.args.get("search", ""))[:50]
    posts = {post.id: post for kind in kinds for post in posts_for(db.session, person, kind, words)}
    ordered = sorted(posts.values(), key=lambda one: one.code)
    lines = draw_lines(person.employee_id or 0, on_date(now()))
    return render_template("quality/start.html", posts=ordered, search=words, lines=lines)


@phone.get("/<code>/")
def ask(code: str) -> AnyResponse | str:
    """The form with everything filled in."""
    if not current_user.is_authenticated:
        return unauthorised()
    asked = ask_of(_post(code), person_here(), request.args, now())
    return _page(asked, {}, 200)


@phone.post("/<code>/")
def send(code: str) -> AnyResponse | str:
    """One form, one record, however often it is sent."""
    if not current_user.is_authenticated:
        return unauthorised()
    person = person_here()
    _kinds(person)
    if (made := made_by_this_form(SpotCheck)) is not None:
        return done(made)
    post = _post(code)
    asked = ask_of(post, person, request.form, now())
    try:
        check = _kept(asked)
    except IntegrityError:
        db.session.rollback()
        if (made := made_by_this_form(SpotCheck)) is not None:
            return done(made)
        raise
    except Faulty as refused:
        return _refused(code, refused, refused.faults)
    except RuleBroken as refused:
        return _refused(code, refused, {})
    opened = len(check.raised())
    told = t("Recorded: {no}.", "已提交：{no}。", no=check.no)
    if opened:
        told += t(" Rectifications opened: {n}.", "已开出整改单 {n} 张。", n=opened)
    flash(told, "success")
    return done(check.id)


# -- reading ---------------------------------------------------------------------------------------------------------


def _kinds(person: Person) -> Any:
    kinds = kinds_of(person)
    if not kinds:
        everybody = {role for kind in FIRST_CHECKS for role in CHECKERS[kind]}
        raise NotYours(Words("Checks are made by: {who}.", "检查由以下人员进行：{who}。", who=names_of(everybody)))
    if person.employee_id is None:
        raise NotYours(NO_EMPLOYEE)
    return kinds


def _post(code: str) -> Post:
    found = db.session.scalar(select(Post).where(Post.code == code[:32], Post.voided_at.is_(None)))
    if found is None:
        raise NotVisible
    return found


def _kept(asked: Ask) -> SpotCheck:
    """Writes the form down, with its photos and its token."""
    act, post = act_here(), asked.post
    template, employee = asked.template, asked.employee
    sent_template = request.form.get("template", "")
    if template is None or str(template.id) != sent_template:
        raise _gone(post)
    if employee is None or str(employee.id) != request.form.get("employee", ""):
        raise Faulty({"employee": Words("Choose who is checked.", "请选择被检人。")})
    refuse_unfit(template, post, asked.templates)
    entered = Entered(
        template=template,
        post=post,
        employee=employee,
        stage=asked.stage,
        ticket=asked.ticket,
        checked_at=made_at(request.form.get("made_at", ""), act.at),
        document_id=asked.paper.document.id if asked.paper else None,
        bench_rev=_bench(asked),
        sample_qty=_samples(request.form.get("sample_qty", "")),
        note=clean(request.form.get("note", ""))[:2000],
        draw=asked.draw_for(employee.id),
        answers=_answers(asked),
    )
    with acting(db.session, act):
        check = record(db.session, act, entered, partial(photo_of, act))
        remember_form(act, check)
        db.session.flush()
    return check


def _gone(post: Post) -> RuleBroken:
    return RuleBroken(
        Words(
            "The questions for “{post}” have changed since. Open the form again.",
            "“{post}”的检查项目已更新，请重新打开检查表。",
            post=post.name,
        ),
        field="template",
    )


def made_at(given: str, at: datetime) -> datetime:
    """When it was made: what the phone noted, where it had no connection; never ahead of our clock, nor long ago."""
    try:
        noted = datetime.fromisoformat(given)
    except ValueError:
        return at
    if noted.tzinfo is None or not at - OLDEST <= noted <= at:
        return at
    return noted


def _bench(asked: Ask) -> str:
    """The revision that lay at the post: the one in force, another, or nobody looked."""
    revision = asked.paper.revision if asked.paper else None
    match request.form.get("bench", ""):
        case "same":
            return revision.rev_no if revision is not None else ""
        case "other":
            found = clean(request.form.get("bench_rev", ""))[:16]
            if not found:
                raise Faulty({"bench_rev": Words("Which revision lies there?", "请填写现场看到的版次。")})
            return str(found)
    return ""


def _samples(given: str) -> int:
    found = key_of(clean(given) or "1")
    if found is None or not 0 < found <= MOST_SAMPLES:
        raise Faulty({"sample_qty": Words("A whole number from 1 to 9999.", "请填写 1 至 9999 的整数。")})
    return found


def _answers(asked: Ask) -> dict[int, Answered]:
    found, wrong = {}, {}
    for one in asked.template.items if asked.template else ():
        try:
            value = reading(request.form.get(f"value-{one.id}", ""))
        except ValueError as fault:
            wrong[f"item-{one.id}"] = Words(str(fault), str(fault))
            continue
        said = request.form.get(f"said-{one.id}", "")
        found[one.id] = Answered(
            said=Verdict(said) if said in set(Verdict) else None,
            value=value,
            choice=clean(request.form.get(f"choice-{one.id}", ""))[:100],
            problem=clean(request.form.get(f"problem-{one.id}", ""))[:2000],
            responsible=asked.mender(request.form.get(f"responsible-{one.id}", "")),
        )
    if wrong:
        raise Faulty(wrong)
    return found


def reading(given: str) -> Decimal | None:
    given = clean(given)
    return exact(given) if given else None


def photo_of(act: Act, check: SpotCheck, line: SpotCheckItem, name: str = "") -> Attachment | None:
    """The picture of a failing item, if one was taken; ``name``: the field, where it is not the template's."""
    if line.verdict is not Verdict.NG:
        return None
    name = name or f"photo-{line.template_item_id}"
    return picture(act, check, name, fault_at=name.replace("photo-", "item-"))


# -- answering -------------------------------------------------------------------------------------------------------


def done(key: int) -> AnyResponse:
    url = record_url(SpotCheck, key)
    if faults.wants_json():
        return Response(json.dumps({"ok": True, "status": 200, "url": url}), mimetype="application/json")
    return redirect(url)


def _refused(code: str, refused: RuleBroken, wrong: Mapping[str, Words]) -> AnyResponse:
    """The form as it was filled in, with each sentence at its place; nothing of it is stored."""
    sentences = {name: say(words) for name, words in wrong.items()}
    told = say(refused.words)
    faults.note_refusal(refused)
    if faults.wants_json():
        answer = {"ok": False, "status": refused.status, "message": told, "faults": sentences}
        return Response(json.dumps(answer, ensure_ascii=False), refused.status, mimetype="application/json")
    asked = ask_of(_post(code), person_here(), request.form, now())
    return _page(asked, sentences or {"": told}, refused.status)


def _page(asked: Ask, wrong: Mapping[str, str], status: int) -> AnyResponse:
    person = person_here()
    body = render_template(
        "quality/phone.html",
        asked=asked,
        wrong=wrong,
        token=token_again(),
        sent=request.form,
        clause=CLAUSES[asked.template.scope] if asked.template else "",
        may_free=person.holds(Role.QUALITY_INSPECTOR),
        may_build=CheckTemplate.access.may_create(person),
    )
    return make_response(body, status)
