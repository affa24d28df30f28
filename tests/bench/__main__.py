"""Runs the benchmarks and prints the table of LIMITS; asserts nothing, keeps nothing."""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator

os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="run-", dir="/tmp"))

from tests.bench import files, screens, work
from tests.bench.measure import Line, show
from tests.bench.place import Place, engines, place

GROUPS: dict[str, Callable[[Place], Iterator[Line]]] = {
    "list": screens.lists,
    "search": screens.searches,
    "form": screens.forms,
    "counts": screens.counts,
    "throughput": screens.throughput,
    "csv": files.csv,
    "xlsx": files.xlsx_out,
    "month": work.month,
    "sweep": work.sweep,
}
ONCE: dict[str, Callable[[], Iterator[Line]]] = {
    "import": files.xlsx_in,
    "deadline": work.deadlines,
    "worker": work.workers,
}


def main() -> None:
    """Every group for each size on each engine, then what depends on neither."""
    parser = argparse.ArgumentParser(prog="python3 manage.py bench", description=main.__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--engine", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"])
    parser.add_argument("--only", default="", help=f"some of: {','.join([*GROUPS, *ONCE])}")
    asked = parser.parse_args()
    chosen = [one for one in asked.only.split(",") if one] or [*GROUPS, *ONCE]
    missed: list[str] = []
    if any(name in GROUPS for name in chosen):
        with engines(asked.engine) as made:
            for engine_name, new_url in made.items():
                for rows in sorted(asked.rows):
                    missed += one_size(engine_name, new_url(rows), rows, chosen)
    lines = (line for name in chosen if name in ONCE for line in ONCE[name]())
    missed += names_of_missed("", show("of any size", lines, 0), 0)
    print(f"\n{len(missed)} missed" + "".join(f"\n  {one}" for one in missed))


def one_size(engine_name: str, url: str, rows: int, chosen: list[str]) -> list[str]:
    since = time.perf_counter()
    with place(url, engine_name, rows) as here:
        title = f"{engine_name}, {rows:,} rows (built in {time.perf_counter() - since:.0f} s)"
        lines = (line for name in chosen if name in GROUPS for line in GROUPS[name](here))
        return names_of_missed(f"{engine_name} {rows:,}: ", show(title, lines, rows), rows)


def names_of_missed(prefix: str, lines: list[Line], rows: int) -> list[str]:
    return [prefix + line.what.strip() for line in lines if line.verdict(rows) == "MISSED"]


if __name__ == "__main__":
    main()
