"""After-sales tickets as ledgers have them: one line a report, from its receipt to the follow-up (A2-A4)."""

import datetime as dt

from rules.base import Words
from rules.ledger import Column, Known, Ledger, Row, needs
from rules.ledger.dates import MIDNIGHT, ZONE
from rules.ledger.kinds import CODE, NAME, PERSON, PHONE, TEXT, WHOLE, choice, day
from rules.ledger.people import by_name
from rules.ledger.reasons import (
    CALLER_IS_AGENT,
    CONTACT_BEFORE_RECEIPT,
    CUSTOMER_UNKNOWN,
    DATE_UNREADABLE,
    EMPLOYEE_UNKNOWN,
    FOLLOW_UP_BEFORE_RESOLVED,
    MODEL_UNKNOWN,
    NO_MISSING,
    RATING_INVALID,
    RESOLVED_BEFORE_RECEIPT,
    SEVERITY_UNKNOWN,
    TIME_MISSING,
    VALUE_MISSING,
    Reason,
)

CHANNELS = {
    "hotline": "电话|热线|来电|Phone|Telephone|Hotline|Call",
    "mailbox": "邮箱|邮件|电子邮件|Mail|Email|E-mail",
    "visit": "上门|现场|走访|Visit|On site",
    "sales": "销售|销售转|业务转|Sales",
    "other": "其他|其它|微信|Other|WeChat",
}
SEVERITIES = {
    "S1": "致命|1|一级|S1致命|Critical",
    "S2": "严重|2|二级|S2严重|Serious",
    "S3": "一般|3|三级|S3一般|General",
    "S4": "轻微|4|四级|S4轻微|Minor",
}
URGENCIES = {
    "high": "紧急|高|急|High|Urgent",
    "medium": "一般|中|普通|Medium|Normal",
    "low": "不急|低|Low",
}
RESULTS = {
    "satisfied": "满意|很满意|非常满意|Satisfied",
    "neutral": "一般|基本满意|Neutral|Fair",
    "dissatisfied": "不满意|很不满意|Dissatisfied",
    "no_answer": "未接通|无人接听|未联系上|No answer|Not reached",
    "problem_again": "问题复发|再次出现|复发|Problem again|Came back",
}
MOMENTS = ("received_at", "first_contact_at", "resolved_at")
LEAST, MOST = 1, 5


def settle_ticket(row: Row, known: Known) -> None:
    """Who, which piece, and whether everything follows the receipt."""
    for name in MOMENTS:
        settle_moment(row, name)
    row.values["serial"] = row.values["unit_serial"]
    settle_customer(row, known)
    settle_people(row, known)
    settle_sequence(row)
    rating = row.values["rating"]
    is_wrong = isinstance(rating, int) and not LEAST <= rating <= MOST
    if isinstance(rating, Reason) or is_wrong:
        row.faults = tuple(one for one in row.faults if one.cell != row.cell("rating"))
        row.fault(RATING_INVALID, "rating")


def settle_moment(row: Row, name: str) -> None:
    """Day and time in one; a day alone begins at midnight, and that is told."""
    found = row.good(name)
    if found is None:
        return
    on, at = found
    if at is None:
        row.warn(TIME_MISSING, name)
    row.values[name] = dt.datetime.combine(on, at or MIDNIGHT, ZONE)


def settle_customer(row: Row, known: Known) -> None:
    """Customer and model must be known; the customer's code stands for its name."""
    said, model = row.good("customer"), row.good("model")
    if said is not None:
        code = known.customer(said)
        if code is None:
            row.fault(CUSTOMER_UNKNOWN, "customer")
        row.values["customer"] = code or said
    if model is not None and known.product_model(model) is None:
        row.fault(MODEL_UNKNOWN, "model")


def settle_people(row: Row, known: Known) -> None:
    """The agent, and somebody else who called afterwards."""
    said = row.values["agent"]
    agent = by_name(row, known, "agent")
    row.values["agent"] = said if agent is None else agent
    if row.good("follow_up_caller") is None:
        return
    said = row.values["follow_up_caller"]
    caller = by_name(row, known, "follow_up_caller")
    row.values["follow_up_caller"] = said if caller is None else caller
    if caller is not None and caller == agent:
        row.fault(CALLER_IS_AGENT, "follow_up_caller")


