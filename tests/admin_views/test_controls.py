"""Our controls say what WTForms' own widgets say, attribute by attribute, whatever stands in them."""

from html.parser import HTMLParser

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Form, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import DateInput

from admin_views.controls import draw

NASTY = (
    "",
    "x",
    "5 < 6 & 7",
    '"quoted"',
    "it's",
    "\n first line",
    "<script>alert(1)</script>",
    "文字　",
    "</textarea>",
    "a",
)
GIVEN = {"class": "form-control", "aria-label": 'a "b"', "data-picker": "", "required": False}


class Seen(HTMLParser):
    """Every tag with its attributes, and the text between."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[object] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.found.append(data)


class Everything(Form):
    short = StringField("a", [InputRequired(), Length(max=20)])
    day = StringField("b", widget=DateInput(), render_kw={"step": "1"})
    long = TextAreaField("c", [Length(max=20)])
    choice = SelectField("d", choices=[("", "—"), ("a", "A & B"), ("x", '"X"')], validate_choice=False)
    flag = BooleanField("e")
    hidden = HiddenField("f")


@pytest.mark.parametrize("value", NASTY)
@pytest.mark.parametrize("given", [{}, GIVEN])
def test_a_control_is_what_the_widget_would_have_drawn(value, given):
    form = Everything(MultiDict({"short": value, "day": value, "long": value, "choice": value, "hidden": value}))
    for field in form:
        merged = {**(field.render_kw or {}), **given}
        assert Seen(draw(field, given)).found == Seen(field.widget(field, **merged)).found, field.name


@pytest.mark.parametrize("is_set", [True, False])
def test_a_flag_is_checked_when_it_is_set(is_set):
    form = Everything(data={"flag": is_set})
    ((tag, attributes),) = Seen(draw(form.flag, {})).found
    assert (tag, "checked" in attributes) == ("input", is_set)
