"""Spot checks: the lines of one check become one record, submitted by its inspector when it was made."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from models.base import COMPANY_ZONE
from models.intake.kit import Intake, RowRefused, chosen, guard, parts, refuse, refuse_voided, there, too_much
from models.intake.proof import Days, recheck
from models.intake.reasons import ADDED_TOO_OFTEN, POST_AMBIGUOUS, STORED_OTHERWISE
from models.journal import acting
from models.organisation import Employee, Post
from models.process import ProcessDocument
from models.quality import SpotCheck, SpotCheckItem
from rules.ledger import Row, SheetResult
from rules.ledger.reasons import DUPLICATE_KEY, SUPERSEDED_REVISION
from rules.ledger.text import folded
from rules.quality import Verdict, refuse_future

FACTS = ("checked_at", "post", "document", "inspector")
"""What the lines of one check have in common."""
ADDITIONS = 4
"""A check is stored at most so many times: once, and again for lines that were refused at first."""

LONGEST_NUMBER: int = getattr(SpotCheck.__table__.c.no.type, "length", 0)


def number_of(row: Row) -> str:
    """The ledger's number under its month, since ledgers begin anew: CJ-202604-007; one of ours stays as it is."""
    no, prefix = str(row.values["check_no"]), f"{SpotCheck.number_prefix}-"
    if no.startswith(prefix):
        return no
    return f"{prefix}{row.values['checked_at'].astimezone(COMPANY_ZONE):%Y%m}-{no.zfill(3)}"


def store_checks(intake: Intake, sheet: SheetResult) -> None:
    """Check by check in the order in which they were made, so that a failure that came again is seen."""
    book = Book(intake)
    grouped: dict[str, list[Row]] = {}
    for row in sheet.accepted:
        group = grouped.setdefault(number_of(row), [])
        if group and any(row.values[name] != group[0].values[name] for name in FACTS):
            row.fault(DUPLICATE_KEY, "check_no")
        else:
            group.append(row)
    for part in parts(sorted(grouped, key=lambda no: grouped[no][0].values["checked_at"])):
        book.look_up({no: grouped[no] for no in part})
        for no in part:
            book.take(no, grouped[no])


