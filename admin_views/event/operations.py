"""System status: jobs, workers, what is still to be told, what was refused, the chain of events (C1.2)."""

from collections.abc import Iterator

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from admin_views.columns import cell_of
from admin_views.event.listing import entity_words, labels_of
from admin_views.registry import desk_card, record_url
from admin_views.screen import EMPTY, Cell, DeskAct, DeskCard, DeskLine, Heading, Row
from admin_views.session import db
from admin_views.signin import act_here, person_here, unauthorised
from admin_views.words import t
from models.base import now
from models.event import Event, JobRun, WorkerBeat
from models.journal import acting
from models.news_mail import given_up, last_given_up, let_be, send_again, send_all_again
from models.operations import chain_state, job_runs, refusals, untold
from models.organisation import Account, Employee
from rules.base import NotYours, Person, Role, Words, key_of

operations = Blueprint("operations", __name__, url_prefix="/operations")
SILENT_SECONDS = 90
JOBS = {
    "remind": Words("What falls due", "到期提醒"),
    "tell": Words("Messages", "消息发送"),
    "clean_up": Words("Cleaning up", "清理过期数据"),
    "check_the_chain": Words("Check of the chain of events", "操作记录校验"),
    "tidy": Words("Tidying the job queue", "任务队列整理"),
    "mail": Words("Mailbox", "收取邮件"),
}
DECISIONS = {"again": send_again, "all_again": send_all_again, "let_be": let_be}
"""What an administrator does with mails that could not leave."""
MAILS_URL = "/operations/mails/"
ON_THE_DESK = 5
REFUSED_URL = "/admin/event/?flt_action=refused"


@operations.get("/")
def overview() -> AnyResponse | str:
    """Everything that an administrator has to look after."""
    if not current_user.is_authenticated:
        return unauthorised()
    _admins_only()
    mails, people = given_up(db.session, now())
    rows, count = refusals(db.session, now(), 20)
    return render_template(
        "event/operations.html",
        worker=_worker(),
        chain=chain_state(db.session),
        untold=untold(db.session, now()),
        mails=[(one, cell_of(one.since), record_url(Employee, one.employee.id)) for one in mails],
        people=people,
        last=last_given_up(db.session, now()),
        mails_url=MAILS_URL,
        job_headings=[
            Heading("name", t("Job", "任务")),
            Heading("state", t("State", "状态")),
            Heading("ran_at", t("Last run", "最近运行")),
            Heading("error", t("Error", "错误信息")),
        ],
        job_rows=[_job_row(nth, one) for nth, one in enumerate(job_runs(db.session))],
        refused_headings=[
            Heading("at", t("When", "时间")),
            Heading("who", t("Who", "操作人")),
            Heading("record", t("Record", "记录")),
            Heading("reason", t("What was refused, and why", "被拒绝的操作及原因")),
        ],
        refused_rows=_refused_rows(rows),
        refused_count=count,
        refused_url=REFUSED_URL,
    )


def _admins_only() -> None:
    if not person_here().holds(Role.ADMIN):
        raise NotYours(Words("This page is for administrators.", "此页面仅供系统管理员查看。"))


@operations.post("/mails/")
def decide_on_mails() -> AnyResponse:
    """Mails to a person that could not leave, up to the one that was seen: sent again, or let be; once."""
    if not current_user.is_authenticated:
        return unauthorised()
    _admins_only()
    decide = DECISIONS.get(request.form.get("verb", ""))
    who, last = key_of(request.form.get("id")), key_of(request.form.get("version_no"))
    if decide is None or who is None or last is None:
        abort(400)
    with acting(db.session, act_here()) as act:
        lines = decide(db.session, who, last, act)
        db.session.flush()
    if not lines:
        flash(t("That was decided already; nothing was done twice.", "这些邮件已处理过，未重复操作。"), "info")
    elif decide is not let_be:
        flash(t("They leave with the next mail, within a few minutes.", "已重新排队，几分钟内发出。"), "success")
    else:
        flash(t("They are not sent any more.", "已设为不再发送。"), "success")
    return redirect("/operations/#given-up")


def _worker() -> Cell:
    beat = db.session.scalar(select(WorkerBeat.at).order_by(WorkerBeat.at.desc()).limit(1))
    if beat is not None and (now() - beat).total_seconds() < SILENT_SECONDS:
        return Cell(t("running", "运行中"), "state", tone="met")
    said = t("no sign of life: nothing is told and nothing falls due", "无响应：到期提醒和消息均已停止")
    return Cell(said, "state", tone="overdue")


