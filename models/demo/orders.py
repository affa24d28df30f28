"""The order book of 恒岳精密机械: six months of orders, cleared, promised, planned, made, some of them late (S1-S3)."""

from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import on_date
from models.demo.company import Company, Member
from models.demo.diary import Diary, as_of
from models.demo.papers import Papers
from models.demo.shop_floor import ShopFloor
from models.organisation import Customer, Department, Employee, ProductModel
from models.schedule import ContactLog, OrderCondition, SalesOrder, draft_of
from rules.schedule import ClearanceKind, ContactChannel, Difficulty, Direction, Opinion, OrderPriority, OrderStatus


class OrderRow(NamedTuple):
    """An order: whose, what, how many, on which of the 183 days; ``pace`` above 1 is slower than planned."""

    customer: int
    model: str
    qty: int
    day: int
    workshop: str
    fate: str = "made"
    pace: float = 0.95


ORDERS: tuple[OrderRow, ...] = (
    OrderRow(1, "HY-CK6150", 6, 2, "S1"),
    OrderRow(9, "HY-VMC850", 2, 6, "S2", "made", 1.35),
    OrderRow(3, "HY-MGK1320", 2, 11, "S1"),
    OrderRow(21, "HY-CK6163", 4, 18, "S1", "made", 1.25),
    OrderRow(5, "HY-5X400", 1, 25, "S2"),
    OrderRow(15, "HY-HMC500", 2, 33, "S2", "conditional"),
    OrderRow(2, "HY-VMC1160", 3, 40, "S2", "made", 1.3),
    OrderRow(24, "HY-CK6150", 5, 47, "S1"),
    OrderRow(11, "HY-MGK1320", 1, 55, "S1", "made", 1.2),
    OrderRow(17, "HY-CK6163", 8, 62, "S1", "changed"),
    OrderRow(7, "HY-VMC850", 2, 70, "S2"),
    OrderRow(25, "HY-HMC500", 1, 78, "S2", "made", 1.4),
    OrderRow(4, "HY-CK6150", 3, 86, "S1"),
    OrderRow(12, "HY-VMC1160", 2, 94, "S2"),
    OrderRow(19, "HY-MGK1320", 3, 102, "S1", "made", 1.3),
    OrderRow(1, "HY-5X400", 1, 110, "S2", "conditional"),
    OrderRow(14, "HY-CK6163", 2, 116, "S1", "cancelled"),
    OrderRow(9, "HY-CK6150", 6, 122, "S1"),
    OrderRow(3, "HY-VMC850", 4, 128, "S2", "made", 1.5),
    OrderRow(21, "HY-HMC500", 1, 134, "S2"),
    OrderRow(5, "HY-CK6150", 4, 140, "S1", "made", 1.45),
    OrderRow(17, "HY-MGK1320", 2, 145, "S1"),
    OrderRow(15, "HY-VMC850", 3, 149, "S2", "held"),
    OrderRow(2, "HY-CK6163", 5, 153, "S1", "made", 1.6),
    OrderRow(8, "HY-CK6150", 2, 157, "S1", "asked"),
    OrderRow(24, "HY-VMC1160", 2, 161, "S2"),
    OrderRow(11, "HY-HMC500", 1, 165, "S2", "reviewed"),
    OrderRow(6, "HY-CK6163", 3, 169, "S1", "submitted"),
    OrderRow(22, "HY-MGK1320", 1, 172, "S1", "confirmed"),
    OrderRow(19, "HY-VMC850", 2, 176, "S2", "half_cleared"),
    OrderRow(13, "HY-CK6150", 4, 179, "S1", "clearing"),
    OrderRow(25, "HY-5X400", 1, 181, "S2", "draft"),
)
UNPLANNED = frozenset({"draft", "clearing", "half_cleared", "confirmed", "cancelled"})
STAYING = ("程诺", "蓝天翔")
"""Sellers who are there the whole time."""
LEADS = ("秦立群", "裴晓岚")
REQUIREMENTS = (
    "按图纸与技术协议加工，提供出厂检验报告",
    "主轴跳动不大于 0.003 mm，随机提供精度检测单",
    "外观按客户色板，导轨防护加装",
)
CONDITION = "关键夹具须先完成验证并留首件记录"
TOLD = ("已通报排产与关键节点", "告知本周进度，装配按计划进行", "确认发货安排与到货验收人", "已发送本周进度照片")
ASKED = ("客户询问进度并要求提供检验记录", "客户反映上批次外观有轻微划痕")


