"""The mailbox: what each mail becomes, once, whatever it is made of; answers that find their way (A2.1, A3.4)."""

import base64
import json
import smtplib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from models import letters
from models.after_sales import MailMessage, Ticket, outbox
from models.after_sales.mailbox import Box, release, take
from models.after_sales.outbox import Sender, answer, send_due
from models.event import Attachment, PublicLink
from models.letters import open_letter, open_letters
from models.organisation import Customer, ProductModel
from rules.after_sales.mails import new_text
from rules.base import RuleBroken
from tests.models.acts import doing, perform

SAMPLES = Path(__file__).parents[1] / "samples"
EXPECTED = json.loads((SAMPLES / "expected.json").read_text())["mails"]
MAILS = EXPECTED["messages"]
OWN = EXPECTED["service_address"]
AT = datetime(2026, 6, 26, 2, 0, tzinfo=UTC)
"""When all of them had come."""


@pytest.fixture
def box(tmp_path):
    return Box((OWN,), tmp_path / "files")


def company(session):
    """The customers and models that the mails speak of, and the open ticket that two of them name."""
    with doing(session, "admin", AT - timedelta(days=2)):
        known = {one["customer"]: one["sender"] for one in MAILS.values() if one["customer"]}
        known |= {"C012": "helen@northfell.example"}
        for code, sender in known.items():
            session.add(Customer(code=code, name=f"客户{code}", mail=sender))
        for code in ("LB-50", "LB-80", "JS-250", "FJ-12"):
            session.add(ProductModel(code=code, name="泵"))
    with doing(session, "after_sales_agent", AT - timedelta(days=1)) as act:
        customer = session.scalar(select(Customer).where(Customer.code == "C008"))
        ticket = Ticket(no="SH2026-0046", received_at=act.at, description="停机", customer=customer)
        session.add(ticket)
        ticket.begin(act)


def sample(name):
    return (SAMPLES / "mails" / name).read_bytes()


def letter(body="漏油", *, sender="wang@example.org", number=1, **headers):
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return (
        f"From: {sender}\r\nTo: {OWN}\r\nMessage-ID: <{number}@example.org>\r\nSubject: test\r\n{more}"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n"
    ).encode()


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


# The samples


def test_fifteen_mails_give_what_is_expected(any_session, box):
    session = any_session
    company(session)
    before, made = count(session, Ticket), {}
    for name, expected in MAILS.items():
        mail = take(session, sample(name), box, at=AT)
        made[name] = mail
        outcome = {"ticket": "taken", "append": "taken", "none": "ignored", "quarantine": "quarantined"}
        assert (name, mail.status) == (name, outcome[expected["outcome"]])
        assert mail.sender == expected["sender"]
        assert mail.subject == (expected["subject"] or "")
        assert all(one in mail.body for one in expected["text_contains"])
        assert not any(one in mail.body for one in expected.get("text_excludes", ()))
        assert not any(one in new_text(mail.body) for one in expected.get("new_text_excludes", ()))
        assert mail.at == datetime.fromisoformat(expected["received_at"])
        ticket = mail.ticket
        if expected["outcome"] == "ticket":
            assert (ticket.channel, ticket.status, ticket.customer.code) == ("mailbox", "new", expected["customer"])
            assert ticket.received_at == mail.at
            said = expected.get("mentions", {})
            assert ticket.serial == said.get("serial", "")
            assert (ticket.model.code if ticket.model else None) == said.get("model")
        if expected["outcome"] == "append":
            target = made[expected["append_to"]].ticket.no if expected["append_to"] in made else expected["append_to"]
            assert ticket.no == target
            assert ticket.entries[-1].kind == "mail_in"
            assert not any(one in ticket.entries[-1].text for one in expected.get("new_text_excludes", ()))
        if expected["outcome"] == "quarantine":
            assert ticket is None
        owner = ("ticket", ticket.id) if ticket is not None else ("mail_message", mail.id)
        files = session.execute(
            select(Attachment.name, Attachment.sha256, Attachment.size).where(
                Attachment.entity == owner[0],
                Attachment.entity_id == owner[1],
                Attachment.media_type != "message/rfc822",
            )
        ).all()
        assert [tuple(one) for one in files] == [
            (a["filename"], a["sha256"], a["bytes"]) for a in expected["attachments"]
        ]
        answers = session.scalars(
            select(MailMessage.id).where(MailMessage.direction == "out", MailMessage.recipient == mail.sender)
        ).all()
        assert bool(answers) <= expected["may_answer"]
    assert count(session, Ticket) - before == sum(one["outcome"] == "ticket" for one in MAILS.values())
    assert made["08-bounce.eml"].facts["failed_recipient"] == MAILS["08-bounce.eml"]["failed_recipient"]


