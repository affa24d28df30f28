"""The performance file: what is kept of a person, only ever added to, reversed by a further entry (P2.4, K2.1)."""

from collections.abc import Collection

from rules.base import NOBODY, Access, Choice, Role, RuleBroken, Words

PERFORMANCE_FILE_ENTRY = Access(clause="P2.4", view=frozenset({Role.HR, Role.HR_MANAGER}), create=NOBODY)


class EntryKind(Choice):
    """What an entry tells of."""

    TRAINING = "training", "Training", "培训"
    EXAM = "exam", "Examination", "考核"
    QUALIFICATION = "qualification", "Qualification", "上岗资格"
    ASSESSMENT = "assessment", "Assessment", "绩效考核"
    CASE = "case", "Accountability case", "责任认定"
    REWARD = "reward", "Reward", "奖励"
    PENALTY = "penalty", "Penalty", "处罚"
    SUGGESTION = "suggestion", "Suggestion", "合理化建议"


def refuse_second_reversal(entry_id: int, reverses_id: int | None, reversed_ids: Collection[int]) -> None:
    """Raises RuleBroken for an entry that is a reversal itself, or was reversed before."""
    if reverses_id is not None:
        raise RuleBroken(Words("A reversal is not reversed.", "冲销记录不能再冲销。"), clause="P2.4")
    if entry_id in reversed_ids:
        raise RuleBroken(Words("This entry was reversed already.", "该记录已冲销。"), clause="P2.4")
