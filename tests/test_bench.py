"""The benchmarks run: figures that nobody can take are none. What they come to is not asserted."""

import re
import sys

import pytest

from tests.bench import __main__ as bench
from tests.bench import deadlines


@pytest.mark.slow
def test_the_benchmarks_run_on_both_engines(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["bench", "--rows", "300", "--only", "counts,month,sweep"])
    bench.main()
    said = capsys.readouterr().out
    for engine in ("sqlite", "postgresql"):
        (table,) = re.findall(rf"{engine}, 300 rows.*?\n\n", said, re.DOTALL)
        for what in ("statements, list", "statements, save", "list page of 50 rows", "sweep", "assessment month"):
            assert re.search(rf"^{what}", table, re.MULTILINE), (engine, what)
    assert re.search(r"^statements, list +[1-6] ", said, re.MULTILINE)


def test_deadlines_are_measured_beside_a_bare_bisection(monkeypatch):
    monkeypatch.setattr(deadlines, "STARTS", deadlines.STARTS[::400])
    assert [one["what"] for one in deadlines.beside_bare()] == [
        "a deadline, Asia/Shanghai / bare bisect",
        "a deadline, Europe/Berlin / bare bisect",
    ]


def test_numpy_and_the_others_are_left_out_where_they_are_not_installed(monkeypatch):
    monkeypatch.setattr(deadlines.importlib.util, "find_spec", lambda _: None)
    assert list(deadlines.beside_libraries()) == []