def test_nothing_is_taken_twice(session, box):
    company(session)
    first = take(session, sample("01-plain.eml"), box, at=AT)
    again = take(session, sample("01-plain.eml"), box, at=AT + timedelta(minutes=1))
    assert again.id == first.id
    assert session.scalar(select(func.count()).select_from(Attachment)) == 1


def test_another_mail_under_a_known_id_is_kept_aside_not_lost(session, box):
    take(session, letter("一"), box, at=AT)
    other = take(session, letter("二"), box, at=AT)
    assert (other.status, other.reason) == ("quarantined", "same_id")
    assert take(session, letter("二"), box, at=AT).id == other.id


def test_a_number_alone_opens_no_strangers_ticket(session, box):
    company(session)
    mail = take(session, letter("我也有问题", number=7, Subject="x"), box, at=AT)
    forged = letter("改电话", sender="thief@elsewhere.example", number=8).replace(
        b"Subject: test", b"Subject: [SH2026-0046] x"
    )
    assert take(session, forged, box, at=AT).ticket.no not in {"SH2026-0046", mail.ticket.no}


# Hostile


def nested(depth):
    head = b"From: a@example.org\r\nMessage-ID: <n%d@example.org>\r\n" % depth
    body = b"Content-Type: text/plain\r\n\r\nx\r\n"
    for nth in range(depth):
        mark = b"b%d" % nth
        body = b"Content-Type: multipart/mixed; boundary=%s\r\n\r\n--%s\r\n%s\r\n--%s--\r\n" % (mark, mark, body, mark)
    return head + body


HOSTILE = {
    "nothing": b"",
    "noise": bytes(range(256)) * 400,
    "deep": nested(3000),
    "many parts": b"From: a@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 5000 + b"--b--",
    "no sender": b"Subject: x\r\n\r\nx",
    "many headers": b"From: a@example.org\r\n" + b"X-A: b\r\n" * 20000 + b"\r\nx",
    "wrong charset": b"From: a@example.org\r\nContent-Type: text/plain; charset=klingon\r\n\r\n\xff\xfe\x00\x81",
    "half open tags": b"From: a@example.org\r\nContent-Type: text/html\r\n\r\n" + b"<style<b<" * 20000,
    "nul": b"From: a\x00b@example.org\r\nSubject: \x00\r\n\r\n\x00\x00",
    "long header": b"From: a@example.org\r\nSubject: " + b"=?utf-8?b?" + b"5ZSu" * 40000 + b"?=\r\n\r\nx",
}  # fmt: skip


def test_hostile_mails_are_kept_and_the_next_good_one_is_taken(session, box):
    for nth, (name, raw) in enumerate(HOSTILE.items()):
        kept = take(session, raw, box, at=AT)
        assert kept.id is not None, name
        assert kept.status in {"quarantined", "taken", "ignored"}, name
        good = take(session, letter(f"第 {nth} 封", number=100 + nth), box, at=AT)
        assert good.status == "taken"
        assert good.ticket.description.endswith(f"第 {nth} 封")
    assert count(session, MailMessage) >= 2 * len(HOSTILE)


