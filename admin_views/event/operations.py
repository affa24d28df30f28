"""System status: jobs, workers, what is still to be told, what was refused, the chain of events (C1.2)."""

from collections.abc import Iterator

from flask import Blueprint, render_template
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from admin_views.columns import cell_of
from admin_views.event.listing import entity_words, labels_of
from admin_views.registry import desk_card
from admin_views.screen import EMPTY, Cell, DeskCard, DeskLine, Heading, Row
from admin_views.session import db
from admin_views.signin import person_here, unauthorised
from admin_views.words import t
from models.base import now
from models.event import Event, JobRun, WorkerBeat
from models.operations import chain_state, job_runs, refusals, untold
from models.organisation import Account
from rules.base import NotYours, Person, Role, Words

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
REFUSED_URL = "/admin/event/?flt_action=refused"


@operations.get("/")
def overview() -> AnyResponse | str:
    """Everything that an administrator has to look after."""
    if not current_user.is_authenticated:
        return unauthorised()
    if not person_here().holds(Role.ADMIN):
        raise NotYours(Words("This page is for administrators.", "此页面仅供系统管理员查看。"))
    rows, count = refusals(db.session, now(), 20)
    return render_template(
        "event/operations.html",
        worker=_worker(),
        chain=chain_state(db.session),
        untold=untold(db.session, now()),
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
    found: list[Event] = list(rows)
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
    chain = chain_state(db.session)
    if not chain.is_whole:
        yield DeskLine(
            t("The chain of events is broken", "操作记录校验异常"), "/admin/event/", chain.said, tone="overdue"
        )


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
