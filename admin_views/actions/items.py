"""Action items on screen: accepted, put right in rounds, re-checked (P3.2)."""

from dataclasses import replace
from typing import Any, ClassVar

from flask import request
from sqlalchemy import select
from wtforms import Form

from admin_views.base import RegulationView, Section
from admin_views.columns import cell_of
from admin_views.faults import SENTENCES
from admin_views.registry import LINE_LABELS, panel, record_url, views
from admin_views.screen import Cell, Heading, Panel, Row
from admin_views.session import db
from admin_views.words import say, t
from models.actions import AccountabilityCase, ActionItem, ActionRound, extensions_of
from models.base import Act, Record
from models.event import Attachment
from models.journal import seal
from models.organisation import Employee
from rules.actions import BY_HAND, CLAUSE_OF, Proof, refuse_by_hand, refuse_past_due
from rules.base import NotVisible, Person, Words

SENTENCES["ck_action_item_verifier_is_another"] = Words(
    "The verifier must not be the responsible person.", "验证人不能是责任人本人。"
)
SENTENCES["uq_action_extension_one_waiting"] = Words(
    "A request still waits for its answer.", "上一次延期申请尚未审批。"
)


class ActionItemView(RegulationView):
    labels: ClassVar = {
        "source_entity": Words("Raised by", "来源"),
        "source_id": Words("Source", "来源记录"),
        "severity": Words("Severity", "严重程度"),
        "is_repeat": Words("Came again", "重复发生"),
        "description": Words("What is wrong", "问题描述"),
        "proof": Words("Verified by", "验证方式"),
        "containment": Words("Containment", "临时措施"),
        "cause_category": Words("Cause (5M1E)", "原因类别（人机料法环测）"),
        "root_cause": Words("Root cause", "根本原因"),
        "measure": Words("What was done", "整改措施"),
        "evidence": Words(
            "What proves it (files and photos are attached below)", "整改证据说明（文件、照片在下方上传）"
        ),
        "new_due_on": Words("New date", "新的完成日期"),
        "responsible": Words("Responsible", "责任人"),
        "verifier": Words("Verifier", "验证人"),
        "raiser": Words("Raised by", "提出人"),
        "opened_at": Words("Opened", "开出时间"),
        "original_due_at": Words("First due", "原定期限"),
        "effectiveness_due_on": Words("Watched until", "效果观察至"),
        "closed_at": Words("Closed", "关闭时间"),
    }
    list_columns = ("no", "description", "kind", "severity", "responsible", "department", "due_at", "status")
    filter_columns = (
        "status",
        "kind",
        "severity",
        "is_repeat",
        "responsible",
        "department",
        "verifier",
        "due_at",
        "opened_at",
        "effectiveness_due_on",
    )
    form_columns = ("kind", "severity", "description", "responsible", "due_at", "verifier")
    sections = (
        Section(Words("What is to be done", "事项"), ("kind", "severity", "description")),
        Section(Words("By whom, by when", "责任与期限"), ("responsible", "due_at", "verifier")),
    )
    page_columns = (
        "description",
        "kind",
        "severity",
        "is_repeat",
        "responsible",
        "department",
        "raiser",
        "proof",
        "verifier",
        "opened_at",
        "due_at",
        "original_due_at",
        "effectiveness_due_on",
        "closed_at",
        "containment",
        "cause_category",
        "root_cause",
    )
    left_out = frozenset(
        {
            "no",
            "source_entity",
            "source_id",
            "proof",
            "clause",
            "department_id",
            "is_repeat",
            "containment",
            "cause_category",
            "root_cause",
            "raiser_id",
            "opened_at",
            "original_due_at",
            "effectiveness_due_on",
            "closed_at",
        }
    )
    asked_fields: ClassVar = {"cause_category": "cause_category"}
    asked_kinds: ClassVar = {"new_due_on": "date"}
    bulk_verbs = ("accept",)
    icon = "tool"
    needs_employee = True

    def form_class(self, person: Person) -> type[Form]:
        """By hand only improvements, corrective and preventive actions are opened."""
        made = super().form_class(person)
        made.kind.kwargs["choices"] = BY_HAND
        return made

    def new_record(self, act: Act) -> ActionItem:
        """By whoever is signed in; from a record that leads to measures, it stands as their source."""
        action = ActionItem(raiser_id=act.by.employee_id, opened_at=act.at, proof=Proof.VERIFIER)
        source = request.values.get("of", "")
        if source:
            found = _source(source)
            action.source_entity, action.source_id = found.__tablename__, found.id
            action.clause = str(getattr(found, "clause", ""))
        return action

    def before_save(self, record: ActionItem, act: Act) -> None:
        """What follows from the facts; whoever opens it verifies it unless he names somebody else."""
        responsible = record.responsible.id
        if record.verifier is None and record.raiser_id != responsible:
            record.verifier = db.session.get(Employee, record.raiser_id)
        verifier = record.verifier.id if record.verifier is not None else None
        refuse_by_hand(record.kind, responsible, verifier)
        if record.due_at != record.original_due_at:
            refuse_past_due(record.due_at, act.at)
        record.original_due_at = record.due_at
        record.department = record.responsible.department
        record.clause = record.clause or CLAUSE_OF[record.kind]
        if record.id is None:
            seal(db.session, record, "create", act, recipients={responsible, verifier or responsible})

    def why_not_edit(self, record: Any, person: Person) -> Words | None:
        """Who opened it by hand may correct it until it is accepted; what was found by a check stays as found."""
        if record.kind not in BY_HAND or record.proof is not Proof.VERIFIER or record.source_entity == "suggestion":
            return Words("What was found stays as it was found.", "已提出的问题内容不能修改。")
        if record.raiser_id is None or record.raiser_id != person.employee_id:
            return Words("Only who opened it may correct it.", "只有提出人可以修改。")
        return super().why_not_edit(record, person)


