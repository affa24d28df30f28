"""The priority matrix on screen: twelve rows at most, each a line of the company's own table (A2.3)."""

from typing import ClassVar

from admin_views.base import RegulationView
from admin_views.faults import SENTENCES
from rules.base import Words

SENTENCES["uq_priority_matrix_severity_urgency"] = Words(
    "There is a rule for this severity and urgency already: edit that one.",
    "该严重程度与紧急程度已有规则，请修改原规则。",
)


class PriorityMatrixView(RegulationView):
    labels: ClassVar = {
        "severity": Words("Severity", "严重程度"),
        "urgency": Words("Urgency", "紧急程度"),
        "priority": Words("Priority", "优先级"),
    }
    list_columns = ("severity", "urgency", "priority", "note")
    filter_columns = ("severity", "urgency", "priority")
    form_columns = ("severity", "urgency", "priority", "note")
    icon = "urgent"