def test_mails_are_read_together_and_a_hostile_one_spoils_itself_only(monkeypatch):
    children, run = [], letters.subprocess.run
    monkeypatch.setattr(letters.subprocess, "run", lambda *given, **more: children.append(1) or run(*given, **more))
    good = [letter(f"第 {nth} 封", number=nth) for nth in range(20)]
    assert [one.letter.text for one in open_letters(good)] == [f"第 {nth} 封" for nth in range(20)]
    assert len(children) == 1
    raws = [one for pair in zip(good, [*HOSTILE.values(), *HOSTILE.values()], strict=True) for one in pair]
    together = open_letters(raws)
    assert together == [open_letter(raw) for raw in raws]
    assert [one.letter.text for one in together[::2]] == [f"第 {nth} 封" for nth in range(20)]
    assert open_letters([]) == []


@pytest.mark.parametrize("ends_by", ["os._exit(9)", "time.sleep(60)", "sys.stdout.write('{\\n')", "os.abort()"])
def test_a_mail_that_ends_the_child_is_read_alone_and_the_others_are_read(tmp_path, monkeypatch, ends_by):
    """As if one of them made the parser crash, hang, or talk nonsense."""
    source = letters.PARSER.read_text()
    trap = f'    if b"BOMB" in raw:\n        import os, time\n        {ends_by}\n'
    head = "def answer_to(raw: bytes) -> object:\n"
    parser = tmp_path / "parse.py"
    parser.write_text(source.replace(head, head + trap))
    monkeypatch.setattr(letters, "PARSER", parser)
    monkeypatch.setattr(letters, "SECONDS", 2)
    raws = [letter(f"第 {nth} 封" if nth % 3 else "BOMB", number=nth) for nth in range(7)]
    found = open_letters(raws)
    assert [bool(one.broken) for one in found] == [nth % 3 == 0 for nth in range(7)]
    assert [one.letter.text for one in found if not one.broken] == [f"第 {nth} 封" for nth in (1, 2, 4, 5)]


@given(st.binary(max_size=400))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_comes_is_read_or_said_to_be_broken(raw):
    opened = open_letter(b"From: a@example.org\r\n" + raw)
    assert opened.broken or opened.letter is not None
    opened.letter.text.encode()


def test_script_in_a_mail_is_text(session, box):
    raw = (
        b"From: a@example.org\r\nMessage-ID: <s@example.org>\r\nContent-Type: text/html\r\n\r\n"
        b"<p onclick='x()'>Hallo</p><script>alert(1)</script><img src=http://x.example/p.gif>&lt;b&gt;"
    )
    assert take(session, raw, box, at=AT).body == "Hallo\n<b>"


def test_a_person_lets_in_what_was_kept_aside(session, box):
    company(session)
    mail = take(session, sample("10-spoofed.eml"), box, at=AT)
    with doing(session, "after_sales_agent", AT) as act:
        release(session, mail, box, act)
    perform(session, mail, "release", "after_sales_agent", AT, note="已电话核实")
    assert (mail.status, mail.ticket.no) == ("taken", "SH2026-0046")
    broken = take(session, b"", box, at=AT)
    with pytest.raises(RuleBroken, match="cannot be read"), doing(session, "after_sales_agent", AT) as act:
        release(session, broken, box, act)


# Out


def test_an_answer_goes_out_once_with_our_mark_and_its_answer_finds_the_ticket(session, box):
    mail = take(session, letter(), box, at=AT)
    ticket = mail.ticket
    perform(session, ticket, "accept", "after_sales_agent", AT)
    with doing(session, "after_sales_agent", AT) as act:
        answer(ticket, act, to="wang@example.org", text="请拍照")
    assert ticket.status == "in_progress"  # an answer is a first contact
    gone = []
    sender = Sender(OWN, "https://service.example", gone.append)
    assert send_due(session, sender, at=AT) == 2  # that it was received, and the answer
    assert send_due(session, sender, at=AT) == 0
    first, second = gone
    assert (first["Auto-Submitted"], second["Auto-Submitted"]) == ("auto-replied", None)
    assert first["X-Loop"] == OWN
    assert f"[{ticket.no}]" in second["Subject"]
    assert "https://service.example/t/" in first.get_content()
    assert count(session, PublicLink) == 1
    kept = session.scalars(select(MailMessage.body).where(MailMessage.direction == "out")).all()
    assert not any("/t/" in one for one in kept)
    back = letter("照片在附件", number=2, In_Reply_To=second["Message-ID"])
    assert take(session, back, box, at=AT).ticket.id == ticket.id
    looped = take(session, first.as_bytes(), box, at=AT)
    assert (looped.status, looped.reason) == ("ignored", "loop")


