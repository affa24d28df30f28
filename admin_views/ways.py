"""The main way of a record through its states, and what leads back along it or aside."""

from collections.abc import Iterable

from rules.base import Lifecycle, Step


def main_way(initial: str, steps: Iterable[Step]) -> list[str]:
    """The way forward: always the first step that leads to a state not yet passed and destroys nothing.

    A step that wants reasons is taken where there is no other and the way goes on behind it, or where nothing else can
    be done: a verdict, not a refusal. What lies aside, such as an appeal, is no part of the way.
    """
    way, steps = [initial], list(steps)
    while True:
        onward = [
            s for s in steps if way[-1] in s.source and s.target not in way and not (s.is_destructive or s.is_aside)
        ]
        plain = [s for s in onward if not s.needs_note]
        is_only = len([s for s in steps if way[-1] in s.source]) == 1
        onward = plain or [s for s in onward if s.by and (is_only or any(s.target in one.source for one in steps))]
        if not onward:
            return way
        way.append(onward[0].target)


def ways_back(cycle: Lifecycle, status: str) -> set[str]:
    """Verbs that lead from here to a state already passed, or aside: open, but not what is wished for."""
    way = main_way(cycle.initial, cycle.steps)
    passed = way[: way.index(status)] if status in way else []
    return {one.verb for one in cycle.open_from(status) if one.target in passed or one.is_aside}
