"""What follows from a check, before it is pressed and after; what a voided one takes back (P3.2)."""

from models.actions import ActionItem
from models.base import Act, after
from models.quality.checks import SpotCheck, SpotCheckItem
from rules import actions
from rules.actions import ACTION_STEPS, ActionStatus
from rules.base import Person, Words
from rules.quality import CheckKind, CheckStatus, Verdict


def what_follows(check: SpotCheck, person: Person) -> list[Words]:
    """What submitting will do, said before the button is pressed."""
    if check.kind is CheckKind.RECHECK:
        failed = any(one.verdict is Verdict.NG for one in check.items)
        told = Words("The rectification goes back for another round.", "整改将被退回，进入下一轮。")
        return [told if failed else Words("The rectification is verified.", "整改将通过验证。")]
    failing = [one for one in check.items if one.verdict is Verdict.NG]
    return [
        Words(
            "“{question}” opens a rectification for {who}.",
            "“{question}”将开出整改单，责任人：{who}。",
            question=one.question,
            who=named.label if (named := one.responsible or one.employee) else "–",
        )
        for one in failing
    ]


@after(SpotCheck, "submit", preview=what_follows)
def close_when_clean(check: SpotCheck, act: Act) -> None:
    """A check that leaves nothing open is closed at once."""
    if not any(one.status in actions.UNFINISHED for one in check.raised()):
        check.perform("close", act=act)


@after(SpotCheck, "void")
def cancel_raised(check: SpotCheck, act: Act) -> None:
    """What a voided check raised and is still open is cancelled; the check is void by then, and is not closed by it."""
    for action in check.raised():
        if action.status in actions.UNFINISHED:
            action.perform("cancel", act=act)


@after(SpotCheck, "void")
def take_back_proof(check: SpotCheck, act: Act) -> None:
    """What a voided re-check closed or returned waits for another; what went on since goes on."""
    action_round = check.rechecks_round
    if action_round is None or action_round.result is None or action_round.action.last_round is not action_round:
        return
    if ACTION_STEPS.find("reopen", action_round.action.status):
        action_round.action.perform("reopen", act=act)


@after(ActionItem, "reopen")
def reopen_check(action: ActionItem, act: Act) -> None:
    """A check with something left open is not closed."""
    item = action.session.get(SpotCheckItem, action.source_id) if action.source_entity == "spot_check_item" else None
    if item is not None and item.check.status is CheckStatus.CLOSED:
        item.check.perform("reopen", act=act)


@after(ActionItem, "close")
@after(ActionItem, "find_effective")
@after(ActionItem, "cancel")
def close_check(action: ActionItem, act: Act) -> None:
    """With its last open rectification the check is closed."""
    if action.source_entity != "spot_check_item":
        return
    item = action.session.get(SpotCheckItem, action.source_id)
    if item is not None and item.check.status is CheckStatus.SUBMITTED:
        others = [one for one in item.check.raised() if one.id != action.id]
        if not any(one.status in actions.UNFINISHED for one in others):
            item.check.perform("close", act=act)


def awaiting_recheck(action: ActionItem) -> bool:
    """Whether a check is what this action waits for."""
    return action.status is ActionStatus.SUBMITTED and action.source_entity == "spot_check_item"
