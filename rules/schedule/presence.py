"""At which posts somebody may be counted on a day: where he is placed then, and where he helps (S1.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rules.organisation import Span


@dataclass(frozen=True)
class Stay:
    """At a post from when to when, as a placement or an assignment has it."""

    post_id: int
    span: Span


@dataclass(frozen=True)
class Whereabouts:
    """Every dated fact about where one person is; ``asked_on`` is the day on which it is asked.

    ``last_on``: his last day of work, where that is known; ``is_on_leave``: until the absence of today has an end.
    """

    asked_on: date
    places: Sequence[Stay] = ()
    helps: Sequence[Stay] = ()
    away: Sequence[Span] = ()
    last_on: date | None = None
    is_on_leave: bool = False

    def post_held(self, on: date) -> int | None:
        """The post of the placement that holds that day; none before he comes and after he has gone."""
        if self.last_on is not None and on > self.last_on:
            return None
        return next((one.post_id for one in self.places if one.span.holds(on)), None)

    def posts_on(self, on: date) -> frozenset[int]:
        """The post he holds that day and those he is assigned to; none on a day on which he is away.

        An assignment to a post that he has left ends with his place there.
        """
        held = self.post_held(on)
        if held is None or self.is_away(on):
            return frozenset()
        return frozenset({held, *(one.post_id for one in self.helps if one.span.holds(on) and not self._left(one, on))})

    def is_away(self, on: date) -> bool:
        """Absent that day; who is on leave and overdue is away until he is back at work."""
        if self.is_on_leave and not any(one.holds(self.asked_on) for one in self.away):
            return True
        return any(one.holds(on) for one in self.away)

    def _left(self, helped: Stay, on: date) -> bool:
        """Whether he held that post when, or after, he was assigned there, and holds it no more."""
        ends = (one.span.to_on for one in self.places if one.post_id == helped.post_id)
        return any(to_on is not None and helped.span.from_on <= to_on < on for to_on in ends)


__all__ = ["Stay", "Whereabouts"]
