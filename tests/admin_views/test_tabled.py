"""Rows as they are declared: what a value of any kind looks like under its heading."""

from types import SimpleNamespace

import pytest

from admin_views.columns import Shown
from admin_views.history import _read
from admin_views.tabled import tabled
from admin_views.words import fitting
from models.actions import AccountabilityCase
from rules.base import Words
from rules.quality import Verdict


@pytest.mark.parametrize("language,locale", [("en", "en"), ("zh-CN", "zh_Hans_CN")])
def test_a_choice_is_said_in_the_readers_words_never_by_its_code(app, language, locale):
    with app.test_request_context(headers={"Accept-Language": language}):
        headings, (row,) = tabled(
            {"verdict": (Words("Verdict", "判定"), lambda one: one.verdict)},
            [SimpleNamespace(verdict=Verdict.NG)],
            lambda _: "/",
        )
        assert row.cells[0].text == Verdict.NG.words.text(locale)
        assert row.cells[0].text != "ng"
        assert len(headings) == 1


@pytest.mark.parametrize("language,said", [("en", "Spot check"), ("zh-CN", "工序抽检")])
def test_the_kind_of_a_source_is_said_never_the_name_of_its_table(app, language, said):
    with app.test_request_context(headers={"Accept-Language": language}):
        shown = Shown(AccountabilityCase, "source_entity", Words("Comes from", "来源"))
        assert shown.cell("spot_check").text == said
        assert shown.cell("no_table_of_ours").text == "no_table_of_ours"
        assert _read(shown, "spot_check") == said


@pytest.mark.parametrize(
    "text,halves,shown",
    [
        ("渗漏", 4, "渗漏"), ("外观运输损伤", 8, "外观运输…"), ("Leak", 4, "Leak"), ("Overheating", 8, "Overheat…"),
        ("HY-车床", 5, "HY-车…"), ("Wear or broken part", 5, "Wear…"), ("", 3, ""),
    ],
)  # fmt: skip
def test_words_are_cut_by_their_width(text, halves, shown):
    assert fitting(text, halves) == shown
