"""Every page in one language: nothing Chinese in an English page, nothing English in a Chinese one, but what people wrote."""

import ast
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sqlalchemy import String, select
from sqlalchemy.types import JSON

from admin_views.history import ACTIONS
from admin_views.registry import menu_pages
from admin_views.session import db
from app import CHAPTERS
from models.base import Base
from models.organisation import Account, person_of
from tests.browse import Browser

ROOT = Path(__file__).resolve().parent.parent.parent
TABLES = [model.__tablename__ for chapter in CHAPTERS for model, _ in chapter.VIEWS]
SPOKEN = {"title", "aria-label", "placeholder", "alt", "data-label"}
CHINESE = re.compile(r"[\u3400-\u9fff]+")
LATIN = re.compile(r"[A-Za-z]{2,}")
OWN_NAMES = {"中文", "简体中文", "工正"}
ALLOWED = set(
    re.findall(
        r"\w+", "English Gongzheng Excel CSV csv xlsx PDF Office ID NG OK Tab Enter QR API severity major priority"
    )
)
"""Latin words that Chinese uses as they are: formats, keys, and the names that conditions are written with."""


class Page(HTMLParser):
    """What is read on a page: its text, and what is read out."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self._silent = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in {"script", "style", "kbd"}
        self.said += [value for name, value in attrs if name in SPOKEN and value]
        words = next((value for name, value in attrs if name == "data-words"), "") or ""
        self.said += json.loads(words).values() if words.startswith("{") else [words]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"script", "style", "kbd"}

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(data)


def written(app) -> str:
    """Everything that people wrote: the text in the database."""
    found: list[str] = []
    with app.app_context(), db.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            columns = [one for one in table.columns if isinstance(one.type, String | JSON)]
            for row in connection.execute(select(*columns)) if columns else ():
                found += [str(one) for one in row if one is not None]
    return "\n".join(found)


def strangers(page: str, language: str, own: str) -> set[str]:
    """Words of the other language that nobody wrote."""
    said = " ".join(Page(page).said)
    if language == "en":
        return {one for one in CHINESE.findall(said) if one not in own and one not in OWN_NAMES}
    return {one for one in LATIN.findall(said) if one not in own and one not in ALLOWED}


def paths(app, table: str) -> list[str]:
    with app.app_context():
        key = db.session.scalar(select(app.extensions["views"][table].model.id).limit(1))
    found = ["", "?search=%23%23%23", "new/"]
    return [f"/admin/{table}/{one}" for one in [*found, *([f"details/?id={key}", f"edit/?id={key}"] if key else [])]]


def shown(browser: Browser, path: str) -> str:
    """A page that opens, or says why it does not."""
    answer = browser.client.get(path, headers=browser.headers, follow_redirects=True)
    assert answer.status_code < 500, path
    return answer.text


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_page_of_every_table_speaks_one_language(app, language):
    browser, own = Browser(app, "admin", language=language), written(app)
    every = [path for table in TABLES for path in paths(app, table)]
    faults = {word: path for path in every for word in strangers(shown(browser, path), language, own)}
    assert faults == {}


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("login", ["quality_inspector", "quality_manager", "hr", "general_manager", "employee"])
def test_desks_and_pages_beside_the_tables_speak_one_language(app, login, language):
    browser, own = Browser(app, login, language=language), written(app)
    with app.test_request_context():
        account = db.session.scalar(select(Account).where(Account.login == login))
        urls = [one.url for one in menu_pages(person_of(db.session, account))]
        db.session.remove()
    found = {
        path: strangers(shown(browser, path), language, own)
        for path in ("/", "/search/", "/password", "/nowhere", *urls)
    }
    assert {path: words for path, words in found.items() if words} == {}


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_door_speaks_one_language(app, language):
    browser, own = Browser(app, language=language), written(app)
    answers = [browser.get("/login"), browser.post("/login", {"username": "x", "password": "x"}, token_from="/login")]
    assert [strangers(one.text, language, own) for one in answers] == [set(), set()]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_headings_of_exports_speak_one_language(app, language):
    browser = Browser(app, "admin", language=language)
    for table in TABLES:
        heading = browser.get(f"/admin/{table}/export/csv/").get_data().decode("utf-8-sig").split("\r\n")[0]
        assert strangers(heading, language, "") == set(), table


def test_a_sentence_in_the_wrong_language_would_be_found():
    page = "<p title='状态'>Open 张三</p><script>let 变量</script>"
    assert strangers(page, "en", "张三 wrote this") == {"状态"}
    assert strangers(page, "zh-CN", "") == {"Open"}


def noted_actions():
    """What the code notes as an event besides the verbs: the text given to ``seal`` or ``note_event``."""
    for folder in ("models", "admin_views"):
        for file in (ROOT / folder).rglob("*.py"):
            for one in ast.walk(ast.parse(file.read_text())):
                name = one.func.id if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) else ""
                place = {"seal": 2, "note_event": 2}.get(name)
                given = one.args[place] if place is not None and len(one.args) > place else None
                if isinstance(given, ast.Constant):
                    yield str(given.value)


def test_whatever_is_noted_has_its_words(app):
    verbs = {
        step.verb
        for chapter in CHAPTERS
        for model, _ in chapter.VIEWS
        if model.lifecycle
        for step in model.lifecycle.steps
    }
    noted = set(noted_actions())
    assert noted >= {"sign_in", "term_ended", "refused", "print_certificate"}
    assert noted - verbs - ACTIONS.keys() == set()
