"""What is known before a row is judged: the master data that rows refer to, found by name or number at once."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, TypeAlias

from rules.ledger.text import folded

Values: TypeAlias = Mapping[str, Any]


WORKED = frozenset({"workday", "makeup_workday"})


class Known:
    """Plain rows by entity, indexed. Rows accepted in one sheet are added and known to the next.

    Rows have the names of the ledgers' values: department {department, department_code}, post {department, post,
    post_code}, employee {no, name, department, team}, process_document {doc_no}, document_revision {doc_no, rev_no,
    effective_on}, customer {code, name}, product_model {code}, kpi_target {department, process, schedule, after_sales};
    ``name`` and ``code`` are understood for departments and posts too.
    """

    def __init__(self, rows: Mapping[str, Iterable[Values]] | None = None) -> None:
        self._departments: dict[str, str] = {}
        self._posts: dict[str, dict[str, str]] = {}
        self._posts_anywhere: dict[str, set[tuple[str, str]]] = {}
        self._employees: dict[str, Values] = {}
        self._named: dict[str, dict[str, Values]] = {}
        self._documents: set[str] = set()
        self._weights: dict[str, Values] = {}
        self._revisions: dict[str, list[tuple[date, str]]] = {}
        self._revision_names: set[tuple[str, str]] = set()
        self._customers: dict[str, str] = {}
        self._models: dict[str, str] = {}
        self._days: dict[date, bool] = {}
        for entity, many in (rows or {}).items():
            for one in many:
                self.add(entity, one)

    def add(self, entity: str, row: Values) -> None:
        """One more row is known; entities that nothing refers to are passed over."""
        match entity:
            case "department":
                self._add_department(
                    row.get("department") or row.get("name"), row.get("department_code") or row.get("code")
                )
            case "post":
                self._add_post(row)
            case "employee":
                self._add_employee(row)
            case "kpi_target":
                self._weights[row["department"]] = row
            case "process_document":
                self._documents.add(row["doc_no"])
            case "document_revision":
                self._add_revision(row)
            case "customer":
                self._customers |= {folded(said): row["code"] for said in (row["name"], row["code"]) if said}
            case "product_model":
                self._models[folded(row["code"])] = row["code"]
            case "calendar_day":
                self._days[row["on"]] = row["day_type"] in WORKED

    def _add_department(self, name: str | None, code: str | None) -> None:
        for said in (name, code):
            if name and said:
                self._departments.setdefault(folded(said), name)

    def _add_post(self, row: Values) -> None:
        department, post = row.get("department"), row.get("post") or row.get("name")
        if not department or not post:
            return
        self._add_department(department, row.get("department_code"))
        for said in (post, row.get("post_code") or row.get("code")):
            if said:
                self._posts.setdefault(department, {}).setdefault(folded(said), post)
                self._posts_anywhere.setdefault(folded(said), set()).add((department, post))

    def _add_employee(self, row: Values) -> None:
        no, before = row["no"], self._employees.get(row["no"])
        if before is not None:
            self._named[folded(before["name"])].pop(no, None)
        self._employees[no] = row
        self._named.setdefault(folded(row["name"]), {})[no] = row

    def _add_revision(self, row: Values) -> None:
        doc_no, rev_no, effective_on = row["doc_no"], row["rev_no"], row.get("effective_on")
        self._documents.add(doc_no)
        if (doc_no, rev_no) in self._revision_names:
            self._revisions[doc_no] = [one for one in self._revisions.get(doc_no, []) if one[1] != rev_no]
        self._revision_names.add((doc_no, rev_no))
        if effective_on is not None:
            self._revisions[doc_no] = sorted([*self._revisions.get(doc_no, []), (effective_on, rev_no)])

    def department(self, said: str) -> str | None:
        """The department's own name, asked by name or code; None = there is none."""
        return self._departments.get(folded(said))

    def post(self, department: str, said: str) -> str | None:
        """The post of that department, asked by name or code."""
        return self._posts.get(department, {}).get(folded(said))

    def posts(self, said: str) -> frozenset[tuple[str, str]]:
        """(department, post) wherever a post of this name or code is."""
        return frozenset(self._posts_anywhere.get(folded(said), ()))

    def employee(self, no: str) -> Values | None:
        return self._employees.get(no)

    def named(self, name: str) -> list[Values]:
        """Everybody of that name."""
        return list(self._named.get(folded(name), {}).values())

    def weights(self, department: str) -> Values | None:
        """The weights of the three groups of indicators in per cent, by group; None = nobody has set them."""
        return self._weights.get(department)

    def customer(self, said: str) -> str | None:
        """The code of the customer, asked by name or code; None = there is none."""
        return self._customers.get(folded(said))

    def product_model(self, said: str) -> str | None:
        """The model's own code."""
        return self._models.get(folded(said))

    def is_workday(self, on: date) -> bool:
        """Whether that day is worked: as the statutory calendar says, else Monday to Friday."""
        return self._days.get(on, on.weekday() < 5)

    def working_days_after(self, first: date, last: date) -> int:
        """The working days after one day, up to another."""
        return sum(self.is_workday(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))

    def has_document(self, doc_no: str) -> bool:
        return doc_no in self._documents

    def has_revision(self, doc_no: str, rev_no: str) -> bool:
        return (doc_no, rev_no) in self._revision_names

    def in_force(self, doc_no: str, on: date) -> str | None:
        """The revision in force that day: the last that had taken effect; None = none had."""
        rows = self._revisions.get(doc_no, [])
        place = bisect_right(rows, on, key=lambda row: row[0])
        return rows[place - 1][1] if place else None
