"""Mails of the demo company: customers write, agents write back, customers answer that (A2.1, A3.4)."""

from datetime import datetime
from pathlib import Path
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.after_sales import MailMessage, Ticket
from models.after_sales.mailbox import Box, write_down
from models.after_sales.outbox import KEY_MAKER, answer
from models.base import Source
from models.demo.company import Member
from models.demo.diary import as_of
from models.organisation import Customer
from models.schedule import ProductUnit
from rules.after_sales import Direction, EntryKind, MailState
from rules.after_sales.mails import Letter
from rules.base import SYSTEM

OWN = "service@hengyue.example"
FIRST_ANSWERS = (
    "您好，来信收到。请发一张铭牌照片和报警界面截图，我们先远程判断。",
    "您好，情况已了解。请先停机断电检查接线，下午我们再与您联系。",
    "您好，已安排工程师跟进，请告知方便的到场时间和现场联系电话。",
)
REPLIES = (
    "铭牌照片和报警截图见现场微信群，机床目前停机，请尽快安排。",
    "已按要求检查，故障依旧，附上班组记录的时间点：每次都在换刀之后出现。",
    "周三全天可以停机检修，联系人不变。",
)
ASIDE: tuple[Letter, ...] = (
    Letter(
        "<vacation-31@pingye-motor.example>",
        "jiangwb@pingye-motor.example",
        "蒋文博",
        "自动回复：外出",
        "本人外出培训，邮件将在返回后处理。",
        headers={"auto-submitted": ("auto-replied",)},
    ),
    Letter(
        "<inv-88213@mail.invalid.example>",
        "tangwq@haitang-med.example",
        "唐婉清",
        "请更新付款账户",
        "请按附件中的新账户支付维修费。",
        headers={"authentication-results": ("mx.hengyue.example; spf=fail; dkim=fail; dmarc=fail",)},
    ),
)
"""Mails that open no ticket: an automatic answer, and one that is not from whom it says."""


class Mailing:
    """Takes mails in and lets them leave by the verbs by which a mailbox and the worker do."""

    def __init__(self, session: Session, rng: Random) -> None:
        self.session, self.rng, self.count = session, rng, 0
        self.box = Box((OWN,), Path())
        session.info[KEY_MAKER] = self._key

    def _key(self) -> str:
        """The same for the same seed; a company's own cannot be guessed."""
        return f"demo{self.rng.getrandbits(128):032x}"

    def report(self, customer: Customer, unit: ProductUnit, problem: str, at: datetime) -> Ticket | None:
        """A report by mail, acknowledged."""
        text = f"您好：\n\n{problem}。设备出厂编号：{unit.serial}\n\n{customer.contact}\n{customer.name}"
        mail = self._arrive(customer, f"{unit.model.code} 报修", text, at)
        return mail.ticket

    def reply(self, ticket: Ticket, at: datetime) -> None:
        """The customer answers our last mail."""
        mine = (MailMessage.ticket_id == ticket.id) & (MailMessage.direction == Direction.OUT)
        last = self.session.scalar(select(MailMessage).where(mine).order_by(MailMessage.id.desc()).limit(1))
        if last is not None and ticket.customer is not None:
            said = sum(one.kind is EntryKind.MAIL_IN for one in ticket.entries)
            self._arrive(ticket.customer, f"Re: {last.subject}", REPLIES[said % len(REPLIES)], at, last.message_id)

    def _arrive(self, customer: Customer, subject: str, text: str, at: datetime, answers: str = "") -> MailMessage:
        self.count += 1
        address = customer.mail or ""
        letter = Letter(
            f"<demo-{self.count}-{at:%Y%m%d%H%M}@{address.rpartition('@')[2]}>",
            address,
            customer.contact or "",
            subject,
            text,
            to=(OWN,),
            references=(answers,) if answers else (),
        )
        return self.take(letter, at)

    def take(self, letter: Letter, at: datetime) -> MailMessage:
        """One mail, as the mailbox takes it; what is to go out for it goes."""
        with as_of(self.session, SYSTEM, at, Source.MAIL) as act:
            mail = write_down(self.session, letter, self.box, act)
        self.leave(at)
        return mail

    def answer(self, ticket: Ticket, who: Member, at: datetime) -> None:
        """The agent writes back: of an accepted ticket the first contact."""
        with as_of(self.session, who.person, at) as act:
            answer(ticket, act, to=ticket.mail, text=self.rng.choice(FIRST_ANSWERS))
        self.leave(at)

    def leave(self, at: datetime) -> None:
        """What waits to be sent is sent, as by the worker."""
        waiting = select(MailMessage).where(MailMessage.status == MailState.QUEUED).order_by(MailMessage.id)
        for mail in self.session.scalars(waiting).all():
            with as_of(self.session, SYSTEM, at, Source.SCHEDULER) as act:
                mail.message_id, mail.sender = f"<t.{mail.key}@{OWN.rpartition('@')[2]}>", OWN
                mail.perform("begin", act=act)
                mail.perform("send", act=act)
