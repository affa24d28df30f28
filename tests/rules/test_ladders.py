"""Warnings and ladders as people write them (TIME.md 10)."""

from decimal import Decimal

import pytest

from rules.base import RuleBroken
from rules.regulation.ladders import (
    Span,
    When,
    ladder_of,
    offset_from,
    offset_parts,
    offset_words,
    reasons_of,
    rungs_of,
    warnings_of,
    written,
)


@pytest.mark.parametrize(
    "text,kept",
    [
        ("-50%, -60", ["-50%", "-60"]),
        ("-2h；-30分钟、-1.5小时", ["-120", "-30", "-90"]),
        (" +10 min \n 0 ", ["+10", "0"]),
        ("", []),
        (",;，", []),
    ],
)
def test_warnings_are_taken_in_minutes_hours_and_per_cent(text, kept):
    assert warnings_of(text) == kept


@pytest.mark.parametrize("text", ["soon", "5 days", "--5", "1e3", "9999999", "-50%%", "５０"])
def test_what_is_no_time_before_or_after_is_said_with_what_was_typed(text):
    with pytest.raises(RuleBroken, match="not a time before or after") as refusal:
        warnings_of(f"-60, {text}")
    assert refusal.value.field == "warnings"
    assert text in refusal.value.words.text("zh")


def test_a_ladder_names_roles_and_relations_by_code_or_by_name_in_either_language():
    ladder = ladder_of(
        "0: responsible, 所在班组长；+60：生产经理；+1d".removesuffix("；+1d") + "; +8h: General Manager"
    )
    assert ladder == [
        ["0", ["responsible", "team_leader"]],
        ["+60", ["production_manager"]],
        ["+480", ["general_manager"]],
    ]
    assert written(ladder, zh=False) == (
        "at the deadline: the responsible person, his team leader; "
        "1 working hour after due: Production manager; 8 working hours after due: General manager"
    )
    assert written([["0", ["gone"]], ["+90", ["admin"]]], zh=True) == "到期时：gone；到期后 90 工作分钟：系统管理员"


@pytest.mark.parametrize(
    "offset,when,amount,span,words",
    [
        ("0", When.AT, 0, Span.HOURS, "到期时"),
        ("-120", When.BEFORE, 2, Span.HOURS, "到期前 2 个工作小时"),
        ("+45", When.AFTER, 45, Span.MINUTES, "到期后 45 工作分钟"),
        ("-25%", When.BEFORE, 25, Span.PERCENT, "剩余时限 25% 时"),
        ("+12.5%", When.AFTER, Decimal("12.5"), Span.PERCENT, "超出时限 12.5% 时"),
    ],
)
def test_a_moment_is_picked_in_parts_and_said_in_words(offset, when, amount, span, words):
    assert offset_parts(offset) == (when, amount, span)
    assert offset_from(when, Decimal(amount), span) == offset
    assert offset_words(offset).text("zh") == words


@pytest.mark.parametrize("amount", [None, Decimal(0), Decimal(-5), Decimal(1_000_000)])
def test_a_distance_that_is_none_is_asked_for(amount):
    with pytest.raises(RuleBroken, match="How long"):
        offset_from(When.BEFORE, amount, Span.MINUTES)
    assert offset_from(When.AT, amount, Span.MINUTES) == "0"


@pytest.mark.parametrize(
    "text,sentence",
    [
        ("+60", "Write a level as"),
        ("+60:", "Write a level as"),
        ("+60: the cat", "Nobody is called “the cat”"),
        ("soon: admin", "not a time before or after"),
        ("0: employee", "Nobody is called “employee”"),
    ],
)
def test_a_level_that_says_too_little_is_refused_at_its_field(text, sentence):
    with pytest.raises(RuleBroken, match=sentence) as refusal:
        ladder_of(text)
    assert refusal.value.field == "ladder"


def test_a_ladder_ends_somewhere():
    with pytest.raises(RuleBroken, match="At most 12 levels"):
        warnings_of(",".join(["-1"] * 13))


def test_warnings_and_ladder_are_one_flight_whose_levels_keep_their_numbers():
    flight = rungs_of(["-50%"], [["+60", ["admin"]]])
    assert [(one.level, one.offset, one.is_percent) for one in flight] == [(0, "-50%", True), (1, "+60", False)]
    assert "responsible" in flight[0].tells
    assert flight[1].tells == ("admin",)


def test_reasons_to_wait_are_taken_by_code_or_name():
    assert reasons_of("pending_parts, 待客户； On Hold") == ["pending_parts", "pending_customer", "on_hold"]
    with pytest.raises(RuleBroken, match="does not wait for “lunch”") as refusal:
        reasons_of("lunch")
    assert refusal.value.field == "pauses_on"
