"""The search above every page: by number, name and words, only what the person may see, in one statement."""

import pytest
from sqlalchemy import event

from admin_views.session import db
from models.organisation import Employee, Post
from models.quality import SpotCheck


def kinds(answer):
    return {one["label"]: [hit["text"] for hit in one["hits"]] for one in answer.json}


def ask(browser, words):
    return browser.get(f"/search/?q={words}", Accept="application/json")


def test_a_person_is_found_by_part_of_the_name_with_post_and_department(any_browser_of):
    found = ask(any_browser_of("hr"), "车工").json
    people = next(one for one in found if one["label"] == "Employees")
    assert [(hit["text"], hit["hint"]) for hit in people["hits"]] == [("车工一 20001", "生产一部岗 · 生产一部")]


def test_a_whole_number_leads_straight_to_its_record(any_app, any_browser_of, world):
    browser = any_browser_of("quality_inspector")
    with any_app.app_context():
        number = db.session.get(SpotCheck, world.check).no
    answer = browser.get(f"/search/?q={number.lower()}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/admin/spot_check/details/?id={world.check}")
    assert number in ask(browser, number[-3:]).text


def test_what_lies_outside_the_persons_area_is_not_found(any_app, any_browser_of, world):
    with any_app.app_context():
        number = db.session.get(SpotCheck, world.foreign_check).no
    assert kinds(ask(any_browser_of("quality_inspector"), number)) == {}
    assert number in ask(any_browser_of("quality_inspector3"), number).text
    assert "Accounts" not in kinds(ask(any_browser_of("hr"), "quality_inspector"))
    assert "Accounts" in kinds(ask(any_browser_of("admin"), "quality_inspector"))


def test_whoever_sees_only_what_names_him_finds_only_that(any_browser_of, world):
    mine, other = any_browser_of("employee"), any_browser_of("hr")
    assert any(world.action == hit["id"] for one in ask(mine, "外径").json for hit in one["hits"])
    assert kinds(ask(other, "外径")) == {}


def test_lists_and_pages_are_found_by_their_names(browser_of):
    found = ask(browser_of("production_manager", language="zh-CN"), "合格率").json
    assert (found[0]["label"], found[0]["hits"][0]["url"]) == ("前往", "/indicators/execution_pass_rate/")
    assert "/admin/employee/" in ask(browser_of("hr"), "EMPLOY").text


@pytest.mark.parametrize("words", ["", "a", " ", "%", "%%", "'\"", "\\0\\0", "x" * 500, "<b>"])
def test_odd_words_find_nothing_and_hurt_nothing(browser_of, words):
    browser = browser_of("admin")
    assert ask(browser, words).json == []
    page = browser.get(f"/search/?q={words}")
    assert page.status_code == 200
    assert "<b>" not in page.text.split("<h1>")[1].split("</h1>")[0]


def test_a_stranger_finds_nothing(browser_of):
    assert browser_of().get("/search/?q=车工").status_code == 302
    assert ask(browser_of(), "车工").status_code == 401


def test_more_of_a_kind_are_a_link_to_the_list(app, browser_of):
    with app.app_context():
        model = db.session.get(Employee, 1)
        for nth in range(8):
            db.session.execute(
                Post.__table__.insert().values(
                    code=f"Q{nth}",
                    name=f"钳工{nth}",
                    department_id=model.department_id,
                    is_key=False,
                    headcount=1,
                    requires_qualification=False,
                    grace_mode="supervised",
                    version_no=1,
                    created_at=model.created_at,
                    updated_at=model.updated_at,
                )
            )
        db.session.commit()
        from models.search import reindex

        reindex(db.session.connection(), Post)
        db.session.commit()
    posts = next(one for one in ask(browser_of("admin"), "钳工").json if one["label"] == "Posts")
    assert len(posts["hits"]) == 6
    assert posts["more_url"] == "/admin/post/?search="
    assert browser_of("admin").get("/search/?q=钳工").text.count('class="line-title">钳工') == 8


def test_it_takes_as_many_statements_whatever_it_finds(app, browser_of):
    browser = browser_of("admin")
    browser.get("/")
    said: list[str] = []
    with app.app_context():
        engine = db.engine

    def note(_connection, _cursor, statement, *_):
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    counts = []
    for words in ("车工", "生产", "无此内容", "20001"):
        said.clear()
        ask(browser, words)
        counts.append(len([one for one in said if one.lstrip().startswith(("SELECT", "WITH"))]))
    assert len(set(counts)) == 1
    assert counts[0] <= 6
    event.remove(engine, "before_cursor_execute", note)


def test_a_picker_tells_people_apart_by_post_and_department(browser_of, world):
    rows = browser_of("quality_inspector").get("/admin/spot_check/ajax/lookup/?name=items.employee&query=车工一").json
    assert rows == [[world.worker, "车工一 20001 · 生产一部岗 · 生产一部"]]