def job_words(name: str) -> str:
    return t(JOBS[name].en, JOBS[name].zh) if name in JOBS else name


def _job_row(nth: int, one: JobRun) -> Row:
    failing = t("failed {n} times in a row", "连续失败 {n} 次", n=one.failures)
    state = Cell(failing, "state", tone="overdue") if one.failures else Cell(t("well", "正常"), "state", tone="met")
    return Row(nth, "", [Cell(job_words(one.name)), state, cell_of(one.ran_at), Cell(one.error[:300])])


def _refused_rows(rows: "list[Event] | object") -> list[Row]:
    found: list[Event] = list(rows)  # type: ignore[call-overload]
    labels = labels_of(db.session, ((one.entity, one.entity_id) for one in found))
    logins = dict(
        db.session.execute(
            select(Account.id, Account.login).where(Account.id.in_({one.actor_id for one in found if one.actor_id}))
        ).all()
    )
    return [
        Row(
            one.seq,
            f"/admin/event/details/?id={one.seq}",
            [
                cell_of(one.at),
                Cell(logins.get(one.actor_id, "") if one.actor_id else t("system", "系统")),
                Cell(labels.get((one.entity, one.entity_id or 0), "") or entity_words(one.entity)),
                Cell(one.reason[:200]),
            ],
        )
        for one in found
    ]


# -- desk ------------------------------------------------------------------------------------------------------------


@desk_card
def troubles(person: Person) -> DeskCard | None:
    """What does not run as it should: the worker, its jobs, what is to be told, the chain."""
    if not person.holds(Role.ADMIN):
        return None
    lines = list(_troubles())
    return DeskCard(
        t("The product itself", "系统运行"),
        lines,
        t("Everything runs.", "系统运行正常。"),
        len(lines),
        "device-desktop",
        t("Jobs, messages, chain of events", "任务、消息与操作记录"),
        "/operations/",
    )


def _troubles() -> Iterator[DeskLine]:
    worker = _worker()
    if worker.tone != "met":
        yield DeskLine(t("Background worker", "后台进程"), "/operations/", worker.text, tone="overdue")
    for one in job_runs(db.session):
        if one.failures:
            yield DeskLine(job_words(one.name), "/operations/#jobs", one.error[:120], tone="overdue")
    told = untold(db.session, now())
    if told.late or told.failed:
        said = t("{late} late, {failed} failed", "延误 {late} 条，失败 {failed} 条", late=told.late, failed=told.failed)
        yield DeskLine(
            t("Messages that are still to be told", "待发送消息"), "/operations/#untold", said, tone="overdue"
        )
    yield from _given_up()
    chain = chain_state(db.session)
    if not chain.is_whole:
        yield DeskLine(
            t("The chain of events is broken", "操作记录校验异常"), "/admin/event/", chain.said, tone="overdue"
        )


def _given_up() -> Iterator[DeskLine]:
    """Mails that could not leave stand here until somebody sends them again or lets them be."""
    mails, people = given_up(db.session, now(), ON_THE_DESK)
    for one in mails:
        said = t("Mail to {who} did not leave", "发给 {who} 的消息邮件未能发出", who=one.employee.name)
        act = DeskAct(t("Send again", "重新发送"), MAILS_URL, "again", one.employee.id, one.last)
        yield DeskLine(said, "/operations/#given-up", one.error[:120], tone="overdue", act=act)
    if people > len(mails):
        said = t("Mails to {n} more people did not leave", "另有 {n} 人的消息邮件未能发出", n=people - len(mails))
        yield DeskLine(said, "/operations/#given-up", tone="overdue")


@desk_card
def refused(person: Person) -> DeskCard | None:
    """Acts that the product refused in the last week: what people stumble over."""
    if not person.holds(Role.ADMIN):
        return None
    rows, count = refusals(db.session, now(), 5)
    lines = [
        DeskLine(
            one.reason[:120] or entity_words(one.entity),
            f"/admin/event/details/?id={one.seq}",
            "",
            cell_of(one.at) or EMPTY,
        )
        for one in rows
    ]
    return DeskCard(
        t("Refused in the last 7 days", "近 7 天被拒绝的操作"),
        lines,
        t("Nothing was refused.", "没有被拒绝的操作。"),
        count,
        "ban",
        t("All of them", "查看全部"),
        REFUSED_URL,
    )
