"""The set-up does each thing once, fetches nothing unchecked, and ends what it started."""

import json
import re
import signal
import socket
import subprocess
import sys
import textwrap
from contextlib import closing

import pytest

import manage
from admin_views import front_end
from tests.processes import child


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """A set-up in an empty folder, with the list of locks that it installs there."""
    installed = []
    monkeypatch.setattr(manage, "make_environment", lambda: None)
    monkeypatch.setattr(manage, "pip_install", lambda lock: installed.append(lock.name))
    monkeypatch.setattr(manage, "INSTALLED", tmp_path / "installed-lock")
    monkeypatch.setattr(manage, "RUN_LOCK", tmp_path / "requirements.txt")
    monkeypatch.setattr(manage, "DEV_LOCK", tmp_path / "requirements-dev.txt")
    manage.RUN_LOCK.write_text("flask==1")
    manage.DEV_LOCK.write_text("flask==1\npytest==1")
    return installed


def test_a_lock_is_installed_once(environment):
    manage.install(manage.RUN_LOCK)
    manage.install(manage.RUN_LOCK)
    assert environment == ["requirements.txt"]


def test_a_changed_lock_is_installed_again(environment):
    manage.install(manage.RUN_LOCK)
    manage.RUN_LOCK.write_text("flask==2")
    manage.install(manage.RUN_LOCK)
    assert environment == ["requirements.txt", "requirements.txt"]


def test_the_development_lock_serves_both(environment):
    manage.install(manage.RUN_LOCK)
    manage.install(manage.DEV_LOCK)
    manage.install(manage.RUN_LOCK)
    assert environment == ["requirements.txt", "requirements-dev.txt"]


def test_an_interrupted_installation_is_begun_again(environment, monkeypatch):
    manage.install(manage.RUN_LOCK)
    monkeypatch.setattr(manage, "pip_install", lambda _lock: manage.interrupt())
    with pytest.raises(KeyboardInterrupt):
        manage.install(manage.DEV_LOCK)
    assert not manage.INSTALLED.exists()


def test_the_development_lock_holds_the_run_lock():
    def pins(lock):
        return set(re.findall(r"^[\w.\[\]-]+==[\w.]+", lock.read_text(), re.MULTILINE))

    assert pins(manage.RUN_LOCK) <= pins(manage.DEV_LOCK)


@pytest.mark.parametrize("lock", [manage.RUN_LOCK, manage.DEV_LOCK], ids=lambda lock: lock.name)
def test_a_lock_has_a_checksum_for_everything_and_no_address(lock):
    text = lock.read_text()
    assert "http" not in text
    assert len(re.findall(r"^\S+==\S+ \\\n    --hash=sha256:", text, re.MULTILINE)) == len(
        re.findall(r"^[^\s#].*", text, re.MULTILINE)
    )


def test_the_front_end_lock_has_checksums_and_no_address():
    text = (front_end.FRONT_END / "package-lock.json").read_text()
    assert "http" not in text
    packages = json.loads(text)["packages"]
    assert all(one["integrity"].startswith("sha512-") for path, one in packages.items() if path)


def test_front_end_versions_are_exact():
    declared = json.loads((front_end.FRONT_END / "package.json").read_text())["dependencies"]
    locked = json.loads((front_end.FRONT_END / "package-lock.json").read_text())["packages"][""]["dependencies"]
    assert declared == locked
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in declared.values())


def test_the_front_end_is_fetched_again_when_an_icon_is_added(tmp_path, monkeypatch):
    for name in ("package.json", "package-lock.json", "icons.txt"):
        (tmp_path / name).write_bytes((front_end.FRONT_END / name).read_bytes())
    monkeypatch.setattr(front_end, "FRONT_END", tmp_path)
    before = front_end.front_end_stamp()
    with (tmp_path / "icons.txt").open("a") as icons:
        icons.write("anchor\n")
    assert front_end.front_end_stamp() != before


def test_what_was_fetched_is_what_is_declared():
    declared = json.loads((front_end.FRONT_END / "package.json").read_text())["vendor"]
    expected = {f"{folder}/{file.rpartition('/')[2]}" for folder, files in declared.items() for file in files}
    there = {str(file.relative_to(front_end.VENDOR)) for file in front_end.VENDOR.rglob("*") if file.is_file()}
    assert there == expected | {"icons.svg", "fetched-lock"}


