"""After-sales tickets of a ledger: each step at its instant by whom the row names, nobody told of history (A2-A4)."""

from dataclasses import replace
from datetime import datetime, time
from typing import Any

from sqlalchemy.orm import selectinload

from models.after_sales import FollowUpVisit, Ticket, schedule_visit
from models.base import COMPANY_ZONE, Act
from models.intake.kit import Intake, RowRefused, chosen, guard, parts, refuse, refuse_voided, there
from models.intake.reasons import STORED_OTHERWISE
from models.journal import acting
from models.organisation import Customer, Employee, ProductModel
from rules.after_sales import EntryKind, TicketChannel, TicketStatus
from rules.base import Person, Role
from rules.ledger import Row, SheetResult
from rules.regulation import ReportSeverity, Urgency

NOON = time(12, 0)
"""When a visit was made of which the ledger knows the day alone."""
NO_SOLUTION = "（台账未记载解决方案）"
SAID = {
    "satisfied": "满意",
    "neutral": "一般",
    "dissatisfied": "不满意",
    "problem_again": "问题复发",
    "no_answer": "未接通",
}
FACTS = ("description", "serial", "contact", "phone")


def store_tickets(intake: Intake, sheet: SheetResult) -> None:
    """In the order of their receipt, each by itself: a refused one leaves the others."""
    book = Book(intake)
    for rows in parts(sorted(sheet.accepted, key=lambda row: row.values["received_at"])):
        book.look_up(rows)
        for row in rows:
            try:
                book.take(row)
            except RowRefused:
                continue


class Book:
    """People, customers, models and stored tickets that the rows refer to."""

    def __init__(self, intake: Intake) -> None:
        self._intake, self._session = intake, intake.session
        self._people: dict[str, Employee] = {}
        self._customers: dict[str, Customer] = {}
        self._models: dict[str, ProductModel] = {}
        self._tickets: dict[str, Ticket] = {}

    def look_up(self, rows: list[Row]) -> None:
        values = [row.values for row in rows]
        names = [one[name] for one in values for name in ("agent", "follow_up_caller") if one[name]]
        self._people = self._intake.found(Employee.no, names)
        self._customers = self._intake.found(Customer.code, [one["customer"] for one in values if one["customer"]])
        self._models = self._intake.found(ProductModel.code, [one["model"] for one in values if one["model"]])
        self._tickets = self._intake.found(Ticket.no, [one["no"] for one in values], selectinload(Ticket.entries))

    def take(self, row: Row) -> None:
        """A new one is stored with its whole story; one that is stored is compared, and goes on where it can."""
        guard(row, Ticket, *FACTS, "no")
        stored = self._tickets.get(row.values["no"])
        if stored is None:
            with self._intake.guarded([row]):
                self._go_on(row, self._received(row))
            if not row.faults:
                self._intake.counts["created"] += 1
            return
        refuse_voided(row, stored, "no")
        if any(getattr(stored, name) != (row.values[name] or "") for name in FACTS):
            raise refuse(row, STORED_OTHERWISE, "no")
        moved = False
        with self._intake.guarded([row]):
            moved = self._go_on(row, stored)
        if not row.faults:
            self._intake.counts["updated" if moved else "unchanged"] += 1

    def _agent(self, row: Row, name: str, at: datetime) -> Act:
        """What the ledger says that this person of after-sales did then."""
        employee = there(row, self._people.get(row.values[name]), name)
        act = self._intake.act_of(employee.id, at)
        roles = {Role.EMPLOYEE: None, Role.AFTER_SALES_AGENT: None}
        return replace(act, by=Person(act.by.account_id, employee.id, roles))

    def _received(self, row: Row) -> Ticket:
        values = row.values
        with acting(self._session, self._agent(row, "agent", values["received_at"])) as act:
            ticket = Ticket(
                no=values["no"],
                received_at=values["received_at"],
                channel=chosen(TicketChannel, values["channel"] or "other"),
                customer=there(row, self._customers.get(values["customer"]), "customer"),
                model=self._models.get(values["model"] or ""),
                severity=chosen(ReportSeverity, values["severity"] or "S3"),
                urgency=chosen(Urgency, values["urgency"] or "medium"),
                **{name: values[name] or "" for name in FACTS},
            )
            self._session.add(ticket)
            ticket.begin(act)
            ticket.perform("accept", act=act)
            if values["note"]:
                ticket.say(act, EntryKind.NOTE, values["note"])
        return ticket

    # -- what came of it ---------------------------------------------------------------------------------------------

    def _go_on(self, row: Row, ticket: Ticket) -> bool:
        """Every step that the row knows and the ticket has not taken; whether there was one."""
        values, before = row.values, (ticket.status, ticket.rating)
        if ticket.status is TicketStatus.ACCEPTED and (values["first_contact_at"] or values["resolved_at"]):
            at = values["first_contact_at"] or values["resolved_at"]
            self._do(row, ticket, "contact", at, kind=str(EntryKind.CALL_OUT), text="台账：首次联系")
        if ticket.status is TicketStatus.IN_PROGRESS and values["resolved_at"]:
            text = values["solution_text"] or NO_SOLUTION
            self._do(row, ticket, "resolve", values["resolved_at"], solution_text=text)
        if ticket.status is TicketStatus.RESOLVED:
            self._rated(row, ticket)
            self._followed_up(row, ticket)
            with acting(self._session, self._intake.act(values["resolved_at"])) as act:
                ticket.perform("close", act=act)
        return before != (ticket.status, ticket.rating)

    def _do(self, row: Row, ticket: Ticket, verb: str, at: datetime, **fields: Any) -> None:
        with acting(self._session, self._agent(row, "agent", at)) as act:
            ticket.perform(verb, act=act, **fields)

    def _rated(self, row: Row, ticket: Ticket) -> None:
        if row.values["rating"] is not None and ticket.rating is None:
            with acting(self._session, self._intake.act(row.values["resolved_at"])) as act:
                ticket.perform("rate", act=act, rating=row.values["rating"])

    def _followed_up(self, row: Row, ticket: Ticket) -> None:
        """The visit as the ledger has it: a word, no scores; none are made up."""
        values = row.values
        if values["follow_up_on"] is None or values["follow_up_caller"] is None:
            return
        with acting(self._session, self._intake.act(values["resolved_at"])) as act:
            visit = schedule_visit(ticket, act)
        at = datetime.combine(values["follow_up_on"], NOON, COMPANY_ZONE)
        result = values["follow_up_result"] or "neutral"
        with acting(self._session, self._agent(row, "follow_up_caller", max(at, values["resolved_at"]))) as act:
            if result == "no_answer":
                visit.perform("attempt", act=act)
                visit.perform("give_up", act=act, note=f"台账：{SAID[result]}")
                return
            _as_said(visit, result)
            visit.perform("record", act=act, opinion=f"台账：{SAID[result]}", problem_again=result == "problem_again")


def _as_said(visit: FollowUpVisit, result: str) -> None:
    visit.favourable = result == "satisfied"


__all__ = ["store_tickets"]
