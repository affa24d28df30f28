"""Files that people hang on records: looked at by content, given back byte for byte, never run."""

import errno
import io
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.session import db
from models import attachments
from models.event import Attachment
from tests.browse import Browser

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 20
ZIP = b"PK\x03\x04" + bytes(range(256)) * 20
GIF = b"GIF89a" + bytes(range(256))
SCRIPT = b"<script>alert(1)</script>"
KEPT = {
    "中文报告.pdf": PDF, "照片.PNG": PNG, "a.jpeg": JPEG, "b.gif": GIF, "c.webp": b"RIFF\0\0\0\0WEBPVP8 ", "表.xlsx": ZIP, "d.zip": ZIP,
    "工艺 V1.2（终）.pdf": PDF, "node.js 教程.pdf": PDF, "e.txt": "第一行\n".encode(), "f.csv": b"\xef\xbb\xbfa,b\r\n=1+1,2\r\n",
    "g.eml": b"Subject: a\r\n\r\n<html><body>b</body></html>", "quote'; x=y.pdf": PDF, "é ü.pdf": PDF, "😀.pdf": PDF, "a%0d%0ab.pdf": PDF,
    "　全角空格.pdf": PDF, "+&=#?.pdf": PDF,
}  # fmt: skip
REFUSED = {
    "a.html": SCRIPT, "a.htm": b"hello", "a.svg": b"<svg onload=alert(1)>", "a.xml": b"<?xml version='1.0'?>", "a.js": b"alert(1)",
    "a.exe": b"MZ" + bytes(99), "noending": PDF, "a.pdf.exe": PDF, "a.php": PNG,
    "picture.png": SCRIPT, "picture2.png": JPEG, "a.pdf": b"hello", "b.pdf": PNG, "sheet.xlsx": b"hello", "text.txt": b"\0\1\2",
    "svg.png": b"<svg xmlns='http://www.w3.org/2000/svg'/>", "page.txt": b"  <!DOCTYPE html><p>", "page.csv": b"\xef\xbb\xbf<p onclick=a>",
    "both.gif": b"GIF89a/*" + SCRIPT, "both.png": PNG[:16] + b"<HTML>" + PNG, "both.pdf": PDF[:9] + b"<svg onload=a>", "late.txt": b"a\n" + SCRIPT,
    "a.html.png": PNG, "a.svg.pdf": PDF, "a.php.jpg": JPEG, "a.exe.pdf": PDF, "a.HTML .png": PNG, "a.js.txt": b"alert(1)",
    "empty.txt": b"", "empty.pdf": b"", ".png": SCRIPT, "a.txt.": b"hello", "a.png\u202egpj.exe": PNG,
}  # fmt: skip


@pytest.fixture
def inspector(app):
    return Browser(app, "quality_inspector")


def add(browser: Browser, table: str, key: int, name: str, content: bytes, **fields):
    sent = {"id": key, "file": (io.BytesIO(content), name), **fields}
    return browser.post(f"/admin/{table}/attach/", sent)


def stored(app) -> list[Attachment]:
    with app.app_context(), Session(db.engine) as session:
        return list(session.scalars(select(Attachment).order_by(Attachment.id)))


def files(app) -> set[str]:
    folder = Path(app.config["ATTACHMENTS"])
    return {one.name for one in folder.iterdir()} if folder.is_dir() else set()


def name_of(answer) -> str:
    """The name that a browser gives to a file (RFC 6266): the extended one where there is one."""
    header = answer.headers["Content-Disposition"]
    extended = re.search(r"filename\*=UTF-8''([^;]+)", header)
    if extended:
        return unquote(extended[1])
    plain = re.search(r'filename="((?:[^"\\]|\\.)*)"|filename=([^;]+)', header)
    assert plain, header
    return re.sub(r"\\(.)", r"\1", plain[1]) if plain[1] is not None else plain[2]


@pytest.mark.parametrize("name", KEPT)
def test_a_file_comes_back_byte_for_byte_under_its_own_name(app, inspector, world, name):
    answer = add(inspector, "spot_check", world.check, name, KEPT[name])
    assert answer.status_code == 302, name
    (one,) = stored(app)
    assert one.name == name
    assert files(app) == {one.stored_as}
    assert re.fullmatch(r"[0-9a-f]{32}", one.stored_as)
    given = inspector.get(f"/attachments/{one.id}/")
    assert given.status_code == 200
    assert given.data == KEPT[name]
    assert name_of(given) == name
    is_picture = given.mimetype in {"image/png", "image/jpeg", "image/gif", "image/webp"}
    assert given.headers["Content-Disposition"].startswith("inline" if is_picture else "attachment")
    assert given.mimetype not in {"text/html", "image/svg+xml", "text/xml", "application/xhtml+xml", "text/javascript"}
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    assert given.headers["Cache-Control"] == "no-store"
    assert "sandbox" in given.headers["Content-Security-Policy"]
    page = inspector.get(f"/admin/spot_check/details/?id={world.check}")
    assert f"/attachments/{one.id}/" in page.text


@pytest.mark.parametrize("name", REFUSED)
def test_pages_programs_and_files_in_disguise_are_refused(app, inspector, world, name):
    answer = add(inspector, "spot_check", world.check, name, REFUSED[name])
    assert answer.status_code in {409, 422}, name
    assert stored(app) == []
    assert files(app) == set()


