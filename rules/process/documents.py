"""Process documents: three types, whether they may be worked by, and what a product still lacks (P1.1)."""

from collections.abc import Iterable
from datetime import date

from rules.base import Access, Choice, Lifecycle, Role, RuleBroken, Words, relation, step

R = Role
OWNER = relation("owner", "the owner of the document", "文件负责人")
WRITERS = frozenset({R.TECHNICAL, R.TECHNICAL_MANAGER})

PROCESS_DOCUMENT = Access(clause="P1.1", create=WRITERS, edit=WRITERS, edit_while=frozenset({"active", "suspended"}))


class DocType(Choice):
    """The three kinds of process document (P1.1)."""

    PROCESS_FLOW = "process_flow", "Process flow", "工艺流程"
    OPERATING_SPEC = "operating_spec", "Operating specification", "操作规范"
    QUALITY_STANDARD = "quality_standard", "Quality standard", "质量标准"


class DocumentStatus(Choice):
    """Whether the document may be worked by."""

    ACTIVE = "active", "Active", "有效"
    SUSPENDED = "suspended", "Suspended", "停用"
    OBSOLETE = "obsolete", "Obsolete", "作废"


# fmt: off - a table, one row a step
DOCUMENT_STEPS = Lifecycle(
    "active",
    (
        step(
            "suspend",
            "active",
            "suspended",
            "Suspend",
            "停用",
            tells=(OWNER, R.PRODUCTION_MANAGER, R.QUALITY_MANAGER, R.TEAM_LEADER),
            clause="P1.3",
        ),
        step("resume", ("suspended", "obsolete"), "active", "Put into use again", "恢复使用", clause="P1.3"),
        step(
            "make_obsolete",
            ("active", "suspended"),
            "obsolete",
            "Make obsolete",
            "作废",
            by={R.TECHNICAL_MANAGER},
            needs_note=True,
            is_destructive=True,
            tells=(OWNER, R.PRODUCTION_MANAGER, R.QUALITY_MANAGER),
            clause="P1.2",
        ),
    ),
)
# fmt: on


def missing_types(released: Iterable[DocType]) -> tuple[DocType, ...]:
    """The types of document that a product still lacks: each needs all three, released (P1.1)."""
    there = set(released)
    return tuple(one for one in DocType if one not in there)


def later_day(given: date | str | None, on: date, *, field: str) -> date:
    """The day that was given. Raises RuleBroken where it is none, or not later than today (P1.2, P1.3)."""
    try:
        day = date.fromisoformat(given) if isinstance(given, str) else given
    except ValueError:
        day = None
    if day is None or not on < day <= date(2200, 12, 31):
        raise RuleBroken(
            Words("Choose a day after today: nothing is dated back.", "请选择今天之后的日期，不能追溯。"),
            field=field,
            clause="P1.3",
        )
    return day