class OrderBook:
    """Writes the orders into the diary, from the draft to the promise; the shop floor makes them."""

    def __init__(self, session: Session, rng: Random, company: Company, diary: Diary, papers: Papers) -> None:
        self.session, self.rng, self.company, self.diary = session, rng, company, diary
        self.floor = ShopFloor(session, rng, company, diary, papers)

    def plan(self) -> None:
        """Every order on its day; whatever comes of it is noted by what happened before."""
        for place, row in enumerate(ORDERS):
            self.diary.note(self.diary.clock.on_day(row.day, 30 + place % 7 * 20), partial(self._enter, place, row))
        self.floor.plan()

    def _later(self, at: datetime, days: float) -> datetime:
        return self.diary.clock.later(at, days * 480)

    def _seller(self, order: SalesOrder) -> Member:
        return next(one for one in self.company.members if one.id == order.sales_id)

    def _enter(self, place: int, row: OrderRow, at: datetime) -> None:
        code = f"KH-{row.customer:03d}"
        customer = self.session.scalars(select(Customer).where(Customer.code == code)).one()
        owner = next(one for one in self.company.members if one.id == customer.owner_id)
        seller = owner if owner.name in STAYING else self.company.named(STAYING[place % 2])
        with as_of(self.session, seller.person, at):
            order = SalesOrder(
                customer=customer,
                customer_ref=f"PO-{at.year % 100}{place + 101}",
                model=self.session.scalars(select(ProductModel).where(ProductModel.code == row.model)).one(),
                qty=row.qty,
                requirements=REQUIREMENTS[place % len(REQUIREMENTS)],
                ordered_on=on_date(at),
                requested_on=on_date(at) + timedelta(days=43 + 3 * (place % 4)),
                priority=OrderPriority.URGENT if place % 6 == 5 else OrderPriority.NORMAL,
                sales=self.session.get_one(Employee, seller.id),
                project_lead=self.session.get_one(Employee, self.company.named(LEADS[place % 3 == 2]).id),
                workshop=self.session.get_one(Department, self.company.departments[row.workshop]),
            )
            order.prepare()
            self.session.add(order)
            self.session.flush()
            key = order.id
        if row.fate != "draft":
            self.diary.note(self._later(at, 0.3), partial(self._submit, key, row))

    def _submit(self, key: int, row: OrderRow, at: datetime) -> None:
        order = self.session.get_one(SalesOrder, key)
        with as_of(self.session, self._seller(order).person, at) as act:
            order.perform("submit", act=act)
        if row.fate == "clearing":
            return
        self.diary.note(self._later(at, 0.6), partial(self._answer, key, row, ClearanceKind.TECHNICAL))
        if row.fate == "half_cleared":
            return
        self.diary.note(self._later(at, 1.1), partial(self._answer, key, row, ClearanceKind.PRODUCTION))
        self.diary.note(self._later(at, 1.6), partial(self._confirm, key, row))

    def _answer(self, key: int, row: OrderRow, kind: ClearanceKind, at: datetime) -> None:
        order = self.session.get_one(SalesOrder, key)
        by = self.company.named("technical" if kind is ClearanceKind.TECHNICAL else "production_planner")
        clearance = next(one for one in order.asked() if one.kind is kind)
        is_bound = row.fate == "conditional" and kind is ClearanceKind.TECHNICAL
        with as_of(self.session, by.person, at) as act:
            clearance.opinion = Opinion.CONDITIONAL if is_bound else Opinion.FEASIBLE
            clearance.difficulty = self.rng.choice(list(Difficulty))
            clearance.proposed_days = 22 + row.qty
            clearance.requirements = "精加工须在恒温间进行" if kind is ClearanceKind.TECHNICAL else ""
            clearance.risks = "外协铸件周期偏长" if row.pace > 1.2 else ""
            if is_bound:
                worker = self.session.get_one(Employee, self.company.named("骆文涛").id)
                clearance.conditions = [OrderCondition(text=CONDITION, responsible=worker)]
            clearance.perform("answer", act=act)
        for condition in clearance.conditions:
            if condition.action_id is not None:
                self.diary.note(self._later(at, 1), partial(self.floor.put_right, condition.action_id))

    def _confirm(self, key: int, row: OrderRow, at: datetime) -> None:
        order = self.session.get_one(SalesOrder, key)
        with as_of(self.session, self._seller(order).person, at) as act:
            order.perform("confirm", act=act, promised_on=order.requested_on)
        if row.fate == "cancelled":
            self.diary.note(self._later(at, 3), partial(self._cancel, key))
        if row.fate not in UNPLANNED:
            self.diary.note(self._later(at, 2), partial(self.floor.make_plan, key, row.fate, row.pace))
        self.diary.note(self._later(at, 6), partial(self._tell, key, 0))
        if row.fate in {"changed", "asked"}:
            self.diary.note(self._later(at, 9), partial(self._ask_otherwise, key))

    def _cancel(self, key: int, at: datetime) -> None:
        with as_of(self.session, self.company.named("sales_manager").person, at) as act:
            self.session.get_one(SalesOrder, key).perform("cancel", act=act, note="客户项目中止，双方书面确认取消")

    # -- contacts ----------------------------------------------------------------------------------------------------

    def _tell(self, key: int, times: int, at: datetime) -> None:
        """The customer is told every week or so, until he has it; now and then nobody does for too long."""
        order = self.session.get_one(SalesOrder, key)
        if order.status not in {OrderStatus.CONFIRMED, OrderStatus.IN_PRODUCTION, OrderStatus.READY}:
            return
        self._contact(order, at, direction=Direction.OUTGOING, summary=TOLD[times % len(TOLD)])
        if times % 4 == 1:
            self.diary.note(self.diary.clock.later(at, 20), partial(self._hear, key))
        self.diary.note(self._later(at, self.rng.choice((5, 6, 7, 8, 12))), partial(self._tell, key, times + 1))

    def _hear(self, key: int, at: datetime) -> None:
        """The customer asks back; what he asks is passed on to the department."""
        found = self._contact(
            self.session.get_one(SalesOrder, key),
            at,
            direction=Direction.INCOMING,
            summary=ASKED[key % 2],
            channel=ContactChannel.MAIL,
        )
        self.diary.note(self._later(at, 0.2), partial(self._pass_on, found.id))

    def _contact(self, order: SalesOrder, at: datetime, **facts: object) -> ContactLog:
        seller = self._seller(order)
        with as_of(self.session, seller.person, at) as act:
            speaker = self.session.get_one(Employee, seller.id)
            found = ContactLog(customer=order.customer, order=order, by=speaker, at=act.at, **facts)
            found.prepare()
            self.session.add(found)
            self.session.flush()
            found.follow(act)
            draft_of(found, act)
        return found

    def _ask_otherwise(self, key: int, at: datetime) -> None:
        """The customer wants it later: a draft of a change comes of it."""
        order = self.session.get_one(SalesOrder, key)
        wish = (
            "客户厂房改造，希望推迟两周交付"
            if order.status is OrderStatus.IN_PRODUCTION
            else "客户希望增加在线测量装置"
        )
        found = self._contact(
            order, at, direction=Direction.INCOMING, summary="客户来电商量交付安排", demand_change=wish
        )
        self.floor.change_from(found, at)

    def _pass_on(self, key: int, at: datetime) -> None:
        contact = self.session.get_one(ContactLog, key)
        to = self.session.get_one(Department, self.company.departments["JS"])
        with as_of(self.session, self._seller_of(contact).person, at) as act:
            contact.perform("forward", act=act, forwarded_to=to)
        self.diary.note(self._later(at, self.rng.choice((0.5, 1, 2.6))), partial(self._reply, key))

    def _seller_of(self, contact: ContactLog) -> Member:
        return next(one for one in self.company.members if one.id == contact.by_id)

    def _reply(self, key: int, at: datetime) -> None:
        with as_of(self.session, self.company.named("technical").person, at) as act:
            self.session.get_one(ContactLog, key).perform(
                "answer", act=act, answer="检验记录已整理，随下次进度通报发客户；搬运改用软垫防护"
            )


__all__ = ["OrderBook"]