def _source(given: str) -> Record:
    """The record that measures come of, if the person may see it: a table's name and a key, such as evaluation-12."""
    table, _, key = given.partition("-")
    view = views().get(table)
    if view is None or table not in MEASURES_OF:
        raise NotVisible
    found: Record = view.one(key)
    return found


MEASURES_OF = {"evaluation"}
"""Tables whose records lead to measures by hand; a later chapter adds its own."""


LINE_LABELS["action_round"] = {
    "action": Words("Action item", "整改单"),
    "round_no": Words("Round", "轮次"),
    "measure": Words("What was done", "整改措施"),
    "evidence": Words("Evidence", "整改证据"),
    "submitted_at": Words("Submitted", "提交时间"),
    "submitted_by": Words("Submitted by", "提交人"),
    "checked_at": Words("Checked", "复检时间"),
    "checked_by": Words("Checked by", "复检人"),
    "result": Words("Result", "结果"),
}


@panel(ActionItem)
def rounds(action: ActionItem, person: Person) -> Panel | None:
    """Each attempt, what proves it, and what its check found."""
    if not action.rounds:
        return None
    files = _files_by_round(action)
    return Panel(
        title=t("Rounds", "整改轮次"),
        headings=[
            Heading("round_no", t("Round", "轮次"), "number"),
            Heading("measure", t("What was done", "整改措施")),
            Heading("evidence", t("Evidence", "整改证据")),
            Heading("submitted_at", t("Submitted", "提交时间")),
            Heading("checked_at", t("Checked", "复检")),
            Heading("result", t("Result", "结果")),
        ],
        rows=[Row(one.id, "", _round_cells(one, files.get(one.round_no, 0))) for one in action.rounds],
    )


def _files_by_round(action: ActionItem) -> dict[int, int]:
    """How many files were added for each round: since the one before was handed in."""
    taken = db.session.scalars(
        select(Attachment.taken_at).where(Attachment.entity == "action_item", Attachment.entity_id == action.id)
    ).all()
    found: dict[int, int] = {}
    for at in taken:
        later = next((one for one in action.rounds if at <= one.submitted_at), None)
        if later is not None:
            found[later.round_no] = found.get(later.round_no, 0) + 1
    return found


def _round_cells(one: ActionRound, files: int) -> list[Cell]:
    said = [one.evidence] if one.evidence else []
    counted = [t("{n} files", "{n} 个附件", n=files)] if files else []
    return [
        Cell(str(one.round_no), "number"),
        Cell(one.measure),
        Cell(t("; ", "；").join([*said, *counted]) or t("none", "无")),
        cell_of(one.submitted_at),
        replace(cell_of(one.checked_at), also=one.checked_by.name if one.checked_by is not None else ""),
        Cell(say(one.result.words), "state", tone="met" if one.result == "passed" else "breached")
        if one.result
        else Cell(""),
    ]


@panel(ActionItem)
def extensions(action: ActionItem, person: Person) -> Panel | None:
    """Requests for more time, with their answers."""
    found = extensions_of(action)
    if not found:
        return None
    return Panel(
        title=t("Extensions", "延期申请"),
        headings=[
            Heading("no", t("Number", "编号")),
            Heading("reason", t("Reason", "理由")),
            Heading("old_due_at", t("Due until then", "原期限")),
            Heading("new_due_at", t("New due time", "申请期限")),
            Heading("status", t("Status", "状态")),
        ],
        rows=[
            Row(
                one.id,
                record_url(type(one), one.id),
                [
                    Cell(one.no, "code"),
                    Cell(one.reason),
                    cell_of(one.old_due_at),
                    cell_of(one.new_due_at),
                    cell_of(one.status),
                ],
            )
            for one in found
        ],
    )


@panel(ActionItem)
def comes_from(action: ActionItem, person: Person) -> Panel | None:
    """The record that this action comes of, where no other panel tells of it."""
    view = views().get(action.source_entity or "")
    record = view.get_one(action.source_id) if view is not None else None
    if record is None:
        return None
    status = getattr(record, "status", None)
    return Panel(
        title=t("Comes from", "来源"),
        headings=[
            Heading("label", t("Record", "记录")),
            Heading("table", t("Kind", "类型")),
            Heading("status", t("Status", "状态")),
        ],
        rows=[
            Row(
                record.id,
                record_url(type(record), record.id),
                [Cell(record.label), Cell(say(type(record).words)), cell_of(status)],
            )
        ],
    )


@panel(ActionItem)
def cases_of(action: ActionItem, person: Person) -> Panel | None:
    """Cases about this action, as far as the person may know of them."""
    found = db.session.scalars(
        select(AccountabilityCase)
        .where(
            AccountabilityCase.source_entity == "action_item",
            AccountabilityCase.source_id == action.id,
            AccountabilityCase.visible_to(person),
        )
        .order_by(AccountabilityCase.id)
    ).all()
    if not found:
        return None
    return Panel(
        title=t("Accountability cases", "责任认定"),
        headings=[
            Heading("no", t("Number", "编号")),
            Heading("opened_at", t("Opened", "提起时间")),
            Heading("status", t("Status", "状态")),
        ],
        rows=[
            Row(
                one.id,
                record_url(AccountabilityCase, one.id),
                [Cell(one.no, "code"), cell_of(one.opened_at), cell_of(one.status)],
            )
            for one in found
        ],
    )
