"""The product as it is served: gunicorn on a free port of this machine, and people who reach it over HTTP."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.browse import Form
from tests.world import PASSWORD

ROOT = Path(__file__).resolve().parent.parent
GUNICORN = Path(sys.executable).with_name("gunicorn")


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Any
    text: str


class Server:
    """Two workers with four threads each, as ``manage.py run`` starts them."""

    def __init__(self, url: str, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as trial:
            self.port = int(trial.getsockname()[1])
        self.log = folder / "gunicorn.log"
        self.environment = {
            **os.environ,
            "DATABASE_URL": url,
            "SECRET_KEY": "tests only",
            "ATTACHMENTS": str(folder / "files"),
            "EVENT_ANCHOR": str(folder / "anchor"),
            "XDG_RUNTIME_DIR": str(folder),
            "DEMO": "1",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Serves; seconds until the first answer."""
        began = time.monotonic()
        size = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--graceful-timeout", "5"]
        command = [str(GUNICORN), *size, "--no-control-socket", "--bind", f"127.0.0.1:{self.port}", "app:create_app()"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() - began > 120:
                pytest.fail(self.log.read_text()[-3000:])
            time.sleep(0.05)
        return time.monotonic() - began

    def _answers(self) -> bool:
        try:
            return Person(self).open("GET", "/healthz").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def workers(self) -> list[int]:
        assert self.process is not None
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(one) for one in found]

    def kill(self) -> None:
        """As a power cut would: master and workers, at once."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()


class Person:
    """Somebody at a browser that keeps its cookies; may be used by several threads once signed in."""

    def __init__(self, server: Server, login: str = "") -> None:
        self.server, self.cookies, self.token = server, dict[str, str](), ""
        if login:
            assert self.post("/login", {"username": login, "password": PASSWORD}).status == 302
            self.token = self.form_of("/password")["csrf_token"]

    def open(self, method: str, path: str, body: str = "") -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Accept-Language": "en",
        }
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body or None, headers)
            got = connection.getresponse()
            text = got.read().decode()
        finally:
            connection.close()
        if not self.token:
            for one in got.headers.get_all("Set-Cookie") or ():
                name, _, value = one.partition(";")[0].partition("=")
                self.cookies[name] = value
        return Answer(got.status, got.headers, text)

    def get(self, path: str) -> Answer:
        return self.open("GET", path)

    def post(self, path: str, fields: dict[str, Any]) -> Answer:
        token = self.token or self.form_of("/login")["csrf_token"]
        return self.open("POST", path, urlencode({**fields, "csrf_token": token}))

    def form_of(self, path: str) -> dict[str, Any]:
        """The largest form of a page."""
        answer = self.get(path)
        assert answer.status == 200, (path, answer.status)
        return dict(max((one["fields"] for one in Form(answer.text).forms), key=len))


def at_once(tasks: list[Any], threads: int = 16) -> list[Any]:
    """Runs the tasks side by side; their answers in the order of the tasks."""
    with ThreadPoolExecutor(min(threads, len(tasks))) as crowd:
        return [one.result() for one in [crowd.submit(task) for task in tasks]]


def fresh() -> str:
    return uuid.uuid4().hex
