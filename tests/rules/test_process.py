"""Which revision was in force at an instant (P1)."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.process import REVISION_STEPS, InForce, in_force_at

quickly = settings(deadline=None, max_examples=40)

AT = datetime(2026, 11, 16, tzinfo=UTC)
HOUR = timedelta(hours=1)


@quickly
@given(st.lists(st.integers(1, 50), min_size=1, max_size=8), st.integers(-5, 300), st.booleans())
def test_of_revisions_that_follow_each_other_the_last_one_released_is_in_force(gaps, asked, is_withdrawn):
    starts = [AT + HOUR * sum(gaps[: place + 1]) for place in range(len(gaps))]
    ends = [*starts[1:], starts[-1] + HOUR if is_withdrawn else None]
    spans = [InForce(place, *span) for place, span in enumerate(zip(starts, ends, strict=True))]
    at = AT + HOUR * asked
    released = [place for place, start in enumerate(starts) if start <= at]
    expected = released[-1] if released else None
    if is_withdrawn and at >= starts[-1] + HOUR:
        expected = None
    assert in_force_at(reversed(spans), at) == expected


def test_the_new_one_counts_from_the_instant_at_which_the_old_one_ends():
    spans = [InForce(1, AT, AT + HOUR), InForce(2, AT + HOUR, None)]
    assert in_force_at(spans, AT + HOUR - timedelta.resolution) == 1
    assert in_force_at(spans, AT + HOUR) == 2
    assert in_force_at(spans, AT - timedelta.resolution) is None


def test_what_was_never_released_was_never_in_force():
    assert in_force_at([InForce(1, None, None)], AT) is None


def test_who_wrote_it_neither_approves_nor_releases_it():
    for one in REVISION_STEPS.steps:
        if one.verb in {"approve", "return", "release"}:
            assert "author" in one.unlike
