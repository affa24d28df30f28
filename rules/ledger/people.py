"""How a person in a ledger is found (rule 7)."""

import re
from collections.abc import Iterable

from rules.ledger.known import Known, Values
from rules.ledger.reasons import EMPLOYEE_UNKNOWN, MATCHED_BY_NAME, NAME_MISMATCH, PERSON_AMBIGUOUS, Reason
from rules.ledger.row import Row
from rules.ledger.text import code, folded, name

NAME_AND_NUMBER = re.compile(r"(?P<name>.+?)\s*[(（\[【](?P<no>[^()（）]*\d[^()（）]*)[)）\]】]")
NUMBER_ALONE = re.compile(r"[\s0-9０-９]+")


def by_number(row: Row, known: Known, number: str, called: str, departments: Iterable[str] = ()) -> str | None:
    """The employee's number from a column of numbers with a column of names beside it.

    Faults: unknown, another name under the number, several of that name. Without a number he is found by name and,
    where the row tells them, ``departments``, and that is told.
    """
    if row.is_bad(number) or row.is_bad(called):
        return None
    no, said = row.good(number), row.good(called)
    if no is not None:
        found = known.employee(no)
        if found is None:
            row.fault(EMPLOYEE_UNKNOWN, number)
        elif said is not None and folded(found["name"]) != folded(said):
            row.fault(NAME_MISMATCH, called)
        else:
            return no_of(found)
        return None
    if said is None:
        row.fault(EMPLOYEE_UNKNOWN, number, called)
        return None
    answer = only_one(known.named(said), departments)
    if isinstance(answer, Reason):
        row.fault(answer, called)
        return None
    row.warn(MATCHED_BY_NAME, called)
    return answer


def by_name(row: Row, known: Known, called: str) -> str | None:
    """The employee's number from a column that holds a name alone, ``name（number）``, or a number alone."""
    if row.is_bad(called):
        return None
    said = row.good(called)
    answer = whoever(known, said) if said is not None else EMPLOYEE_UNKNOWN
    if isinstance(answer, Reason):
        row.fault(answer, called)
        return None
    return answer


def whoever(known: Known, said: str) -> str | Reason:
    """The number of the person whom this text means."""
    if match := NAME_AND_NUMBER.fullmatch(said):
        no, called = code(match["no"]), name(match["name"])
        found = known.employee(no) if isinstance(no, str) else None
        if found is None:
            return EMPLOYEE_UNKNOWN
        return no_of(found) if folded(found["name"]) == folded(str(called)) else NAME_MISMATCH
    if NUMBER_ALONE.fullmatch(said):
        found = known.employee(str(code(said)))
        return no_of(found) if found else EMPLOYEE_UNKNOWN
    return only_one(known.named(said))


def only_one(people: list[Values], departments: Iterable[str] = ()) -> str | Reason:
    """The number of the only one of these, or the only one within the departments."""
    within = {folded(one) for one in departments}
    if within:
        people = [one for one in people if folded(str(one.get("department"))) in within]
    if len(people) == 1:
        return no_of(people[0])
    return PERSON_AMBIGUOUS if people else EMPLOYEE_UNKNOWN


def no_of(person: Values) -> str:
    return str(person["no"])
