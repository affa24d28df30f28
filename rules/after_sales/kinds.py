"""The words of after-sales: how a report came in, what is wrong, what was done, what was said (A2, A3, C2.2)."""

from rules.base import Choice


class TicketChannel(Choice):
    """How a report came in."""

    HOTLINE = "hotline", "Hotline", "热线"
    MAILBOX = "mailbox", "Mailbox", "邮箱"
    VISIT = "visit", "Visit", "上门"
    SALES = "sales", "Through sales", "销售转来"
    OTHER = "other", "Other", "其他"


class TicketStatus(Choice):
    """Where a report stands."""

    NEW = "new", "New", "待受理"
    ACCEPTED = "accepted", "Accepted", "已受理"
    IN_PROGRESS = "in_progress", "In progress", "处理中"
    PENDING_CUSTOMER = "pending_customer", "Waiting for the customer", "待客户"
    PENDING_PARTS = "pending_parts", "Waiting for parts", "待配件"
    ESCALATED = "escalated", "With the technical department", "已转技术"
    EXECUTING = "executing", "Solution being carried out", "方案实施中"
    RESOLVED = "resolved", "Resolved", "已解决"
    REOPENED = "reopened", "Reopened", "重新打开"
    CLOSED = "closed", "Closed", "已关闭"
    CANCELLED = "cancelled", "Cancelled", "已取消"


class TicketCategory(Choice):
    """What kind of problem it is (A2.3)."""

    NOISE = "noise", "Noise or vibration", "异响振动"
    LEAK = "leak", "Leak", "渗漏"
    ELECTRIC = "electric", "Electrics and control", "电气控制"
    PERFORMANCE = "performance", "Accuracy or performance", "精度性能"
    WEAR = "wear", "Wear or broken part", "磨损断裂"
    HEAT = "heat", "Overheating", "过热"
    APPEARANCE = "appearance", "Paint and transport damage", "外观运输损伤"
    DELIVERY = "delivery", "Missing or wrong delivery", "缺件错发"
    USE = "use", "Question of use", "使用咨询"
    OTHER = "other", "Other", "其他"


class TicketCause(Choice):
    """Where the problem comes from; design and process go back to the technical department (A5.2)."""

    DESIGN = "design", "Design", "设计"
    PROCESS = "process", "Manufacturing process", "制造工艺"
    MATERIAL = "material", "Material", "材料"
    OPERATION = "operation", "Operation", "操作"
    TRANSPORT = "transport", "Transport", "运输"
    MISUSE = "misuse", "Misuse", "使用不当"


class EntryKind(Choice):
    """What an entry of the conversation is."""

    CALL_IN = "call_in", "Call from the customer", "客户来电"
    CALL_OUT = "call_out", "Call to the customer", "致电客户"
    MAIL_IN = "mail_in", "Mail from the customer", "客户来信"
    MAIL_OUT = "mail_out", "Mail to the customer", "回复客户"
    VISIT = "visit", "Visit", "上门"
    PROGRESS_TOLD = "progress_told", "Progress told", "告知进展"
    CUSTOMER_WORD = "customer_word", "Word from the customer's page", "客户留言"
    SOLUTION = "solution", "Solution", "解决方案"
    NOTE = "note", "Internal note", "内部备注"
    STATUS = "status", "Step", "办理"
    RATING = "rating", "Rating", "客户评价"


CONTACTS = (EntryKind.CALL_OUT, EntryKind.CALL_IN, EntryKind.VISIT, EntryKind.MAIL_OUT)
"""By what a customer is reached: the first of them is the first contact (A3.1)."""
TELLING = frozenset({EntryKind.CALL_OUT, EntryKind.MAIL_OUT, EntryKind.PROGRESS_TOLD, EntryKind.VISIT})
"""After which the customer knows how it goes: the silence clock begins anew (A3.4)."""


class Logged(Choice):
    """What somebody writes into the conversation by hand; everything else is written by what happens."""

    CALL_OUT = "call_out", "Call to the customer", "致电客户"
    CALL_IN = "call_in", "Call from the customer", "客户来电"
    VISIT = "visit", "Visit", "上门"
    PROGRESS_TOLD = "progress_told", "Progress told", "告知进展"
    NOTE = "note", "Internal note", "内部备注"


WRITTEN_BY_HAND = frozenset({*(str(one) for one in Logged), "mail_out"})
FROM_CUSTOMER = frozenset({EntryKind.CALL_IN, EntryKind.MAIL_IN, EntryKind.CUSTOMER_WORD})


class Score(Choice):
    """What a customer gives from 1 to 5."""

    FIVE = "5", "5 very good", "5 很满意"
    FOUR = "4", "4 good", "4 满意"
    THREE = "3", "3 fair", "3 一般"
    TWO = "2", "2 poor", "2 不满意"
    ONE = "1", "1 very poor", "1 很不满意"


class ServiceKind(Choice):
    """How a solution is carried out (A3.3)."""

    REMOTE = "remote", "Remote help", "远程指导"
    ON_SITE = "on_site", "Visit on site", "上门服务"
    REPAIR = "repair", "Repair", "维修"
    REPLACE = "replace", "Replacement", "更换"
    PARTS = "parts", "Parts sent", "寄送配件"
    REFUND = "refund", "Refund", "退款"


class ServiceStatus(Choice):
    """Where a service action stands."""

    PLANNED = "planned", "Planned", "已安排"
    IN_PROGRESS = "in_progress", "In progress", "进行中"
    DONE = "done", "Done", "已完成"
    ACCEPTED = "accepted", "Accepted", "已验收"
    FAILED = "failed", "Failed", "未通过"


class FollowUpStatus(Choice):
    """Where a follow-up visit stands."""

    SCHEDULED = "scheduled", "Scheduled", "待回访"
    DUE = "due", "Due", "应回访"
    DONE = "done", "Done", "已回访"
    UNREACHABLE = "unreachable", "Not reached", "无法联系"
    REFUSED = "refused", "Refused", "客户拒访"
    WITHDRAWN = "withdrawn", "Withdrawn", "已撤回"


class MailState(Choice):
    """What became of a mail."""

    WRITTEN = "written", "Written", "新邮件"
    TAKEN = "taken", "Taken in", "已收取"
    QUARANTINED = "quarantined", "Kept aside", "已隔离"
    IGNORED = "ignored", "No ticket", "不立单"
    DISMISSED = "dismissed", "Dismissed", "已剔除"
    QUEUED = "queued", "To be sent", "待发送"
    SENDING = "sending", "Being sent", "发送中"
    UNCERTAIN = "uncertain", "Perhaps sent", "发送结果不明"
    SENT = "sent", "Sent", "已发送"
    FAILED = "failed", "Could not be sent", "发送失败"


class Direction(Choice):
    """Which way a mail goes."""

    IN = "in", "In", "收"
    OUT = "out", "Out", "发"


class Warranty(Choice):
    """Whether the repair is at our cost."""

    IN_WARRANTY = "in_warranty", "Under warranty", "保修期内"
    EXPIRED = "expired", "Out of warranty", "已过保"
    UNKNOWN = "unknown", "Warranty unknown", "保修不明"
