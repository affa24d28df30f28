"""Notices and formal documents on screen; who has confirmed stands in the receipts below (C1.2, C1.3)."""

from typing import Any, ClassVar

from admin_views.base import Inline, RegulationView
from admin_views.faults import SENTENCES
from admin_views.registry import panel
from admin_views.screen import Cell, Heading, Panel, Row
from admin_views.words import t
from models.base import Act
from models.communication import Notice
from rules.base import Person, Words

SENTENCES["uq_notice_audience_notice_id"] = Words("A department stands here twice.", "部门重复。")


class NoticeView(RegulationView):
    labels: ClassVar = {
        "formal_no": Words("Document number", "文号"),
        "topic": Words("Topic", "标题"),
        "importance": Words("Importance", "重要程度"),
        "body": Words("Text", "正文"),
        "must_confirm": Words("To be confirmed", "须阅知确认"),
        "due_at": Words("Confirmed by", "确认期限"),
        "expires_at": Words("Is over on", "失效时间"),
        "author": Words("Written by", "起草人"),
        "approved_by": Words("Approved by", "批准人"),
        "published_at": Words("Published", "发布时间"),
    }
    list_columns = ("no", "topic", "kind", "importance", "formal_no", "author", "published_at", "status")
    filter_columns = ("status", "kind", "importance", "published_at", "author")
    form_columns = ("kind", "topic", "importance", "body", "must_confirm", "due_at", "expires_at")
    page_columns = (
        "kind",
        "formal_no",
        "importance",
        "author",
        "approved_by",
        "published_at",
        "must_confirm",
        "due_at",
        "expires_at",
        "body",
    )
    left_out = frozenset({"no", "department_id", "formal_no", "author_id", "approved_by_id", "published_at"})
    inlines = (
        Inline(
            "audience",
            Words("For (empty = everybody)", "发布范围（不填则为全员）"),
            ("department",),
            {"notice": Words("Notice", "通知公告"), "department": Words("Department", "部门")},
        ),
    )
    icon = "bell"
    needs_employee = True

    def new_record(self, act: Act) -> Notice:
        return Notice(author_id=act.by.employee_id)

    def before_save(self, record: Notice, act: Act) -> None:
        record.prepare()

    def why_not_edit(self, record: Any, person: Person) -> Words | None:
        """A draft is its author's."""
        if record.author_id != person.employee_id:
            return Words("Who wrote it may change it.", "只有起草人可以修改。")
        return super().why_not_edit(record, person)


@panel(Notice)
def audience(notice: Notice, person: Person) -> Panel | None:
    """Whom it is for; without a line everybody."""
    if not notice.audience:
        return None
    return Panel(
        t("For", "发布范围"),
        [Heading("department", t("Department", "部门"))],
        [Row(one.id, "", [Cell(one.department.name)]) for one in notice.audience],
    )