def settle_sequence(row: Row) -> None:
    """Contact and solution follow the receipt, the follow-up the solution."""
    received, contact, resolved = (row.good(name) for name in MOMENTS)
    called_on = row.good("follow_up_on")
    if received is not None and contact is not None and contact < received:
        row.fault(CONTACT_BEFORE_RECEIPT, "first_contact_at")
    if received is not None and resolved is not None and resolved < received:
        row.fault(RESOLVED_BEFORE_RECEIPT, "resolved_at")
    if resolved is not None and called_on is not None and called_on < resolved.date():
        row.fault(FOLLOW_UP_BEFORE_RESOLVED, "follow_up_on")


TICKETS = Ledger(
    entity="ticket",
    words=Words("After-sales tickets", "售后台账"),
    columns=(
        Column("no", CODE, "工单号|售后单号|工单编号|单号|售后编号|Ticket no|Ticket number|Ticket", NO_MISSING),
        Column(
            "received_at",
            day(with_time=True),
            "受理时间|接报时间|报修时间|接单时间|登记时间|Received at|Received|Reported at",
            DATE_UNREADABLE,
        ),
        Column("channel", choice(CHANNELS), "渠道|来源|反馈渠道|受理渠道|Channel|Source"),
        Column("customer", NAME, "客户|客户名称|客户单位|Customer|Customer name", CUSTOMER_UNKNOWN),
        Column("contact", PERSON, "联系人|客户联系人|报修人|Contact|Contact person"),
        Column("phone", PHONE, "联系电话|电话|手机|联系方式|Phone|Telephone|Mobile"),
        Column("model", CODE, "产品型号|型号|机型|Model|Product model"),
        Column("unit_serial", CODE, "出厂编号|序列号|机号|产品编号|Serial number|Unit serial"),
        Column("description", TEXT, "问题描述|故障现象|故障描述|问题|Problem|Description|Fault", VALUE_MISSING),
        Column("severity", choice(SEVERITIES, SEVERITY_UNKNOWN), "严重程度|严重度|严重级别|Severity"),
        Column("urgency", choice(URGENCIES), "紧急程度|紧急度|紧急级别|Urgency"),
        Column("agent", PERSON, "受理人|售后员|经办人|处理人|售后工程师|Agent|Handled by", EMPLOYEE_UNKNOWN),
        Column(
            "first_contact_at", day(with_time=True), "首次联系时间|首次联系|首次响应时间|First contact at|First contact"
        ),
        Column("solution_text", TEXT, "解决方案|处理方案|处理措施|Solution"),
        Column("resolved_at", day(with_time=True), "解决时间|完成时间|处理完成时间|Resolved at|Solved at"),
        Column("rating", WHOLE, "满意度|客户评分|评分|满意度评分|Rating|Satisfaction"),
        Column("internal_cost", None, "内部成本|成本|Internal cost|Cost"),
        Column("follow_up_on", day(), "回访日期|回访时间|Follow-up on|Follow-up date"),
        Column("follow_up_caller", PERSON, "回访人|回访员|回访人员|Follow-up by|Caller"),
        Column("follow_up_result", choice(RESULTS), "回访结果|回访情况|回访反馈|Follow-up result"),
        Column("note", TEXT, "备注|说明|Note|Notes|Remark|Remarks"),
    ),
    values=(
        "no",
        "received_at",
        "channel",
        "customer",
        "contact",
        "phone",
        "model",
        "serial",
        "description",
        "severity",
        "urgency",
        "agent",
        "first_contact_at",
        "solution_text",
        "resolved_at",
        "rating",
        "follow_up_on",
        "follow_up_caller",
        "follow_up_result",
        "note",
    ),
    key=("no",),
    needs=needs("no", "received_at", "description", "customer|agent", "severity|urgency|resolved_at"),
    finish=settle_ticket,
)
