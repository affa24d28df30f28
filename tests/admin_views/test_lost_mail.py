"""Mails that were given up stand before the administrator, who sends them again or lets them be (C2.3)."""

import importlib
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from admin_views.news import Letters
from admin_views.session import db
from models import reminding
from models.base import now
from models.engine import let_write
from models.event import Delivery, Event
from models.news_mail import TRIES, Post, given_up, send_news
from models.organisation import Account, Employee
from rules.event import Channel
from tests.browse import Browser
from tests.world import AT

MAILS = "/operations/mails/"
OF_MAIL = Delivery.channel == Channel.MAIL


class Lost:
    """Mails that were given up while the server was away; it is well again now."""

    def __init__(self, app: Flask):
        self.app, self.letters, self.is_away = app, [], True
        with app.app_context():
            db.session.execute(update(Employee).values(mail=Employee.no + "@hengyue.example"))
            db.session.commit()
            assert reminding.tell(db.session(), AT + timedelta(days=60), by_mail=True) > 0
            at = now() - timedelta(days=TRIES + 1)
            self.set(update(Delivery).where(OF_MAIL).values(due_at=at))
            for _ in range(TRIES):
                at += timedelta(days=1)
                self.run(at)
        self.is_away = False
        assert self.run() == 0

    def _take(self, letter):
        if self.is_away:
            raise ConnectionRefusedError("away")
        self.letters.append(letter)

    def run(self, at=None):
        """The worker comes by; answers how many mails left."""
        let_write(may=True)  # the request before may have been one that only looks
        with self.app.app_context():
            post = Post("ours@hengyue.example", self._take)
            return send_news(db.session(), post, Letters("https://g.example/").compose, at or now())

    def set(self, statement):
        let_write(may=True)
        with self.app.app_context():
            db.session.execute(statement)
            db.session.commit()

    def stand(self, *most):
        """Key, name, address, lines, last line of each person whose mails stand there."""
        with self.app.app_context():
            found, people = given_up(db.session(), now(), *most)
            rows = [(one.employee.id, one.employee.name, one.employee.mail, one.lines, one.last) for one in found]
        return rows, people

    def events(self, action):
        with self.app.app_context():
            facts = (Event.entity, Event.entity_id, Event.clause, Event.reason, Event.actor_id)
            return db.session.execute(select(*facts).where(Event.action == action).order_by(Event.seq)).all()


@pytest.fixture
def lost(app: Flask):
    return Lost(app)


def decided(browser: Browser, verb, one, last=None):
    return browser.post(MAILS, {"verb": verb, "id": one[0], "version_no": last or one[-1]}).status_code


def test_what_was_given_up_stands_until_it_is_sent_again_and_that_happens_once(any_app, any_browser_of):
    lost = Lost(any_app)
    found, people = lost.stand()
    assert people == len(found) > 2
    admin, one = any_browser_of("admin"), found[0]
    for page in ("/", "/operations/"):
        shown = admin.get(page).text
        assert "ConnectionRefusedError: away" in shown
        assert one[1] in shown
    assert "Messages that are still to be told" not in admin.get("/").text  # it is told of once
    assert [decided(admin, "again", one) for _ in range(3)] == [302, 302, 302]
    assert "decided already" in admin.get("/operations/").text
    assert (lost.stand()[1], lost.run(), lost.run()) == (people - 1, 1, 0)
    assert [letter["To"] for letter in lost.letters] == [one[2]]
    (told,) = lost.events("mail_again")
    assert told[:3] == ("employee", one[0], "C2.3")
    assert told.reason == f"{one[3]} × · ConnectionRefusedError: away"
    assert told.actor_id is not None
    assert "had news mails sent again" in admin.get(f"/admin/employee/details/?id={one[0]}").text


def test_what_is_let_be_is_never_sent_and_stands_nowhere(lost, browser_of):
    one = lost.stand()[0][0]
    admin = browser_of("admin", language="zh-CN")
    assert "不再发送" in admin.get("/operations/").text
    assert [decided(admin, verb, one) for verb in ("let_be", "let_be", "again")] == [302, 302, 302]
    assert one[0] not in {other[0] for other in lost.stand()[0]}
    assert (lost.run(), len(lost.events("mail_let_be")), lost.events("mail_again")) == (0, 1, [])
    lost.set(update(Delivery).where(OF_MAIL).values(let_be_at=now()))
    for page in ("/", "/operations/"):
        assert "未能发出" not in admin.get(page).text


