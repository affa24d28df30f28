"""The statutory calendar: the days that differ from Monday to Friday."""

from rules.base import Words
from rules.ledger import Column, Ledger, needs
from rules.ledger.kinds import NAME, TEXT, choice, day
from rules.ledger.reasons import KIND_UNKNOWN, NO_MISSING

DAY_TYPES = {
    "holiday": "放假|休|休息|假|假日|节假日|法定节假日|放假日|Holiday|Off|Day off",
    "makeup_workday": "调休上班|班|补班|上班|调班|补班日|调休上班日|Make-up workday|Makeup workday|Make-up|Makeup day",
    "workday": "工作日|Workday|Working day",
    "weekend": "周末|双休|Weekend",
}

CALENDAR = Ledger(
    entity="calendar_day",
    words=Words("Calendar", "节假日安排"),
    columns=(
        Column("on", day(may_lie_ahead=True), "日期|放假日期|Date|Day", NO_MISSING),
        Column("day_type", choice(DAY_TYPES, KIND_UNKNOWN), "类型|日期类型|安排|性质|Day type|Type|Kind", KIND_UNKNOWN),
        Column("name", NAME, "节日|节日名称|节假日|名称|说明|Holiday|Festival|Name|Holiday name|Occasion"),
        Column("source", TEXT, "来源|依据|文件依据|Source|Reference"),
        Column("note", None, "备注|Note|Notes|Remark|Remarks"),
    ),
    values=("on", "day_type", "name"),
    key=("on",),
    needs=needs("on", "day_type", "name"),
)
