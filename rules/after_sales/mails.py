"""Mails: what is new text, who writes by himself, what is a loop, what is kept aside, which ticket is meant (A2.1)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from rules.after_sales.kinds import MailState
from rules.after_sales.tickets import AFTER_SALES
from rules.base import Access, Lifecycle, Role, step

R = Role
MAIL = Access(clause="A2.1", view=AFTER_SALES | {R.GENERAL_MANAGER})

# fmt: off - a table, one row a step
MAIL_STEPS = Lifecycle(
    "written",
    (
        step("receive", "written", "taken", "Take in", "收取", clause="A2.1"),
        step(
            "keep_aside", "written", "quarantined", "Keep aside", "隔离", tells=(R.AFTER_SALES_MANAGER,), clause="A2.1"
        ),
        step("ignore", "written", "ignored", "Open no ticket", "不立单", clause="A2.1"),
        step("queue", "written", "queued", "To be sent", "待发送", clause="A3.4"),
        step(
            "release",
            ("quarantined", "ignored"),
            "taken",
            "Let it in",
            "放行",
            by=AFTER_SALES,
            needs_note=True,
            clause="A2.1",
        ),
        step(
            "dismiss",
            "quarantined",
            "dismissed",
            "Dismiss",
            "剔除",
            by=AFTER_SALES,
            needs_note=True,
            is_destructive=True,
            clause="A2.1",
        ),
        step("begin", "queued", "sending", "Begin to send", "开始发送", clause="A3.4"),
        step("send", "sending", "sent", "Send", "发送", clause="A3.4"),
        step("postpone", "sending", "queued", "Try later", "稍后重发", clause="A3.4"),
        step(
            "fail", "sending", "failed", "Could not be sent", "发送失败", tells=(R.AFTER_SALES_MANAGER,), clause="A3.4"
        ),
        step(
            "doubt",
            "sending",
            "uncertain",
            "Perhaps sent",
            "发送结果不明",
            tells=(R.AFTER_SALES_MANAGER,),
            clause="A3.4",
        ),
        step("retry", ("failed", "uncertain"), "queued", "Try again", "重新发送", by=AFTER_SALES, clause="A3.4"),
        step(
            "settle",
            "uncertain",
            "sent",
            "It has arrived",
            "确认已送达",
            by=AFTER_SALES,
            needs_note=True,
            clause="A3.4",
        ),
    ),
)
# fmt: on
IN_STATES = frozenset({MailState.TAKEN, MailState.QUARANTINED, MailState.IGNORED, MailState.DISMISSED})

TICKET_NO = re.compile(r"\bSH-?20\d\d-\d{4,6}\b", re.IGNORECASE)
LOCAL_PART = re.compile(r"<?t\.(?P<key>[A-Za-z0-9_-]{20,60})@[^>]*>?")
"""Our own message ids carry a key that cannot be guessed."""
QUOTE_HEADS = (
    re.compile(r"^-{3,}\s*(原始邮件|原邮件|Original Message|Forwarded message|转发邮件).*$", re.IGNORECASE),
    re.compile(r"^(在|On)\s.{4,200}(写道|wrote)\s*[:：]\s*$", re.IGNORECASE),
    re.compile(r"^_{10,}\s*$"),
    re.compile(r"^(发件人|From)\s*[:：].*@.*$", re.IGNORECASE),
)
MOST_HOPS = 15
"""A mail that came through more machines than these goes round in circles."""
LONGEST_TEXT = 100_000


class Reason(StrEnum):
    """Why a mail opens no ticket."""

    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    LOOP = "loop"
    BULK = "bulk"
    SPOOFED = "spoofed"
    BROKEN = "broken"
    NO_SENDER = "no_sender"


KEPT_ASIDE = frozenset({Reason.SPOOFED, Reason.BROKEN, Reason.NO_SENDER})
"""A person looks at these; the others are noted and left alone."""


@dataclass(frozen=True)
class Letter:
    """What the child process makes of a mail: text and names, nothing that runs.

    ``headers``: by name in small letters, every value of it; ``files``: name, type, bytes and digest of each.
    """

    message_id: str
    sender: str
    sender_name: str = ""
    subject: str | None = None
    text: str = ""
    date: str = ""
    to: Sequence[str] = ()
    cc: Sequence[str] = ()
    references: Sequence[str] = ()
    headers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    content_type: str = "text/plain"
    failed_recipient: str = ""

    def values(self, name: str) -> Sequence[str]:
        return self.headers.get(name, ())

    def value(self, name: str) -> str:
        return next(iter(self.values(name)), "").strip()


def refused_for(letter: Letter, own: Iterable[str]) -> Reason | None:
    """Why this mail opens no ticket and is never answered; None = it is a person's word.

    ``own``: our own addresses. Bounces have an empty return path or are delivery reports; loops carry our mark, come
    from ourselves, or went through very many machines; RFC 3834 says who answers by himself.
    """
    mine = frozenset(one.casefold() for one in own)
    if not letter.sender:
        return Reason.NO_SENDER
    if _is_bounce(letter):
        return Reason.BOUNCE
    if _is_loop(letter, mine):
        return Reason.LOOP
    if _is_automatic(letter):
        return Reason.AUTO_REPLY
    if letter.value("list-id") or letter.value("precedence").casefold() in {"bulk", "list", "junk"}:
        return Reason.BULK
    return Reason.SPOOFED if is_spoofed(letter) else None


def _is_bounce(letter: Letter) -> bool:
    local = letter.sender.partition("@")[0].casefold()
    has_no_way_back = letter.values("return-path") and letter.value("return-path") in {"<>", ""}
    is_report = letter.content_type == "multipart/report"
    return bool(has_no_way_back) or is_report or local in {"mailer-daemon", "postmaster"}


def _is_loop(letter: Letter, mine: frozenset[str]) -> bool:
    marks = {one.strip().casefold() for one in letter.values("x-loop")}
    is_ours = letter.sender.casefold() in mine
    return bool(marks & mine) or is_ours or len(letter.values("received")) > MOST_HOPS


def _is_automatic(letter: Letter) -> bool:
    said = letter.value("auto-submitted").partition(";")[0].strip().casefold()
    is_said = said not in {"", "no"}
    marks = ("x-autoreply", "x-autorespond", "x-auto-response-suppress")
    return is_said or any(letter.value(one) for one in marks) or letter.value("precedence").casefold() == "auto_reply"


def is_spoofed(letter: Letter) -> bool:
    """Whether the receiving server says that the sender is not who he claims to be.

    Only the topmost of the results counts: those below came with the mail and can be made up.
    """
    said = letter.value("authentication-results").casefold()
    return "dmarc=fail" in said or ("spf=fail" in said and "dkim=pass" not in said)


def may_answer(reason: Reason | None) -> bool:
    """Whether an automatic answer may be sent: to people only, else two machines would talk for ever."""
    return reason is None


def new_text(text: str) -> str:
    """What the sender wrote himself: everything before the first quoted part, without quoted lines."""
    kept: list[str] = []
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for place, line in enumerate(lines):
        stripped = line.strip()
        if any(one.match(stripped) for one in QUOTE_HEADS) and place > 0:
            break
        if not stripped.startswith(">"):
            kept.append(line.rstrip())
    return "\n".join(kept).strip() or text.strip()


def numbers_in(subject: str) -> list[str]:
    """Ticket numbers that a subject names, in their order."""
    return list(dict.fromkeys(one.upper() for one in TICKET_NO.findall(subject)))


def keys_in(references: Iterable[str]) -> list[str]:
    """The keys of our own message ids among those that a mail refers to."""
    found = (LOCAL_PART.fullmatch(one.strip()) for one in references)
    return [one["key"] for one in found if one]


def is_known(sender: str, known: Iterable[str]) -> bool:
    """Whether the sender is one of these addresses, or writes from the company of one of them."""
    domain = sender.rpartition("@")[2].casefold()
    addresses = {one.casefold() for one in known if one}
    is_public = domain in PUBLIC_DOMAINS
    return sender.casefold() in addresses or (not is_public and domain in {one.rpartition("@")[2] for one in addresses})


PUBLIC_DOMAINS = frozenset(
    {
        "qq.com", "163.com", "126.com", "139.com", "189.cn", "sina.com", "sina.cn", "sohu.com", "foxmail.com",
        "aliyun.com", "yeah.net", "gmail.com", "outlook.com", "hotmail.com", "icloud.com", "yahoo.com",
    }
)  # fmt: skip
"""Mailboxes that anybody can have: the same domain says nothing about the company."""
