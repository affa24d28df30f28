"""Service actions, follow-up visits and mails on screen (A2.1, A3.3, A4.1)."""

from pathlib import Path
from typing import ClassVar

from flask import current_app, request
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from admin_views.base import RegulationView, Section
from admin_views.faults import SENTENCES
from admin_views.session import db
from admin_views.signin import person_here
from models.after_sales import MailMessage, ServiceAction, Ticket
from models.after_sales.mailbox import Box, release
from models.after_sales.post import own_address
from models.base import Act, Record
from models.journal import acting
from models.organisation import Employee
from rules.after_sales import Score
from rules.base import NotVisible, Words, key_of

SENTENCES |= {
    "ck_service_action_cost_not_negative": Words("A cost is not below 0.", "费用不能小于 0。"),
    "ck_follow_up_visit_caller_is_another": Words(
        "Who solved it may not make the follow-up.", "解决人不能回访自己的工单。"
    ),
    "ck_follow_up_visit_scores_in_range": Words("Score from 1 to 5.", "请评 1 至 5 分。"),
    "uq_mail_message_message_id": Words("This mail was taken in already.", "该邮件已收取。"),
}


class ServiceActionView(RegulationView):
    labels: ClassVar = {
        "ticket": Words("Ticket", "工单"),
        "kind": Words("Kind", "处置方式"),
        "what": Words("What is to be done", "处置内容"),
        "technician": Words("Technician", "维修人员"),
        "is_under_warranty": Words("Under warranty", "保修内"),
        "old_serial": Words("Serial no. of the old piece", "旧件出厂编号"),
        "new_serial": Words("Serial no. of the new piece", "新件出厂编号"),
        "parts": Words("Parts", "配件"),
        "cost": Words("Cost (CNY)", "费用（元）"),
        "done_at": Words("Done", "完成时间"),
        "result": Words("What came of it", "处置结果"),
        "signature": Words("Signed by the customer's", "客户签字人"),
    }
    list_columns = ("no", "ticket", "kind", "what", "technician", "cost", "done_at", "status")
    filter_columns = ("status", "kind", "technician", "is_under_warranty", "done_at")
    form_columns = (
        "ticket",
        "kind",
        "what",
        "technician",
        "is_under_warranty",
        "old_serial",
        "new_serial",
        "parts",
        "cost",
    )
    given_once = frozenset({"ticket"})
    sections = (
        Section(Words("What", "处置"), ("ticket", "kind", "what", "technician")),
        Section(
            Words("Pieces and cost", "件号与费用"), ("old_serial", "new_serial", "parts", "is_under_warranty", "cost")
        ),
    )
    page_columns = (*form_columns, "done_at", "result", "signature")
    left_out = frozenset({"no", "department_id", "done_at", "result", "signature"})
    asked_fields: ClassVar = {}
    asked_kinds: ClassVar = {"signature": "text", "new_serial": "text"}
    asked_required: ClassVar = frozenset({"result"})
    icon = "tool"
    needs_employee = True

    def new_record(self, act: Act) -> ServiceAction:
        """For the ticket it was begun from, by whoever begins it."""
        action = ServiceAction(technician=db.session.get(Employee, act.by.employee_id) if act.by.employee_id else None)
        source = request.args.get("ticket", "") if request.method == "GET" else ""
        if source:
            ticket = db.session.scalar(
                select(Ticket).where(Ticket.id == key_of(source), Ticket.visible_to(person_here()))
            )
            if ticket is None:
                raise NotVisible
            action.ticket, action.old_serial = ticket, ticket.serial
        return action

    def before_save(self, record: ServiceAction, act: Act) -> None:
        record.prepare()


