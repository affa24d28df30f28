"""What the cases of a time limit are told apart by: dimensions of its decision table, and their values (TIME.md 3)."""

from collections.abc import Mapping

from rules.base import Choice, RuleBroken, Words
from rules.regulation.clauses import REGULATION
from rules.regulation.limits import VALUES, Target, fact_words, values_of

Values = Mapping[str, Words]
CASES: dict[Target, dict[str, Values]] = {}
"""Target -> dimension -> value and its words; none where the values are the company's own.

A target that is not in it may be told apart by anything known.
"""

NOT_TOLD_APART = Words(
    "“{target}” is not told apart by {name}, only by: {known}.",
    "“{target}”不按{name}区分，只按：{known}。",
)
NO_VALUE = Words(
    "{name} of “{target}” is never “{value}”: {known}.", "“{target}”的{name}不会是“{value}”，可选：{known}。"
)


def tell_apart(target: Target, **dimensions: type[Choice] | Values) -> None:
    """A chapter declares which facts it gives when it asks for this time limit, and what they can be."""
    for name, values in dimensions.items():
        known = dict(values) if isinstance(values, Mapping) else {str(one): one.words for one in values}
        cases = CASES.setdefault(target, {})
        cases[name] = {**cases.get(name, {}), **known}  # several chapters may ask for one time limit
        for value, words in known.items():
            if value not in {*words.en.split(), words.en}:  # a code that its words begin with is said as it is
                VALUES.setdefault(value, words)


def dimensions() -> dict[str, dict[str, Words]]:
    """Everything that some time limit is told apart by, in the sequence in which it was declared."""
    found: dict[str, dict[str, Words]] = {}
    for cases in CASES.values():
        for name, values in cases.items():
            found.setdefault(name, {}).update(values)
    return found


def domain(target: Target) -> dict[str, tuple[str, ...]]:
    """The values of each dimension of a target that are a closed set."""
    return {name: tuple(values) for name, values in CASES.get(target, {}).items() if values}


def refuse_foreign(target: Target, match: Mapping[str, str]) -> None:
    """Raises RuleBroken for a condition that no case of this target can ever meet."""
    cases = CASES.get(target)
    if cases is None:
        return
    for name, value in match.items():
        if name not in cases:
            known = _listed([fact_words(one) for one in cases])
            words = Words(NOT_TOLD_APART.en, NOT_TOLD_APART.zh, target=target, name=fact_words(name), known=known)
            raise RuleBroken(words, field="match")
        for one in sorted(values_of(value) - cases[name].keys()) if cases[name] else ():
            known = _listed(list(cases[name].values()))
            words = Words(NO_VALUE.en, NO_VALUE.zh, target=target, name=fact_words(name), value=one, known=known)
            raise RuleBroken(words, field="match")


def _listed(parts: list[Words]) -> Words:
    return Words(", ".join(one.en for one in parts), "、".join(one.zh for one in parts))


tell_apart(
    Target.CONFIRMATION,
    clause={one.code: Words("{code} {title}", "{code} {title}", code=one.code, title=one.title) for one in REGULATION},
)
