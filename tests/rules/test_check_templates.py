"""What is asked at a check, and what decides its answer (P3.2)."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.base import RuleBroken
from rules.quality import (
    Answer,
    Asked,
    Verdict,
    judged,
    options,
    refuse_empty,
    refuse_unjudgeable,
    refuse_weightless,
)

OK, NG, NA = Verdict.OK, Verdict.NG, Verdict.NOT_APPLICABLE
READING = Asked(1, Answer.NUMBER, Decimal("4.90"), Decimal("5.00"))
LOOK = Asked(2, Answer.OK_NG)
PICK = Asked(3, Answer.CHOICE, passing=("光洁",), failing=("锈蚀",))


@pytest.mark.parametrize(
    "asked,said,value,choice,found",
    [
        (READING, None, "5.00", "", OK),
        (READING, None, "5.01", "", NG),
        (READING, OK, "5.01", "", NG),
        (READING, NA, "5.01", "", NG),
        (READING, OK, None, "", None),
        (READING, NA, None, "", NA),
        (LOOK, OK, None, "", OK),
        (LOOK, NG, None, "", NG),
        (LOOK, NA, None, "", NA),
        (LOOK, None, None, "", None),
        (PICK, None, None, "光洁", OK),
        (PICK, None, None, "锈蚀", NG),
        (PICK, OK, None, "锈蚀", NG),
        (PICK, OK, None, "", None),
        (PICK, NA, None, "", NA),
    ],
)
def test_limits_and_choices_decide_and_only_where_there_are_none_the_word(asked, said, value, choice, found):
    assert judged(asked, said=said, value=value and Decimal(value), choice=choice) is found


def test_an_answer_that_the_template_does_not_offer_is_refused():
    with pytest.raises(RuleBroken, match="Item 3") as refusal:
        judged(PICK, said=OK, value=None, choice="很好")
    assert refusal.value.field == "items"


@settings(deadline=None, max_examples=60)
@given(st.decimals(-10, 10, places=4), st.none() | st.sampled_from(Verdict))
def test_no_word_makes_a_reading_beyond_its_limit_pass(value, said):
    is_inside = Decimal("4.90") <= value <= Decimal("5.00")
    assert (judged(READING, said=said, value=value, choice="") is OK) == is_inside


def test_choices_are_written_in_a_line_as_people_write_them():
    assert options("良好；一般/较差、 良好 \n") == ("良好", "一般", "较差")
    assert options(" ") == ()


@pytest.mark.parametrize(
    "asked,words",
    [
        (Asked(1, Answer.NUMBER), "lower or an upper limit"),
        (Asked(1, Answer.CHOICE, passing=("好",)), "which fail"),
        (Asked(1, Answer.CHOICE, failing=("差",)), "which fail"),
        (Asked(1, Answer.CHOICE, passing=("好", "差"), failing=("差",)), "both pass and fail"),
    ],
)
def test_a_question_that_nobody_could_judge_is_refused_when_it_is_written(asked, words):
    with pytest.raises(RuleBroken, match=words):
        refuse_unjudgeable([LOOK, asked])


def test_what_can_be_judged_is_accepted():
    one_sided = Asked(4, Answer.NUMBER, upper=Decimal(1))
    assert refuse_unjudgeable([READING, LOOK, PICK, one_sided]) is None
    assert refuse_empty(1) is None
    assert refuse_weightless([Decimal("0.5"), Decimal(2)]) is None


def test_a_template_asks_something_and_every_question_weighs():
    with pytest.raises(RuleBroken, match="at least one question"):
        refuse_empty(0)
    with pytest.raises(RuleBroken, match="Item 2"):
        refuse_weightless([Decimal(1), Decimal(0)])
