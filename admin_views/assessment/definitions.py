"""Indicators and their weights on screen (K1, K2.1)."""

from typing import ClassVar

from admin_views.base import RegulationView
from admin_views.faults import SENTENCES
from admin_views.session import db
from models.assessment import KpiTarget
from models.base import Act
from rules.base import Words

SENTENCES["ck_kpi_target_kpi_or_group"] = Words("Choose an indicator or a group, not both.", "请选择指标或指标组之一。")
SENTENCES["ck_kpi_target_post_or_department"] = Words(
    "Choose a post or a department, not both.", "请选择岗位或部门之一。"
)
SENTENCES["ck_kpi_target_in_order"] = Words("It ends before it begins.", "截止日期不能早于生效日期。")
SENTENCES["ck_kpi_target_weight_is_a_part"] = Words("A weight lies between 0 and 100 %.", "权重须在 0 到 100% 之间。")


class KpiDefinitionView(RegulationView):
    labels: ClassVar = {
        "name_en": Words("Name in English", "英文名称"),
        "group": Words("Group", "指标组"),
        "scope": Words("Smallest subject", "最小考核对象"),
        "function": Words("Measured by", "计算方法"),
        "direction": Words("Better", "优劣方向"),
        "min_sample": Words("Rows wanted at least", "最少样本数"),
    }
    list_columns = ("name", "group", "scope", "direction", "min_sample", "clause")
    filter_columns = ("group", "scope", "direction")
    form_columns = ("code", "name", "name_en", "group", "scope", "function", "direction", "min_sample", "clause")
    icon = "gauge"


class KpiTargetView(RegulationView):
    labels: ClassVar = {
        "cycle_kind": Words("Cycle", "考核周期类型"),
        "kpi": Words("Indicator", "指标"),
        "group": Words("or a group", "或指标组"),
        "weight": Words("Weight in %", "权重（%）"),
        "target": Words("Target: scores 100", "目标值（得 100 分）"),
        "floor": Words("Floor: scores 0", "底线值（得 0 分）"),
        "method": Words("Scoring", "计分方法"),
        "bands": Words("Bands (from: score)", "分档（下限:得分）"),
        "points_each": Words("Points off for each", "每次扣分"),
        "called": Words("For", "适用"),
    }
    list_columns = (
        "department",
        "post",
        "kpi",
        "group",
        "cycle_kind",
        "weight",
        "target",
        "floor",
        "method",
        "from_on",
    )
    filter_columns = ("cycle_kind", "department", "post", "kpi", "group", "from_on")
    form_columns = (
        "cycle_kind",
        "department",
        "post",
        "kpi",
        "group",
        "weight",
        "method",
        "target",
        "floor",
        "bands",
        "points_each",
        "from_on",
        "to_on",
    )
    icon = "target"

    def before_save(self, record: KpiTarget, act: Act) -> None:
        if record not in db.session:
            db.session.add(record)
        record.prepare()
