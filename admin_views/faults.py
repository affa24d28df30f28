"""What went wrong, as a sentence in the person's language: refusals, broken constraints, a database out of reach."""

import errno
import re
from typing import Any

from flask import Response, current_app, json, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from admin_views.fields import clean
from admin_views.session import db
from admin_views.signin import act_here, nobody_here, path_of, person_here, unauthorised
from admin_views.words import say, t
from models.journal import record_refusal
from rules.base import RuleBroken, Stale, Words, key_of

SENTENCES: dict[str, Words] = {}
"""Constraint name -> what it means; chapters add theirs beside their views."""

AWAY = (DBAPIError, NoConnectionFree, PendingRollbackError)
"""What a database that is down, restarted, full or overrun makes of a request."""
IN_SHELL = {403, 404, 409, 422}
"""Told on a page with menu and search: the database is well."""
CAN_BE_MENDED = {409, 422}
"""Refused as it stands: other entries, or a later moment, may be taken."""
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}

HEADINGS = {
    400: Words("This was not understood", "请求无法识别"),
    403: Words("Not yours to do", "您无权办理"),
    404: Words("Not here", "未找到"),
    405: Words("Not this way", "操作方式不正确"),
    409: Words("Refused", "未能办理"),
    413: Words("Too large", "内容过大"),
    422: Words("Please check your entries", "请检查填写内容"),
    429: Words("Slow down", "请稍候再试"),
    500: Words("Something went wrong on our side", "系统出错了"),
    503: Words("Back in a moment", "系统暂时不可用"),
}
TEXTS = {
    400: Words("Go back, reload the page and try again.", "请返回并刷新页面后重试。"),
    403: Words("Ask whoever is responsible for it.", "请联系负责此事的同事办理。"),
    404: Words(
        "There is no such page or record, or it lies outside your area.", "页面或记录不存在，或不在您的权限范围内。"
    ),
    405: Words("This address does not take what was sent to it.", "该地址不接受此类请求。"),
    413: Words("The file or form is larger than is allowed.", "文件或表单超过允许的大小。"),
    500: Words(
        "It has been noted. What you typed is kept in your browser.", "问题已记录，您填写的内容保留在浏览器中。"
    ),
    503: Words(
        "The database is busy or being restarted. Nothing is lost; try again.",
        "数据库繁忙或正在重启，数据未丢失，请稍后重试。",
    ),
}


def wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def page(status: int, text: str = "", **headers: str) -> AnyResponse:
    """An answer that is a sentence, as a page or as JSON."""
    heading = say(HEADINGS.get(status, HEADINGS[400]))
    text = text or say(TEXTS.get(status, TEXTS[400]))
    if wants_json():
        body = json.dumps({"ok": False, "status": status, "message": text}, ensure_ascii=False)
        response = Response(body, status, mimetype="application/json")
    else:
        body = render_template(
            "message.html",
            status=status,
            heading=heading,
            text=text,
            in_shell=status in IN_SHELL and person_here().account_id is not None,
            **_way_back(status),
        )
        response = make_response(body, status)
    response.headers.update(headers)
    return response


def _way_back(status: int) -> dict[str, str]:
    """To where the refused act was begun, else to the desk."""
    before = path_of(request.referrer or "/")
    if status in {403, 409, 422} and request.method == "POST" and before.startswith("/admin/"):
        is_record = "/details/" in before or "/edit/" in before
        label = t("Back to the record", "返回该记录") if is_record else t("Back to the list", "返回列表")
        return {"back_url": before, "back_label": label}
    return {"back_url": "/", "back_label": t("To my desk", "回到我的工作台")}


def note_refusal(refused: RuleBroken) -> None:
    """A refused change is an event of its own; a refused look is not."""
    if request.method in {"GET", "HEAD", "OPTIONS"} or person_here().account_id is None:
        roll_back()
        return
    entity = clean((request.view_args or {}).get("table") or request.blueprint or "")[:63]
    key = key_of(request.values.get("id"))
    action = clean(request.values.get("verb") or request.endpoint or "")[:60]
    act = act_here()
    roll_back()  # a refusal within a flush leaves a session that answers nothing, not even whose language it is
    record_refusal(db.session, act, entity=entity, entity_id=key, action=action, reason=clean(say(refused.words)))