def test_two_files_of_one_name_are_two_files(app, inspector, world):
    for content in (PDF, PDF + b"2"):
        assert add(inspector, "spot_check", world.check, "中文报告.pdf", content).status_code == 302
    first, second = stored(app)
    assert first.name == second.name == "中文报告.pdf"
    assert first.stored_as != second.stored_as
    assert inspector.get(f"/attachments/{first.id}/").data == PDF
    assert inspector.get(f"/attachments/{second.id}/").data == PDF + b"2"


@pytest.mark.parametrize("name", [
    "../../etc/passwd.txt", "..\\..\\windows\\a.txt", "/etc/cron.d/a.txt", "C:\\fakepath\\a.txt", "a\0.txt", "\x07\x1b[2Ja.txt",
    "x" * 500 + ".txt", "字" * 300 + ".txt",
])  # fmt: skip
def test_a_name_is_only_a_name(app, inspector, world, name):
    assert add(inspector, "spot_check", world.check, name, b"hello").status_code in {302, 400}
    for one in stored(app):
        assert not re.search(r"[/\\\x00-\x1f\x7f]", one.name)
        assert one.name.endswith(".txt")
        assert len(one.name) <= 255
        given = inspector.get(f"/attachments/{one.id}/")
        assert given.status_code == 200
        assert "X-Evil" not in given.headers
        assert name_of(given) == one.name
    assert len(files(app)) == len(stored(app))


def test_a_name_written_in_the_extended_form_brings_no_header_with_it(app, inspector, world):
    body = (
        b'--b\r\nContent-Disposition: form-data; name="id"\r\n\r\n%d\r\n'
        b'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n%s\r\n'
        b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename*=UTF-8''a%%0D%%0AX-Evil%%3A%%201.txt\r\n\r\nhello\r\n--b--\r\n"
    ) % (world.check, inspector.token().encode())
    answer = inspector.client.post(
        "/admin/spot_check/attach/", data=body, content_type="multipart/form-data; boundary=b"
    )
    assert answer.status_code == 302
    (one,) = stored(app)
    given = inspector.get(f"/attachments/{one.id}/")
    assert given.status_code == 200
    assert "X-Evil" not in given.headers


def test_a_foreign_records_file_is_not_there(app, world):
    owner = Browser(app, "quality_inspector3")
    assert add(owner, "spot_check", world.foreign_check, "中文报告.pdf", PDF).status_code == 302
    (one,) = stored(app)
    assert owner.get(f"/attachments/{one.id}/").status_code == 200
    for login in ("quality_inspector", "employee", "hr", "production_manager", "sales"):
        answer = Browser(app, login).get(f"/attachments/{one.id}/")
        assert answer.status_code == 404, login
        assert answer.data != PDF
    assert Browser(app).get(f"/attachments/{one.id}/").status_code == 302
    assert add(Browser(app, "quality_inspector"), "spot_check", world.foreign_check, "a.pdf", PDF).status_code == 404
    assert len(stored(app)) == 1


def test_only_who_stands_in_a_record_adds_a_file(app, world):
    assert add(Browser(app, "hr_manager"), "spot_check", world.check, "a.pdf", PDF).status_code in {403, 404}
    assert add(Browser(app, "admin"), "nowhere", 1, "a.pdf", PDF).status_code == 404
    assert stored(app) == []


@pytest.mark.parametrize("key", ["0", "-1", "1.0", "9" * 18, "9" * 30, "9" * 5000, "x", "1,2", "%00", "²", "１"])
def test_an_address_of_no_file_is_not_there(any_browser_of, key):
    assert any_browser_of("admin").get(f"/attachments/{key}/").status_code in {302, 404}


def test_too_large_a_file_is_refused_in_words_and_leaves_nothing_behind(app, inspector, world, monkeypatch):
    monkeypatch.setattr(attachments, "LARGEST", 100_000)
    assert add(inspector, "spot_check", world.check, "a.pdf", PDF + bytes(100_000)).status_code in {409, 413, 422}
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 50_000)
    answer = inspector.client.post(
        "/admin/spot_check/attach/", data=b"x" * 60_000, content_type="multipart/form-data; boundary=b"
    )
    assert answer.status_code == 413
    assert stored(app) == []
    assert files(app) == set()


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_a_full_disk_is_told_in_words_and_the_next_try_goes_through(app, inspector, world, monkeypatch, fault):
    def full(_descriptor: int) -> None:
        raise OSError(fault, "x")

    with monkeypatch.context() as patched:
        patched.setattr(attachments.os, "fsync", full)
        answer = add(inspector, "spot_check", world.check, "a.pdf", PDF)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert stored(app) == []
        assert files(app) == set()
    assert add(inspector, "spot_check", world.check, "a.pdf", PDF).status_code == 302
    assert len(files(app)) == len(stored(app)) == 1


def test_a_record_whose_file_was_lost_still_opens(app, inspector, world):
    add(inspector, "spot_check", world.check, "a.pdf", PDF)
    (one,) = stored(app)
    (Path(app.config["ATTACHMENTS"]) / one.stored_as).unlink()
    assert inspector.get(f"/attachments/{one.id}/").status_code == 404
    assert inspector.get(f"/admin/spot_check/details/?id={world.check}").status_code == 200
