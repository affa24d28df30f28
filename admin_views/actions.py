"""Action items on screen: accepted, put right in rounds, re-checked (P3.2)."""

from typing import Any, ClassVar

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from admin_views.base import RegulationView
from admin_views.columns import cell_of, due_cell
from admin_views.deadlines import left_of
from admin_views.registry import LINE_LABELS, desk_card, next_act, panel, record_url
from admin_views.screen import Cell, DeskCard, DeskLine, Heading, Panel, Row
from admin_views.session import db
from admin_views.words import say, t
from models.actions import ActionItem, ActionRound
from models.base import now
from rules.actions import UNFINISHED
from rules.base import Person, Role, Words


class ActionItemView(RegulationView):
    labels: ClassVar = {
        "source_entity": Words("Raised by", "来源"),
        "source_id": Words("Source", "来源记录"),
        "severity": Words("Severity", "严重程度"),
        "is_repeat": Words("Came again", "重复发生"),
        "description": Words("What is wrong", "问题描述"),
        "containment": Words("Containment", "临时措施"),
        "cause_category": Words("Cause (5M1E)", "原因类别（人机料法环测）"),
        "root_cause": Words("Root cause", "根本原因"),
        "measure": Words("What was done", "整改措施"),
        "responsible": Words("Responsible", "责任人"),
        "verifier": Words("Verifier", "验证人"),
        "raiser": Words("Raised by", "提出人"),
        "opened_at": Words("Opened", "开出时间"),
        "original_due_at": Words("First due", "原定期限"),
        "closed_at": Words("Closed", "关闭时间"),
    }
    list_columns = ("no", "description", "severity", "responsible", "department", "due_at", "status")
    filter_columns = ("status", "severity", "is_repeat", "responsible", "department", "due_at", "opened_at")
    page_columns = (
        "description",
        "severity",
        "is_repeat",
        "responsible",
        "department",
        "raiser",
        "opened_at",
        "due_at",
        "original_due_at",
        "cause_category",
        "root_cause",
        "closed_at",
    )
    left_out = frozenset(
        {
            "no",
            "kind",
            "source_entity",
            "source_id",
            "clause",
            "department_id",
            "severity",
            "is_repeat",
            "description",
            "containment",
            "cause_category",
            "root_cause",
            "responsible_id",
            "verifier_id",
            "raiser_id",
            "opened_at",
            "due_at",
            "original_due_at",
            "closed_at",
        }
    )
    asked_fields: ClassVar = {"cause_category": "cause_category"}
    bulk_verbs = ("accept",)
    icon = "tool"


LINE_LABELS["action_round"] = {
    "action": Words("Action item", "整改单"),
    "round_no": Words("Round", "轮次"),
    "measure": Words("What was done", "整改措施"),
    "submitted_at": Words("Submitted", "提交时间"),
    "submitted_by": Words("Submitted by", "提交人"),
    "checked_at": Words("Checked", "复检时间"),
    "checked_by": Words("Checked by", "复检人"),
    "result": Words("Result", "结果"),
}


@panel(ActionItem)
def rounds(action: ActionItem, person: Person) -> Panel | None:
    """Each attempt, and what its check found."""
    if not action.rounds:
        return None
    return Panel(
        title=t("Rounds", "整改轮次"),
        headings=[
            Heading("round_no", t("Round", "轮次"), "number"),
            Heading("measure", t("What was done", "整改措施")),
            Heading("submitted_at", t("Submitted", "提交时间")),
            Heading("checked_at", t("Checked", "复检时间")),
            Heading("result", t("Result", "结果")),
        ],
        rows=[Row(one.id, "", _round_cells(one)) for one in action.rounds],
    )


def _round_cells(one: ActionRound) -> list[Cell]:
    return [
        Cell(str(one.round_no), "number"),
        Cell(one.measure),
        cell_of(one.submitted_at),
        cell_of(one.checked_at),
        Cell(say(one.result.words), "state", tone="met" if one.result == "passed" else "breached")
        if one.result
        else Cell(""),
    ]


@desk_card
def my_actions(person: Person) -> DeskCard | None:
    """What this person has to put right, the most urgent first."""
    if person.employee_id is None:
        return None
    rows = db.session.scalars(
        select(ActionItem)
        .where(ActionItem.responsible_id == person.employee_id, ActionItem.status.in_(UNFINISHED))
        .order_by(ActionItem.due_at)
        .limit(10)
    ).all()
    at = now()
    lines = [
        DeskLine(
            one.description,
            record_url(ActionItem, one.id),
            f"{one.no} · {say(one.status.words)}",
            due_cell(one.due_at, at, left=left_of(one.due_at, at)),
            act=next_act(one, person),
        )
        for one in rows
    ]
    return DeskCard(
        t("Mine to put right", "待我整改"),
        lines,
        t("Nothing to put right. Well done.", "没有待整改事项。"),
        len(lines),
        "tool",
    )


@desk_card
def overdue_in_my_area(person: Person) -> DeskCard | None:
    """What others should have put right by now, for those who answer for them."""
    if not person.holds(Role.TEAM_LEADER, Role.PRODUCTION_MANAGER, Role.QUALITY_MANAGER, Role.GENERAL_MANAGER):
        return None
    at = now()
    late = (
        ActionItem.visible_to(person),
        ActionItem.due_at < at,
        ActionItem.status.in_(UNFINISHED),
        ActionItem.responsible_id != (person.employee_id or 0),
    )
    rows = db.session.scalars(
        select(ActionItem)
        .options(joinedload(ActionItem.responsible))
        .where(*late)
        .order_by(ActionItem.due_at)
        .limit(10)
    ).all()
    lines = [
        DeskLine(
            one.description,
            record_url(ActionItem, one.id),
            f"{one.no} · {one.responsible.label}",
            due_cell(one.due_at, at, left=left_of(one.due_at, at)),
        )
        for one in rows
    ]
    count = db.session.scalar(
        select(func.count()).select_from(select(ActionItem.id).where(*late).limit(1000).subquery())
    )
    return DeskCard(
        t("Overdue in my area", "我管辖的逾期整改"),
        lines,
        t("Nothing is overdue.", "没有逾期整改。"),
        count or 0,
        "alert-triangle",
        t("All of them", "查看全部"),
        "/admin/action_item/?sort=due_at&flt_status=" + ",".join(UNFINISHED),
        "watch",
    )


VIEWS: list[tuple[type[Any], type[RegulationView]]] = [(ActionItem, ActionItemView)]