def test_what_cannot_be_sent_is_tried_again_and_then_said(session, box):
    take(session, letter(), box, at=AT)

    def refuse(_letter):
        raise smtplib.SMTPServerDisconnected("gone")

    at = AT
    for nth in range(6):
        mail = session.scalars(select(MailMessage).where(MailMessage.direction == "out")).one()
        assert (mail.status, mail.attempts) == ("queued", nth)
        at = mail.next_try_at
        assert send_due(session, Sender(OWN, "", refuse), at=at) == 0
    assert (mail.status, mail.attempts) == ("failed", 6)
    assert "SMTPServerDisconnected" in mail.error
    perform(session, mail, "retry", "after_sales_agent", at)
    assert mail.status == "queued"


ODD_HEADS = {
    "a line break in its id": letter(number="a\u2028b"),
    "another line break in its id": letter(number="a\x85b"),
    "an id that is encoded": letter(number="=?utf-8?q?a=E2=80=A9b?="),
    "a sender of signs": letter(sender="'+.!@[+a.!a"),
    "a sender with a comment": letter(sender="%.:a@).b!"),
    "a sender that is not seen": letter(sender="a\u200b\u202e@example.org"),
}


@pytest.mark.parametrize("odd", ODD_HEADS)
def test_a_mail_with_odd_heads_stops_no_answer_to_others(session, box, odd):
    """What a stranger writes into his heads goes into those of our answer: it must stay one line, or stay away."""
    gone = []
    take(session, ODD_HEADS[odd], box, at=AT)
    take(session, letter(number=2, sender="li@example.org"), box, at=AT)
    send_due(session, Sender(OWN, "https://service.example", lambda one: gone.append(one.as_bytes())), at=AT)
    assert any(b"To: li@example.org" in one for one in gone)
    waiting = select(MailMessage.status).where(MailMessage.direction == "out", MailMessage.status != "sent")
    assert session.scalars(waiting).all() == []


@pytest.mark.parametrize("where", ["written", "sent"])
def test_an_answer_that_cannot_be_put_into_words_is_said_and_stops_no_other(session, box, monkeypatch, where):
    take(session, letter(), box, at=AT)
    take(session, letter(number=2, sender="li@example.org"), box, at=AT)
    gone, inner = [], outbox._letter

    def written(mail, *given):
        if where == "written" and mail.recipient == "wang@example.org":
            raise IndexError("of the parser")
        return inner(mail, *given)

    def sent(one):
        if where == "sent" and "wang" in one["To"]:
            raise UnicodeEncodeError("ascii", "王", 0, 1, "not in this server's words")
        gone.append(one["To"])

    monkeypatch.setattr(outbox, "_letter", written)
    assert send_due(session, Sender(OWN, "", sent), at=AT) == 1
    assert gone == ["li@example.org"]
    left = session.scalar(select(MailMessage).where(MailMessage.recipient == "wang@example.org"))
    assert left.status == ("failed" if where == "written" else "queued")
    assert ("IndexError" if where == "written" else "UnicodeEncodeError") in left.error


class Killed(BaseException):
    """As if the machine had gone."""


def killed_after_sending(session, at, gone):
    def sent_and_killed(one):
        gone.append(one)
        raise Killed

    with pytest.raises(Killed):
        send_due(session, Sender(OWN, "", sent_and_killed), at=at)
    session.rollback()
    session.expunge_all()


