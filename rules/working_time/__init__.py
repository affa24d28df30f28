"""Working time and deadlines: when a span of work is used up, and how much lies between two moments (TIME.md)."""

from rules.working_time.calendar import WorkCalendar
from rules.working_time.hours import Unworkable

__all__ = ["Unworkable", "WorkCalendar"]
