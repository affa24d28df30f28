"""Tickets on screen: a list, a form, and a page that reads as a conversation with its clocks (A2, A3, C2.2)."""

from typing import Any, ClassVar

from flask import current_app

from admin_views.after_sales.conversation import conversation, facts_beside, running
from admin_views.base import RegulationView, Section
from admin_views.faults import SENTENCES
from admin_views.registry import LINE_LABELS
from admin_views.signin import person_here
from models.after_sales import Ticket, clocks
from models.base import Act
from models.regulation import priority_of
from rules.after_sales import AFTER_SALES, Logged
from rules.base import RuleBroken, Words
from rules.regulation import Priority

SENTENCES |= {
    "ck_ticket_rating_in_range": Words("Rate from 1 to 5.", "请评 1 至 5 分。"),
    "ck_ticket_accepted_has_agent": Words("Say who takes it.", "请指定经办人。"),
}
LINE_LABELS["ticket_event"] = {
    "ticket": Words("Ticket", "工单"),
    "at": Words("At", "时间"),
    "kind": Words("Kind", "方式"),
    "by": Words("By", "登记人"),
    "author": Words("Written by", "留言人"),
    "text": Words("Text", "内容"),
    "is_visible": Words("The customer sees it", "客户可见"),
}
IN_FUTURE = Words("The report lies in the future.", "受理时间不能晚于当前时间。")


class TicketView(RegulationView):
    labels: ClassVar = {
        "channel": Words("Channel", "渠道"),
        "received_at": Words("Received", "接报时间"),
        "customer": Words("Customer", "客户"),
        "contact": Words("Contact", "联系人"),
        "phone": Words("Phone", "联系电话"),
        "mail": Words("Mail", "邮箱"),
        "model": Words("Product model", "产品型号"),
        "serial": Words("Serial no.", "出厂编号"),
        "product_unit": Words("Piece", "产品台账"),
        "warranty": Words("Warranty", "保修"),
        "description": Words("Problem", "问题描述"),
        "category": Words("Kind of problem", "问题类型"),
        "severity": Words("Severity", "严重程度"),
        "urgency": Words("Urgency", "紧急程度"),
        "priority": Words("Priority", "优先级"),
        "override_reason": Words("Why another priority", "优先级调整原因"),
        "priority_override": Words("Another priority than the matrix says", "调整优先级（不按矩阵）"),
        "agent": Words("Agent", "经办人"),
        "gate": Words("Permission to work", "上岗资格"),
        "technical_owner": Words("Technician in charge", "技术负责人"),
        "solution_text": Words("Solution", "解决方案"),
        "cause": Words("Cause", "原因"),
        "first_contact_at": Words("First contact", "首次联系"),
        "escalated_at": Words("Handed to technical", "转技术时间"),
        "waited_from": Words("Waiting since state", "等待前状态"),
        "due_at": Words("To be solved by", "解决期限"),
        "resolved_at": Words("Resolved", "解决时间"),
        "confirmed_at": Words("Confirmed", "客户确认时间"),
        "closed_at": Words("Closed", "关闭时间"),
        "rating": Words("Rating", "客户评分"),
        "rated_at": Words("Rated", "评价时间"),
        "reopen_count": Words("Reopened (times)", "重新打开次数"),
        "kind": Words("What it was", "沟通方式"),
        "text": Words("What was said", "沟通内容"),
    }
    list_columns = (
        "no",
        "received_at",
        "customer",
        "model",
        "description",
        "category",
        "priority",
        "agent",
        "due_at",
        "status",
    )
    filter_columns = (
        "status",
        "priority",
        "severity",
        "category",
        "channel",
        "agent",
        "customer",
        "model",
        "cause",
        "warranty",
        "received_at",
        "resolved_at",
        "rating",
    )
    form_columns = (
        "channel",
        "received_at",
        "customer",
        "contact",
        "phone",
        "mail",
        "model",
        "serial",
        "description",
        "category",
        "severity",
        "urgency",
    )
    given_once = frozenset({"received_at", "severity", "urgency", "category", "channel"})
    sections = (
        Section(Words("Who", "客户信息"), ("channel", "received_at", "customer", "contact", "phone", "mail")),
        Section(Words("What", "产品与问题"), ("model", "serial", "description")),
        Section(Words("How urgent", "分类分级"), ("category", "severity", "urgency")),
    )
    page_columns = (
        "customer",
        "contact",
        "phone",
        "mail",
        "model",
        "serial",
        "product_unit",
        "warranty",
        "channel",
        "received_at",
        "category",
        "severity",
        "urgency",
        "priority",
        "override_reason",
        "agent",
        "gate",
        "technical_owner",
        "due_at",
        "cause",
        "resolved_at",
        "confirmed_at",
        "rating",
        "reopen_count",
        "solution_text",
    )
    left_out = frozenset(
        {
            "no",
            "department_id",
            "product_unit_id",
            "warranty",
            "priority",
            "override_reason",
            "agent_id",
            "gate",
            "technical_owner_id",
            "solution_text",
            "cause",
            "first_contact_at",
            "escalated_at",
            "waited_from",
            "due_at",
            "resolved_at",
            "confirmed_at",
            "closed_at",
            "rating",
            "rated_at",
            "reopen_count",
        }
    )
    asked_fields: ClassVar = {
        "agent": "agent",
        "category": "category",
        "severity": "severity",
        "urgency": "urgency",
        "cause": "cause",
    }
    asked_kinds: ClassVar = {"kind": Logged, "priority_override": Priority, "override_reason": "text"}
    asked_required: ClassVar = frozenset({"agent", "kind", "text", "solution_text", "cause"})
    icon = "phone"
    details_template = "after_sales/ticket.html"

    def new_record(self, act: Act) -> Ticket:
        """Received now; by telephone unless something else is said."""
        return Ticket(received_at=act.at.replace(second=0, microsecond=0))

    def before_save(self, record: Ticket, act: Act) -> None:
        """A new report begins its clocks; a changed one is held against them again."""
        if record.id is None:
            if record.received_at > act.at:
                raise RuleBroken(IN_FUTURE, field="received_at", clause="A2.2")
            record.priority = priority_of(record.session, record.severity, record.urgency)
            record.begin(act)
            return
        record.prepare()
        record.session.flush()
        clocks.reclassified(record, act)

    def beside_facts(self, record: Any) -> dict[str, Any]:
        person = person_here()
        may_answer = person.holds(*AFTER_SALES)
        return {
            "ticket": record,
            "entries": conversation(record),
            "beside": facts_beside(record, person),
            "talk": self._talk(record),
            "clocks": running(record),
            "may_link": may_answer,
            "may_mail": may_answer and bool(current_app.config["MAIL_OUT"]) and record.status != "cancelled",
        }

    @staticmethod
    def _talk(record: Any) -> list[tuple[str, Words]]:
        """What can be written into the conversation below it."""
        return [(str(one), one.words) for one in Logged] if record.status != "cancelled" else []
