"""Contacts with customers on screen (C2.1, S2.3)."""

from typing import ClassVar

from admin_views.base import RegulationView, Section
from admin_views.process.origins import seen
from admin_views.session import db
from models.base import Act
from models.organisation import Employee
from models.schedule import ContactLog, SalesOrder, draft_of
from rules.base import Words


class ContactLogView(RegulationView):
    labels: ClassVar = {
        "customer": Words("Customer", "客户"),
        "order": Words("Order", "订单"),
        "entity": Words("About", "对象类型"),
        "entity_id": Words("About (key)", "对象编号"),
        "by": Words("Who spoke", "沟通人"),
        "at": Words("When", "沟通时间"),
        "channel": Words("Channel", "沟通方式"),
        "direction": Words("Direction", "沟通方向"),
        "summary": Words("What was said", "沟通内容"),
        "promise": Words("What we promised", "我方承诺"),
        "demand_change": Words("Changed demand", "需求变化"),
        "forwarded_to": Words("Passed on to", "转达部门"),
        "forwarded_at": Words("Passed on", "转达时间"),
        "answer_due_at": Words("Answer due", "答复期限"),
        "answered_at": Words("Answered", "答复时间"),
        "answered_by": Words("Answered by", "答复人"),
        "answer": Words("Answer", "答复内容"),
    }
    list_columns = (
        "no",
        "at",
        "customer",
        "order",
        "channel",
        "direction",
        "summary",
        "forwarded_to",
        "answer_due_at",
        "status",
    )
    filter_columns = ("status", "customer", "order", "by", "at", "channel", "direction", "forwarded_to")
    form_columns = ("customer", "order", "at", "channel", "direction", "summary", "promise", "demand_change")
    sections = (
        Section(Words("With whom", "沟通对象"), ("customer", "order", "at", "channel", "direction")),
        Section(Words("What was said", "沟通内容"), ("summary", "promise", "demand_change")),
    )
    page_columns = (
        "customer",
        "order",
        "by",
        "at",
        "channel",
        "direction",
        "summary",
        "promise",
        "demand_change",
        "forwarded_to",
        "forwarded_at",
        "answer_due_at",
        "answer",
        "answered_by",
        "answered_at",
    )
    left_out = frozenset(
        {
            "no",
            "entity",
            "entity_id",
            "department_id",
            "by_id",
            "forwarded_to_id",
            "forwarded_at",
            "answer_due_at",
            "answered_at",
            "answered_by_id",
            "answer",
        }
    )
    asked_fields: ClassVar = {"forwarded_to": "forwarded_to"}
    asked_kinds: ClassVar = {"answer": "long_text"}
    asked_required = frozenset({"forwarded_to", "answer"})
    needs_employee = True
    icon = "phone"

    def new_record(self, act: Act) -> ContactLog:
        speaker = db.session.get(Employee, act.by.employee_id) if act.by.employee_id else None
        order = seen(SalesOrder, "order")
        return ContactLog(by=speaker, at=act.at, order=order, customer=order.customer if order is not None else None)

    def before_save(self, record: ContactLog, act: Act) -> None:
        """Who was told is to be told again in time; a changed demand becomes a draft of a change."""
        record.prepare()
        db.session.add(record)
        db.session.flush()
        record.follow(act)
        draft_of(record, act)
