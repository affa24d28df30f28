"""Lists, searches, forms and saves beside the plain Flask-Admin."""

import re
import threading
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

from sqlalchemy import select, text

from admin_views.listing import Listing, Question
from models.actions import ActionItem
from models.organisation import Account, person_of
from tests.bench import factory
from tests.bench.measure import MILLION, Line, alone, in_turn
from tests.bench.place import LIST, Place, token

CHECK = f"/admin/spot_check/edit/?id={factory.DRAFT}"
FIRST: dict[tuple[str, str], tuple[int, float]] = {}
"""Engine and page -> rows and milliseconds at the smallest size: what growth is counted from."""
MARCH = "?flt5_opened_at_between=2026-03-01 00:00:00 to 2026-04-01 00:00:00"
SECONDS = 2.0
THREADS = 4


def grown(place: Place, what: str, ours: float) -> Iterator[Line]:
    rows, before = FIRST.setdefault((place.engine_name, what), (place.rows, ours))
    if rows < place.rows:
        yield Line(f"  grown since {rows:,} rows", ours, before, 1.2)


def lists(place: Place) -> Iterator[Line]:
    """First, sorted, filtered, middle and last pages."""
    pages = {
        "first page": ("", ""),
        "sorted by due": ("?sort=due_at", "?sort=5"),
        "filtered, many (open)": ("?flt_status=open", "?flt0_status_equals=open"),
        "filtered, few (severity)": ("?flt_severity=critical", "?flt1_severity_equals=critical"),
        "filtered by department": ("?flt_department=7", "?flt3_department_department_name_equals=生产7部"),
        "filtered by a month": ("?flt_opened_at_from=2026-03-01&flt_opened_at_to=2026-03-31", MARCH),
    }
    for what, (path, plain) in pages.items():
        ours, theirs = in_turn(lambda p=path: place.get(LIST + p), lambda p=plain: place.get_plain(LIST + p))
        yield Line(what, ours, theirs, 0.25)
        yield from grown(place, what, ours)
    ours, theirs = in_turn(lambda: place.get(LIST, place.scoped), lambda: place.get_plain(LIST))
    yield Line("first page of one department's manager", ours, theirs, 0.25)
    yield from grown(place, "scoped", ours)
    yield from deep(place)


def deep(place: Place) -> Iterator[Line]:
    """Pages far from the first."""
    middle = place.rows // 100
    pages = {
        "middle page / first": f"?page={middle}",
        "last page / first": "?page=-1",
        "middle page sorted by due / first": f"?sort=due_at&page={middle}",
    }
    for what, path in pages.items():
        ours, first = in_turn(lambda p=path: place.get(LIST + p), lambda: place.get(LIST))
        yield Line(what, ours, first, 1.2)


def searches(place: Place) -> Iterator[Line]:
    """Words and numbers, and that the rows are those of LIKE."""
    number = f"ZG-2026-{place.rows // 2:07d}"
    words = {
        "search frequent, 2 characters": factory.FREQUENT,
        "search rare, 2 characters": factory.RARE,
        "search 5 characters": factory.LONG_TERM,
        "search by number": number,
        "search by its last digits": number[-5:],
        "search without a hit": "飞机坠毁",
    }
    for what, said in words.items():
        path = f"{LIST}?search={said}"
        ours, theirs = in_turn(lambda p=path: place.get(p), lambda p=path: place.get_plain(p), 5, warm=1)
        yield Line(what, ours, theirs, 0.05, from_rows=MILLION)
        yield from grown(place, what, ours)
    missed = [said for said in words.values() if not is_like(place, said)]
    yield Line("searches with other rows than LIKE", len(missed), limit=0, unit="")


def is_like(place: Place, said: str) -> bool:
    """Whether the search finds what LIKE finds."""
    with place.session() as session:
        person = person_of(session, session.get_one(Account, 1))
        listing = Listing(ActionItem, (), person)
        found = {row.id for row in session.execute(listing.all_rows(session, Question(search=said)))}
        rows = session.execute(
            select(ActionItem.id).where((ActionItem.no.contains(said)) | (ActionItem.description.contains(said)))
        )
        return found == {key for (key,) in rows}


