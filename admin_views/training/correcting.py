"""A confirmed result is corrected by another row, with a reason (P2.3)."""

from decimal import Decimal

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from admin_views.columns import cell_of
from admin_views.registry import record_url
from admin_views.session import db
from admin_views.signin import act_here, person_here
from admin_views.training.opened import (
    record,
    stranger,
)
from admin_views.training.pages import pages
from admin_views.words import exact_date, number_text, say, t
from models.journal import acting
from models.training import (
    ExamAttempt,
)
from models.training.marking import correct
from rules.base import Faulty, NotYours, Role, Words
from rules.ledger.reasons import Reason
from rules.ledgers.training import ABSENT, score
from rules.training.kinds import AttemptStatus


@pages.route("/results/<key>/correct/", methods=("GET", "POST"))
def correct_result(key: str) -> AnyResponse | str:
    """A confirmed result is not changed: another row takes its place, with a reason, once somebody else confirms it."""
    if (door := stranger()) is not None:
        return door
    wrong, person = record(ExamAttempt, key), person_here()
    if not person.holds(Role.HR):
        raise NotYours(Words("Only HR enters corrections.", "只有人事专员可以录入更正。"), clause="P2.3")
    if wrong.status is not AttemptStatus.CONFIRMED:
        raise NotYours(Words("Only a confirmed result is corrected.", "只有已确认的成绩才需要更正。"), clause="P2.3")
    if request.method != "POST":
        return _correction(wrong, {}, {})
    typed = {
        name: request.form.get(name, "").replace("\0", "")[:500] for name in ("score", "practical_score", "reason")
    }
    try:
        given, absent = _scores(typed)
        with acting(db.session, act_here()) as act:
            right = correct(db.session, act, wrong, {**given, "is_absent": absent}, typed["reason"])
            db.session.flush()
    except Faulty as refused:
        return _correction(wrong, typed, {name: say(one) for name, one in refused.faults.items()}, 422)
    flash(t("The correction is entered. Somebody else confirms it.", "更正已录入，须由他人确认。"), "success")
    return redirect(record_url(ExamAttempt, right.id))


def _scores(typed: dict[str, str]) -> tuple[dict[str, Decimal | None], bool]:
    """The scores as they are typed; 缺考 means absent."""
    found: dict[str, Decimal | None] = {}
    faults: dict[str, Words] = {}
    is_absent = False
    for name in ("score", "practical_score"):
        value = score(typed[name])
        if isinstance(value, Reason):
            faults[name] = value.words
        elif value == ABSENT:
            is_absent = True
            found[name] = None
        else:
            found[name] = value if isinstance(value, Decimal) else None
    if not typed["reason"].strip():
        faults["reason"] = Words("Please give a reason.", "请填写更正原因。")
    if faults:
        raise Faulty(faults)
    return found, is_absent


def _correction(
    wrong: ExamAttempt, typed: dict[str, str], faults: dict[str, str], status: int = 200
) -> AnyResponse | str:
    shown = {
        "score": number_text(wrong.score) if wrong.score is not None else "",
        "practical_score": number_text(wrong.practical_score) if wrong.practical_score is not None else "",
        "reason": "",
    }
    body = render_template(
        "training/correct.html",
        wrong=wrong,
        url=record_url(ExamAttempt, wrong.id),
        result=cell_of(wrong.result),
        on=exact_date(wrong.taken_on),
        typed={**shown, **typed},
        faults=faults,
        has_practice=wrong.practical_pass_score_used is not None,
    )
    return (body, status) if status != 200 else body
