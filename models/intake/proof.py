"""What a ledger knows of putting right: by when, and the re-check; as history, in an order that can have been."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import ActionItem
from models.base import COMPANY_ZONE
from models.intake.kit import Intake, chosen
from models.journal import acting
from models.quality import SpotCheck, SpotCheckItem
from models.regulation import company_calendar
from rules.actions import ActionStatus
from rules.base import RuleBroken
from rules.ledger import Row
from rules.quality import CheckKind, Verdict
from rules.working_time import Unworkable, WorkCalendar

NOT_IN_LEDGER = "台账未记载"
"""What was done and why it happened: the ledger has no column for it."""
STEP = timedelta(minutes=1)
STEPS = ("accept", "start", "submit")


class Days:
    """When days end, by the company's calendar where there is one."""

    def __init__(self, session: Session) -> None:
        self._calendar: WorkCalendar | None
        try:
            self._calendar = company_calendar(session)
        except (RuleBroken, Unworkable):
            self._calendar = None

    def end_of(self, on: date, after: datetime) -> datetime:
        """When work ends on that day; the day's last instant where nobody works or work had ended by ``after``."""
        last = datetime.combine(on, time.max, COMPANY_ZONE).astimezone(UTC)
        try:
            closing = self._calendar.add_days(on, 0) if self._calendar else last
        except Unworkable:
            return last
        is_that_day = after < closing and closing.astimezone(COMPANY_ZONE).date() == on
        return closing if is_that_day else last


def recheck(intake: Intake, days: Days, row: Row, item: SpotCheckItem) -> bool:
    """Takes in the re-check of a failed line; whether there was one to take in.

    Nobody knows when the rectification was accepted and handed in: just before the re-check.
    """
    on, result = row.values["recheck_on"], row.values["recheck_result"]
    action = raised_by(item) if on and result and item.verdict is Verdict.NG else None
    if action is None or action.status is not ActionStatus.OPEN:
        return False
    begun = item.check.checked_at
    checked_at = min(days.end_of(on, begun), intake.at)
    step = min(STEP, (checked_at - begun) / (len(STEPS) + 1))
    for place, verb in enumerate(STEPS):
        act = intake.act_of(action.responsible_id, checked_at - step * (len(STEPS) - place))
        asked: dict[str, Any] = {"measure": NOT_IN_LEDGER, "root_cause": NOT_IN_LEDGER} if verb == "submit" else {}
        action.perform(verb, act=act, **asked)
    _check_again(intake, item, action, checked_at, chosen(Verdict, result))
    return True


def raised_by(item: SpotCheckItem) -> ActionItem | None:
    """The rectification that this line raised."""
    return item.session.scalar(
        select(ActionItem).where(ActionItem.source_entity == "spot_check_item", ActionItem.source_id == item.id)
    )


def _check_again(
    intake: Intake, item: SpotCheckItem, action: ActionItem, checked_at: datetime, verdict: Verdict
) -> None:
    """A re-check by the inspector of the check: it verifies or returns what it proves."""
    check = item.check
    again = SpotCheck(
        kind=CheckKind.RECHECK,
        checked_at=checked_at,
        department_id=check.department_id,
        post_id=check.post_id,
        document_id=check.document_id,
        inspector_id=check.inspector_id,
        rechecks_round=action.last_round,
    )
    again.items = [
        SpotCheckItem(
            seq=1, question=item.question, standard=item.standard, employee_id=item.employee_id, verdict=verdict
        )
    ]
    with acting(intake.session, intake.act_of(check.inspector_id, checked_at)) as act:
        intake.session.add(again)
        again.perform("submit", act=act)
