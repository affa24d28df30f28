"""Over real servers on this machine: a mailbox by IMAP, answers by SMTP, a kill between fetch and commit (A2.1)."""

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from aiosmtpd.controller import Controller
from imap_tools import AND
from sqlalchemy import func, select

from models.after_sales import MailMessage, Ticket, post
from models.after_sales.mailbox import Box
from models.after_sales.outbox import Sender, send_due
from rules.base import RuleBroken
from tests.models.test_mailbox import HOSTILE, OWN, letter
from tests.processes import child

AT = datetime(2026, 11, 17, 2, 0, tzinfo=UTC)
DOVECOT = shutil.which("dovecot") or (p if os.access(p := "/usr/sbin/dovecot", os.X_OK) else None)
needs_dovecot = pytest.mark.skipif(
    DOVECOT is None and not os.environ.get("CI"), reason="no Dovecot here (Debian: dovecot-imapd)"
)
CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
first_valid_gid = 0
default_internal_user = {name}
default_login_user = {login}
default_internal_group = {group_name}
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def dovecot(folder):
    """A real IMAP server with one empty mailbox."""
    import grp
    import pwd

    is_root = os.getuid() == 0  # then its parts run as the users of its package
    name = "dovecot" if is_root else pwd.getpwuid(os.getuid()).pw_name
    group = "dovecot" if is_root else grp.getgrgid(os.getgid()).gr_name
    port, login = free_port(), "dovenull" if is_root else name
    owner = pwd.getpwnam(name)
    if is_root:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    config = folder / "dovecot.conf"
    config.write_text(
        CONFIG.format(
            folder=folder, user=owner.pw_uid, group=owner.pw_gid, name=name, login=login, group_name=group, port=port
        )
    )
    with child([DOVECOT, "-F", "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"imap://service%40hengyue.example:secret@127.0.0.1:{port}/INBOX"


@pytest.fixture
def server():
    """In a folder of its own with a short name: sockets have no long ones, and its own people look in."""
    with TemporaryDirectory(prefix="imap-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        with dovecot(folder) as url:
            yield url


def put(url, *raws):
    with post.mailbox(url) as box:
        for raw in raws:
            box.append(raw, "INBOX", flag_set=None)


def unseen(url):
    with post.mailbox(url) as box:
        return len(box.uids(AND(seen=False)))


def take_in(session, url, tmp_path):
    return post.take_in(session, url, Box((OWN,), tmp_path / "files"), now=lambda: AT)


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


@needs_dovecot
def test_mails_are_taken_in_and_marked_as_seen(session, server, tmp_path):
    put(server, *(letter(f"第 {n} 封", number=n) for n in range(3)))
    before = count(session, Ticket)
    assert take_in(session, server, tmp_path) == 3
    assert unseen(server) == 0
    assert take_in(session, server, tmp_path) == 0
    assert count(session, Ticket) == before + 3


@needs_dovecot
def test_killed_between_fetch_and_commit_nothing_is_lost_and_after_commit_nothing_doubled(
    session, server, tmp_path, monkeypatch
):
    put(server, *(letter(f"第 {n} 封", number=n) for n in range(4)))
    before = count(session, Ticket)

    class Killed(BaseException):
        pass

    def killed(*_given, **_more):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(post, "take", killed)  # fetched, not committed
        with pytest.raises(Killed):
            take_in(session, server, tmp_path)
    session.rollback()
    assert unseen(server) == 4
    with monkeypatch.context() as patch:
        patch.setattr(post.BaseMailBox, "flag", killed)  # committed, not marked
        with pytest.raises(Killed):
            take_in(session, server, tmp_path)
    assert unseen(server) == 4
    assert take_in(session, server, tmp_path) == 4
    assert count(session, Ticket) == before + 4
    assert count(session, MailMessage) == 8  # each with its acknowledgement


@needs_dovecot
def test_a_storm_with_hostile_ones_in_it_blocks_nothing(session, server, tmp_path):
    quick = ("noise", "many parts", "no sender", "many headers", "wrong charset")
    good = [letter(f"第 {n} 封", number=n, sender=f"kunde{n}@example.org") for n in range(20)]
    raws = [one for n in range(20) for one in (good[n], HOSTILE[quick[n % 5]] if n % 4 == 0 else good[n])]
    put(server, *raws)
    before = count(session, Ticket)
    take_in(session, server, tmp_path)
    assert unseen(server) == 0
    mine = session.scalars(select(MailMessage.sender).where(MailMessage.direction == "in")).all()
    assert {f"kunde{n}@example.org" for n in range(20)} <= set(mine)
    assert count(session, Ticket) - before >= 20


class Kept:
    """What an SMTP server was handed."""

    def __init__(self):
        self.letters = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's name
        self.letters.append(envelope)
        return "250 OK"


def test_answers_leave_by_smtp(session, tmp_path):
    from models.after_sales.mailbox import take

    take(session, letter(), Box((OWN,), tmp_path / "files"), at=AT)
    kept = Kept()
    smtp = Controller(kept, hostname="127.0.0.1", port=free_port())
    smtp.start()
    try:
        with post.sending(f"smtp://127.0.0.1:{smtp.port}") as send:
            assert send_due(session, Sender(OWN, "https://s.example", send), at=AT) == 1
    finally:
        smtp.stop()
    (envelope,) = kept.letters
    assert envelope.rcpt_tos == ["wang@example.org"]
    assert b"X-Loop: service@hengyue.example" in envelope.content


def test_a_server_that_is_away_is_an_os_error_and_the_mail_waits(session, tmp_path):
    from models.after_sales.mailbox import take

    take(session, letter(), Box((OWN,), tmp_path / "files"), at=AT)
    with post.sending(f"smtp://127.0.0.1:{free_port()}") as send:
        assert send_due(session, Sender(OWN, "", send), at=AT) == 0
    with pytest.raises(OSError, match="refused"):
        take_in(session, f"imap://a:b@127.0.0.1:{free_port()}/", tmp_path)


@pytest.mark.parametrize("url", ["", "http://x/", "imap://", "smtp://x", "mail.example.com"])
def test_what_is_no_address_is_said(url):
    with pytest.raises(RuleBroken, match="is not a mail server"):
        post.address_of(url, name="MAIL_IN")
    assert post.own_address("imaps://service%40a.example:x@h/") == "service@a.example"
    assert post.own_address("imaps://bob:x@h.example/") == "bob@h.example"
