"""What a change of a figure would have done to the last quarter, where a chapter can reckon it (G1).

A chapter registers a function by ``@foretells(SPEC)``; of a figure without one it is said that nothing can be reckoned.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from models.base import on_date
from models.regulation.evidence import Asked
from models.regulation.figures import figure
from rules.base import Unset, Words
from rules.regulation import FigureSpec


@dataclass(frozen=True)
class Change:
    """A figure's value today (None = unset) and the one that is proposed."""

    old: Decimal | None
    new: Decimal
    applies_to: str = ""


Foretelling = Callable[[Session, Change, Asked], list[Words]]
FORETOLD: dict[str, Foretelling] = {}

CANNOT = Words(
    "What this would have done to the last quarter cannot be reckoned: nothing on record was decided by this figure.",
    "无法推算对上一季度的影响：已有记录中没有由该参数判定的事项。",
)


def foretells(spec: FigureSpec) -> Callable[[Foretelling], Foretelling]:
    """Registers what says how the last quarter would have gone with another value."""

    def register(function: Foretelling) -> Foretelling:
        FORETOLD[spec.code] = function
        return function

    return register


def foretold(session: Session, spec: FigureSpec, value: Decimal, at: datetime, applies_to: str = "") -> list[Words]:
    """How the last quarter would have gone with that value, in sentences."""
    function = FORETOLD.get(spec.code)
    if function is None:
        return [CANNOT]
    try:
        old = figure(session, spec, on_date(at), applies_to)
    except Unset:
        old = None
    return function(session, Change(old, value, applies_to), Asked.now(at))