def constraint_of(fault: IntegrityError) -> str:
    """The constraint that was broken: its name, or for SQLite's unique ones table.column."""
    diagnosis = getattr(fault.orig, "diag", None)
    if diagnosis is not None:
        return str(diagnosis.constraint_name or "")
    found = re.search(r"(?<!NOT NULL )constraint failed: (.+)$", str(fault.orig))
    return found.group(1) if found else ""


def said_of(fault: IntegrityError) -> tuple[str | None, Words]:
    """The field that a broken constraint belongs to, and the sentence."""
    name = constraint_of(fault)
    if name in SENTENCES:
        return None, SENTENCES[name]
    unique = re.match(r"(?:\w+\.(\w+)|uq_[a-z]+?_(\w+))", name)
    if unique and not name.startswith(("ck_", "fk_")):
        field = next(iter(name.split(", "))).split(".")[-1].removesuffix("_id") if "." in name else None
        return field, Words("There is one like this already.", "已有相同的记录。")
    if name.startswith("ck_"):
        return None, Words("These entries do not fit together.", "填写内容之间互相矛盾。")
    return None, Words(
        "It refers to a record that is not there, or is still referred to.", "引用的记录不存在，或仍被其他记录引用。"
    )


def as_refusal(fault: IntegrityError) -> RuleBroken:
    """A broken constraint as the refusal that it is, at its field where it has one."""
    field_name, words = said_of(fault)
    refused = RuleBroken(words, field=field_name)
    refused.status = 422 if field_name else 409
    return refused


def register(app: Any) -> None:
    """Every fault answers with its own status; nothing shows SQL or a trace."""
    app.register_error_handler(RuleBroken, _refused)
    app.register_error_handler(StaleDataError, lambda _: _refused(Stale()))
    app.register_error_handler(IntegrityError, _broken)
    app.register_error_handler(DataError, lambda _: _rolled_back(422))
    for away in (OperationalError, *AWAY):
        app.register_error_handler(away, out_of_reach)
    app.register_error_handler(OSError, _no_room)
    app.register_error_handler(CSRFError, _untrusted)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _refused(refused: RuleBroken) -> AnyResponse:
    note_refusal(refused)
    return page(refused.status, say(refused.words))


def _untrusted(_fault: CSRFError) -> AnyResponse:
    """A form without its token: whose session is over signs in again and finds the draft there."""
    if request.path.startswith("/admin/") and person_here().account_id is None:
        return unauthorised()
    return page(
        400, t("The form has expired. Go back, reload and send it again.", "表单已失效，请返回刷新后重新提交。")
    )


def _broken(fault: IntegrityError) -> AnyResponse:
    roll_back()
    _, words = said_of(fault)
    return page(409, say(words))


def _rolled_back(status: int) -> AnyResponse:
    roll_back()
    return page(status)


def roll_back() -> None:
    """Undoes what is pending, also over a connection that is gone."""
    try:
        db.session.rollback()
    except AWAY:
        db.session.remove()


def out_of_reach(fault: Exception) -> AnyResponse:
    """503, on a page that asks the database for nothing."""
    current_app.logger.warning("database: %s", getattr(fault, "orig", None) or fault)
    roll_back()
    nobody_here()
    return page(503, **{"Retry-After": "5"})


def _no_room(fault: OSError) -> AnyResponse:
    """A disk that is full or may not be written to comes back by itself once somebody has seen to it."""
    return out_of_reach(fault) if fault.errno in NO_ROOM else _unexpected(fault)


def _http(fault: HTTPException) -> AnyResponse:
    if fault.code is None or fault.code < 400:
        return fault.get_response()
    roll_back()
    answer = page(fault.code)
    if fault.code == 405 and getattr(fault, "valid_methods", None):
        answer.headers["Allow"] = ", ".join(fault.valid_methods)
    return answer


def _unexpected(fault: Exception) -> AnyResponse:
    current_app.logger.error("unexpected", exc_info=fault)
    roll_back()
    if current_app.testing and current_app.config.get("RAISE_UNEXPECTED"):
        raise fault
    return page(500)
