"""The controls of a form, drawn attribute by attribute: WTForms' own widgets would take half of a form's time."""

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

from markupsafe import Markup
from wtforms.widgets import CheckboxInput, Select, TextArea


def draw(field: Any, given: Mapping[str, Any]) -> Markup:
    """A field as its widget would draw it, with the attributes of the template."""
    return Markup(_drawn(field, given))  # noqa: S704 - every value in it was escaped below


def _drawn(field: Any, given: Mapping[str, Any]) -> str:
    attributes = {"id": field.id, "name": field.name, **_checks(field), **(field.render_kw or {}), **given}
    match field.widget:
        case Select():
            return f"<select{_written(attributes)}>{''.join(_options(field))}</select>"
        case TextArea():
            inside = escape(field._value())  # noqa: SLF001 - WTForms' name for what a field shows
            # A browser drops the first line break: without one of ours it would be one of the text's.
            return f"<textarea{_written(attributes)}>\r\n{inside}</textarea>"
        case CheckboxInput():
            attributes["checked"] = bool(field.data)
    value = field._value()  # noqa: SLF001 - as above
    return f'<input type="{field.widget.input_type}" value="{escape(str(value))}"{_written(attributes)}>'


def _checks(field: Any) -> dict[str, Any]:
    """What the browser itself can check, as the field's validators say."""
    found = {name: getattr(field.flags, name) for name in field.widget.validation_attrs}
    return {name: value for name, value in found.items() if value is not None}


def _written(attributes: Mapping[str, Any]) -> str:
    shown = ((name, value) for name, value in attributes.items() if value is not False)
    return "".join(f" {name}" if value is True else f' {name}="{escape(str(value))}"' for name, value in shown)


def _options(field: Any) -> Iterator[str]:
    for name, options in getattr(field, "groups", {"": field.choices}).items():
        inside = "".join(_group(field, options))
        yield f'<optgroup label="{escape(name)}">{inside}</optgroup>' if name else inside


def _group(field: Any, options: Iterable[tuple[str, str]]) -> Iterator[str]:
    for value, label in options:
        chosen = " selected" if value == field.data else ""
        yield f'<option value="{escape(value)}"{chosen}>{escape(label)}</option>'
