"""Files are what their ending says, lie under random names, and come back byte for byte (LIMITS)."""

import hashlib
import io
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models.attachments import LARGEST, SHOWN_INLINE, attach, media_type_of, sweep
from models.event import Attachment
from models.quality import SpotCheck
from rules.base import RuleBroken
from rules.event import AttachmentKind
from tests.models.acts import LATER, doing, events, last_seq

quickly = settings(deadline=None, max_examples=40)

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 40
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
ZIP = b"PK\x03\x04" + b"\0" * 40
WEBP = b"RIFF\x10\0\0\0WEBPVP8 "
GIF = b"GIF89a\x01\0\x01\0"
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


@pytest.mark.parametrize(
    "name,head,media_type",
    [
        ("照片.PNG", PNG, "image/png"), ("a.jpg", JPEG, "image/jpeg"), ("a.jpeg", JPEG, "image/jpeg"),
        ("a.gif", GIF, "image/gif"), ("a.gif", b"GIF87a..", "image/gif"), ("a.webp", WEBP, "image/webp"),
        ("中文报告.pdf", PDF, "application/pdf"), ("台账.xlsx", ZIP, "application/zip"), ("a.docx", ZIP, "application/zip"),
        ("说明.txt", "检查记录".encode(), "text/plain"), ("a.csv", b"a,b\n1,2", "text/csv"),
        ("a.csv", "\ufeff姓名,工号".encode(), "text/csv"), ("mail.eml", b"From: a@b\n\n<html>", "message/rfc822"),
        ("v1.2 报告.final.pdf", PDF, "application/pdf"),
    ],
)  # fmt: skip
def test_what_is_what_its_ending_says_is_taken(name, head, media_type):
    assert media_type_of(name, head) == media_type


REFUSED = [
    *[(f"a{ending}", content) for ending in (".html", ".htm", ".svg", ".xml", ".xhtml", ".js", ".exe", ".php", "", ".png.html")
      for content in (HTML, SVG, PNG, b"text")],
    *[(f"a{ending}", HTML) for ending in (".png", ".pdf", ".txt", ".csv", ".gif", ".jpg", ".webp", ".xlsx")],
    *[(f"a{ending}", SVG) for ending in (".png", ".txt", ".csv", ".webp")],
    ("a.png", JPEG), ("a.jpg", PNG), ("a.pdf", PNG), ("a.png", PDF), ("a.xlsx", PDF), ("a.gif", PNG), ("a.webp", b"RIFF1234WAVE"),
    ("a.pdf", b"\n" + PDF), ("a.txt", b"MZ\0\0"), ("a.txt", b"  \n<b>"), ("a.txt", "\ufeff<html>".encode()),
    ("a.txt", "<html>".encode("utf-16")), ("a.csv", b"\0"), (".png", PNG), ("png", PNG), ("a.html.pdf", PDF), ("a.svg.png", PNG),
    ("a.pdf ", PDF), ("a.pdf.", PDF),
    # polyglots: a picture to one reader, a page to another
    ("a.gif", GIF + b"=1;/*" + HTML), ("a.png", PNG + SVG), ("a.jpg", JPEG + b"<ScRiPt>"), ("a.pdf", PDF + b"<html>"),
    ("a.webp", WEBP + b"<script>"), ("a.xlsx", ZIP + b"<script>"), ("a.txt", b"hello <script>alert(1)</script>"),
]  # fmt: skip


@pytest.mark.parametrize("name,head", REFUSED)
def test_everything_else_is_refused(name, head):
    with pytest.raises(RuleBroken) as refusal:
        media_type_of(name, head)
    assert refusal.value.field == "file"


@quickly
@given(st.binary(max_size=60), st.sampled_from([".html", ".svg", ".js", ".bin", ".exe", ".xml", ""]))
def test_no_content_makes_another_ending_acceptable(head, ending):
    with pytest.raises(RuleBroken):
        media_type_of(f"a{ending}", head)


@quickly
@given(st.binary(max_size=60), st.sampled_from([".png", ".jpg", ".gif", ".pdf", ".webp", ".xlsx"]))
def test_a_picture_or_a_paper_begins_as_such(head, ending):
    begins = {
        ".png": b"\x89PNG\r\n\x1a\n",
        ".jpg": b"\xff\xd8\xff",
        ".gif": b"GIF8",
        ".pdf": b"%PDF-",
        ".webp": b"RIFF",
    }
    try:
        media_type_of(f"a{ending}", head)
    except RuleBroken:
        return
    assert head.startswith(begins.get(ending, b"PK\x03\x04"))


def test_pictures_alone_are_shown_in_a_page():
    assert sorted(SHOWN_INLINE) == ["image/gif", "image/jpeg", "image/png", "image/webp"]


# Storing