def test_an_answer_that_may_have_left_is_a_persons_to_judge_and_not_sent_again(any_session, box):
    session = any_session
    ticket = take(session, letter(), box, at=AT).ticket
    perform(session, ticket, "accept", "after_sales_agent", AT)
    gone = []
    send_due(session, Sender(OWN, "", gone.append), at=AT)  # the acknowledgement
    with doing(session, "after_sales_agent", AT) as act:
        key = answer(ticket, act, to="wang@example.org", text="请拍照").id
    killed_after_sending(session, AT, gone)
    send = Sender(OWN, "", gone.append)
    assert session.get_one(MailMessage, key).status == "sending"
    assert send_due(session, send, at=AT + timedelta(minutes=5)) == 0  # another worker may be at it
    assert session.get_one(MailMessage, key).status == "sending"
    for _ in range(2):
        assert send_due(session, send, at=AT + timedelta(minutes=11)) == 0
    mail = session.get_one(MailMessage, key)
    assert (mail.status, len(gone)) == ("uncertain", 2)
    perform(session, mail, "retry", "after_sales_agent", AT + timedelta(hours=1))
    assert send_due(session, send, at=AT + timedelta(hours=1)) == 1
    assert gone[-1]["Message-ID"] == gone[-2]["Message-ID"]  # a receiver drops the second of one id
    assert session.get_one(MailMessage, key).status == "sent"


def test_who_knows_that_it_arrived_settles_it(session, box):
    ticket = take(session, letter(), box, at=AT).ticket
    perform(session, ticket, "accept", "after_sales_agent", AT)
    send_due(session, Sender(OWN, "", [].append), at=AT)
    with doing(session, "after_sales_agent", AT) as act:
        key = answer(ticket, act, to="wang@example.org", text="请拍照").id
    killed_after_sending(session, AT, [])
    send_due(session, Sender(OWN, "", [].append), at=AT + timedelta(minutes=11))
    mail = perform(session, session.get_one(MailMessage, key), "settle", "after_sales_agent", AT, note="客户已回电")
    assert (mail.status, mail.sent_at) == ("sent", AT)


def test_what_is_automatic_goes_again_under_the_same_id(session, box):
    take(session, letter(), box, at=AT)
    gone = []
    killed_after_sending(session, AT, gone)
    assert send_due(session, Sender(OWN, "", gone.append), at=AT + timedelta(minutes=11)) == 1
    assert len({one["Message-ID"] for one in gone}) == 1
    assert send_due(session, Sender(OWN, "", gone.append), at=AT + timedelta(hours=1)) == 0


def test_who_writes_all_day_is_not_acknowledged_all_day(session, box):
    for nth in range(8):
        take(session, letter(number=nth), box, at=AT)
    assert session.scalar(select(func.count()).where(MailMessage.direction == "out")) == 5


def test_a_mail_in_which_everything_is_too_long_is_taken_by_either_database(any_session, box):
    long = "漏油😀" * 2000
    name = "=?utf-8?b?" + base64.b64encode(("a" * 300 + long + ".png").encode()).decode()[:1900] + "?="
    raw = (
        f'From: "{long[:150]}" <{"a" * 180}@{"b" * 60}.example>\r\nTo: {OWN}\r\nMessage-ID: <{"c" * 900}@{"d" * 900}>\r\n'
        f"Subject: {long}\r\nIn-Reply-To: <{'e' * 249}>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n'
        f"Serial No. {'S' * 200}\n{long * 8}\r\n--x\r\nContent-Type: image/{'z' * 300}\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\n\r\nabc\r\n--x--\r\n'
    ).encode()
    mail = take(any_session, raw, box, at=AT)
    assert mail.ticket is not None, (mail.status, mail.reason, mail.facts)
    again = take(any_session, letter(number=2), box, at=AT)
    assert again.ticket is not None
