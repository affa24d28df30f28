"""What is known when a date is promised: how long the departments need, and what they made a condition (S1.1)."""

from datetime import date

from models.base import Act, after, now, on_date
from models.regulation import company_calendar
from models.schedule.orders import SalesOrder
from rules.base import Person, Words


def what_was_answered(order: SalesOrder, _person: Person) -> list[Words]:
    """Said before the promise: the earliest end by the longest answer, and the conditions that block the release."""
    needed = {one.kind: one.proposed_days for one in order.asked() if one.proposed_days}
    found = []
    if needed:
        slowest = max(needed, key=lambda kind: needed[kind] or 0)
        days = needed[slowest] or 0
        found.append(
            Words(
                "{who} needs {n} working days: begun today, it is made by {on} at the earliest.",
                "{who}需 {n} 个工作日：即日投产，最早 {on} 完成。",
                who=slowest,
                n=days,
                on=earliest_end(order, days),
            )
        )
    return found + [
        Words(
            "Before the plan is released: {what} ({who}).",
            "计划下达前须落实：{what}（{who}）。",
            what=one.text,
            who=one.responsible.name,
        )
        for one in order.open_conditions()
    ]


def earliest_end(order: SalesOrder, days: int) -> date:
    """The working day on which so many working days from today are over."""
    return on_date(company_calendar(order.session).add_days(on_date(now()), days))


@after(SalesOrder, "confirm", preview=what_was_answered)
def _nothing_more(order: SalesOrder, act: Act) -> None:
    """Only what is said before."""


__all__ = ["what_was_answered"]
