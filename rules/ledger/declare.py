"""How a ledger is declared: its columns with their headings in both languages, its key, its rules."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from unicodedata import normalize

from rules.base import Words
from rules.ledger.kinds import Kind
from rules.ledger.reasons import Reason

if TYPE_CHECKING:
    from rules.ledger.known import Known
    from rules.ledger.row import Row

RowRule: TypeAlias = "Callable[[Row, Known], None]"
SheetRule: TypeAlias = "Callable[[Sequence[Row], Known], None]"
AboveRule: TypeAlias = "Callable[[Sequence[str], Known], dict[str, Any]]"

IN_BRACKETS = re.compile(r"[(\[【〔].*?[)\]】〕]")
NO_LETTERS = re.compile(r"[\W_]+")

SERIAL = "序号|No.|S/N|Serial|Serial no|#|行号|项次"
"""A line's number is known and never taken."""


@lru_cache(maxsize=4096)
def heading(written: str) -> str:
    """A heading without spaces, line breaks, signs and capitals, as headings are compared (rule 5)."""
    return NO_LETTERS.sub("", normalize("NFKC", written)).casefold() or normalize("NFKC", written).strip()


@lru_cache(maxsize=4096)
def bare_heading(written: str) -> str:
    """The same without what stands in brackets: 编制（人）."""
    return heading(IN_BRACKETS.sub("", normalize("NFKC", written)))


@dataclass(frozen=True, eq=False)
class Column:
    """One column. ``headings``: the ways it is written, parted by ``|``, the surest first; its own name is one too.

    ``missing``: why a row without it is refused; None = it may be empty. ``kind`` None = known, but never taken.
    """

    name: str
    kind: Kind | None
    headings: str
    missing: Reason | None = None

    @property
    def words(self) -> Words:
        """What the column is called in each language: its first heading there."""
        written = self.headings.split("|")
        return Words(next(filter(str.isascii, written), self.name), next(filter(is_chinese, written), written[0]))

    def rank(self, written: str) -> int | None:
        """How surely a heading (made comparable) means this column, 0 = surest; None = it does not."""
        return _ranks(self.name, self.headings).get(written)


def is_chinese(written: str) -> bool:
    return any("\u4e00" <= one <= "\u9fff" for one in written)


@lru_cache(maxsize=512)
def _ranks(name: str, headings: str) -> dict[str, int]:
    ranks: dict[str, int] = {}
    for place, written in enumerate([*headings.split("|"), name]):
        ranks.setdefault(heading(written), place)
    return ranks


@dataclass(frozen=True, eq=False)
class Ledger:
    """One kind of ledger and the table it fills.

    ``values``: the columns an accepted row gives, in order. ``key``: what names a record (rule 10); ``key_cell``: the
    column shown when it stands twice. ``needs``: of each group at least one column must be there, so that sheets of
    another kind with a few like headings are not taken for this one. ``finish`` settles a row from its own cells and
    what is known; ``together`` settles what takes all rows of the sheet. ``unique_in`` "sheet": the numbers begin anew
    on other sheets. ``above``: what the lines above the table say of all its rows, told as ``session``.
    """

    entity: str
    words: Words
    columns: tuple[Column, ...]
    values: tuple[str, ...]
    key: tuple[str, ...]
    needs: tuple[frozenset[str], ...]
    finish: "RowRule | None" = None
    together: "SheetRule | None" = None
    key_cell: str = ""
    unique_in: Literal["file", "sheet"] = "file"
    above: "AboveRule | None" = None
    under: Mapping[str, Column] = field(default_factory=dict)
    """Where a second row stands under the headings (计划, 实际): what each of its words means."""

    def column(self, name: str) -> Column:
        return next(one for one in self.columns if one.name == name)

    def suits(self, found: frozenset[str]) -> bool:
        """Whether a sheet with these columns can be this ledger."""
        return all(group & found for group in self.needs)


def needs(*groups: str) -> tuple[frozenset[str], ...]:
    """``needs("no", "hired_on|status")``: no, and one of the other two."""
    return tuple(frozenset(group.split("|")) for group in groups)
