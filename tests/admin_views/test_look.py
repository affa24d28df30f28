"""What every page keeps to: few statements and requests, a clause that leads to its text, errors that lead back."""

import html
import re

import pytest
from sqlalchemy import event, text

from admin_views.columns import Shown, cell_of, table_words
from admin_views.registry import clause_url
from admin_views.session import db
from admin_views.words import many, say
from models.base import Base, records
from rules.base import Words
from tests.browse import Browser

WITH_STATES = sorted((one for one in records() if one.lifecycle is not None), key=lambda one: one.__tablename__)


def statements(app, browser: Browser, path: str) -> int:
    """How many statements that page takes."""
    said: list[str] = []
    with app.app_context():
        engine = db.engine

    def note(_connection, _cursor, statement, *_):
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    assert browser.get(path).status_code == 200
    event.remove(engine, "before_cursor_execute", note)
    return sum(one.lstrip().startswith(("SELECT", "WITH")) for one in said)


@pytest.mark.parametrize("login", ["admin", "quality_inspector", "team_leader", "employee"])
def test_a_list_takes_at_most_six_statements(app, login):
    browser = Browser(app, login)
    browser.get("/")
    for path in ("/admin/action_item/", "/admin/spot_check/?search=外径", "/admin/employee/?sort=no"):
        assert statements(app, browser, path) <= 6, path


def test_a_list_asks_for_at_most_ten_files(browser_of):
    page = browser_of("admin").get("/admin/action_item/").text
    files = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', page))
    assert len(files) + 1 <= 10
    assert len(page.encode()) < 60_000


def test_the_clause_of_a_record_leads_to_its_text(browser_of, world):
    browser = browser_of("quality_inspector")
    page = browser.get(f"/admin/action_item/details/?id={world.action}").text
    assert 'href="/regulation/P3.2/"' in page
    assert browser.get("/regulation/P3.2/").status_code == 200


def test_a_clause_without_a_page_is_no_link(app):
    with app.app_context():
        app.extensions["clause_page"] = False
        assert clause_url("P3.2") == ""
        app.extensions["clause_page"] = True
        assert (clause_url("P3.2"), clause_url("")) == ("/regulation/P3.2/", "")


def test_a_refused_step_leads_back_to_its_record(browser_of, world):
    browser = browser_of("quality_inspector")
    place = f"/admin/action_item/details/?id={world.action}"
    sent = {"id": world.action, "verb": "accept", "version_no": browser.version("action_item", world.action)}
    answer = browser.post("/admin/action_item/perform/", sent, Referer=f"http://localhost{place}")
    assert answer.status_code == 403
    assert f'href="{place}"' in answer.text
    assert 'id="menu"' in answer.text


