"""Time limits [X] on screen."""

from typing import ClassVar

from admin_views.base import RegulationView
from rules.base import Words


class SlaPolicyView(RegulationView):
    labels: ClassVar = {
        "name": Words("Name", "名称"),
        "target": Words("Limit for", "时限事项"),
        "match": Words("Conditions (severity=major)", "适用条件（如 severity=major）"),
        "amount": Words("Amount", "时限"),
    }
    list_columns = ("name", "target", "match", "amount", "unit", "from_on", "to_on")
    filter_columns = ("target", "unit", "from_on")
    form_columns = ("name", "clause", "target", "match", "amount", "unit", "from_on", "to_on")
    icon = "hourglass"
