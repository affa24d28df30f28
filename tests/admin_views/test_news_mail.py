"""News by mail: once, gathered, in the reader's language, to who wants it and may see it (C2.3)."""

from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import delete, func, select, update

from admin_views.news import Letters
from admin_views.session import db
from models import reminding
from models.base import now
from models.event import Delivery, Event
from models.news_mail import APART, IN_FLIGHT, TRIES, Post, send_news
from models.organisation import Account, Employee
from rules.event import Channel
from tests.admin_views.test_commands import done
from tests.models.test_post import Kept, free_port
from tests.world import AT

LATER = AT + timedelta(days=60)
SOON = timedelta(minutes=1)


class Mails:
    """Takes letters, or refuses them."""

    def __init__(self):
        self.letters, self.fault = [], None

    def send(self, letter):
        if self.fault is not None:
            raise self.fault
        self.letters.append(letter)


@pytest.fixture
def told(any_app: Flask):
    """Everybody has an address; what was to be told has been told in the app, and a mail follows."""
    with any_app.app_context():
        db.session.execute(update(Employee).values(mail=Employee.no + "@hengyue.example"))
        db.session.commit()
        assert reminding.tell(db.session(), LATER, by_mail=True) > 0
        yield Mails()
        db.session.rollback()


def sent(mails, at=LATER):
    db.session.rollback()
    return send_news(db.session(), Post("ours@hengyue.example", mails.send), Letters("https://g.example/").compose, at)


def waiting():
    db.session.rollback()
    query = select(func.count()).select_from(Delivery)
    return db.session.scalar(query.where(Delivery.channel == Channel.MAIL, Delivery.sent_at.is_(None)))


def recipients():
    return set(db.session.scalars(select(Delivery.recipient_id).where(Delivery.channel == Channel.MAIL)))


def test_each_gets_one_mail_with_all_that_waits_for_him_and_none_twice(told):
    people = recipients()
    assert sent(told) == len(told.letters) == len(people) > 1
    assert (waiting(), sent(told), reminding.tell(db.session(), LATER, by_mail=True)) == (0, 0, 0)
    assert len({one["To"] for one in told.letters}) == len(people)
    assert {one["From"] for one in told.letters} == {"ours@hengyue.example"}
    body = told.letters[0].get_content()
    assert "https://g.example/admin/" in body
    assert "邮件提醒" in body


def test_a_mail_is_in_the_language_of_its_reader(told):
    who = min(recipients())
    of_his = select(Employee.account_id).where(Employee.id == who).scalar_subquery()
    db.session.execute(update(Account).where(Account.id == of_his).values(locale="en"))
    db.session.commit()
    sent(told)
    english = [one for one in told.letters if "Dear " in one.get_content()]
    assert [one["To"] for one in english] == [db.session.get(Employee, who).mail]
    assert english[0]["Subject"].startswith("[Gongzheng] ")
    assert all("您好" in one.get_content() for one in told.letters if one not in english)


@pytest.mark.parametrize("what", ["no address", "does not want it", "disabled"])
def test_who_has_no_address_or_does_not_want_mails_is_told_in_the_app_alone(any_app, what):
    with any_app.app_context():
        db.session.execute(update(Employee).values(mail="" if what == "no address" else "a@b.example"))
        if what == "does not want it":
            db.session.execute(update(Account).values(gets_mail=False))
        if what == "disabled":
            db.session.execute(update(Account).values(is_active=False))
        db.session.commit()
        assert reminding.tell(db.session(), LATER, by_mail=True) > 0
        assert recipients() == set()


def test_without_a_mail_server_nothing_waits_for_a_mail(any_app):
    with any_app.app_context():
        assert reminding.tell(db.session(), LATER) > 0
        assert recipients() == set()


def told_again(who):
    """Another event for somebody, told in the app a minute later."""
    seq = db.session.scalar(
        select(Event.seq).where(Event.seq.not_in(select(Delivery.event_seq).where(Delivery.recipient_id == who)))
    )
    db.session.add(Delivery(event_seq=seq, recipient_id=who, channel=Channel.APP, due_at=LATER))
    db.session.commit()
    assert reminding.tell(db.session(), LATER + SOON, by_mail=True) == 1


def test_what_comes_soon_after_a_mail_is_gathered_for_the_next(told):
    sent(told)
    told_again(min(recipients()))
    assert (sent(told, LATER + SOON), waiting()) == (0, 1)
    sent(told, LATER + APART + SOON)
    assert waiting() == 0


