"""The benchmarks run: figures that nobody can take are none. What they come to is not asserted."""

import re
import sys

import pytest

from tests.bench import __main__ as bench


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
