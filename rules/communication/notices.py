"""Notices and formal documents: approved by somebody else, numbered, read by whom they are for (C1.2, C1.3)."""

from datetime import datetime

from rules.base import Access, Choice, Lifecycle, Role, RuleBroken, Words, relation, step
from rules.communication.meetings import CALLERS

R = Role
NOTICE_AUTHOR = relation("notice_author", "who wrote the notice", "通知起草人")
WRITERS = CALLERS | {R.HR, R.TECHNICAL, R.PRODUCTION_PLANNER, R.SALES}
NOTICE = Access(
    clause="C1.2",
    create=WRITERS,
    edit=WRITERS,
    edit_while=frozenset({"draft"}),
)


class NoticeKind(Choice):
    """What kind of paper it is."""

    ANNOUNCEMENT = "announcement", "Announcement", "通知公告"
    FORMAL_DOCUMENT = "formal_document", "Formal document", "正式文件"
    MAIL = "mail", "E-mail", "邮件"


class Importance(Choice):
    """How much weighs a notice."""

    NORMAL = "normal", "Normal", "普通"
    IMPORTANT = "important", "Important", "重要"


class NoticeStatus(Choice):
    """Where a notice stands."""

    DRAFT = "draft", "Draft", "草稿"
    APPROVED = "approved", "Approved", "已批准"
    PUBLISHED = "published", "Published", "已发布"
    EXPIRED = "expired", "Expired", "已过期"
    WITHDRAWN = "withdrawn", "Withdrawn", "已撤回"


# fmt: off - a table, one row a step
NOTICE_STEPS = Lifecycle(
    "draft",
    (
        step(
            "approve",
            "draft",
            "approved",
            "Approve",
            "批准",
            by=CALLERS,
            unlike={NOTICE_AUTHOR},
            tells=(NOTICE_AUTHOR,),
            clause="C1.3",
        ),
        step("publish", "approved", "published", "Publish", "发布", by={NOTICE_AUTHOR}, clause="C1.2"),
        step("expire", "published", "expired", "Expire", "过期", clause="C1.2"),
        step(
            "withdraw",
            "published",
            "withdrawn",
            "Withdraw",
            "撤回",
            by=CALLERS | {NOTICE_AUTHOR},
            needs_note=True,
            is_destructive=True,
            tells=(NOTICE_AUTHOR,),
            clause="C1.2",
        ),
    ),
)
# fmt: on


def formal_number(year: int, count: int) -> str:
    """The number of a formal document, as companies write it: 〔2026〕12号."""
    return f"〔{year}〕{count}号"


def refuse_expired(expires_at: datetime | None, at: datetime) -> None:
    """Raises RuleBroken for a notice that would be over before it is out."""
    if expires_at is not None and expires_at <= at:
        raise RuleBroken(
            Words("It would be over before it is out.", "失效时间不能早于发布时间。"), field="expires_at", clause="C1.2"
        )


FORMAL_IS_GM = Words("A formal document is approved by the general manager.", "正式文件由总经理批准。")
