"""Fields in which something is typed: text that means a value, and stays as it was typed where it means none."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, StopValidation, ValidationError
from wtforms.widgets import DateInput, DateTimeLocalInput

from admin_views.words import t
from models.base import COMPANY_ZONE

LONGEST = 20_000


def clean(value: Any) -> Any:
    """Text without NUL and without space at its ends."""
    return value.replace("\0", "").strip() if isinstance(value, str) else value


class Required(InputRequired):
    """Something must be filled in."""

    def __init__(self) -> None:
        super().__init__()

    def __call__(self, form: Any, field: Any) -> None:
        if not field.raw_data or not clean(str(field.raw_data[0])):
            field.errors = []
            raise StopValidation(t("Please fill this in.", "请填写此项。"))


class Longest(Length):
    """Not longer than the column."""

    def __call__(self, form: Any, field: Any) -> None:
        if field.data and len(field.data) > self.max:
            raise ValidationError(t("At most {n} characters.", "最多 {n} 个字。", n=self.max))


class Parsed(StringField):
    """A text field whose text means a value; what was typed stays as it was typed."""

    kind = "text"

    def parse(self, given: str) -> Any:
        return given

    def write(self, value: Any) -> str:
        return str(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        given = clean(valuelist[0]) if valuelist else ""
        self.data = self.parse(given) if given else None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.write(self.data)


class DayField(Parsed):
    kind = "date"
    widget = DateInput()

    def parse(self, given: str) -> date:
        try:
            day = date.fromisoformat(given)
        except ValueError:
            raise ValueError(t("This is not a date.", "这不是有效的日期。")) from None
        if not 1900 <= day.year <= 2200:
            raise ValueError(t("The year is out of range.", "年份超出范围。"))
        return day

    def write(self, value: date) -> str:
        return value.isoformat()


class InstantField(Parsed):
    kind = "instant"
    widget = DateTimeLocalInput()

    def parse(self, given: str) -> datetime:
        try:
            moment = datetime.fromisoformat(given)
        except ValueError:
            raise ValueError(t("This is not a date and time.", "这不是有效的日期时间。")) from None
        if not 1900 <= moment.year <= 2200:
            raise ValueError(t("The year is out of range.", "年份超出范围。"))
        return moment if moment.tzinfo else moment.replace(tzinfo=COMPANY_ZONE)

    def write(self, value: datetime) -> str:
        local = value.astimezone(COMPANY_ZONE)
        return local.strftime("%Y-%m-%dT%H:%M:%S" if local.second else "%Y-%m-%dT%H:%M")


def exact(given: str, places: int = 4) -> Decimal:
    """A number as somebody typed it. Raises ValueError with a sentence."""
    try:
        number = Decimal(given.replace(",", ""))
    except InvalidOperation:
        raise ValueError(t("This is not a number.", "这不是数字。")) from None
    if not number.is_finite() or number.adjusted() >= 12:
        raise ValueError(t("The number is out of range.", "数值超出范围。"))
    if number != round(number, places):
        raise ValueError(t("At most {n} decimal places.", "最多 {n} 位小数。", n=places))
    return number


class ExactField(Parsed):
    kind = "decimal"
    places = 4

    def parse(self, given: str) -> Decimal:
        return exact(given, self.places)

    def write(self, value: Decimal) -> str:
        return format(value.normalize(), "f")


class WholeField(Parsed):
    kind = "number"

    def parse(self, given: str) -> int:
        try:
            number = int(given)
        except ValueError:
            raise ValueError(t("This is not a whole number.", "这不是整数。")) from None
        if abs(number) > 2**31 - 1:
            raise ValueError(t("The number is out of range.", "数值超出范围。"))
        return number


class PairsField(Parsed):
    """Conditions as people write them: ``severity=major; category=process``."""

    def parse(self, given: str) -> dict[str, str]:
        found = {}
        for part in filter(None, (one.strip() for one in given.replace("；", ";").split(";"))):
            name, sign, value = part.replace("：", "=").partition("=")
            if not (sign and name.strip().isidentifier() and value.strip()):
                raise ValueError(t("Write conditions as severity=major; …", "条件请写成 severity=major；…"))
            found[name.strip()] = value.strip()
        return found

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        self.data = self.data or {}

    def write(self, value: dict[str, Any]) -> str:
        return "; ".join(f"{name}={one}" for name, one in value.items())


class FlagField(BooleanField):
    kind = "bool"


class LongField(TextAreaField):
    kind = "long_text"


class ShortField(StringField):
    kind = "text"
