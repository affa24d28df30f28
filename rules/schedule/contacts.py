"""Contacts with customers: what was said, what was promised, what is passed on with an answer due (C2.1, S2.3)."""

from rules.base import Choice, Lifecycle, Role, RuleBroken, Words, step
from rules.schedule.access import RECEIVER, SPOKESMAN

R = Role


class ContactChannel(Choice):
    """How one spoke."""

    PHONE = "phone", "Telephone", "电话"
    MAIL = "mail", "Mail", "邮件"
    VISIT = "visit", "Visit", "拜访"
    MEETING = "meeting", "Meeting", "会议"
    CHAT = "chat", "Chat", "微信等"
    OTHER = "other", "Other", "其他"


class Direction(Choice):
    """Who spoke to whom."""

    OUTGOING = "outgoing", "We to the customer", "我方联系客户"
    INCOMING = "incoming", "The customer to us", "客户来访来电"


class ContactStatus(Choice):
    """Whether something is passed on, and answered."""

    LOGGED = "logged", "Logged", "已记录"
    FORWARDED = "forwarded", "Passed on", "已转达"
    ANSWERED = "answered", "Answered", "已答复"


CONTACT_STEPS = Lifecycle(
    "logged",
    (
        step(
            "forward",
            "logged",
            "forwarded",
            "Pass on",
            "转达",
            by={SPOKESMAN, R.SALES_MANAGER},
            asks=("forwarded_to",),
            tells=(RECEIVER,),
            clause="C2.1",
        ),
        step(
            "answer",
            "forwarded",
            "answered",
            "Answer",
            "答复",
            by={RECEIVER},
            asks=("answer",),
            tells=(SPOKESMAN,),
            clause="C2.1",
        ),
    ),
)


def refuse_empty_answer(answer: str) -> None:
    """Raises RuleBroken for an answer without words."""
    if not answer.strip():
        raise RuleBroken(Words("Write the answer.", "请填写答复内容。"), field="answer", clause="C2.1")


def tells_customer(direction: Direction, *, has_order: bool) -> bool:
    """Whether a contact counts as keeping the customer informed: we spoke to him, about an order (S2.3)."""
    return direction == Direction.OUTGOING and has_order
