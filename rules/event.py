"""What happened, provably: the chain of events, the brakes on guessing, who may read it."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from rules.base import NOBODY, Access, Choice, Role, RuleBroken, Words

EVENT = Access(clause="C1.2", view=frozenset({Role.ADMIN}))
DELIVERY = Access(clause="C1.2", view=frozenset({Role.ADMIN}))
PERIOD_LOCK = Access(clause="K2.1", view=frozenset({Role.EMPLOYEE}), create=NOBODY)

GENESIS = "0" * 64


def link(prev_hash: str, facts: Mapping[str, Any]) -> str:
    """The hash of one event: SHA-256 over the previous hash and the facts as canonical JSON."""
    body = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{prev_hash}\n{body}".encode()).hexdigest()


@dataclass(frozen=True)
class ChainRow:
    """One stored event, as the verifier needs it."""

    seq: int
    prev_hash: str
    hash: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class ChainFault:
    """The first place where the chain is not what was written."""

    seq: int
    words: Words


def first_fault(
    rows: Iterable[ChainRow], head: tuple[int, str], anchors: Mapping[int, str] | None = None
) -> ChainFault | None:
    """Walks the chain from its first event; ``head`` is (seq, hash) as kept, ``anchors`` are noted outside."""
    expected, seq = GENESIS, 0
    noted = dict(anchors or {})
    for row in rows:
        if row.seq != seq + 1:
            return ChainFault(seq + 1, Words("event {seq} is missing", "缺少第 {seq} 号事件", seq=seq + 1))
        seq = row.seq
        if row.prev_hash != expected or link(expected, row.facts) != row.hash:
            return ChainFault(seq, Words("event {seq} was changed", "第 {seq} 号事件被改动过", seq=seq))
        if noted.pop(seq, row.hash) != row.hash:
            return ChainFault(
                seq, Words("event {seq} differs from its anchor", "第 {seq} 号事件与外部存证不符", seq=seq)
            )
        expected = row.hash
    missing = [one for one in noted if one > seq]
    if missing or head != (seq, expected):
        return ChainFault(
            seq + 1, Words("the chain ends too early, after event {seq}", "事件链在第 {seq} 号之后被截断", seq=seq)
        )
    return None


class Channel(Choice):
    """How somebody is told."""

    APP = "app", "in the app", "站内"
    MAIL = "mail", "mail", "邮件"
    CHAT = "chat", "company chat", "企业聊天"


class AttachmentKind(Choice):
    """What a file is kept for."""

    EVIDENCE = "evidence", "Evidence", "证据"
    DOCUMENT = "document", "Document", "文件"
    PHOTO = "photo", "Photo", "照片"
    SIGNATURE = "signature", "Signature", "签名"


class Decision(Choice):
    """What an approver decided."""

    PENDING = "pending", "Pending", "待审批"
    APPROVED = "approved", "Approved", "已批准"
    RETURNED = "returned", "Returned", "已退回"
    REJECTED = "rejected", "Rejected", "已否决"


class LinkPurpose(Choice):
    """What a link without log-in is good for, and nothing else."""

    TICKET = "ticket", "Ticket", "工单"
    ORDER = "order", "Order", "订单"
    SURVEY = "survey", "Survey", "调查"
    CERTIFICATE = "certificate", "Certificate", "证书"


FREE_TRIES = 5
"""Wrong passwords before the brake is felt."""
TRIES_AN_HOUR = 20
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)


def wait_before_next_try(failures: Sequence[datetime], at: datetime, *, tries: int = TRIES_AN_HOUR) -> timedelta:
    """How long log-in stays shut for a name or a source after these failed tries within the last hour."""
    recent = sorted(one for one in failures if at - timedelta(hours=1) < one <= at)
    if len(recent) < FREE_TRIES:
        return timedelta(0)
    until = recent[-1] + timedelta(seconds=min(2 ** (len(recent) - FREE_TRIES + 1), 300))
    if len(recent) >= tries:
        until = max(until, recent[-tries] + timedelta(hours=1))
    return max(until - at, timedelta(0))


def session_ended(*, at: datetime, began_at: datetime, seen_at: datetime, ended_at: datetime | None) -> bool:
    """Whether a log-in no longer counts: ended, idle for 30 minutes, or 12 hours old."""
    return ended_at is not None or at - seen_at >= IDLE or at - began_at >= ABSOLUTE


def refuse_locked(on: date | None, locked: Iterable[tuple[date, date]]) -> None:
    """Raises RuleBroken when the date lies in a closed assessment period (K2.1)."""
    for first, last in locked:
        if on is not None and first <= on <= last:
            raise RuleBroken(
                Words(
                    "{on} lies in a closed assessment period. Add a correction dated today instead.",
                    "{on} 属于已锁定的考核期，请新增一条当日的更正记录。",
                    on=on,
                ),
                clause="K2.1",
            )
