"""Clocks on any record: armed, paused, stopped, gone on with; each rebuilt from what was recorded (TIME.md 3-11)."""

from models.regulation.clocks.climbing import climb_clocks
from models.regulation.clocks.following import follow_calendars
from models.regulation.clocks.proof import ClockDifference, clock_differences
from models.regulation.clocks.table import COPIES, SlaClock, clock_of, clocks_of, copies_due, is_late, reopenings
from models.regulation.clocks.verbs import (
    arm,
    cancel,
    cancel_all,
    continue_after_reopening,
    extend,
    pause,
    pause_all,
    rearm,
    resume,
    resume_all,
    stop,
)

__all__ = [
    "COPIES",
    "ClockDifference",
    "SlaClock",
    "arm",
    "cancel",
    "cancel_all",
    "climb_clocks",
    "clock_differences",
    "clock_of",
    "clocks_of",
    "continue_after_reopening",
    "copies_due",
    "extend",
    "follow_calendars",
    "is_late",
    "pause",
    "pause_all",
    "rearm",
    "reopenings",
    "resume",
    "resume_all",
    "stop",
]
