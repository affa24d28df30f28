"""Notices of a change that process documents have to follow promptly (P1.3)."""

from datetime import date

from rules.base import Access, Choice, Lifecycle, Role, RuleBroken, Words, relation, step
from rules.regulation import Target, tell_apart

R = Role
NOTICER = relation("noticer", "who gave notice", "通知人")
NOTICERS = frozenset({R.TECHNICAL, R.TECHNICAL_MANAGER, R.PRODUCTION_MANAGER, R.QUALITY_MANAGER})

CHANGE_NOTICE = Access(clause="P1.3", create=NOTICERS, edit=NOTICERS, edit_while=frozenset({"open"}))


class NoticeKind(Choice):
    """What has changed."""

    DESIGN = "design", "Product design", "设计变更"
    EQUIPMENT = "equipment", "Production equipment", "设备更新"
    PROCESS = "process", "Process", "工艺优化"


tell_apart(Target.REVISION_AFTER_CHANGE, kind=NoticeKind)


class NoticeStatus(Choice):
    """Whether the documents have followed."""

    OPEN = "open", "Open", "待修订"
    ANSWERED = "answered", "Answered", "已落实"
    DISMISSED = "dismissed", "Dismissed", "不需修订"


# fmt: off - a table, one row a step
NOTICE_STEPS = Lifecycle(
    "open",
    (
        step("answer", "open", "answered", "Answer by a revision", "以修订落实", tells=(NOTICER,), clause="P1.3"),
        step(
            "dismiss",
            "open",
            "dismissed",
            "Dismiss",
            "不需修订",
            by={R.TECHNICAL_MANAGER},
            needs_note=True,
            is_destructive=True,
            tells=(NOTICER,),
            clause="P1.3",
        ),
    ),
)
# fmt: on


def refuse_future_change(noticed_on: date, on: date) -> None:
    """Raises RuleBroken for a change that nobody can have noticed yet."""
    if noticed_on > on:
        raise RuleBroken(
            Words("The day of the notice lies in the future.", "通知日期不能晚于今天。"),
            field="noticed_on",
            clause="P1.3",
        )
