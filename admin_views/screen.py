"""What the templates are given: plain values, already in the reader's language; nothing here asks a database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Cell:
    """One value to show. ``kind``: text, number, date, instant, state, bool, link, code."""

    text: str
    kind: str = "text"
    url: str = ""
    exact: str = ""
    """The exact form of what is shown short: of a near date, of a cut text."""
    tone: str = ""
    """Colour language of states and deadlines: running, soon, overdue, met, breached, paused, done, off."""
    also: str = ""
    """Said beside it, quietly: a person's post and department, the working time that is left."""


EMPTY = Cell("")


@dataclass(frozen=True)
class Heading:
    """A column of a list."""

    name: str
    label: str
    kind: str = "text"
    sort_url: str = ""
    is_sorted: bool = False
    is_descending: bool = False


@dataclass(frozen=True)
class Row:
    """A row of a list or panel; ``cells`` in the order of the headings."""

    id: int
    url: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Option:
    """One choice of a select."""

    value: str
    label: str
    is_chosen: bool = False


@dataclass(frozen=True)
class Filter:
    """A condition of a list. ``kind``: choice (options), relation (lookup_url), date, number, bool, text.

    Input names: ``name`` for choice, relation, bool, text (contains); ``name_from`` / ``name_to`` for date and number.
    """

    label: str
    kind: str
    name: str
    value: str = ""
    value_label: str = ""
    name_from: str = ""
    value_from: str = ""
    name_to: str = ""
    value_to: str = ""
    options: Sequence[Option] = ()
    lookup_url: str = ""


@dataclass(frozen=True)
class Chip:
    """A condition in force, and the address without it."""

    label: str
    remove_url: str


@dataclass(frozen=True)
class Pager:
    """Where the reader is; an empty address = not possible."""

    first_url: str = ""
    previous_url: str = ""
    next_url: str = ""
    last_url: str = ""
    from_row: int = 0
    to_row: int = 0
    count_text: str = ""
    sizes: Sequence[Option] = ()


@dataclass(frozen=True)
class Asked:
    """A field that a verb asks for. ``kind``: text, long_text, choice, date, relation; ``fault``: what was wrong."""

    name: str
    label: str
    kind: str = "text"
    is_required: bool = False
    options: Sequence[Option] = ()
    lookup_url: str = ""
    value: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Verb:
    """A step that can or cannot be taken now; ``reason`` says why not."""

    verb: str
    label: str
    is_open: bool
    reason: str = ""
    needs_note: bool = False
    is_destructive: bool = False
    is_primary: bool = False
    is_aside: bool = False
    asks: Sequence[Asked] = ()
    previews: Sequence[str] = ()
    signatures: Sequence[str] = ()
    """What each signature still wanted is ("Technical manager: waiting")."""
    is_refused: bool = False
    """It was sent just now and refused: its dialog opens again, as it was filled in."""
    fault: str = ""
    note: str = ""

    @property
    def has_dialog(self) -> bool:
        return bool(self.asks or self.needs_note or self.previews or self.signatures or self.is_destructive)


@dataclass(frozen=True)
class StatusStep:
    """One state in the row of steps: done, current, ahead, or final where nothing follows any more."""

    label: str
    place: str


@dataclass(frozen=True)
class Fact:
    """A labelled value of a record."""

    label: str
    cell: Cell
    is_long: bool = False
    why_url: str = ""
    """Where a deadline is explained."""


@dataclass(frozen=True)
class Panel:
    """Other rows that a record hangs together with."""

    title: str
    headings: Sequence[Heading]
    rows: Sequence[Row]
    more_url: str = ""
    create_url: str = ""
    create_label: str = ""
    more_label: str = ""
    is_next: bool = False
    """Where no step of the record is open, its ``create_url`` is what comes next."""
    empty: str = ""
    """What is said where there are no rows: what belongs here, and when it comes."""
    shape: str = "table"
    """table; timeline: entries along a line, the first cell of each its title, the last its state; facts: each row a
    name and what it says."""


@dataclass(frozen=True)
class Change:
    """One field of one event."""

    field: str
    old: str
    new: str


