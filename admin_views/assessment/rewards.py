"""Rewards and penalties on screen: rules, drafts with their source, statement, approval, appeal (K3.1, K4.1)."""

from typing import Any, ClassVar

from admin_views.base import RegulationView
from admin_views.faults import SENTENCES
from admin_views.registry import panel, record_url, views
from admin_views.screen import Cell, Heading, Panel, Row
from admin_views.words import say, t
from models.assessment import RewardPenalty, RewardPenaltyRule
from models.base import Act
from rules import assessment
from rules.base import Person, Words

SENTENCES["ck_reward_penalty_rule_band_in_order"] = Words("The least is not more than the most.", "下限不能大于上限。")
SENTENCES["ck_reward_penalty_rule_in_order"] = Words("It ends before it begins.", "截止日期不能早于生效日期。")
SENTENCES["ck_reward_penalty_one_subject"] = Words("Choose a person or a department.", "请选择一名员工或一个部门。")


class RewardPenaltyRuleView(RegulationView):
    labels: ClassVar = {
        "occasion": Words("Follows from", "适用情形"),
        "severity": Words("Weight of the case", "责任情节"),
        "grade": Words("Grade", "等级"),
        "least": Words("At least", "下限"),
        "most": Words("At most", "上限"),
        "measure": Words("Counted in", "计量单位"),
        "needs_role": Words("Approved by", "审批角色"),
    }
    list_columns = (
        "name",
        "occasion",
        "severity",
        "grade",
        "kind",
        "least",
        "most",
        "measure",
        "needs_role",
        "from_on",
    )
    filter_columns = ("occasion", "severity", "kind", "needs_role")
    form_columns = (
        "name",
        "occasion",
        "severity",
        "grade",
        "kind",
        "least",
        "most",
        "measure",
        "needs_role",
        "clause",
        "from_on",
        "to_on",
    )
    icon = "scale"

    def before_save(self, record: RewardPenaltyRule, act: Act) -> None:
        assessment.refuse_band(record.least, record.most)


class RewardPenaltyView(RegulationView):
    labels: ClassVar = {
        "rule": Words("Rule", "奖惩规则"),
        "subject_department": Words("or a department", "或部门"),
        "source_entity": Words("Comes from", "来源"),
        "source_id": Words("Source", "来源记录"),
        "reason": Words("Reason", "事由"),
        "size": Words("Points or yuan (as the rule says)", "分值或金额（按规则单位）"),
        "size_before": Words("Before the appeal", "申诉前"),
        "proposer": Words("Proposed by", "提出人"),
        "statement_due_at": Words("May state until", "申述期限"),
        "statement": Words("Statement", "申述内容"),
        "stated_at": Words("Stated", "申述时间"),
        "decided_by": Words("Approved by", "批准人"),
        "decided_at": Words("Approved", "批准时间"),
        "announced_at": Words("Announced", "公布时间"),
        "appeal_due_at": Words("Appeals until", "申诉截止"),
        "executed_at": Words("Executed", "执行时间"),
        "appeal_reason": Words("Why it is appealed", "申诉理由"),
        "answer": Words("Answer", "答复"),
        "answered_at": Words("Answered", "答复时间"),
    }
    list_columns = ("no", "kind", "employee", "subject_department", "rule", "size", "decided_by", "status")
    filter_columns = ("status", "kind", "employee", "subject_department", "department", "rule")
    form_columns = ("rule", "employee", "subject_department", "reason", "size")
    page_columns = (
        "kind",
        "employee",
        "subject_department",
        "rule",
        "size",
        "size_before",
        "clause",
        "reason",
        "proposer",
        "statement_due_at",
        "statement",
        "decided_by",
        "decided_at",
        "announced_at",
        "appeal_due_at",
        "executed_at",
        "appeal_reason",
        "answer",
        "answered_at",
    )
    left_out = frozenset(
        {
            "no",
            "kind",
            "department_id",
            "source_entity",
            "source_id",
            "clause",
            "size_before",
            "proposer_id",
            "statement_due_at",
            "statement",
            "stated_at",
            "decided_by_id",
            "decided_at",
            "announced_at",
            "appeal_due_at",
            "executed_at",
            "appeal_reason",
            "answer",
            "answered_at",
        }
    )
    asked_kinds: ClassVar = {"size": "text"}
    asked_required = frozenset({"statement"})
    icon = "award"
    needs_employee = True

    def new_record(self, act: Act) -> RewardPenalty:
        return RewardPenalty(proposer_id=act.by.employee_id)

    def before_save(self, record: RewardPenalty, act: Act) -> None:
        record.prepare(act)

    def why_not_edit(self, record: Any, person: Person) -> Words | None:
        """A draft is of whoever proposed it."""
        if record.proposer_id is None or record.proposer_id != person.employee_id:
            return Words("Who proposed it may change it.", "只有提出人可以修改。")
        return super().why_not_edit(record, person)


@panel(RewardPenalty)
def reward_source(one: RewardPenalty, person: Person) -> Panel | None:
    """The case, the sheet or the suggestion that it follows from."""
    view = views().get(one.source_entity or "")
    record = view.get_one(one.source_id) if view is not None else None
    if record is None:
        return None
    return Panel(
        title=t("Comes from", "来源"),
        headings=[Heading("record", t("Record", "记录")), Heading("kind", t("Kind", "类型"))],
        rows=[Row(record.id, record_url(type(record), record.id), [Cell(record.label), Cell(say(record.words))])],
    )