def test_the_sprite_has_every_icon_and_no_style():
    text = (front_end.VENDOR / "icons.svg").read_text()
    assert re.findall(r'<symbol id="([\w-]+)"', text) == (front_end.FRONT_END / "icons.txt").read_text().split()
    assert "style" not in text


def test_the_icons_are_listed_once_and_in_order():
    names = (front_end.FRONT_END / "icons.txt").read_text().split()
    assert names == sorted(set(names))


@pytest.mark.parametrize(
    "name,text", [("a.css", "a{}\n/*# sourceMappingURL=a.css.map */\n"), ("a.js", "a{}\n//# sourceMappingURL=a.js.map")]
)
def test_source_maps_are_left_out(name, text):
    assert front_end.cleaned(name, text).rstrip() == "a{}"


@pytest.mark.parametrize("text", ["@import url(x.css);", "a{b:url(//x/y)}", "a{b:url('https://x/y')}"])
def test_a_style_sheet_that_loads_from_elsewhere_is_refused(text):
    with pytest.raises(manage.Refused):
        front_end.cleaned("a.css", text)


def test_an_icon_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(manage.Refused, match="adjustments"):
        front_end.sprite(tmp_path)


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "²"])
def test_an_impossible_port_is_refused(port, monkeypatch):
    monkeypatch.setenv("PORT", port)
    with pytest.raises(manage.Refused, match="PORT must be"):
        manage.chosen_address()


def test_a_taken_port_is_said_before_anything_starts(monkeypatch):
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        with pytest.raises(manage.Refused, match=f"Port {port} is taken"):
            manage.run([])


def test_an_unknown_command_shows_the_known_ones(capsys):
    assert manage.main(["dance"]) == 2
    usage = capsys.readouterr().out
    assert all(command in usage for command in ("run", "test", "check", "bench"))


def test_a_failed_step_shows_what_it_said(capsys):
    assert not manage.passes("words", [sys.executable, "-c", "print('missing: 工艺'); exit(1)"])
    said = capsys.readouterr().out
    assert "missing: 工艺" in said
    assert re.search(r"^words +\d+\.\d s  FAILED$", said, re.MULTILINE)


def free_port():
    with closing(socket.create_server(("127.0.0.1", 0))) as trial:
        return trial.getsockname()[1]


WEB = "import runpy, sys; sys.argv[1:] = ['{port}']; runpy.run_module('http.server', None, '__main__')"
WITH_A_CHILD = "import os, time; os.fork() or time.sleep(60); "
WORKER = "import time; time.sleep(60)"


def serving(port, *, before_web="", worker=WORKER):
    """manage.py with stand-ins for the web server and the worker; all of them write to one pipe."""
    program = f"""
        import manage, sys
        manage.web_server = lambda *_: [sys.executable, "-c", {before_web + WEB.format(port=port)!r}]
        manage.FLASK = [sys.executable, "-c", {worker!r}]
        manage.COMMANDS["run"] = lambda _: manage.serve("127.0.0.1", {port}, {{"DEMO": "1"}})
        sys.exit(manage.main(["run"]))
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    return child(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def await_line(process, beginning):
    return next(line for line in process.stdout if line.startswith(beginning))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything(number):
    with serving(free_port(), before_web=WITH_A_CHILD) as process:
        logins = await_line(process, "Demo logins")
        assert all(login in logins for login in ("admin", "employee", "quality_inspector3", "team_leader2"))
        process.send_signal(number)
        process.communicate(timeout=60)  # the pipe ends only when nobody holds it any more
    assert process.returncode == 0


def test_the_end_of_one_is_the_end_of_all():
    with serving(free_port(), worker="import time; time.sleep(2); exit(3)") as process:
        said, _ = process.communicate(timeout=60)
    assert "The worker has ended by itself (exit code 3); so everything was ended.\n" in said
    assert process.returncode == 1


def test_a_killed_manage_leaves_nothing_behind():
    with serving(free_port()) as process:
        await_line(process, "Demo logins")
        process.kill()
        process.communicate(timeout=60)
