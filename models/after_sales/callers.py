"""Who is on the line: found by telephone, name, serial number or ticket, with everything that belongs to him (A2.2)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, or_, select
from sqlalchemy.orm import Session, joinedload

from models.after_sales.tickets import Ticket
from models.organisation import Customer
from models.schedule import ProductUnit
from rules import after_sales
from rules.base import Person

MOST_CALLERS, MOST_UNITS, MOST_TICKETS = 8, 20, 10
LEAST = 2
LIKE_SPECIAL = re.compile(r"([\\%_])")


@dataclass(frozen=True)
class Caller:
    """A customer, with what he has and what he reported; ``unit``: the piece he was found by."""

    customer: Customer
    contact: str
    phone: str
    units: Sequence[ProductUnit]
    open_tickets: Sequence[Ticket]
    past_tickets: Sequence[Ticket]
    unit: ProductUnit | None = None


def callers(session: Session, person: Person, words: str) -> list[Caller]:
    """The customers that these words can mean, the surest first."""
    words = words.strip()
    if len(words) < LEAST:
        return []
    found: dict[int, tuple[Customer, ProductUnit | None, str, str]] = {}
    for unit in _units(session, person, words):
        if unit.customer is not None:
            found.setdefault(unit.customer.id, (unit.customer, unit, "", ""))
    for customer in _customers(session, person, words):
        found.setdefault(customer.id, (customer, None, "", ""))
    for ticket in _tickets(session, person, words):
        if ticket.customer is not None:
            known = found.get(ticket.customer.id)
            if known is None or not known[2]:
                piece = known[1] if known else ticket.product_unit
                found[ticket.customer.id] = (ticket.customer, piece, ticket.contact, ticket.phone)
    return [_caller(session, person, *one) for one in list(found.values())[:MOST_CALLERS]]


def _caller(
    session: Session, person: Person, customer: Customer, unit: ProductUnit | None, contact: str, phone: str
) -> Caller:
    units = session.scalars(
        select(ProductUnit)
        .where(ProductUnit.customer_id == customer.id, ProductUnit.visible_to(person), ProductUnit.voided_at.is_(None))
        .options(joinedload(ProductUnit.model), joinedload(ProductUnit.order))
        .order_by(ProductUnit.shipped_on.desc(), ProductUnit.id.desc())
        .limit(MOST_UNITS)
    ).all()
    mine = select(Ticket).where(Ticket.customer_id == customer.id, Ticket.visible_to(person))
    newest = mine.options(joinedload(Ticket.model)).order_by(Ticket.received_at.desc()).limit(MOST_TICKETS)
    is_open = Ticket.status.in_(after_sales.OPEN)
    return Caller(
        customer,
        contact or customer.contact or "",
        phone or customer.phone or "",
        units,
        session.scalars(newest.where(is_open)).all(),
        session.scalars(newest.where(~is_open)).all(),
        unit,
    )


def _begins(column: SQLColumnExpression[Any], words: str) -> ColumnElement[bool]:
    return column.like(LIKE_SPECIAL.sub(r"\\\1", words) + "%", escape="\\")


def _holds(column: SQLColumnExpression[Any], words: str) -> ColumnElement[bool]:
    return column.like("%" + LIKE_SPECIAL.sub(r"\\\1", words) + "%", escape="\\")


def _digits(words: str) -> str:
    found = re.sub(r"[\s\-()（）]", "", words)
    return found if re.fullmatch(r"\+?\d{4,}", found) else ""


def _units(session: Session, person: Person, words: str) -> Sequence[ProductUnit]:
    query = select(ProductUnit).where(_begins(ProductUnit.serial, words.upper()), ProductUnit.visible_to(person))
    return session.scalars(query.options(joinedload(ProductUnit.customer)).limit(MOST_CALLERS)).all()


def _customers(session: Session, person: Person, words: str) -> Sequence[Customer]:
    """By the number as it is kept; by a part of a name, of whoever speaks for the customer, or by its code."""
    digits = _digits(words)
    by_phone = [_begins(Customer.phone, digits)] if digits else []
    by_name = [_holds(Customer.name, words), _holds(Customer.contact, words), Customer.code == words.upper()]
    query = select(Customer).where(or_(*by_phone, *by_name), Customer.visible_to(person), Customer.voided_at.is_(None))
    return session.scalars(query.order_by(Customer.id).limit(MOST_CALLERS)).all()


def _tickets(session: Session, person: Person, words: str) -> Sequence[Ticket]:
    digits = _digits(words)
    by = [Ticket.serial == words.upper(), Ticket.no == words.upper(), Ticket.contact == words]
    if digits:
        by.append(_begins(Ticket.phone, digits))
    query = select(Ticket).where(or_(*by), Ticket.visible_to(person), Ticket.customer_id.is_not(None))
    options = (joinedload(Ticket.customer), joinedload(Ticket.product_unit))
    return session.scalars(query.options(*options).order_by(Ticket.received_at.desc()).limit(MOST_CALLERS)).all()


__all__ = ["Caller", "callers"]
