"""What a desk says of checks: today's draw, re-checks due, drafts, patrols of the week (P3.1, P3.2)."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from admin_views.columns import cell_of, due_cell
from admin_views.deadlines import left_of
from admin_views.quality.lines import draw_lines
from admin_views.registry import desk_card, record_url
from admin_views.screen import Cell, DeskAct, DeskCard, DeskLine
from admin_views.session import db
from admin_views.words import say, t
from models.actions import ActionItem
from models.base import now, on_date
from models.organisation import Post
from models.quality import SpotCheck
from models.quality.statistics import patrols_of_week
from models.regulation import due_at, figure, limit
from rules import quality
from rules.actions import ActionStatus
from rules.base import Person, Role, Unset
from rules.quality import CheckStatus
from rules.regulation import Target
from rules.regulation.figures import PATROLS_PER_WEEK


@desk_card
def todays_draw(person: Person) -> DeskCard | None:
    """Whom the draw names today, for whoever makes checks."""
    if person.employee_id is None or not person.holds(Role.QUALITY_INSPECTOR, Role.TECHNICAL):
        return None
    lines = draw_lines(person.employee_id, on_date(now()))
    open_ones = sum(one.tone != "done" for one in lines)
    return DeskCard(
        t("Drawn for me today", "今日抽检名单"),
        lines,
        t("Nobody is drawn today.", "今天没有抽检任务。"),
        open_ones,
        "arrows-sort",
        t("Make a check", "开始检查"),
        "/q/",
    )


@desk_card
def rechecks_due(person: Person) -> DeskCard | None:
    """Rectifications that wait for a re-check, for whoever may make one."""
    if not person.holds(Role.QUALITY_INSPECTOR, Role.QUALITY_MANAGER):
        return None
    rows = db.session.scalars(
        select(ActionItem)
        .where(
            ActionItem.status == ActionStatus.SUBMITTED,
            ActionItem.source_entity == "spot_check_item",
            ActionItem.visible_to(person),
            ActionItem.responsible_id != (person.employee_id or 0),
        )
        .options(joinedload(ActionItem.responsible), selectinload(ActionItem.rounds))
        .order_by(ActionItem.due_at)
        .limit(10)
    ).all()
    lines = [
        DeskLine(
            one.description,
            record_url(ActionItem, one.id),
            f"{one.no} · {one.responsible.label}",
            _recheck_due(one),
            act=DeskAct(t("Re-check", "复检"), f"/quality/recheck/{one.id}/")
            if person.holds_in(Role.QUALITY_INSPECTOR, one.department_id)
            else None,
        )
        for one in rows
    ]
    may_create = person.holds(Role.QUALITY_INSPECTOR)
    return DeskCard(
        t("Waiting for a re-check", "待复检"),
        lines,
        t("No re-check is due.", "没有待复检的整改。"),
        len(lines),
        "clipboard-check",
        t("Record a spot check", "记录抽检") if may_create else "",
        "/admin/spot_check/new/" if may_create else "",
    )


def _recheck_due(action: ActionItem) -> Cell:
    """By when it is to be looked at again: the time limit from its submission; unset, since when it waits."""
    at, last = now(), action.last_round
    submitted_at = last.submitted_at if last is not None else action.opened_at
    try:
        allowed = limit(
            db.session, Target.RECHECK, {"severity": str(action.severity)}, on_date(submitted_at), clause="P3.2"
        )
    except Unset:
        return Cell(t("waiting since {at}", "自 {at} 起等待", at=cell_of(submitted_at).text), "instant")
    due = due_at(db.session, allowed, submitted_at)
    return due_cell(due, at, left=left_of(due, at))


@desk_card
def my_drafts(person: Person) -> DeskCard | None:
    """Checks that were begun and not yet submitted."""
    if not person.holds(Role.QUALITY_INSPECTOR):
        return None
    rows = db.session.execute(
        select(SpotCheck.id, SpotCheck.no, SpotCheck.checked_at, Post.name)
        .join(Post, Post.id == SpotCheck.post_id)
        .where(SpotCheck.inspector_id == person.employee_id, SpotCheck.status == CheckStatus.DRAFT)
        .order_by(SpotCheck.id.desc())
        .limit(10)
    ).all()
    go_on = t("Go on", "继续填写")
    lines = [
        DeskLine(
            post,
            record_url(SpotCheck, key),
            f"{no} · {cell_of(at).text}",
            act=DeskAct(go_on, f"/admin/spot_check/edit/?id={key}"),
        )
        for key, no, at, post in rows
    ]
    return DeskCard(
        t("My drafts", "我的未提交抽检"), lines, t("No draft is left over.", "没有未提交的抽检。"), len(lines), "pencil"
    )


@desk_card
def my_patrols(person: Person) -> DeskCard | None:
    """How many patrols of the week are made, for who leads a team (P3.1)."""
    if not person.holds(Role.TEAM_LEADER) or not person.teams:
        return None
    on = on_date(now())
    made = {one.leader.id: one.done for one in patrols_of_week(db.session, on, person.teams)}
    done = made.get(person.employee_id or 0, 0)
    try:
        wanted = figure(db.session, PATROLS_PER_WEEK, on)
        left = quality.missing(done, wanted)
        text = t("{done} of {wanted} made this week", "本周已巡检 {done}/{wanted} 次", done=done, wanted=wanted)
    except Unset as unset:
        left, text = 0, say(unset.words)
    tone = "soon" if left else "done"
    state = Cell(t("{n} missing", "还缺 {n} 次", n=left) if left else t("complete", "已完成"), "state", tone=tone)
    return DeskCard(
        t("Patrols of the week", "本周巡检"),
        [DeskLine(text, "/quality/patrols/", "", state, tone)],
        "",
        left,
        "route",
        t("Make a patrol", "开始巡检"),
        "/q/",
    )
