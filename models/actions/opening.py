"""How an action of any kind is opened by any chapter, and the ends of days that its due times fall on (P3.2, C1.1)."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from models.actions.items import ActionItem
from models.base import COMPANY_ZONE, Act, on_date
from models.journal import seal
from models.regulation import company_calendar
from rules import actions
from rules.actions import ActionKind, Proof, Severity
from rules.base import RuleBroken, Words


def open_action(  # noqa: PLR0913 - each is a fact of the record, named at the call
    session: Session,
    act: Act,
    *,
    kind: ActionKind,
    department_id: int,
    severity: Severity,
    description: str,
    responsible_id: int,
    raiser_id: int | None = None,
    verifier_id: int | None = None,
    proof: Proof = Proof.VERIFIER,
    source: tuple[str, int] | None = None,
    clause: str = "",
    is_repeat: bool = False,
    opened_at: datetime | None = None,
    due: datetime | None = None,
) -> ActionItem:
    """Opens an action of any kind for any chapter, and tells the responsible person (P3.2, A4.2, A5.2, C1.1, C2.3).

    ``source``: table and key of what it comes from. ``due``: when it was agreed on; else a clock with the time limit
    for its kind and severity runs from ``opened_at``. ``proof``: what a check raised is verified by a re-check alone
    and has no verifier; everything else by ``verifier_id``, who is not the responsible person.
    """
    opened_at, clause = opened_at or act.at, clause or actions.CLAUSE_OF[kind]
    entity, key = source or (None, None)
    action = ActionItem(
        kind=kind,
        source_entity=entity,
        source_id=key,
        proof=proof,
        clause=clause,
        department_id=department_id,
        severity=severity,
        is_repeat=is_repeat,
        description=description,
        responsible_id=responsible_id,
        verifier_id=verifier_id,
        raiser_id=raiser_id,
        opened_at=opened_at,
        due_at=due or opened_at,
        original_due_at=due or opened_at,
    )
    session.add(action)
    if due is None:
        session.flush()
        action.start_clock(opened_at)
        action.original_due_at = action.due_at
    seal(session, action, "create", act, recipients={responsible_id, *([verifier_id] if verifier_id else [])})
    return action


def open_rectification(  # noqa: PLR0913 - each is a fact of the record, named at the call
    session: Session,
    act: Act,
    *,
    source_entity: str,
    source_id: int,
    department_id: int,
    severity: Severity,
    is_repeat: bool,
    description: str,
    responsible_id: int,
    raiser_id: int | None,
    clause: str,
    opened_at: datetime,
    agreed_due_at: datetime | None = None,
) -> ActionItem:
    """A rectification that a check raised: verified by a re-check and by nothing else (P3.2).

    Where history says by when it was to be put right (``agreed_due_at``), no time limit is asked.
    """
    return open_action(
        session,
        act,
        kind=ActionKind.RECTIFICATION,
        proof=Proof.RECHECK,
        source=(source_entity, source_id),
        department_id=department_id,
        severity=severity,
        is_repeat=is_repeat,
        description=description,
        responsible_id=responsible_id,
        raiser_id=raiser_id,
        clause=clause,
        opened_at=opened_at,
        due=agreed_due_at,
    )


def closing_of(session: Session, on: date) -> datetime:
    """When work ends on that day; raises RuleBroken for a day on which nobody works."""
    closing = company_calendar(session).add_days(on - timedelta(days=1), 1)
    if on_date(closing) != on:
        raise RuleBroken(
            Words("{on} is no working day.", "{on} 不是工作日。", on=on), field="new_due_on", clause="P3.2"
        )
    return closing.astimezone(UTC)


def midnight(on: date) -> datetime:
    """The instant at which a day of the company begins."""
    return datetime.combine(on, time(), COMPANY_ZONE).astimezone(UTC)
