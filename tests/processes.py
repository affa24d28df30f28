"""Processes that tests start: none outlives its test, and none is waited for without end."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from app import HERE

LONGEST_SECONDS = 240
"""By then even a busy machine is done; whoever still reads from the process is then told that it ended."""


@contextmanager
def child(
    command: Sequence[object], settings: Mapping[str, str] | None = None, **more: Any
) -> Iterator[subprocess.Popen[str]]:
    """A process in a group of its own, which is ended with the block whatever went wrong in it."""
    process = subprocess.Popen(
        [str(one) for one in command],
        cwd=HERE,
        env=os.environ | dict(settings or {}),
        text=True,
        start_new_session=True,
        **more,
    )
    end = threading.Timer(LONGEST_SECONDS, _kill, [process])
    end.start()
    try:
        yield process
    finally:
        end.cancel()
        _kill(process)
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def _kill(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