def test_a_server_that_refuses_is_tried_again_later_and_not_for_ever(told):
    people = len(recipients())
    told.fault = ConnectionRefusedError("away")
    at = LATER
    assert sent(told, at) == 0
    assert db.session.scalar(select(func.max(Delivery.error))) == "ConnectionRefusedError: away"
    told.fault = None
    assert sent(told, at + SOON) == 0  # not yet
    assert sent(told, at + 3 * SOON) == people
    told_again(min(recipients()))
    told.fault, at = ConnectionRefusedError("away"), LATER + timedelta(days=1)
    for _ in range(TRIES + 3):
        at += timedelta(days=1)
        sent(told, at)
    assert db.session.scalar(select(func.max(Delivery.attempts))) == TRIES
    assert waiting() == 1


def test_what_no_wire_takes_is_tried_again_and_stops_nobody_elses(told):
    people, first = len(recipients()), []

    def send(letter):
        first.append(letter["To"])
        if letter["To"] == first[0]:
            raise UnicodeEncodeError("ascii", "王", 0, 1, "not in this server's words")

    told.send = send
    assert sent(told) == people - 1
    assert waiting() > 0
    assert "UnicodeEncodeError" in db.session.scalar(select(func.max(Delivery.error)))


def test_what_was_being_sent_when_we_were_stopped_goes_again_under_the_same_name(told):
    told.fault = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        sent(told)
    db.session.rollback()
    told.fault, others = None, len(recipients()) - 1
    assert sent(told) == others  # the first is claimed
    assert sent(told, LATER + IN_FLIGHT + SOON) == 1
    ids = [one["Message-ID"] for one in told.letters]
    assert len(set(ids)) == len(ids) == others + 1
    assert ids[0].endswith("@hengyue.example>")


def test_two_workers_send_it_once(told, monkeypatch):
    """The second one comes while the first has claimed and not yet sent."""
    inner, send = [], told.send

    def meanwhile(letter):
        if not inner:
            inner.append(0)
            inner[0] = sent(told)
        send(letter)

    people = len(recipients())
    monkeypatch.setattr(told, "send", meanwhile)
    assert sent(told) + inner[0] == people == len({one["To"] for one in told.letters}) == len(told.letters)


def test_who_may_see_nothing_of_it_any_more_gets_no_mail(told):
    """Whose news is of a record that he has nothing to do with now."""
    who = min(recipients())
    strange = db.session.scalar(select(Event.seq).where(Event.entity == "account"))
    of_mail = (Delivery.recipient_id == who) & (Delivery.channel == Channel.MAIL)
    keys = db.session.scalars(select(Delivery.id).where(of_mail)).all()
    db.session.execute(delete(Delivery).where(Delivery.id.in_(keys[1:])))
    db.session.execute(update(Delivery).where(Delivery.id == keys[0]).values(event_seq=strange))
    db.session.commit()
    address = db.session.get(Employee, who).mail
    sent(told)
    assert waiting() == 0
    assert address not in {one["To"] for one in told.letters}


def test_an_address_that_is_none_is_left_alone(told):
    who = min(recipients())
    db.session.execute(update(Employee).where(Employee.id == who).values(mail="nobody"))
    db.session.commit()
    sent(told)
    assert waiting() == 0
    assert "nobody" not in {one["To"] for one in told.letters}


def test_over_a_real_server_by_the_commands_that_the_worker_runs(app: Flask):
    kept = Kept()
    smtp = Controller(kept, hostname="127.0.0.1", port=free_port())
    smtp.start()
    try:
        app.config["MAIL_OUT"], app.config["MAIL_FROM"] = f"smtp://127.0.0.1:{smtp.port}", "ours@hengyue.example"
        with app.app_context():
            db.session.execute(update(Employee).values(mail="li@hengyue.example"))
            db.session.execute(update(Delivery).values(due_at=now() - SOON))
            db.session.commit()
        assert done(app, "tell") != "0 told.\n"
        assert done(app, "mail").startswith("0 taken, ")
    finally:
        smtp.stop()
    assert {one.rcpt_tos[0] for one in kept.letters} == {"li@hengyue.example"}
    assert b"Auto-Submitted: auto-generated" in kept.letters[0].content


def test_a_person_turns_his_mails_off_and_on(app: Flask, browser_of):
    browser = browser_of("quality_inspector", language="zh-CN")
    assert "邮件提醒" not in browser.get("/").text
    app.config["MAIL_OUT"] = "smtp://127.0.0.1:1"
    try:
        for wants, says in (("no", "已关闭"), ("no", "已关闭"), ("yes", "已开启"), ("maybe", "已开启")):
            assert browser.post("/mails", {"gets_mail": wants, "next": "/"}).status_code == 302
            assert f"邮件提醒：{says}" in browser.get("/").text
    finally:
        app.config["MAIL_OUT"] = ""
