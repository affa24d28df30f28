"""Which mails open a ticket, which are noted, which are kept aside; what is new in an answer (A2.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.after_sales import mails
from rules.after_sales.mails import Letter, Reason

OWN = ("service@hengyue.example",)


def letter(sender="kunde@example.org", content_type="text/plain", **headers):
    told = {name.replace("_", "-"): value if isinstance(value, tuple) else (value,) for name, value in headers.items()}
    return Letter("<1@example.org>", sender, headers=told, content_type=content_type)


@pytest.mark.parametrize(
    "given_letter, reason",
    [
        (letter(), None),
        (letter(auto_submitted="no"), None),
        (letter(sender=""), Reason.NO_SENDER),
        (letter(return_path="<>"), Reason.BOUNCE),
        (letter(return_path="<kunde@example.org>"), None),
        (letter(sender="MAILER-DAEMON@mx.example.org"), Reason.BOUNCE),
        (letter(content_type="multipart/report"), Reason.BOUNCE),
        (letter(x_loop="SERVICE@hengyue.example"), Reason.LOOP),
        (letter(x_loop="other@example.org"), None),
        (letter(sender="Service@hengyue.example"), Reason.LOOP),
        (letter(received=("x",) * 16), Reason.LOOP),
        (letter(received=("x",) * 15), None),
        (letter(auto_submitted="auto-replied; why=holiday"), Reason.AUTO_REPLY),
        (letter(x_autoreply="yes"), Reason.AUTO_REPLY),
        (letter(precedence="auto_reply"), Reason.AUTO_REPLY),
        (letter(precedence="bulk"), Reason.BULK),
        (letter(list_id="<a.example.org>"), Reason.BULK),
        (letter(authentication_results="mx; spf=fail; dmarc=fail"), Reason.SPOOFED),
        (letter(authentication_results="mx; spf=fail; dkim=none"), Reason.SPOOFED),
        (letter(authentication_results="mx; spf=fail; dkim=pass; dmarc=pass"), None),
        (letter(authentication_results=("mx; spf=pass; dmarc=pass", "fake; dmarc=fail")), None),
    ],
)
def test_who_writes_by_himself_opens_no_ticket(given_letter, reason):
    assert mails.refused_for(given_letter, OWN) is reason
    assert mails.may_answer(reason) is (reason is None)


def test_a_person_looks_at_what_is_kept_aside():
    assert {str(one) for one in mails.KEPT_ASIDE} == {"spoofed", "broken", "no_sender"}


@pytest.mark.parametrize(
    "text, new",
    [
        ("补充：85℃。\n\n在 2026年06月25日，刘芳芳 写道：\n> 今早异响", "补充：85℃。"),
        ("Thanks.\n\nOn Mon, 1 Jun 2026 at 10:00, Service wrote:\n> text", "Thanks."),
        ("如下。\r\n\r\n-------- 原始邮件 --------\r\n发件人：a@b.c", "如下。"),
        ("> all of it is quoted", "> all of it is quoted"),
        ("a\n> quoted\nb", "a\nb"),
        ("From here on it leaks.", "From here on it leaks."),
    ],
)
def test_the_quoted_part_is_not_new(text, new):
    assert mails.new_text(text) == new


@given(st.text(max_size=300))
def test_nothing_becomes_of_something_only_where_there_was_nothing(text):
    assert bool(mails.new_text(text)) == bool(text.strip())


def test_numbers_and_keys_that_name_a_ticket():
    assert mails.numbers_in("回复：[SH2026-0046] 与 sh-2026-00012") == ["SH2026-0046", "SH-2026-00012"]
    assert mails.numbers_in("XSH2026-0046 SH1999-0001 SH2026-1") == []
    key = "Abc_-0123456789012345"
    assert mails.keys_in([f"<t.{key}@hengyue.example>", "<t.short@x>", "<01@x>"]) == [key]


@pytest.mark.parametrize(
    "sender, known",
    [
        ("a@firma.example", True),
        ("B@Firma.example", True),
        ("c@other.example", False),
        ("me@qq.com", True),
        ("you@qq.com", False),
    ],
)
def test_a_sender_is_known_by_address_or_company(sender, known):
    assert mails.is_known(sender, ["a@firma.example", "me@qq.com", ""]) is known
