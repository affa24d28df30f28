"""What happens most often, and how much of all it makes together with what happens more often still."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Bar:
    """A bar of a Pareto: how often, and how many per cent it and those before it make of all."""

    name: str
    count: int
    together: Decimal


def pareto(counts: Mapping[str, int], most: int = 10) -> list[Bar]:
    """The most frequent first, at most so many; shares are of all, also of what is not shown."""
    total, reached = sum(counts.values()), 0
    found = []
    for name, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:most]:
        reached += count
        found.append(Bar(name, count, Decimal(reached) * 100 / total))
    return found