@pytest.fixture
def kept(any_session, world, tmp_path):
    """Adds a file to the check of the small factory."""

    def add(name, content, at=LATER):
        with doing(any_session, "quality_inspector", at) as act:
            return attach(
                any_session,
                act,
                any_session.get_one(SpotCheck, world.check),
                tmp_path / "files",
                name,
                io.BytesIO(content),
                AttachmentKind.EVIDENCE,
            )

    return add


def stored(tmp_path):
    folder = tmp_path / "files"
    return sorted(one.name for one in folder.iterdir()) if folder.exists() else []


def test_a_file_comes_back_byte_for_byte_under_its_name(kept, tmp_path, any_session, world):
    since = last_seq(any_session)
    content = PDF + os.urandom(200_000).replace(b"<", b"(")
    one = kept("中文报告.pdf", content)
    assert (tmp_path / "files" / one.stored_as).read_bytes() == content
    assert (one.name, one.size, one.sha256) == ("中文报告.pdf", len(content), hashlib.sha256(content).hexdigest())
    assert (one.entity, one.entity_id, one.kind, one.taken_at) == ("spot_check", world.check, "evidence", LATER)
    (event,) = events(any_session, since)
    assert (event.action, event.entity, event.entity_id, event.actor_id) == (
        "attach",
        "spot_check",
        world.check,
        one.added_by_id,
    )


def test_two_files_of_one_name_are_two_files(kept, tmp_path):
    first, second = kept("中文报告.pdf", PDF + b"1"), kept("中文报告.pdf", PDF + b"2")
    assert first.name == second.name
    assert first.stored_as != second.stored_as
    assert [(tmp_path / "files" / one.stored_as).read_bytes() for one in (first, second)] == [PDF + b"1", PDF + b"2"]


@pytest.mark.parametrize(
    "given_name,name",
    [
        ("../../etc/报告.pdf", "报告.pdf"), ("C:\\Users\\张\\报告.pdf", "报告.pdf"), ("报\0告.pdf", "报告.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"), ("  报告.pdf  ", "报告.pdf"), ("长" * 300 + ".pdf", "长" * 251 + ".pdf"),
    ],
)  # fmt: skip
def test_a_name_is_a_name_and_no_path(kept, tmp_path, given_name, name):
    one = kept(given_name, PDF)
    assert one.name == name
    assert stored(tmp_path) == [one.stored_as]
    assert set(one.stored_as) <= set("0123456789abcdef")


def test_twenty_megabytes_are_taken_and_one_byte_more_is_not(kept, tmp_path, any_session):
    exact = PDF + b"\0" * (LARGEST - len(PDF))
    one = kept("a.pdf", exact)
    assert one.size == LARGEST == 20 * 1024 * 1024
    since = last_seq(any_session)
    with pytest.raises(RuleBroken, match="20 MB") as refusal:
        kept("a.pdf", exact + b"\0")
    any_session.rollback()
    assert refusal.value.field == "file"
    assert stored(tmp_path) == [one.stored_as]
    assert events(any_session, since) == []


@pytest.mark.parametrize("name,content", [("a.html", HTML), ("a.png", HTML), ("a.pdf", b"")])
def test_what_is_refused_leaves_no_file_and_no_row(kept, tmp_path, any_session, name, content):
    with pytest.raises(RuleBroken):
        kept(name, content)
    any_session.rollback()
    assert stored(tmp_path) == []
    assert any_session.scalars(select(Attachment)).all() == []


def test_a_file_that_breaks_off_leaves_nothing(any_session, world, tmp_path):
    class BreaksOff(io.BytesIO):
        def read(self, size=-1):
            if self.tell() > 500:
                raise OSError("the line is cut")
            return super().read(size)

    check, stream = any_session.get_one(SpotCheck, world.check), BreaksOff(PDF + b"x" * 5000)
    with pytest.raises(OSError, match="cut"), doing(any_session, "quality_inspector") as act:
        attach(any_session, act, check, tmp_path / "files", "a.pdf", stream, AttachmentKind.PHOTO)
    any_session.rollback()
    assert stored(tmp_path) == []


def test_orphans_are_swept_when_they_are_old_and_what_a_row_names_stays(kept, tmp_path, any_session):
    one, folder = kept("a.pdf", PDF), tmp_path / "files"
    for name, age in (("orphan", 100), (".torn", 100), ("young", 10_000), (one.stored_as, 100)):
        (folder / name).touch()
        os.utime(folder / name, (age, age))
    (folder / "folder").mkdir()
    assert sweep(any_session, folder, 5000) == 2
    assert stored(tmp_path) == sorted([one.stored_as, "young", "folder"])
    assert sweep(any_session, folder, 5000) == 0
    assert sweep(any_session, tmp_path / "none", 5000) == 0
