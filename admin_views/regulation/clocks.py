"""Clocks on the pages of the records that they run for (A3.1)."""

from admin_views.history import ACTIONS
from admin_views.registry import LINE_LABELS
from models.regulation import SlaClock
from rules.base import Words

LABELS = {
    "entity": Words("Kind of record", "记录类型"),
    "target": Words("Limit for", "时限事项"),
    "policy": Words("Time limit", "时限规则"),
    "terms": Words("Terms", "规则快照"),
    "calendar_version": Words("Calendar version", "日历版本"),
    "started_at": Words("Started", "起算时间"),
    "due_at": Words("Due", "到期时间"),
    "provisional": Words("Provisional", "暂定"),
    "pauses": Words("Pauses", "暂停记录"),
    "stopped_at": Words("Ended", "停止时间"),
    "seen_at": Words("Seen overdue", "发现超时"),
    "elapsed_minutes": Words("Minutes used", "已用分钟"),
    "breach_minutes": Words("Minutes over", "超时分钟"),
    "spare_minutes": Words("Minutes to spare", "剩余分钟"),
    "paused_minutes": Words("Minutes paused", "暂停分钟"),
    "continues": Words("Goes on from", "续接"),
    "told_from_at": Words("Told from", "提醒起始"),
    "next_look_at": Words("Next look", "下次检查"),
}
LINE_LABELS[SlaClock.__tablename__] = LABELS
ACTIONS["due_recomputed"] = Words("due date recomputed", "期限已重算")
ACTIONS["overdue"] = Words("overdue", "已超时")
