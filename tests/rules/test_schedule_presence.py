"""Where somebody may be counted on a day: before and after he comes, changes posts, is away, and goes (S1.3)."""

from datetime import date, timedelta

import pytest

from rules.organisation import Span
from rules.schedule.presence import Stay, Whereabouts

MONDAY = date(2026, 11, 30)
TURNING, MILLING, PACKING = 1, 2, 3
LONG_AGO = -400


def day(nth):
    return MONDAY + timedelta(days=nth)


def span(first, last=None):
    return Span(day(first), None if last is None else day(last))


def stays(*rows):
    return tuple(Stay(post, span(*days)) for post, *days in rows)


def somebody(places, helps=(), away=(), last=None, is_on_leave=False):
    return Whereabouts(
        asked_on=MONDAY,
        places=stays(*places),
        helps=stays(*helps),
        away=tuple(span(*one) for one in away),
        last_on=None if last is None else day(last),
        is_on_leave=is_on_leave,
    )


STAYS = somebody([(TURNING, LONG_AGO)])
MOVES = somebody([(TURNING, LONG_AGO, 2), (MILLING, 3)])
MOVES_TWICE = somebody([(TURNING, LONG_AGO, 2), (MILLING, 3, 5), (TURNING, 6)])
GOES = somebody([(TURNING, LONG_AGO)], last=2)
GONE = somebody([(TURNING, LONG_AGO, -3)], last=-3)
COMES = somebody([(TURNING, 3)])
HELPS = somebody([(TURNING, LONG_AGO)], helps=[(MILLING, -30)])
HELPS_FOR_A_WHILE = somebody([(TURNING, LONG_AGO)], helps=[(MILLING, 1, 3)])
ASSIGNED_AND_MOVES = somebody([(TURNING, LONG_AGO, 2), (MILLING, 3)], helps=[(TURNING, -30), (PACKING, -30)])
LENT_BACK = somebody([(TURNING, LONG_AGO, -31), (MILLING, -30)], helps=[(TURNING, -20)])
HELPS_AND_GOES = somebody([(TURNING, LONG_AGO)], helps=[(MILLING, -30)], last=2)
AWAY = somebody([(TURNING, LONG_AGO)], helps=[(MILLING, -30)], away=[(1, 2), (5, 5)])
ON_LEAVE = somebody([(TURNING, LONG_AGO)], away=[(-4, 2)], is_on_leave=True)
ON_LEAVE_WITHOUT_END = somebody([(TURNING, LONG_AGO)], away=[(-4,)], is_on_leave=True)
OVERDUE_FROM_LEAVE = somebody([(TURNING, LONG_AGO)], away=[(4, 5)], is_on_leave=True)


@pytest.mark.parametrize(
    "who, found",
    [
        # each of the days from Monday on: T turning, M milling, P packing, - nowhere
        (STAYS, "T T T T T T T"),
        (MOVES, "T T T M M M M"),
        (MOVES_TWICE, "T T T M M M T"),
        (GOES, "T T T - - - -"),
        (GONE, "- - - - - - -"),
        (COMES, "- - - T T T T"),
        (HELPS, "TM TM TM TM TM TM TM"),
        (HELPS_FOR_A_WHILE, "T TM TM TM T T T"),
        (ASSIGNED_AND_MOVES, "TP TP TP MP MP MP MP"),
        (LENT_BACK, "TM TM TM TM TM TM TM"),
        (HELPS_AND_GOES, "TM TM TM - - - -"),
        (AWAY, "TM - - TM TM - TM"),
        (ON_LEAVE, "- - - T T T T"),
        (ON_LEAVE_WITHOUT_END, "- - - - - - -"),
        (OVERDUE_FROM_LEAVE, "- - - - - - -"),
    ],
)
def test_where_somebody_may_be_counted(who, found):
    letters = {TURNING: "T", MILLING: "M", PACKING: "P"}
    said = ["".join(letters[post] for post in sorted(who.posts_on(day(nth)))) or "-" for nth in range(7)]
    assert " ".join(said) == found


def test_the_post_held_is_told_for_a_day_on_which_he_is_away_too():
    assert AWAY.post_held(day(1)) == TURNING
    assert COMES.post_held(day(2)) is None
    assert GOES.post_held(day(3)) is None
