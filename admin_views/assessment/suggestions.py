"""Suggestions on screen: anybody makes one, it is answered in time, its effect is measured (K3.2)."""

from typing import Any, ClassVar

from admin_views.base import Inline, RegulationView
from admin_views.faults import SENTENCES
from admin_views.registry import panel
from admin_views.screen import Cell, Heading, Panel, Row
from admin_views.words import t
from models.assessment import Suggestion, SuggestionProposer
from models.base import Act
from rules.assessment import Grade
from rules.base import Person, Words

SENTENCES["uq_suggestion_proposer_suggestion_id"] = Words("A person stands here twice.", "建议人重复。")


class SuggestionView(RegulationView):
    labels: ClassVar = {
        "title": Words("In short", "建议名称"),
        "topic": Words("Is to better", "改进方向"),
        "present": Words("How it is now", "现状"),
        "proposal": Words("What is proposed", "建议内容"),
        "benefit": Words("What it would bring", "预期效果"),
        "submitted_at": Words("Submitted", "提交时间"),
        "answer_due_at": Words("Answer due", "答复期限"),
        "answered_at": Words("Answered", "答复时间"),
        "answer": Words("Answer", "答复意见"),
        "owner": Words("Carried out by", "实施人"),
        "revision": Words("Carried out by the revision", "落实的文件版次"),
        "before_figures": Words("Figures before", "实施前数据"),
        "after_figures": Words("Figures after", "实施后数据"),
        "grade": Words("Grade", "等级"),
        "verified_at": Words("Verified", "验证时间"),
        "verified_by": Words("Verified by", "验证人"),
    }
    list_columns = ("no", "title", "topic", "department", "submitted_at", "answer_due_at", "grade", "status")
    filter_columns = ("status", "topic", "department", "grade", "submitted_at", "owner")
    form_columns = ("title", "topic", "present", "proposal", "benefit")
    page_columns = (
        "topic",
        "department",
        "submitted_at",
        "answer_due_at",
        "answered_at",
        "owner",
        "grade",
        "verified_at",
        "verified_by",
        "revision",
        "present",
        "proposal",
        "benefit",
        "answer",
        "before_figures",
        "after_figures",
    )
    left_out = frozenset(
        {
            "no",
            "department_id",
            "submitted_at",
            "answer_due_at",
            "answered_at",
            "answer",
            "owner_id",
            "revision_id",
            "before_figures",
            "after_figures",
            "grade",
            "verified_at",
            "verified_by_id",
        }
    )
    inlines = (
        Inline(
            "proposers",
            Words("Made by (empty = by you)", "建议人（不填则为本人）"),
            ("employee",),
            {"suggestion": Words("Suggestion", "合理化建议"), "employee": Words("Who", "姓名")},
        ),
    )
    asked_fields: ClassVar = {"owner": "owner"}
    asked_kinds: ClassVar = {"grade": Grade}
    asked_required = frozenset({"owner", "grade", "before_figures", "after_figures"})
    icon = "message-2"
    needs_employee = True

    def new_record(self, act: Act) -> Suggestion:
        return Suggestion(submitted_at=act.at)

    def before_save(self, record: Suggestion, act: Act) -> None:
        if not record.proposers and act.by.employee_id is not None:
            record.proposers = [SuggestionProposer(employee_id=act.by.employee_id)]
        record.prepare(act)

    def why_not_edit(self, record: Any, person: Person) -> Words | None:
        """Until it is taken up, who made it or wrote it down may better it."""
        if "suggester" not in record.relations_of(person) and record.created_by_id != person.account_id:
            return Words("Who made it may change it.", "只有建议人本人可以修改。")
        return super().why_not_edit(record, person)


@panel(Suggestion)
def proposers(suggestion: Suggestion, person: Person) -> Panel:
    """Who made it."""
    return Panel(
        title=t("Made by", "建议人"),
        headings=[Heading("employee", t("Who", "姓名"))],
        rows=[Row(one.id, "", [Cell(one.employee.label)]) for one in suggestion.proposers],
    )