def forms(place: Place) -> Iterator[Line]:
    """The edit form of a check with ten items, and saving it."""
    ours, theirs = in_turn(lambda: place.get(CHECK), lambda: place.get_plain(CHECK), 5, warm=1)
    yield Line("edit form", ours, theirs, 0.1)
    yield Line("edit form, size", len(place.get(CHECK).data) / 1024, limit=60, unit="kB")
    number = count(1)
    ours, theirs = in_turn(lambda: save(place, next(number)), lambda: save_plain(place, next(number)), 5, warm=1)
    yield Line("form and save, with event, lock and index", ours, theirs, 0.15)


def save(place: Place, nth: int) -> None:
    """Reads the form and sends it back with another note."""
    page = place.get(CHECK).text
    sent = fields(page) | {"note": f"第{nth}次修改", "csrf_token": token(page)}
    answer = place.client.post(CHECK, data=sent)
    if answer.status_code != 302:
        raise RuntimeError(f"saving: {answer.status_code} {answer.text[-1500:]}")


def save_plain(place: Place, nth: int) -> None:
    page = place.get_plain(CHECK).text
    answer = place.plain.post(CHECK, data=fields(page) | {"note": f"第{nth}次修改"})
    if answer.status_code != 302:
        raise RuntimeError(f"saving: {answer.status_code} {re.findall('help-block[^<]*<[^<]*<[^<]*', answer.text)[:3]}")


def fields(page: str) -> dict[str, Any]:
    """The fields of the largest form of a page, as a browser would send them."""
    from tests.browse import Form

    found: dict[str, Any] = max((one["fields"] for one in Form(page).forms), key=len)
    return found


def counts(place: Place) -> Iterator[Line]:
    """Statements, weight, requests."""
    for who, client in (("", place.client), (", scoped", place.scoped)):
        for what, path in (
            ("list", LIST),
            ("list filtered by relation", f"{LIST}?flt_department=3"),
            ("search", f"{LIST}?search=尺寸"),
        ):
            with place.statements() as said:
                place.get(path, client)
            yield Line(f"statements, {what}{who}", len(said), limit=6, unit="")
    with place.statements() as said:
        page = place.get(CHECK)
    yield Line("statements, edit form", len(said), limit=8, unit="")
    sent = fields(page.text) | {"note": f"zuletzt {time.perf_counter_ns()}", "csrf_token": token(page.text)}
    with place.statements() as said:
        place.client.post(CHECK, data=sent)
    yield Line("statements, save", len(said), limit=14, unit="")
    page = place.get(LIST)
    yield Line("list page of 50 rows, size", len(page.data) / 1024, limit=60, unit="kB")
    loaded = set(re.findall(r'(?:src|<link[^>]*href)="([^"#]+)', page.text)) | {
        one.partition("#")[0] for one in re.findall(r'<use href="([^"]+)"', page.text)
    }
    yield Line("requests of a list page", 1 + len(loaded), limit=10, unit="")


def throughput(place: Place) -> Iterator[Line]:
    """List pages a second with four threads."""
    mine = a_second(place.ours.test_client, place.client, place)
    theirs = a_second(place.vanilla.test_client, None, place)
    yield Line("throughput of list pages, 4 threads", mine, theirs, 4, unit="/s", is_least=True)


def a_second(make: Any, signed: Any, place: Place) -> float:
    done, until = [0] * THREADS, time.perf_counter() + SECONDS

    def browse(nth: int) -> None:
        client = make()
        if signed is not None:
            client._cookies = dict(signed._cookies)
        while time.perf_counter() < until:
            if client.get(LIST, buffered=True).status_code != 200:
                raise RuntimeError("no list")
            done[nth] += 1

    threads = [threading.Thread(target=browse, args=(nth,)) for nth in range(THREADS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return sum(done) / SECONDS


__all__ = ["alone", "counts", "forms", "lists", "searches", "text", "throughput"]