def test_a_form_after_the_session_leads_to_the_door_and_back(app):
    browser = Browser(app)
    answer = browser.post(
        "/admin/spot_check/new/", {"csrf_token": "gone"}, Referer="http://localhost/admin/spot_check/new/"
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login?next=%2Fadmin%2Fspot_check%2Fnew%2F")


def test_a_record_off_the_main_way_still_shows_what_lies_ahead(app, browser_of, world):
    with app.app_context():
        db.session.execute(text("UPDATE action_item SET status = 'returned' WHERE id = :id"), {"id": world.action})
        db.session.commit()
    page = browser_of("quality_inspector", language="zh-CN").get(f"/admin/action_item/details/?id={world.action}").text
    steps = re.findall(r'<li class="(\w+)"[^>]*><span>([^<]+)', page.split('class="stages"')[1].split("</ol>")[0])
    assert ("current", "已退回") in steps
    assert steps[0][0] == "done"
    assert steps[-1] == ("ahead", "已关闭")


def test_only_who_may_edit_a_draft_may_delete_it(app, browser_of, world):
    with app.app_context():
        db.session.execute(text("UPDATE spot_check SET status = 'draft' WHERE id = :id"), {"id": world.check})
        db.session.execute(
            text("UPDATE spot_check SET inspector_id = :other WHERE id = :id"),
            {"other": world.other_worker, "id": world.check},
        )
        db.session.commit()
    browser = browser_of("quality_inspector")
    assert 'data-open="delete"' not in browser.get(f"/admin/spot_check/details/?id={world.check}").text
    answer = browser.post("/admin/spot_check/delete/", {"id": world.check, "version_no": 1})
    assert answer.status_code == 403


def test_an_empty_list_says_where_its_first_row_comes_from(app):
    with app.app_context():
        tables, emptied = Base.metadata.sorted_tables, {"product_model", "performance_file_entry"}
        for table in tables:  # what refers to a model goes with it
            if any(key.column.table.name in emptied for key in table.foreign_keys):
                emptied.add(table.name)
        for table in reversed(tables):
            if table.name in emptied:
                db.session.execute(text(f"DELETE FROM {table.name}"))
        db.session.commit()
    admin, sales = Browser(app, "admin"), Browser(app, "hr")
    assert "No product models yet." in admin.get("/admin/product_model/").text
    assert "Made by:" in sales.get("/admin/product_model/").text


@pytest.mark.parametrize(
    "one, several",
    [
        ("Company", "Companies"),
        ("Day", "Days"),
        ("Working hours", "Working hours"),
        ("Box", "Boxes"),
        ("Batch", "Batches"),
        ("Post", "Posts"),
    ],
)
def test_several_are_called_as_people_say(app, one, several):
    with app.test_request_context():
        assert many(Words(one, "岗位")) == several
    with app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        assert many(Words(one, "岗位")) == "岗位"


@pytest.mark.parametrize(
    "login, path", [("admin", "/admin/event/"), ("quality_inspector", "/admin/spot_check/details/?id=1")]
)
def test_the_menu_marks_one_line_and_opens_its_chapter(browser_of, login, path):
    for language in ("en", "zh-CN", "en"):  # also when it is drawn from what was kept
        page = browser_of(login, language=language).get(path).text
        menu = page.split('id="menu"')[1].split("</nav>")[0]
        lit = re.findall(r'<a href="([^"]+)" class="active" aria-current="page">([^<]+)', menu)
        assert [url for url, _ in lit] == ["/" + "/".join(path.split("/")[1:3]) + "/"]
        assert lit[0][1].isascii() == (language == "en")
        assert len(re.findall(r"<details open ", menu)) == 1
        assert "&lt;" not in menu


def test_what_one_person_may_open_is_in_no_other_persons_menu(browser_of):
    for login, is_there in (("admin", True), ("employee", False), ("admin", True)):
        assert ('href="/operations/"' in browser_of(login).get("/").text) is is_there, login


@pytest.mark.parametrize("model", WITH_STATES, ids=lambda one: one.__tablename__)
def test_every_state_of_a_record_has_its_shape(app, model):
    """Not by colour alone, and so that a list keeps it in sight."""
    with app.test_request_context():
        states = Shown(model, "status", Words("", "")).choices
        assert {str(one): cell_of(one).kind for one in states} == dict.fromkeys(map(str, states), "state")


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_labels_of_a_list_are_a_sheet_of_their_own(browser_of, language):
    browser = browser_of("admin", language=language)
    page = browser.get("/admin/action_item/").text
    url = html.unescape(re.search(r'href="(/admin/action_item/labels\.css[^"]+)"', page).group(1))
    sheet = browser.get(url)
    assert (sheet.status_code, sheet.mimetype) == (200, "text/css")
    assert "immutable" in sheet.headers["Cache-Control"]
    headings = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', page)
    labels = dict(re.findall(r'td:nth-child\((\d+)\)::before\{content:"(.*)"\}', sheet.text))
    assert labels == {str(nth): html.unescape(one) for nth, one in enumerate(headings, 1) if nth > 1}
    assert browser_of("employee").get("/admin/sla_policy/labels.css").status_code in {200, 403}


def test_records_and_their_lines_are_called_by_name(app):
    with app.test_request_context(headers={"Accept-Language": "zh"}):
        found = {
            name: str(say(words))
            for name in ("ticket", "spot_check_item", "action_person", "nothing")
            if (words := table_words(name))
        }
    assert found.keys() == {"ticket", "spot_check_item"}
    assert not any(one.isascii() for one in found.values())
