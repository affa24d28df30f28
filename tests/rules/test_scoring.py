"""Scores, weights, totals and grades (K2.1): tables of cases, and what holds for every number."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import assessment
from rules.assessment import Aim, CycleKind, Flag, Method, Weighted
from rules.base import RuleBroken

quickly = settings(deadline=None, max_examples=60)
D = Decimal
numbers = st.decimals(-1000, 1000, places=4)
weights = st.decimals(0, 100, places=2)
scores = st.decimals(0, 100, places=4)
BANDS = ((D(0), D(0)), (D(80), D(60)), (D(95), D(100)))


@pytest.mark.parametrize(
    "value,floor,target,score",
    [
        (100, 80, 100, 100), (80, 80, 100, 0), (90, 80, 100, 50), (79, 80, 100, 0), (101, 80, 100, 100),
        (0, 5, 0, 100), (5, 5, 0, 0), (1, 5, 0, 80), (6, 5, 0, 0), (-1, 5, 0, 100),
    ],
)  # fmt: skip
def test_linear_in_either_direction(value, floor, target, score):
    found = assessment.score_of(D(value), Aim(Method.LINEAR, D(target), D(floor)))
    assert found == score
    assert not found.is_signed()  # -0 reads otherwise than the 0 that the database gives back


@pytest.mark.parametrize(
    "value,score", [("0", 0), ("79.9999", 0), ("80", 60), ("94.9999", 60), ("95", 100), ("200", 100), ("-1", 0)]
)
def test_a_lower_bound_belongs_to_its_band(value, score):
    assert assessment.score_of(D(value), Aim(Method.BAND, bands=BANDS)) == score


@pytest.mark.parametrize(
    "count,points,score", [(0, 10, 100), (1, 10, 90), (10, 10, 0), (11, 10, 0), (3, "2.5", "92.5")]
)
def test_points_off_for_each_and_never_below_nothing(count, points, score):
    assert assessment.score_of(D(count), Aim(Method.DEDUCT, points_each=D(points))) == D(score)


@pytest.mark.parametrize(
    "aim",
    [
        Aim(Method.LINEAR), Aim(Method.LINEAR, D(1), D(1)), Aim(Method.LINEAR, D(1)), Aim(Method.BAND),
        Aim(Method.DEDUCT), Aim(Method.DEDUCT, points_each=D(0)),
    ],
)  # fmt: skip
def test_an_aim_that_says_too_little_is_refused(aim):
    with pytest.raises(RuleBroken):
        assessment.score_of(D(1), aim)


@quickly
@given(numbers, numbers, numbers)
def test_every_score_lies_between_nothing_and_all(value, floor, target):
    if floor != target:
        assert 0 <= assessment.score_of(value, Aim(Method.LINEAR, target, floor)) <= 100


@quickly
@given(numbers, numbers, numbers, numbers)
def test_nearer_to_the_target_never_scores_less(one, other, floor, target):
    if floor == target:
        return
    aim = Aim(Method.LINEAR, target, floor)
    low, high = sorted((one, other), reverse=target < floor)
    assert assessment.score_of(low, aim) <= assessment.score_of(high, aim)


@pytest.mark.parametrize(
    "value,denominator,least,flag",
    [(None, 0, 0, "no_data"), (1, 4, 5, "low_sample"), (1, 5, 5, "ok"), (0, None, 5, "ok"), (None, None, 0, "no_data")],
)
def test_what_has_too_little_behind_it_is_flagged(value, denominator, least, flag):
    given_ = None if denominator is None else D(denominator)
    assert assessment.flag_of(None if value is None else D(value), given_, least) is Flag(flag)


def test_the_weight_of_what_has_no_data_is_spread():
    lines = [Weighted(D(50), D(80)), Weighted(D(30), None), Weighted(D(20), D(60))]
    assert assessment.effective_weights(lines) == [D("71.4286"), D(0), D("28.5714")]
    assert assessment.total_of(lines) == D("74.3")


def test_without_any_data_there_is_no_total_and_no_grade():
    assert assessment.total_of([Weighted(D(100), None)]) is None
    assert assessment.total_of([]) is None
    assert assessment.effective_weights([Weighted(D(60), None), Weighted(D(40), None)]) == [D(0), D(0)]
    assert assessment.grade_of(None, [("A", D(90))]) == ""


@pytest.mark.parametrize("score,total", [("89.95", "90.0"), ("89.9499", "89.9"), ("0.05", "0.1")])
def test_the_total_is_rounded_half_up_and_only_there(score, total):
    assert assessment.total_of([Weighted(D(100), D(score))]) == D(total)


def test_an_adjustment_is_added_in_full():
    assert assessment.total_of([Weighted(D(50), D(80), D("2.5")), Weighted(D(50), None, D(-1))]) == D("81.5")


@quickly
@given(st.lists(st.tuples(weights, st.none() | scores), min_size=1, max_size=9))
def test_a_total_lies_among_its_scores_and_weights_make_a_hundred(lines):
    found = [Weighted(weight, score) for weight, score in lines]
    total = assessment.total_of(found)
    counted = [one.score for one in found if one.score is not None and one.weight]
    assert (total is None) == (not counted)
    if total is not None:
        assert min(counted) - D("0.05") <= total <= max(counted) + D("0.05")
        assert abs(sum(assessment.effective_weights(found)) - 100) < D("0.01")


@pytest.mark.parametrize(
    "total,grade", [("90", "A"), ("89.9", "B"), ("80", "B"), ("70", "C"), ("69.9", "D"), ("0", "D")]
)
def test_a_grade_is_reached_from_its_line(total, grade):
    assert assessment.grade_of(D(total), [("A", D(90)), ("B", D(80)), ("C", D(70))]) == grade


def test_indicators_share_the_weight_of_their_group():
    found = assessment.shares(
        {"a": D(60), "b": D(40), "c": D(100), "d": D(10)},
        {"process": D(50), "schedule": D(40)},
        {"a": "process", "b": "process", "c": "schedule", "d": "after_sales"},
    )
    assert found == {"a": D(30), "b": D(20), "c": D(40), "d": D(10)}
    assert assessment.shares({"a": D(0)}, {"process": D(50)}, {"a": "process"}) == {"a": D(0)}


@pytest.mark.parametrize(
    "written,bands",
    [("0: 0, 80: 60,95:100", list(BANDS)), ("0：0；80：60；95：100", list(BANDS)), ("", []), ("-5:0", [(D(-5), D(0))])],
)
def test_bands_are_read_as_people_write_them(written, bands):
    assert assessment.bands_of(written) == bands


@pytest.mark.parametrize("written", ["80", "80:60, 0:0", "0:0, 0:5", "0:101", "x:1", "0:NaN", "1:2:3", "Infinity:5"])
def test_bands_that_say_nothing_are_refused(written):
    with pytest.raises(RuleBroken):
        assessment.bands_of(written)


@pytest.mark.parametrize("given_,points", [("2.5", "2.5"), ("-3", "-3"), ("＋1", "1"), ("−2", "-2")])
def test_points_are_read_with_any_sign(given_, points):
    assert assessment.points_typed(given_) == D(points)


@pytest.mark.parametrize("given_", ["", "x", "NaN", "Infinity", "101"])
def test_what_is_no_number_of_points_is_refused(given_):
    with pytest.raises(RuleBroken):
        assessment.points_typed(given_)


@pytest.mark.parametrize(
    "delta,others,reason,ok",
    [
        (5, [], "好", True),
        (5, [], " ", False),
        (6, [], "好", False),
        (-5, [], "差", True),
        (3, [3], "好", False),
        (5, [-2], "好", True),
    ],
)
def test_adjustments_of_a_sheet_together_stay_within_the_figure(delta, others, reason, ok):
    if ok:
        assessment.refuse_delta(D(delta), map(D, others), D(5), reason)
        return
    with pytest.raises(RuleBroken):
        assessment.refuse_delta(D(delta), map(D, others), D(5), reason)


@pytest.mark.parametrize(
    "kind,first,last",
    [
        (CycleKind.MONTH, date(2026, 2, 1), date(2026, 2, 28)), (CycleKind.MONTH, date(2026, 12, 1), date(2026, 12, 31)),
        (CycleKind.QUARTER, date(2026, 10, 1), date(2026, 12, 31)), (CycleKind.MONTH, date(2026, 2, 2), None),
        (CycleKind.QUARTER, date(2026, 2, 1), None),
    ],
)  # fmt: skip
def test_a_cycle_is_a_whole_month_or_quarter(kind, first, last):
    if last is None:
        with pytest.raises(RuleBroken):
            assessment.period_of(kind, first)
        return
    assert assessment.period_of(kind, first).to_on == last


@pytest.mark.parametrize("kpi,group", [(None, None), (1, "process")])
def test_a_weight_is_for_an_indicator_or_for_a_group(kpi, group):
    with pytest.raises(RuleBroken):
        assessment.refuse_target_of_two(kpi, group)
    assessment.refuse_target_of_two(1, None)


@pytest.mark.parametrize("weight,others,ok", [(40, 60, True), (41, 60, False), (-1, 0, False), (0, 0, True)])
def test_weights_of_one_place_make_at_most_a_hundred(weight, others, ok):
    if ok:
        assessment.refuse_heavy(D(weight), D(others))
        return
    with pytest.raises(RuleBroken):
        assessment.refuse_heavy(D(weight), D(others))


AT = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "refuse",
    [
        lambda: assessment.refuse_no_place(has_one=False),
        lambda: assessment.refuse_early(AT, AT.replace(day=1)),
        lambda: assessment.refuse_cut_off_inside(AT.replace(day=1), AT),
        lambda: assessment.refuse_lock_before(AT, AT),
        lambda: assessment.refuse_late_appeal(AT.replace(day=1), AT),
        lambda: assessment.refuse_row_of_another(is_used=False),
        lambda: assessment.refuse_empty(0),
        lambda: assessment.refuse_without_people([None]),
        lambda: assessment.refuse_without_people([1, 1]),
        lambda: assessment.refuse_unmeasured("", "5%"),
        lambda: assessment.refuse_unmeasured("8%", " "),
    ],
)
def test_what_the_regulation_refuses(refuse):
    with pytest.raises(RuleBroken):
        refuse()


def test_what_it_lets_pass():
    assessment.refuse_no_place(has_one=True)
    assessment.refuse_early(AT, AT)
    assessment.refuse_cut_off_inside(AT, AT)
    assessment.refuse_lock_before(AT.replace(day=1), AT)
    assessment.refuse_late_appeal(AT, AT)
    assessment.refuse_late_appeal(None, AT)
    assessment.refuse_row_of_another(is_used=True)
    assessment.refuse_empty(1)
    assessment.refuse_without_people([1, 2, None])
    assessment.refuse_unmeasured("8%", "5%")


@quickly
@given(st.lists(st.tuples(st.integers(0, 100), st.none() | st.integers(0, 1000), st.integers(-50, 50)), max_size=8))
def test_what_the_lines_add_is_the_total(found):
    lines = [Weighted(D(w), None if s is None else D(s) / 10, D(delta) / 10) for w, s, delta in found]
    added, total = assessment.adding(lines), assessment.total_of(lines)
    assert len(added) == len(lines)
    if total is None:
        assert set(added) <= {None}
        return
    assert abs(sum((one for one in added if one is not None), D(0)) - total) <= D("0.05") + D("0.005") * len(lines)
    for one, (_, score, delta) in zip(added, found, strict=True):
        assert (one is None) == (score is None and not delta)


def test_a_line_adds_its_share_and_what_was_adjusted_by_hand():
    lines = [Weighted(D(25), D(0)), Weighted(D(10), D(70), D(2)), Weighted(D(20), None), Weighted(D(20), D(100))]
    assert assessment.adding(lines) == [D("0.00"), D("14.73"), None, D("36.36")]
    assert assessment.adding([Weighted(D(20), None, D(3))]) == [None]
