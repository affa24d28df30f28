"""A column that holds several things, filled in as a small sheet: rows that are picked, not text that is typed."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, ClassVar

from wtforms import BooleanField, Field, Form
from wtforms.utils import unset_value
from wtforms.widgets import CheckboxInput

from admin_views.fields import LinesField, PickField, RecordForm, clean
from admin_views.words import locale, say, t
from rules.base import RuleBroken

MOST_ROWS = 60


class SheetField(LinesField):
    """Rows of a form -> what the column keeps.

    The same value as text, under the field's own name, is taken as well: that is how programs write it.
    """

    kind = "sheet"
    columns: ClassVar[tuple[str, ...]] = ()
    decides: ClassVar[tuple[str, ...]] = ()
    """What makes a row more than a blank one; the others have something chosen from the start."""
    help: ClassVar[Any] = None

    def __init__(self, label: str = "", _validators: Any = (), **more: Any) -> None:
        super().__init__(_row_form(type(self), locale()), most=MOST_ROWS, label=label, **more)
        self.description = say(self.help) if self.help is not None else ""
        self.fault = ""

    # -- what a sheet of one kind says

    @classmethod
    def row_fields(cls) -> Mapping[str, Field]:
        """The fields of a row, by column."""
        raise NotImplementedError

    def rows_of(self, value: Any) -> Iterable[Mapping[str, Any]]:
        """The rows in which a kept value is shown."""
        raise NotImplementedError

    def value_of(self, rows: list[Form]) -> Any:
        """What the rows mean. Raises RuleBroken; ``row_fault`` puts a sentence at a cell."""
        raise NotImplementedError

    def read(self, text: str) -> Any:
        """The value that a program wrote as text. Raises RuleBroken or ValueError."""
        raise NotImplementedError

    # -- as a field

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        self.fault = ""
        text = clean(formdata.get(self.name, "")) if formdata else ""
        if text:
            formdata, data = None, self._read(text)
        rows = [] if data is unset_value or data is None else [dict(one) for one in self.rows_of(data)]
        super().process(formdata, rows)
        self.entries = [one for one in self.entries if self._counts(one.form)]

    def let_stand(self, value: Any) -> None:
        """What stands in the record already may stay, also where nobody could pick it any more."""
        for kept in self.rows_of(value):
            for entry in self.entries:
                for name, field in entry.form._fields.items():
                    if isinstance(field, PickField) and kept.get(name):
                        field.knows(str(kept[name]))

    def _read(self, text: str) -> Any:
        try:
            return self.read(text)
        except RuleBroken as refused:
            self.fault = say(refused.words)
        except ValueError as refused:
            self.fault = str(refused)
        return None

    def _counts(self, row: Form) -> bool:
        if row["remove"].data:
            return False
        return any(_is_typed(row[name]) for name in self.decides)

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        self.errors = [self.fault] if self.fault else []
        are_good = [one.validate(form) for one in self.entries]  # each row tells its own faults
        if self.fault or not all(are_good):
            return False
        try:
            self.value_of([one.form for one in self.entries])
        except RuleBroken as refused:
            self.errors = [say(refused.words)]
            return False
        return not any(one.form[name].errors for one in self.entries for name in self.columns)

    @property
    def data(self) -> Any:
        with suppress(RuleBroken):
            return self.value_of([one.form for one in self.entries])
        return self.value_of([])

    @data.setter
    def data(self, value: Any) -> None:
        self.process(None, value)

    def shown(self) -> dict[str, Any]:
        """What the template of a sheet is given."""
        if not self.entries:
            self.append_entry()
        blank = _row_form(type(self), locale())(prefix=f"{self.name}-__i__-")
        return {
            "name": self.name,
            "title": self.label.text,
            "fields": list(self.columns),
            "form_list": self.entries,
            "blank": SimpleNamespace(form=blank),
            "can_add": True,
            "is_part": True,
            "help": self.description,
            "errors": self.errors,
        }


def _is_typed(field: Any) -> bool:
    return field.data not in {None, ""} or any(clean(str(one)) for one in field.raw_data or ())


@lru_cache(maxsize=64)
def _row_form(sheet: type[SheetField], _language: str) -> type[Form]:
    remove = BooleanField(t("Remove", "移除"))
    return type("RowForm", (RecordForm,), {**sheet.row_fields(), "remove": remove})


def row_fault(field: Any, words: Any) -> None:
    """A sentence at a cell."""
    field.errors = [*field.errors, say(words)]


class ChecksField(Field):
    """Several of a few, each with its box; as text under the same name for programs."""

    kind = "checks"
    widget = CheckboxInput()
    choices: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, label: str = "", _validators: Any = (), **more: Any) -> None:
        super().__init__(label, **more)

    def read(self, text: str) -> list[str]:
        raise NotImplementedError

    def process_data(self, value: Any) -> None:
        self.data = list(value or ())

    def process_formdata(self, valuelist: list[Any]) -> None:
        given = ", ".join(filter(None, (clean(one) for one in valuelist)))
        self.data = []
        try:
            self.data = list(dict.fromkeys(self.read(given)))
        except RuleBroken as refused:
            raise ValueError(say(refused.words)) from None

    def _value(self) -> str:
        return ", ".join(self.data or ())

    def boxes(self) -> list[tuple[str, str, bool]]:
        return [(value, say(words), value in (self.data or ())) for value, words in self.choices.items()]
