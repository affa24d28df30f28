"""The controls of a form, drawn attribute by attribute: WTForms' own widgets would take half of a form's time."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape
from wtforms.widgets import CheckboxInput, Select, TextArea

NOTHING, SPACE, QUOTE, END = Markup(""), Markup(" "), Markup('"'), Markup(">")
TEXT_AREA, TEXT_AREA_END = Markup("<textarea"), Markup("</textarea>")
SELECT, SELECT_END = Markup("<select"), Markup("</select>")
OPTION, CHOSEN_OPTION, OPTION_END = Markup('<option value="'), Markup('" selected>'), Markup("</option>")
INPUT, OPTION_OPEN = Markup("<input"), Markup('">')
LINE = Markup("\r\n")
"""A browser drops the first line break of a text area; without one of ours it would be one of the text's."""


def draw(field: Any, given: Mapping[str, Any]) -> Markup:
    """A field as its widget would draw it, with the attributes of the template."""
    attributes = {"id": field.id, **_checks(field), **(field.render_kw or {}), **given, "name": field.name}
    match field.widget:
        case Select():
            return NOTHING.join([SELECT, *_written(attributes), END, *_options(field), SELECT_END])
        case TextArea():
            inside = escape(field._value())  # noqa: SLF001 - WTForms' name for what a field shows
            return NOTHING.join([TEXT_AREA, *_written(attributes), END, LINE, inside, TEXT_AREA_END])
        case CheckboxInput():
            attributes["checked"] = bool(field.data)
    attributes = {"type": field.widget.input_type, "value": field._value(), **attributes}  # noqa: SLF001 - as above
    return NOTHING.join([INPUT, *_written(attributes), END])


def _checks(field: Any) -> dict[str, Any]:
    """What the browser itself can check, as the field's validators say."""
    found = {name: getattr(field.flags, name) for name in field.widget.validation_attrs}
    return {name: value for name, value in found.items() if value is not None}


def _written(attributes: Mapping[str, Any]) -> Iterator[Markup]:
    for name, value in attributes.items():
        if value is True:
            yield _named(name)
        elif value is not False:
            yield from (_opened(name), escape(value), QUOTE)


@lru_cache
def _named(name: str) -> Markup:
    return SPACE + escape(name)


@lru_cache
def _opened(name: str) -> Markup:
    return _named(name) + Markup('="')


def _options(field: Any) -> Iterator[Markup]:
    for value, label in field.choices:
        chosen = CHOSEN_OPTION if value == field.data else OPTION_OPEN
        yield from (OPTION, escape(value), chosen, escape(label), OPTION_END)
