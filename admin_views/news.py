"""News: what somebody was told, each as a sentence, on his desk and by mail (C2.3)."""

from collections.abc import Sequence
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from admin_views.columns import cell_of
from admin_views.history import about, did_words, why_told
from admin_views.listing import BETWEEN
from admin_views.registry import desk_card, record_url, views
from admin_views.screen import DeskCard, DeskLine
from admin_views.session import db
from admin_views.words import fitting, say, t, writing_in
from models.after_sales.outbox import is_mail_address
from models.base import Record, Source
from models.event import Delivery, Event
from models.organisation import Account, Employee, person_of
from rules.base import Person
from rules.event import Channel

ON_THE_DESK = 7
SUBJECT = 60
"""Half-width characters of a sentence that is the subject of a mail."""


@desk_card
def news(person: Person) -> DeskCard | None:
    """What this person was told of last, each as a sentence: who did what to what."""
    if person.employee_id is None:
        return None
    told = (
        _events()
        .join(Delivery, Delivery.event_seq == Event.seq)
        .where(Delivery.recipient_id == person.employee_id, Delivery.channel == Channel.APP)
    )
    lines = _lines(person, db.session.execute(told.order_by(Event.seq.desc()).limit(ON_THE_DESK)).all())
    return DeskCard(t("News for me", "我的消息"), lines, t("No news.", "没有新消息。"), 0, "bell", place="news")


def _events() -> Select[Any]:
    """Events with the names of those who acted."""
    return select(Event, Employee.name).outerjoin(Employee, Employee.account_id == Event.actor_id)


def _lines(person: Person, rows: Sequence[Row[Any]]) -> list[DeskLine]:
    records = _seen([event for event, _ in rows], person)
    return [
        _news_line(event, name or "", record, person)
        for event, name in rows
        if (record := records.get((event.entity, event.entity_id))) is not None
    ]


def _seen(events: list[Event], person: Person) -> dict[tuple[str, int | None], Record]:
    """The records that the events tell of, as far as the person may see them: one statement for each table."""
    wanted: dict[str, set[int]] = {}
    for event in events:
        if event.entity in views() and event.entity_id is not None:
            wanted.setdefault(event.entity, set()).add(event.entity_id)
    found: dict[tuple[str, int | None], Record] = {}
    for table, keys in wanted.items():
        model = views()[table].model
        query = select(model).where(model.id.in_(sorted(keys)), model.visible_to(person))
        found.update({(table, one.id): one for one in db.session.scalars(query)})
    return found


def _news_line(event: Event, name: str, record: Record, person: Person) -> DeskLine:
    outside = t("The customer", "客户") if event.source is Source.PUBLIC_LINK else ""
    did = did_words(record, event.action, name or outside)
    what, kind = about(record), say(record.words)
    if kind.lower() in did.lower():
        what = what.removeprefix(kind).strip()
    title = t("{did}: {what}", "{did}：{what}", did=did, what=what) if what else did
    called = record.label if record.label not in what else ""
    why = why_told(record, event.action, person)
    detail = BETWEEN.join(one for one in (called, why) if one)
    return DeskLine(title, record_url(type(record), record.id), detail, replace(cell_of(event.at), also=event.reason))


# -- by mail ---------------------------------------------------------------------------------------------------------


class Letters:
    """Writes the mails: what happened, with the way to it, in the language of whom it is for."""

    def __init__(self, public_url: str) -> None:
        self.base = public_url.rstrip("/")

    def compose(self, session: Session, employee: Employee, events: Sequence[int]) -> EmailMessage | None:
        """None where there is nothing of it that he may see any more."""
        account = session.scalar(select(Account).where(Account.id == employee.account_id))
        if account is None or not is_mail_address(employee.mail or ""):
            return None
        with writing_in(account.locale):
            rows = session.execute(_events().where(Event.seq.in_(events)).order_by(Event.seq)).all()
            lines = _lines(person_of(session, account), rows)
            return self._letter(employee, lines) if lines else None

    def _letter(self, employee: Employee, lines: Sequence[DeskLine]) -> EmailMessage:
        letter = EmailMessage()
        first = fitting(" ".join(lines[0].title.split()), SUBJECT)
        more = t("{first}, and {n} more", "{first}，另有 {n} 条消息", first=first, n=len(lines) - 1)
        letter["Subject"] = t("[Gongzheng] {what}", "[工正] {what}", what=more if len(lines) > 1 else first)
        letter["To"] = employee.mail or ""
        letter["Auto-Submitted"] = "auto-generated"
        said = [
            t("Dear {name},", "{name}，您好：", name=employee.name),
            "",
            *(self._paragraph(line) for line in lines),
            t("All news: {url}", "全部消息：{url}", url=f"{self.base}/"),
            t(
                "You can turn these mails off in the menu under your name.",
                "如不需要邮件提醒，可在系统右上角您的姓名菜单中关闭。",
            ),
        ]
        letter.set_content("\n".join(said))
        return letter

    def _paragraph(self, line: DeskLine) -> str:
        """What happened, when and why he is told, and where it is."""
        beside = [one for one in (line.detail, line.due.also if line.due is not None else "") if one]
        return "\n".join(["· " + line.title, *("  " + one for one in (*beside, f"{self.base}{line.url}")), ""])