class Book:
    """People, posts, documents and stored checks that the lines refer to, while they are taken in."""

    def __init__(self, intake: Intake) -> None:
        self._intake, self._session = intake, intake.session
        self._days = Days(intake.session)
        self._posts: dict[str, list[Post]] = {}
        posts = select(Post).where(Post.voided_at.is_(None)).options(selectinload(Post.department)).order_by(Post.id)
        for post in self._session.scalars(posts):
            self._posts.setdefault(folded(post.name), []).append(post)
        self._people: dict[str, Employee] = {}
        self._documents: dict[str, ProcessDocument] = {}
        self._checks: dict[str, SpotCheck] = {}

    def look_up(self, groups: dict[str, list[Row]]) -> None:
        """Finds what these checks refer to, by one statement each."""
        rows = [row.values for group in groups.values() for row in group]
        numbers = [one for no in groups for one in self._numbers(no)]
        self._people = self._intake.found(
            Employee.no, (row[name] for row in rows for name in ("employee", "inspector"))
        )
        self._documents = self._intake.found(
            ProcessDocument.doc_no, (row["document"] for row in rows if row["document"])
        )
        self._checks = self._intake.found(SpotCheck.no, numbers, selectinload(SpotCheck.items))

    @staticmethod
    def _numbers(no: str) -> list[str]:
        return [no, *(f"{no}-{more}" for more in range(2, ADDITIONS + 1))]

    def take(self, no: str, rows: Sequence[Row]) -> None:
        """One check: lines that are stored are compared, the others are stored as it, or as an addition to it."""
        stored = [self._checks[one] for one in self._numbers(no) if one in self._checks]
        lines = {folded(item.question): item for check in stored for item in check.items}
        new: list[Row] = []
        for row in rows:
            try:
                guard(row, SpotCheckItem, "standard", "unit", "lower", "upper", "value", question="item")
                facts = self._item_facts(row)
                for check in stored:
                    refuse_voided(row, check, "check_no")
                    self._refuse_others(row, check, self._check_facts(row), "check_no")
                if (before := lines.get(folded(row.values["item"]))) is not None:
                    self._refuse_others(row, before, facts, "item", "check_no")
                    self._recheck(row, before)
                else:
                    self._check_facts(row)
                    new.append(row)
            except RowRefused:
                continue
        if new:
            self._add(self._numbers(no)[len(stored)] if len(stored) < ADDITIONS else None, new)

    def _refuse_others(self, row: Row, stored: SpotCheck | SpotCheckItem, facts: Mapping[str, Any], *at: str) -> None:
        """A submitted check does not change."""
        if any(getattr(stored, name) != value for name, value in facts.items()):
            raise refuse(row, STORED_OTHERWISE, *at)

    def _recheck(self, row: Row, item: SpotCheckItem) -> None:
        """Nothing is new in a stored line but a re-check that the ledger has by now."""
        is_new = False
        with self._intake.guarded([row]):
            is_new = recheck(self._intake, self._days, row, item)
        if not row.faults:
            self._intake.counts["updated" if is_new else "unchanged"] += 1

    def _add(self, no: str | None, rows: Sequence[Row]) -> None:
        """Stores new lines under this number, all or none."""
        reason = ADDED_TOO_OFTEN if no is None else too_much(no, LONGEST_NUMBER)
        if no is None or reason is not None:
            for row in rows:
                row.fault(reason, "check_no")
            return
        with self._intake.guarded(rows):
            self._store(no, rows)
        if not rows[0].faults:
            self._intake.counts["created"] += len(rows)

    # -- what is new -------------------------------------------------------------------------------------------------

    def _store(self, no: str, rows: Sequence[Row]) -> None:
        """Entered and submitted by its inspector at the instant of the check; then what the ledger knows of proof."""
        intake, first = self._intake, rows[0]
        checked_at: datetime = first.values["checked_at"]
        refuse_future(checked_at, intake.at)
        facts = self._check_facts(first)
        with acting(self._session, intake.act_of(facts["inspector_id"], checked_at)) as act:
            check = SpotCheck(no=no, department=self._post(first).department, note=note_of(rows), **facts)
            check.items = [self._item(seq, row) for seq, row in enumerate(rows, start=1)]
            self._session.add(check)
            check.perform("submit", act=act)
        for row, item in zip(rows, check.items, strict=True):
            recheck(intake, self._days, row, item)

    def _item(self, seq: int, row: Row) -> SpotCheckItem:
        item = SpotCheckItem(seq=seq, problem=row.values["problem"] or "", **self._item_facts(row))
        if (due_on := row.values["due_on"]) is not None:
            item.agreed_due_at = self._days.end_of(due_on, row.values["checked_at"])
        return item

    def _check_facts(self, row: Row) -> dict[str, Any]:
        values = row.values
        document = self._documents.get(values["document"] or "")
        if values["document"]:
            there(row, document, "document")
        return {
            "checked_at": values["checked_at"],
            "post_id": self._post(row).id,
            "document_id": document.id if document else None,
            "inspector_id": self._person(row, "inspector", "inspector").id,
        }

    def _item_facts(self, row: Row) -> dict[str, Any]:
        values = row.values
        return {
            "question": values["item"],
            "employee_id": self._person(row, "employee", "employee_no", "employee_name").id,
            "standard": values["standard"] or "",
            "lower": values["lower"],
            "upper": values["upper"],
            "unit": values["unit"] or "",
            "value": values["value"],
            "verdict": chosen(Verdict, values["verdict"]),
        }

    def _person(self, row: Row, name: str, *columns: str) -> Employee:
        return there(row, self._people.get(row.values[name]), *columns)

    def _post(self, row: Row) -> Post:
        """The post of that name in the checked person's department, or the only one there is."""
        posts = self._posts.get(folded(row.values["post"]), [])
        home = self._person(row, "employee", "employee_no", "employee_name").department_id
        own = [one for one in posts if one.department_id == home] or posts
        if len(own) > 1:
            raise refuse(row, POST_AMBIGUOUS, "post")
        return there(row, own[0] if own else None, "post")


def note_of(rows: Iterable[Row]) -> str:
    """The revision that the ledger names, where another was in force that day."""
    named = [row.values["revision"] for row in rows if any(one.reason is SUPERSEDED_REVISION for one in row.warnings)]
    return f"台账所载版次：{named[0]}" if named else ""
