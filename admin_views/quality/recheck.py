"""A re-check with a phone in one hand: what failed, what was done about it, and does it hold now (P3.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Response, flash, json, make_response, render_template, request
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as AnyResponse

from admin_views import faults
from admin_views.attached import files_of
from admin_views.columns import cell_of, due_cell
from admin_views.fields import clean
from admin_views.once import made_by_this_form, remember_form, token_again
from admin_views.quality.phone import done, made_at, photo_of, reading
from admin_views.quality.templates import limits_text
from admin_views.registry import record_url
from admin_views.session import db
from admin_views.signin import act_here, person_here, unauthorised
from admin_views.words import say, t
from models.actions import ActionItem
from models.base import now
from models.journal import acting
from models.quality import SpotCheck, SpotCheckItem, awaiting_recheck
from models.quality.recording import Answered, recheck_of
from rules.actions import ActionStatus
from rules.base import Faulty, NotVisible, NotYours, Role, RuleBroken, Words, key_of
from rules.quality import Verdict

rechecks = Blueprint("rechecks", __name__, url_prefix="/quality/recheck")


@dataclass(frozen=True)
class Asked:
    """The question that failed, as the check form shows one."""

    item: SpotCheckItem
    limits: str
    is_number: bool
    is_choice: bool = False
    may_skip: bool = False


@rechecks.get("/<key>/")
def ask(key: str) -> AnyResponse | str:
    """What failed, what was done about it, and the one question again."""
    if not current_user.is_authenticated:
        return unauthorised()
    action, item = _awaiting(key)
    return _page(action, item, {}, 200)


@rechecks.post("/<key>/")
def send(key: str) -> AnyResponse | str:
    """One form, one re-check; what it comes to moves the rectification."""
    if not current_user.is_authenticated:
        return unauthorised()
    if (made := made_by_this_form(SpotCheck)) is not None:
        return done(made)
    action, item = _awaiting(key)
    try:
        check = _kept(action, item)
    except IntegrityError:
        db.session.rollback()
        if (made := made_by_this_form(SpotCheck)) is not None:
            return done(made)
        raise
    except RuleBroken as refused:
        return _refused(key, refused)
    has_passed = action.status is not ActionStatus.RETURNED
    flash(
        t("Verified: {no} is put right.", "复检合格，{no} 已通过验证。", no=action.no)
        if has_passed
        else t("{no} goes back for another round.", "复检不合格，{no} 已退回整改。", no=action.no),
        "success" if has_passed else "warning",
    )
    return done(check.id)


def _awaiting(key: str) -> tuple[ActionItem, SpotCheckItem]:
    """The rectification and what failed; NotVisible where the person does not see it, or a check is not its proof."""
    wanted = key_of(key)
    action = db.session.scalar(select(ActionItem).where(ActionItem.id == wanted, ActionItem.visible_to(person_here())))
    is_from_check = action is not None and action.source_entity == "spot_check_item"
    item = db.session.get(SpotCheckItem, action.source_id) if action is not None and is_from_check else None
    if action is None or item is None:
        raise NotVisible
    if not person_here().holds_in(Role.QUALITY_INSPECTOR, action.department_id):
        raise NotYours(
            Words("Re-checks are made by the inspectors of the area.", "复检由该区域的检验员进行。"), clause="P3.2"
        )
    if not awaiting_recheck(action):
        raise RuleBroken(
            Words(
                "{no} does not wait for a re-check: it is {status}.",
                "{no} 目前不待复检，状态为“{status}”。",
                no=action.no,
                status=action.status,
            ),
            clause="P3.2",
        )
    return action, item


def _kept(action: ActionItem, item: SpotCheckItem) -> SpotCheck:
    act, last = act_here(), action.last_round
    if last is None:
        raise NotVisible
    with acting(db.session, act):
        check = recheck_of(
            act,
            item,
            last,
            _answered(item),
            checked_at=made_at(request.form.get("made_at", ""), act.at),
            note=clean(request.form.get("note", ""))[:2000],
            attach=partial(photo_of, act, name=f"photo-{item.id}"),
        )
        remember_form(act, check)
        db.session.flush()
    return check


def _answered(item: SpotCheckItem) -> Answered:
    said = request.form.get(f"said-{item.id}", "")
    try:
        value = reading(request.form.get(f"value-{item.id}", ""))
    except ValueError as fault:
        raise Faulty({f"item-{item.id}": Words(str(fault), str(fault))}) from None
    problem = clean(request.form.get(f"problem-{item.id}", ""))[:2000]
    return Answered(Verdict(said) if said in {"ok", "ng"} else None, value, problem=problem)


def _refused(key: str, refused: RuleBroken) -> AnyResponse:
    """The form as it was filled in, with the sentence at its place; nothing of it is stored."""
    wrong = refused.faults if isinstance(refused, Faulty) else {"": refused.words}
    sentences = {name: say(words) for name, words in wrong.items()}
    faults.note_refusal(refused)
    if faults.wants_json():
        said = {"ok": False, "status": refused.status, "message": say(refused.words), "faults": sentences}
        return Response(json.dumps(said, ensure_ascii=False), refused.status, mimetype="application/json")
    action, item = _awaiting(key)
    return _page(action, item, sentences, refused.status)


def _page(action: ActionItem, item: SpotCheckItem, wrong: Mapping[str, str], status: int) -> AnyResponse:
    body = render_template(
        "quality/recheck.html",
        action=action,
        url=record_url(ActionItem, action.id),
        item=item,
        asked=Asked(item, limits_text(item), item.lower is not None or item.upper is not None),
        first=cell_of(item.check.checked_at),
        due=due_cell(action.due_at, now()),
        last=action.last_round,
        submitted=cell_of(action.last_round.submitted_at) if action.last_round is not None else None,
        evidence=files_of(action),
        photos=[one for one in files_of(item.check) if one.is_picture and one.id == item.photo_id],
        wrong=wrong,
        sent=request.form,
        token=token_again(),
    )
    return make_response(body, status)
