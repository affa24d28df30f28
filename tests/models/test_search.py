"""The index finds exactly what comparing every text would find, also after each change (LIMITS)."""

import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from models.base import Act
from models.journal import acting
from models.organisation import Department
from models.process import ProcessDocument
from models.quality import SpotCheck
from models.search import (
    create_search,
    grams,
    index_rows,
    key_of,
    match,
    may_lie_in_head,
    number_parts,
    reindex,
    searched_tables,
    terms_of,
    token,
)
from rules.base import SYSTEM
from tests.models.acts import LATER, doing, draft, item
from tests.world import department

quickly = settings(deadline=None, max_examples=40)

LETTERS = "油漏泵轴承一二三号机床AaBb01%_'\"\\.-*() " + "\u3000，。𠮷"
words = st.text(st.sampled_from(LETTERS), max_size=12)
terms = st.text(st.sampled_from(LETTERS), min_size=2, max_size=5)
pairs = st.text(st.sampled_from(LETTERS), min_size=2, max_size=2)
anew = settings(
    deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def by_index(session, model, asked):
    """Ids that the search table gives: exact for two characters, more than enough for longer terms."""
    condition, parameters = match(session.connection(), model, asked)
    name = f"search_{model.__tablename__}"
    query = text(f"SELECT {key_of(session.connection())} FROM {name} WHERE {condition}")
    return set(session.execute(query, parameters).scalars())


def by_like(session, model, asked):
    """Ids whose text holds the term, letter case aside."""
    session.flush()
    columns = [getattr(model, name) for name in model.search_columns[1 if model.number_prefix else 0 :]]
    return {
        key
        for key, *texts in session.execute(select(model.id, *columns))
        if any(asked.lower() in (one or "").lower() for one in texts)
    }


def agree(session, model, asked):
    found, expected = by_index(session, model, asked), by_like(session, model, asked)
    if len(asked) == 2:
        assert found == expected
    assert expected <= found


@anew
@given(
    titles=st.lists(words, min_size=1, max_size=4),
    edits=st.lists(words, max_size=4),
    asked=st.lists(terms | pairs, max_size=6),
)
def test_the_index_finds_what_comparing_finds_after_every_change(any_session, titles, edits, asked):
    """Made, edited, one taken away; asked also for what stands in the texts."""
    asked = [*asked, *(one[:2] for one in (*titles, *edits) if len(one) > 1), "油漏"]
    with acting(any_session, Act(SYSTEM, LATER)):
        made = [
            ProcessDocument(doc_no=f"X{place}", title=title, doc_type="process_flow")
            for place, title in enumerate(titles)
        ]
        any_session.add_all(made)
        any_session.flush()
        for one in asked:
            agree(any_session, ProcessDocument, one)
        for document, title in zip(made, edits, strict=False):
            document.title = title
        any_session.flush()
        for one in asked:
            agree(any_session, ProcessDocument, one)
        any_session.delete(made[0])
        any_session.flush()
        for one in asked:
            agree(any_session, ProcessDocument, one)
        any_session.rollback()


@anew
@given(text=words, asked=terms | pairs)
def test_text_beside_a_number_is_found_like_any_other(session, text, asked):
    with doing(session, "quality_inspector"):
        session.get_one(SpotCheck, 1).note = text
    agree(session, SpotCheck, asked)


def test_a_pair_is_one_word_to_the_index_and_no_pair_is_anothers():
    found = [token(a + b) for a in LETTERS for b in LETTERS]
    assert len(set(found)) == len(set(LETTERS)) ** 2
    assert all(set(one) <= set(string.ascii_lowercase + string.digits) for one in found)


@quickly
@given(words)
def test_pairs_are_neighbours_each_once_in_lower_case(given_words):
    found, plain = grams(given_words), given_words.lower()
    assert len(found) == len(set(found))
    assert all(len(one) == 2 and one in plain for one in found)
    assert set(found) == {plain[i : i + 2] for i in range(len(plain) - 1)}


def test_texts_of_two_columns_are_not_read_across(any_session):
    with doing(any_session, "admin"):
        any_session.add(Department(code="AB", name="油泵", kind="production"))
    assert by_index(any_session, Department, "B油") == set()
    assert by_index(any_session, Department, "b\u6cb9") == set()
    assert by_index(any_session, Department, "ab") == by_index(any_session, Department, "油泵") != set()


# Numbers


def test_a_number_is_found_by_any_three_digits_of_its_running_part(any_session):
    check = draft(any_session, [item(any_session)])
    assert check.no == "CJ-2026-00003"
    everything = {1, 2, check.id}
    for asked, found in (
        ("00003", {check.id}),
        ("0003", {check.id}),
        ("003", {check.id}),
        ("000", everything),
        ("2026", set()),
    ):
        assert by_index(any_session, SpotCheck, asked) == found, asked
    assert check.id in by_index(any_session, SpotCheck, "CJ-2026-00003")


@quickly
@given(st.from_regex(r"[A-Z]{2}-20[0-9]{2}-[0-9]{5}", fullmatch=True))
def test_the_parts_of_a_number_are_of_its_running_part(number):
    running = number[-5:]
    expected = {f"#{running[i:j]}" for i in range(5) for j in range(i + 3, 6)}
    assert set(number_parts(number)) == expected
    assert number_parts("ohne") == []


@pytest.mark.parametrize(
    "asked,may",
    [
        ("CJ", True), ("cj-2026", True), ("J-20", True), ("26-00", True), ("CJ-2026-00", True), ("00", True), ("ZG", False),
        ("CJ-2026-000", False), ("油漏", False), ("000", True), ("2026", True), ("CJ2", False),
    ],
)  # fmt: skip
def test_what_may_stand_in_a_number_before_its_running_part_is_known(asked, may):
    assert may_lie_in_head(SpotCheck, asked) is may
    assert not may_lie_in_head(Department, asked)


def test_one_character_is_too_short_for_the_index(session):
    assert match(session.connection(), Department, "油") is None
    assert match(session.connection(), Department, "") is None


# The index follows the text, and can be built anew


def rows(session, table):
    column = key_of(session.connection())
    return set(session.execute(text(f"SELECT {column} FROM search_{table}")).scalars())


def test_every_record_with_texts_is_in_its_index(any_session):
    assert {"spot_check", "action_item", "employee", "process_document", "account"} <= set(searched_tables())
    assert "number_series" not in searched_tables()
    for table in ("spot_check", "employee", "department"):
        counted = any_session.execute(text(f"SELECT count(*) FROM {table}")).scalar()
        assert len(rows(any_session, table)) == counted


def test_a_rollback_takes_the_index_back(any_session):
    before = rows(any_session, "department")
    with acting(any_session, Act(SYSTEM, LATER)):
        any_session.add(Department(code="油泵", name="油泵", kind="production"))
        department(any_session, "SC1").name = "油泵"
        any_session.flush()
        any_session.rollback()
    assert rows(any_session, "department") == before
    assert by_index(any_session, Department, "油泵") == set()


@pytest.mark.parametrize("model", [Department, SpotCheck])
def test_an_index_built_anew_is_the_same(any_session, model):
    def found():
        return {asked: by_index(any_session, model, asked) for asked in ("生产", "一部", "001", "质量", "CJ", "SC")}

    draft(any_session, [item(any_session)], note="生产一部 SC")
    before = found()
    any_session.execute(text(f"DELETE FROM search_{model.__tablename__}"))
    assert not any(found().values())
    reindex(any_session.connection(), model)
    assert found() == before
    assert any(before.values())


def test_an_index_is_created_once_and_a_row_put_in_again_replaces_itself(any_session):
    connection = any_session.connection()
    one = department(any_session, "SC1")
    for _ in range(2):
        create_search(connection, ["department"])
        index_rows(connection, "department", [(one.id, ["油泵"])])
    index_rows(connection, "department", [])
    assert by_index(any_session, Department, "油泵") == {one.id}
    assert by_index(any_session, Department, "一部") == set()
    assert "一部" in terms_of(one)
    counted = any_session.scalar(select(func.count()).select_from(Department))
    assert len(rows(any_session, "department")) == counted