@dataclass(frozen=True)
class HistoryEntry:
    """One event: who, when, what, by which way, from what to what."""

    seq: int
    at: Cell
    who: str
    role: str
    action: str
    source: str
    reason: str
    clause: str
    changes: Sequence[Change] = ()


@dataclass(frozen=True)
class FileEntry:
    """An attachment on a record's page."""

    id: int
    name: str
    url: str
    size: str
    kind: str
    at: Cell
    is_picture: bool = False


@dataclass(frozen=True)
class Conflict:
    """A field that somebody else saved meanwhile: theirs beside yours."""

    name: str
    label: str
    theirs: str
    yours: str


@dataclass(frozen=True)
class DeskAct:
    """The next act on a line: a link, or with a ``verb`` a button that takes the step at once."""

    label: str
    url: str
    verb: str = ""
    id: int = 0
    version_no: int = 0


@dataclass(frozen=True)
class DeskLine:
    """One thing on a desk: what it is, when it is due, where to act."""

    title: str
    url: str
    detail: str = ""
    due: Cell | None = None
    tone: str = ""
    act: DeskAct | None = None
    """What is to be done about it, one click away."""


@dataclass(frozen=True)
class Tally:
    """A number at the head of the desk; ``is_more``: at least so many."""

    label: str
    number: int
    tone: str
    is_more: bool = False


@dataclass(frozen=True)
class DeskCard:
    """A group of things on a desk, with the one act that belongs to it.

    ``place``: work (to be done), watch (others are late), news. ``count`` is how many there are; more than there are
    lines is shown as such.
    """

    title: str
    lines: Sequence[DeskLine]
    empty: str
    count: int = 0
    icon: str = "list-check"
    act_label: str = ""
    act_url: str = ""
    place: str = "work"


@dataclass(frozen=True)
class Found:
    """One thing that the search found."""

    id: int
    text: str
    url: str
    hint: str = ""
    state: str = ""
    tone: str = ""
    is_exact: bool = False


@dataclass(frozen=True)
class FoundKind:
    """What the search found of one kind; ``more_url`` wants the words at its end."""

    label: str
    hits: Sequence[Found]
    icon: str = "table"
    more_url: str = ""


@dataclass(frozen=True)
class MenuItem:
    """An entry of the menu."""

    label: str
    url: str


@dataclass(frozen=True)
class MenuGroup:
    """A chapter in the menu."""

    label: str
    items: Sequence[MenuItem]
    icon: str = ""


@dataclass(frozen=True)
class Message:
    """A line told after an act. ``tone``: success, info, warning, danger."""

    text: str
    tone: str = "success"


@dataclass(frozen=True)
class ListPage:
    """Everything that a list shows."""

    title: str
    headings: Sequence[Heading]
    rows: str
    """The rows as HTML: there are many."""
    pager: Pager
    labels_url: str = ""
    """A style sheet with the labels of their cells, for the phone."""
    filters: Sequence[Filter] = ()
    chips: Sequence[Chip] = ()
    search: str = ""
    search_placeholder: str = ""
    is_searchable: bool = False
    clear_url: str = ""
    create_url: str = ""
    export_urls: Mapping[str, str] = field(default_factory=dict)
    import_url: str = ""
    empty: str = ""
    empty_how: str = ""
    """Where the first row comes from."""
    bulk: Sequence[Option] = ()
    """Verbs for several rows at once."""
    bulk_url: str = ""
    hidden: Sequence[tuple[str, str]] = ()
    """Name and value of what the search and filter forms must carry on (sort, page size)."""
    clause: str = ""


@dataclass(frozen=True)
class RecordPage:
    """Everything that a record's page shows."""

    title: str
    table_label: str
    list_url: str
    id: int
    version_no: int
    facts: Sequence[Fact]
    state: Cell | None = None
    steps: Sequence[StatusStep] = ()
    verbs: Sequence[Verb] = ()
    panels: Sequence[Panel] = ()
    history: Sequence[HistoryEntry] = ()
    files: Sequence[FileEntry] = ()
    perform_url: str = ""
    attach_url: str = ""
    edit_url: str = ""
    edit_reason: str = ""
    delete_url: str = ""
    clause: str = ""
    clause_text: str = ""
    url: str = ""
    refusal: str = ""
    """Why the act just sent was refused, where no dialog of the page says it."""