class FollowUpVisitView(RegulationView):
    labels: ClassVar = {
        "ticket": Words("Ticket", "工单"),
        "solver": Words("Solved by", "解决人"),
        "due_at": Words("Due", "回访期限"),
        "caller": Words("Caller", "回访人"),
        "attempts": Words("Calls", "拨打次数"),
        "last_attempt_at": Words("Last call", "最近拨打"),
        "done_at": Words("Done", "回访时间"),
        "speed": Words("Speed", "响应速度"),
        "skill": Words("Skill", "专业能力"),
        "manner": Words("Manner", "服务态度"),
        "result": Words("Result", "处理结果"),
        "favourable": Words("Favourable", "好评"),
        "favourable_line": Words("Favourable from a mean of", "好评线"),
        "opinion": Words("Opinions and suggestions", "意见建议"),
        "problem_again": Words("The problem came back", "问题再次出现"),
        "call_back_due_at": Words("Manager calls by", "经理致电期限"),
        "called_back_at": Words("Manager called", "经理致电时间"),
    }
    list_columns = ("no", "ticket", "due_at", "solver", "caller", "attempts", "done_at", "favourable", "status")
    filter_columns = ("status", "favourable", "problem_again", "caller", "solver", "due_at", "done_at")
    form_columns: ClassVar[tuple[str, ...]] = ()
    page_columns = (
        "ticket",
        "solver",
        "due_at",
        "caller",
        "attempts",
        "last_attempt_at",
        "done_at",
        "speed",
        "skill",
        "manner",
        "result",
        "favourable",
        "favourable_line",
        "problem_again",
        "call_back_due_at",
        "called_back_at",
        "opinion",
    )
    left_out = frozenset(
        {
            "no",
            "ticket_id",
            "department_id",
            "solver_id",
            "due_at",
            "caller_id",
            "attempts",
            "last_attempt_at",
            "done_at",
            "speed",
            "skill",
            "manner",
            "result",
            "favourable",
            "favourable_line",
            "opinion",
            "problem_again",
            "call_back_due_at",
            "called_back_at",
        }
    )
    asked_kinds: ClassVar = {
        "speed": Score,
        "skill": Score,
        "manner": Score,
        "result": Score,
        "problem_again": "bool",
    }
    asked_required: ClassVar = frozenset({"speed", "skill", "manner", "result"})
    icon = "phone"


class MailMessageView(RegulationView):
    labels: ClassVar = {
        "message_id": Words("Message id", "邮件编号"),
        "key": Words("Key", "标识"),
        "direction": Words("Way", "收发"),
        "at": Words("At", "时间"),
        "sender": Words("From", "发件人"),
        "sender_name": Words("Name", "发件人姓名"),
        "recipient": Words("To", "收件人"),
        "subject": Words("Subject", "主题"),
        "in_reply_to": Words("Answer to", "回复"),
        "body": Words("Text", "正文"),
        "raw_file": Words("As it came", "原始邮件"),
        "facts": Words("Recognised", "识别信息"),
        "reason": Words("Why", "原因"),
        "ticket": Words("Ticket", "工单"),
        "attempts": Words("Tries", "尝试次数"),
        "next_try_at": Words("Next try", "下次发送"),
        "sent_at": Words("Sent", "发送时间"),
        "error": Words("Fault", "错误"),
    }
    list_columns = ("subject", "direction", "sender", "recipient", "at", "ticket", "reason", "status")
    filter_columns = ("status", "direction", "at", "ticket")
    form_columns: ClassVar[tuple[str, ...]] = ()
    page_columns = (
        "direction",
        "at",
        "sender",
        "sender_name",
        "recipient",
        "subject",
        "ticket",
        "reason",
        "sent_at",
        "attempts",
        "error",
        "body",
    )
    left_out = frozenset(
        {
            "message_id",
            "key",
            "direction",
            "at",
            "department_id",
            "sender",
            "sender_name",
            "recipient",
            "subject",
            "in_reply_to",
            "body",
            "raw_file",
            "facts",
            "reason",
            "ticket_id",
            "attempts",
            "next_try_at",
            "sent_at",
            "error",
        }
    )
    icon = "mail"

    def _perform(self, record: Record, verb: str, act: Act, sent: MultiDict[str, str]) -> None:
        """What a person lets in goes the way of every mail."""
        refusal = record.why_not(verb, act.by)
        if verb == "release" and refusal is None and isinstance(record, MailMessage):
            with acting(db.session, act):
                release(db.session(), record, box_here(), act)
        super()._perform(record, verb, act, sent)


def box_here() -> Box:
    """Our own address, and where files are kept."""
    config = current_app.config
    return Box((config["MAIL_FROM"] or own_address(config["MAIL_IN"]),), Path(config["ATTACHMENTS"]))
