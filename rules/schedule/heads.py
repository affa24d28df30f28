"""Whose head counts where: somebody who may work at several posts is still one person a day (S1.3)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeAlias

Key: TypeAlias = tuple[int, date]
"""A post's key and a day."""


def counted_heads(
    able: Mapping[Key, frozenset[int]], needed: Mapping[Key, int], home: Mapping[date, Mapping[int, int]]
) -> dict[Key, frozenset[int]]:
    """At which one post each person counts on each day (S1.3: "qualified heads per post and day >= demand").

    ``able``: who may work alone at a post on a day; ``needed``: heads that the stages need there; ``home``: day ->
    person -> the post he holds on it. Everybody counts once a day: at his own post while it needs him; whoever is
    spare there, at a post that lacks somebody and where he may work; whoever is needed nowhere, at his own post again.
    As many of the needed places are filled as the people allow, and the same people always find the same places.
    """
    by_day: dict[date, dict[int, frozenset[int]]] = defaultdict(dict)
    for (post, day), people in able.items():
        by_day[day][post] = people
    found: dict[Key, frozenset[int]] = {}
    for day, crews in by_day.items():
        wanted = {post: needed.get((post, day), 0) for post in crews}
        for post, people in _placed(crews, wanted, home.get(day, {})).items():
            found[post, day] = people
    return found


def possible_helpers(able: Mapping[Key, frozenset[int]], counted: Mapping[Key, frozenset[int]]) -> dict[Key, int]:
    """How many more might work at a post on a day, who count at another (S1.3); only where there are any."""
    found = {key: len(people - counted.get(key, frozenset())) for key, people in able.items()}
    return {key: count for key, count in found.items() if count}


def _placed(
    crews: Mapping[int, frozenset[int]], wanted: Mapping[int, int], home: Mapping[int, int]
) -> dict[int, frozenset[int]]:
    """The posts of one day with who counts there."""
    choices = _choices(crews, home)
    places: dict[int, list[int]] = {post: [] for post in crews}
    for who, posts in choices.items():
        if posts[0] == home.get(who) and len(places[posts[0]]) < wanted[posts[0]]:
            places[posts[0]].append(who)
    for who in _unplaced(choices, places):
        _find_place(who, choices, places, wanted, set())
    for who in _unplaced(choices, places):
        places[choices[who][0]].append(who)
    return {post: frozenset(people) for post, people in places.items()}


def _choices(crews: Mapping[int, frozenset[int]], home: Mapping[int, int]) -> dict[int, list[int]]:
    """Person -> the posts where he may work, his own first."""
    found: dict[int, list[int]] = defaultdict(list)
    for post in sorted(crews):
        for who in crews[post]:
            found[who].append(post)
    return {who: sorted(found[who], key=lambda post: (post != home.get(who), post)) for who in sorted(found)}


def _unplaced(choices: Iterable[int], places: Mapping[int, list[int]]) -> list[int]:
    placed = {who for people in places.values() for who in people}
    return [who for who in choices if who not in placed]


def _find_place(
    who: int,
    choices: Mapping[int, list[int]],
    places: Mapping[int, list[int]],
    wanted: Mapping[int, int],
    asked: set[int],
) -> bool:
    """Whether there is a needed place for him: a free one, or one whose holder finds another."""
    for post in choices[who]:
        if post in asked or not wanted[post]:
            continue
        asked.add(post)
        if len(places[post]) < wanted[post]:
            places[post].append(who)
            return True
        for holder in list(places[post]):
            if _find_place(holder, choices, places, wanted, asked):
                places[post].remove(holder)
                places[post].append(who)
                return True
    return False


__all__ = ["counted_heads", "possible_helpers"]
