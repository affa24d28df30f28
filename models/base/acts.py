"""An act: who does something, when, by which way, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from rules.base import SYSTEM, Choice, Person


class Source(Choice):
    """By which way a change came in."""

    FORM = "form", "form", "表单"
    INLINE = "inline", "list cell", "列表内修改"
    BULK = "bulk", "bulk action", "批量操作"
    IMPORT = "import", "import", "导入"
    API = "api", "API", "接口"
    MAIL = "mail", "mail", "邮件"
    PUBLIC_LINK = "public_link", "public link", "外部链接"
    COMMAND = "command", "command line", "命令行"
    SCHEDULER = "scheduler", "scheduler", "定时任务"
    CONSEQUENCE = "consequence", "consequence", "规则联动"


@dataclass(frozen=True)
class Act:
    """Who acts, when, by which way, and why; ``on_behalf_of`` is the account a consequence goes back to.

    ``recorded_at`` is given where history is taken in: ``at`` is then when it happened, and nobody is told any more.
    """

    by: Person
    at: datetime
    source: Source = Source.FORM
    note: str = ""
    clause: str = ""
    on_behalf_of: int | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    recorded_at: datetime | None = None
    tell_at: datetime | None = None
    """When whoever is to be told hears of it; empty = at once. What happens at night is told in the morning."""

    @property
    def written_at(self) -> datetime:
        """When the act is written down: now, even where it happened long ago."""
        return self.recorded_at or self.at

    def consequence(self, clause: str = "") -> "Act":
        """What follows by itself: the system acts, for the person who set it off."""
        actor = self.by.account_id or self.on_behalf_of
        return replace(
            self, by=SYSTEM, source=Source.CONSEQUENCE, on_behalf_of=actor, clause=clause, note="", fields={}
        )


def is_history(session: Session) -> bool:
    """Whether what is done in this session now is taken in from a ledger: what was not kept then is not asked for."""
    act: Act | None = session.info.get("act")
    return act is not None and act.recorded_at is not None
