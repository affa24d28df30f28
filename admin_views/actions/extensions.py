"""Requests for more time on screen: who asked for how much, and why (P3.2)."""

from typing import ClassVar

from admin_views.base import RegulationView
from rules.base import Words


class ActionExtensionView(RegulationView):
    labels: ClassVar = {
        "action": Words("Action item", "整改单"),
        "responsible": Words("Asked by", "申请人"),
        "reason": Words("Reason", "申请理由"),
        "asked_at": Words("Asked", "申请时间"),
        "old_due_at": Words("Due until then", "原期限"),
        "new_due_at": Words("New due time", "申请期限"),
        "decided_at": Words("Answered", "审批时间"),
        "decided_by": Words("Answered by", "审批人"),
    }
    list_columns = ("no", "action", "responsible", "department", "old_due_at", "new_due_at", "asked_at", "status")
    filter_columns = ("status", "responsible", "department", "asked_at")
    page_columns = (
        "action",
        "responsible",
        "department",
        "asked_at",
        "old_due_at",
        "new_due_at",
        "decided_by",
        "decided_at",
        "reason",
    )
    left_out = frozenset(
        {
            "no",
            "action_id",
            "department_id",
            "responsible_id",
            "reason",
            "asked_at",
            "old_due_at",
            "new_due_at",
            "decided_at",
            "decided_by_id",
        }
    )
    icon = "hourglass"
