"""Fields in which something is chosen: one of a few, or a record of another table."""

from collections.abc import Callable, Mapping
from typing import Any

from wtforms import SelectField
from wtforms.validators import ValidationError

from admin_views.fields.typed import Parsed, clean
from admin_views.session import db
from admin_views.signin import person_here
from admin_views.words import say, t
from models.base import Record
from rules.base import Choice, key_of


class ChoiceField(SelectField):
    kind = "choice"

    def __init__(self, label: str, validators: Any, *, choices: type[Choice], blank: bool, **more: Any) -> None:
        self.of = choices
        options = [(str(one), say(one.words)) for one in choices]
        super().__init__(
            label,
            validators,
            choices=[("", "—"), *options] if blank else options,
            validate_choice=False,
            coerce=str,
            **more,
        )

    def process_data(self, value: Any) -> None:
        self.data = "" if value is None else str(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = clean(valuelist[0]) if valuelist else ""

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in {str(one) for one in self.of}:
            raise ValidationError(t("This is not one of the choices.", "不在可选项之内。"))

    @property
    def value(self) -> Choice | None:
        return next((one for one in self.of if str(one) == self.data), None)


class PickField(SelectField):
    """One of several values, in groups where that helps; a value that stood there before may stay."""

    kind = "choice"

    def __init__(
        self, label: str = "", validators: Any = (), *, groups: Mapping[str, list[tuple[str, str]]], **more: Any
    ) -> None:
        self.groups = dict(groups)
        super().__init__(label, validators, choices=[], validate_choice=False, coerce=str, **more)

    def known(self) -> dict[str, str]:
        return {value: label for group in self.groups.values() for value, label in group}

    def process_data(self, value: Any) -> None:
        self.data = "" if value is None else str(value)
        if self.data:
            self.knows(self.data)

    def knows(self, value: str) -> None:
        """Adds a value that stood there before to the choices."""
        if value not in self.known():
            self.groups["…"] = [*self.groups.get("…", []), (value, value.rpartition("=")[2])]

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            given = clean(valuelist[0])
            self.data = next((value for value, label in self.known().items() if given == label), given)

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in self.known():
            raise ValidationError(t("This is not one of the choices.", "不在可选项之内。"))

    @property
    def value(self) -> Any:
        """What the column keeps."""
        return self.data or None


class PickerField(Parsed):
    """A record of another table: its key is posted, its label shown; only what the person may see can be picked."""

    kind = "relation"

    def __init__(
        self, label: str, validators: Any, *, model: type[Record], lookup_url: Callable[[], str], **more: Any
    ) -> None:
        self.model, self._lookup = model, lookup_url
        self.found: dict[int, Record | None] = {}
        super().__init__(label, validators, **more)

    @property
    def lookup_url(self) -> str:
        return self._lookup()

    def process_data(self, value: Any) -> None:
        self.data = self.kept = value.id if isinstance(value, Record) else value

    def parse(self, given: str) -> int:
        key = key_of(given)
        if key is None:
            raise ValueError(t("Choose one from the list.", "请从列表中选择。"))
        return key

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and self.picked is None:
            raise ValidationError(t("Choose one from the list.", "请从列表中选择。"))

    @property
    def picked(self) -> Record | None:
        if not isinstance(self.data, int):
            return None
        if self.data in self.found and self.data != self.kept:
            return self.found[self.data]
        found = db.session.get(self.model, self.data)
        if self.data == self.kept:  # it stands there already, and may stay where it was
            return found
        if found is None or found.voided_at is not None:
            return None
        seen = db.session.query(self.model.id).filter(self.model.id == self.data, self.model.visible_to(person_here()))
        return found if seen.first() is not None else None

    @property
    def picked_label(self) -> str:
        found = self.picked
        return found.label if found is not None else ""


LookupUrl = Callable[[str], Callable[[], str]]