def test_what_was_given_up_since_the_page_was_read_is_not_decided_with_it(lost, browser_of):
    one = next(one for one in lost.stand()[0] if one[3] > 1)
    assert decided(browser_of("admin"), "let_be", one, last=one[-1] - 1) == 302
    assert {other[0]: other[3] for other in lost.stand()[0]}[one[0]] == 1


@pytest.mark.parametrize("what", ["no address", "no mail address", "disabled", "does not want it", "left"])
def test_what_can_reach_nobody_is_not_sent_again(lost, browser_of, what):
    (one, *rest), people = lost.stand()
    match what:
        case "disabled" | "does not want it":
            off = {"is_active": False} if what == "disabled" else {"gets_mail": False}
            of_his = select(Employee.account_id).where(Employee.id == one[0]).scalar_subquery()
            lost.set(update(Account).where(Account.id == of_his).values(**off))
        case _:
            said = {"no address": {"mail": None}, "left": {"left_on": now().date()}}
            lost.set(update(Employee).where(Employee.id == one[0]).values(**said.get(what, {"mail": "nobody"})))
    admin = browser_of("admin")
    assert decided(admin, "again", one) == 409
    assert (lost.stand()[1], lost.events("mail_again")) == (people, [])
    assert decided(admin, "all_again", one, last=max(other[-1] for other in (one, *rest))) == 302
    assert [other[0] for other in lost.stand()[0]] == [one[0]]
    assert lost.run() == people - 1
    assert decided(admin, "let_be", one) == 302
    assert lost.stand() == ([], 0)


@pytest.mark.parametrize("login", ["hr", "quality_manager", "employee"])
def test_only_the_administrator_decides_on_mails(lost, browser_of, login):
    (one, *_), people = lost.stand()
    browser = browser_of(login)
    assert decided(browser, "let_be", one) == 403
    assert browser.get(MAILS).status_code == 405
    assert (lost.stand()[1], lost.events("mail_let_be")) == (people, [])


def test_who_is_not_signed_in_decides_nothing(lost):
    (one, *_), people = lost.stand()
    assert (
        Browser(lost.app)
        .post(MAILS, {"id": one[0], "version_no": one[-1], "verb": "let_be"}, token_from="/login")
        .status_code
        == 302
    )
    assert lost.stand()[1] == people


@pytest.mark.parametrize("wrong", [{"verb": "delete"}, {"id": "x"}, {"version_no": ""}, {"csrf_token": "x"}])
def test_a_broken_decision_on_mails_changes_nothing(lost, browser_of, wrong):
    (one, *_), people = lost.stand()
    facts = {"id": one[0], "version_no": one[-1], "verb": "let_be"} | wrong
    assert browser_of("admin").post(MAILS, facts).status_code == 400
    assert lost.stand()[1] == people


def test_mails_to_nobody_are_decided_by_nothing(lost, browser_of):
    people = lost.stand()[1]
    assert decided(browser_of("admin"), "again", (10**6, 10**9)) == 302
    assert (lost.events("mail_again"), lost.stand()[1]) == ([], people)


def test_a_long_list_of_lost_mails_is_cut_and_says_so(lost, browser_of, monkeypatch):
    people = lost.stand()[1]
    monkeypatch.setattr(importlib.import_module("admin_views.event.operations"), "ON_THE_DESK", 1)
    assert f"Mails to {people - 1} more people" in browser_of("admin").get("/").text
    assert (len(lost.stand(1)[0]), lost.stand(1)[1]) == (1, people)


def test_a_try_that_is_under_way_is_not_given_up_yet(lost):
    people = lost.stand()[1]
    soon = now() + timedelta(minutes=5)
    lost.set(update(Delivery).where(OF_MAIL, Delivery.recipient_id == lost.stand()[0][0][0]).values(due_at=soon))
    assert lost.stand()[1] == people - 1
