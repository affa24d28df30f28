"""Notices of a change on screen: what changed, by when documents must have followed (P1.3)."""

from typing import Any, ClassVar

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from admin_views.base import RegulationView
from admin_views.registry import panel
from admin_views.screen import Cell, Panel
from admin_views.session import db
from admin_views.tabled import Columns, tabled
from admin_views.words import t, today
from models.base import Act, Record
from models.process import ChangeNotice, DocumentRevision
from rules.base import Person, Role, Words
from rules.process import NoticeStatus


class ChangeNoticeView(RegulationView):
    labels: ClassVar = {
        "kind": Words("What changes", "变更类型"),
        "title": Words("Change", "变更内容"),
        "description": Words("In detail", "变更说明"),
        "operation": Words("Operation", "涉及工序"),
        "noticed_on": Words("Noticed on", "通知日期"),
        "noticed_by": Words("Noticed by", "通知人"),
        "due_at": Words("Documents follow by", "修订期限"),
        "answered_at": Words("Answered", "落实时间"),
    }
    list_columns = ("no", "kind", "title", "operation", "noticed_on", "due_at", "status")
    filter_columns = ("status", "kind", "noticed_on", "due_at")
    form_columns = ("kind", "title", "operation", "noticed_on", "description")
    page_columns = ("kind", "title", "operation", "noticed_on", "noticed_by", "due_at", "answered_at", "description")
    left_out = frozenset({"no", "noticed_by_id", "due_at", "answered_at"})
    icon = "bell"
    needs_employee = True

    def new_record(self, act: Act) -> ChangeNotice:
        return ChangeNotice(noticed_by_id=act.by.employee_id, noticed_on=today())

    def before_save(self, record: ChangeNotice, act: Act) -> None:
        record.prepare(act)

    def why_not_edit(self, record: Any, person: Person) -> Words | None:
        """Its own notice, or a technician's to put right."""
        refusal = super().why_not_edit(record, person)
        is_his = person.employee_id == record.noticed_by_id
        if refusal is None and not is_his and not person.holds(Role.TECHNICAL, Role.TECHNICAL_MANAGER):
            return Words(
                "Only whoever gave the notice or a technician may change it.", "只能由通知人或工艺技术人员修改。"
            )
        return refusal

    def may_delete(self, record: Record) -> bool:
        return False


FOLLOWING: Columns = {
    "revision": (Words("Revision", "版次"), lambda one: Cell(one.label, "code")),
    "document": (Words("Document", "文件"), lambda one: one.document.title),
    "summary": (Words("What changed", "修订摘要"), lambda one: one.summary),
    "status": (Words("Status", "状态"), lambda one: one.status),
}


@panel(ChangeNotice)
def followers(notice: ChangeNotice, person: Person) -> Panel:
    """The revisions that follow the change."""
    rows = db.session.scalars(
        select(DocumentRevision)
        .options(joinedload(DocumentRevision.document))
        .where(DocumentRevision.change_notice_id == notice.id)
        .order_by(DocumentRevision.id)
        .limit(100)
    ).all()
    is_open = notice.status is NoticeStatus.OPEN and person.employee_id is not None
    may_create = is_open and person.holds(Role.TECHNICAL, Role.TECHNICAL_MANAGER)
    return revisions_panel(
        rows,
        t("Revisions that follow it", "落实的版次"),
        f"/admin/document_revision/new/?notice={notice.id}" if may_create else "",
        t("Draft a revision", "编制修订"),
    )


def revisions_panel(rows: Any, title: str, create_url: str = "", create_label: str = "") -> Panel:
    """Revisions of several documents."""
    return Panel(title, *tabled(FOLLOWING, rows), create_url=create_url, create_label=create_label)
