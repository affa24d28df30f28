"""A sheet adds up before one's eyes, and every number leads to rows that add up to it (K2.1)."""

import re
from decimal import Decimal

import pytest

from admin_views.assessment import rows
from rules.assessment import Flag
from tests.browse import Browser
from tests.models.acts import perform
from tests.models.test_cycles import AFTER, a_month, line, sheet_of


@pytest.fixture
def sheet(session):
    """Three of four items of 车工一 passed; a point was added by hand."""
    found = sheet_of(session, cycle := a_month(session))
    perform(session, cycle, "review", "hr", AFTER)
    one = line(found, "execution_pass_rate")
    perform(session, one, "adjust", found.assessor.account.login, AFTER, manual_delta="1", note="带教新人")
    keys = found.id, one.id, found.total
    session.rollback()
    return keys


def table(page: str, title: str) -> list[list[str]]:
    """The rows of a panel as texts, the heading first."""
    part = page.split(title, 1)[1].split("</table>", 1)[0]
    found = re.findall(r"<tr>(.*?)</tr>", part, re.DOTALL)
    return [
        [re.sub(r"<[^>]+>|\s+", " ", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in found
    ]


def test_what_each_number_adds_comes_to_the_total(app, sheet):
    key, _, total = sheet
    lines = table(Browser(app, "hr").get(f"/admin/assessment_sheet/details/?id={key}").text, "each opens its rows")
    assert lines[0][-1] == "In total"
    assert lines[-1][0] == "Total, to 0.1"
    assert Decimal(lines[-1][-1]) == total
    added = [Decimal(one[-1]) for one in lines[1:-1] if one[-1]]
    assert len(added) > 1
    assert abs(sum(added) - total) < Decimal("0.1")
    pass_rate = next(one for one in lines if one[0] == "Execution pass rate")
    assert re.sub(r" +", " ", pass_rate[1]) == "75 % 3 / 4"
    assert "floor 50, target 100" in pass_rate[2]
    assert any("带教新人" in cell for cell in pass_rate)
    assert any(Flag.LOW_SAMPLE.words.en in one[1] for one in lines)


def test_the_rows_behind_a_number_add_up_to_it_however_many_are_shown(app, sheet, monkeypatch):
    _, key, _ = sheet
    browser, path = Browser(app, "hr"), f"/admin/assessment_line/details/?id={key}"
    found = table(browser.get(path).text, "The rows that count")
    assert found[-1] == ["Together", "4 rows", "", "", "3"]
    assert sum(int(one[-1]) for one in found[1:-1]) == 3
    monkeypatch.setattr(rows, "MOST_ROWS", 2)
    page = browser.get(path).text
    assert "The rows that count: 2 of 4" in page
    assert table(page, "The rows that count")[-1] == ["Together", "4 rows", "", "", "3"]
