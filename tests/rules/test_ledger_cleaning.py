"""What cells become: the tables of rules 1 to 4."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.ledger import dates, kinds, numbers, people, text
from rules.ledger.known import Known
from rules.ledger.reasons import FORMULA_ERROR, Reason
from rules.ledgers import LEDGERS
from rules.ledgers.quality import VERDICTS

CELLS = st.one_of(
    st.text(),
    st.text("０１２３456789年月日.-/—：:上午点分 +±~≤=%", max_size=20),
    st.floats(),
    st.none(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.just(FORMULA_ERROR),
)
SETTING = kinds.Setting(2026, dt.date(2026, 6, 30))


def told(found):
    return found.code if isinstance(found, Reason) else found


@pytest.mark.parametrize(
    "cell,clean",
    [
        ("　陶峰 ", "陶峰"),
        ("袁　鑫", "袁鑫"),
        ("许 慧\n", "许慧"),
        ("Li Na ", "Li Na"),
        ("\xa0夜班\xa0", "夜班"),
        ("", None),
        ("  ", None),
        (12.0, "12"),
        (None, None),
        ("张\ufeff三", "张\ufeff三"),
        ("生产（一）部", "生产（一）部"),
        ("#REF!", "formula_error"),
    ],
)
def test_names(cell, clean):
    assert told(text.name(cell)) == clean


@pytest.mark.parametrize(
    "cell,clean",
    [
        ("=特聘技师", "=特聘技师"),
        ("@x", "@x"),
        ("-5 度", "-5 度"),
        ("ＯＫ，　好\n", "ＯＫ，　好"),
        ("/", "/"),
        ("a\x00b", "ab"),
        (1.5, "1.5"),
    ],
)
def test_free_text_keeps_everything_but_its_ends(cell, clean):
    assert text.text(cell) == clean


@pytest.mark.parametrize(
    "cell,clean",
    [
        (10009.0, "10009"),
        ("１００１９", "10019"),
        ("p05", "P05"),
        (" ｇｙ－ｃｃ－００１ ", "GY-CC-001"),
        ("10 009", "10009"),
        ("10009.0", "10009"),
        ("/", None),
        ("—", None),
        ("－", None),
        ("", None),
        ("x" * 99, "code_unreadable"),
    ],
)
def test_codes(cell, clean):
    assert told(text.code(cell)) == clean


@pytest.mark.parametrize(
    "cell,clean", [("Ａ／１", "A/1"), ("a/0版", "A/0"), ("第B/0版", "B/0"), ("A/0  ", "A/0"), (1.0, "1")]
)
def test_revisions(cell, clean):
    assert text.revision(cell) == clean


@pytest.mark.parametrize(
    "cell,clean",
    [
        ("142-0000-1000", "14200001000"),
        ("１４２００００１０８４", "14200001084"),
        (14200001063.0, "14200001063"),
        ("142 0000 1035 ", "14200001035"),
        ("026-5550 0107", "02655500107"),
        ("+1 (202) 555-0112", "+12025550112"),
        ("142000888", "phone_invalid"),
        ("14200001000/14200001001", "two_values_in_cell"),
        ("无", "phone_invalid"),
        ("/", None),
        ("14200001000、026-55500107", "two_values_in_cell"),
        ("0086 14200001000", "+8614200001000"),
        ("1420000100012", "phone_invalid"),
    ],
)
def test_phones(cell, clean):
    assert told(text.phone(cell)) == clean


@pytest.mark.parametrize(
    "cell,clean",
    [
        ("Y1＠HENGYUE.EXAMPLE ", "y1@hengyue.example"),
        ("a b@c.example", "ab@c.example"),
        ("nobody", "mail_invalid"),
        ("a@b", "mail_invalid"),
        ("—", None),
        ("a@b.cn;c@d.cn", "two_values_in_cell"),
    ],
)
def test_mails(cell, clean):
    assert told(text.mail(cell)) == clean


@pytest.mark.parametrize(
    "cell,year,clean",
    [
        ("2026.3.5", None, "2026-03-05"),
        ("2026/3/5", None, "2026-03-05"),
        (" 2026-03-05 ", None, "2026-03-05"),
        ("2026年3月5日", None, "2026-03-05"),
        ("２０２６．３．５", None, "2026-03-05"),
        ("3月5日", 2026, "2026-03-05"),
        ("3月5日", None, "date_without_year"),
        ("25.9.1", 2026, "date_ambiguous"),
        ("25年9月1日", 2026, "date_ambiguous"),
        ("2026-02-30", None, "date_impossible"),
        ("2月30日", 2026, "date_impossible"),
        ("2026.6.31", None, "date_impossible"),
        ("上周三", 2026, "date_unreadable"),
        ("尽快", None, "date_unreadable"),
        ("/", None, None),
        ("—", None, None),
        ("", None, None),
        (dt.datetime(2026, 3, 5), None, "2026-03-05"),
        (dt.date(2026, 3, 5), None, "2026-03-05"),
        (46114.0, None, "date_unreadable"),
        ("2026-03-05 00:00:00", None, "2026-03-05"),
        ("2026/3/5  9:05", None, "2026-03-05"),
        ("20260305", None, "2026-03-05"),
        ("2026-3-512", None, "date_unreadable"),
        ("2026年3月", None, "date_unreadable"),
        ("#VALUE!", None, "formula_error"),
        ("2026-13-01", None, "date_impossible"),
        ("3-5", 2026, "date_without_year"),
    ],
)
def test_days(cell, year, clean):
    found = dates.date(cell, year)
    assert (found.isoformat() if isinstance(found, dt.date) else told(found)) == clean


@pytest.mark.parametrize(
    "cell,clean",
    [
        ("2026.3.5 9:5", "2026-03-05T09:05:00"),
        ("2026/3/5  09:05", "2026-03-05T09:05:00"),
        ("2026年3月5日9时05分", "2026-03-05T09:05:00"),
        ("2026-03-05T09:05", "2026-03-05T09:05:00"),
        ("2026-3-5 下午2:30", "2026-03-05T14:30:00"),
        ("3月5日 9点", "2026-03-05T09:00:00"),
        ("2026/3/5　９：０５", "2026-03-05T09:05:00"),
    ],
)
def test_moments(cell, clean):
    day, time = dates.moment(cell, 2026)
    assert dt.datetime.combine(day, time).isoformat() == clean


@pytest.mark.parametrize(
    "cell,clean",
    [
        ("9:5", "09:05:00"),
        ("9点05分", "09:05:00"),
        ("9时05分", "09:05:00"),
        ("９：２０", "09:20:00"),
        ("08:35 ", "08:35:00"),
        ("上午9:05", "09:05:00"),
        ("下午2:30", "14:30:00"),
        ("下午14:30", "14:30:00"),
        ("9:05 PM", "21:05:00"),
        ("12:30 am", "00:30:00"),
        ("9点", "09:00:00"),
        ("9点半", "09:30:00"),
        ("14:50:30", "14:50:30"),
        (dt.time(13, 5), "13:05:00"),
        (0.5, "12:00:00"),
        (dt.datetime(2026, 1, 1, 8), "08:00:00"),
        (dt.timedelta(hours=7), "07:00:00"),
        ("25:70", "time_impossible"),
        (1.5, "time_impossible"),
        ("早班", "time_impossible"),
        ("下午", "time_impossible"),
        ("—", None),
        (float("nan"), "time_impossible"),
    ],
)
def test_times(cell, clean):
    found = dates.time(cell)
    assert (found.isoformat() if isinstance(found, dt.time) else told(found)) == clean


@pytest.mark.parametrize(
    "cell,unit,clean",
    [
        (" 1 ", None, "1"),
        ("6人", None, "6"),
        ("１", None, "1"),
        (0.1 + 0.2, None, "0.3"),
        ("1,234.5", None, "1234.5"),
        ("195A", "A", "195"),
        ("80μm", "μm", "80"),
        ("80μm", "µm", "80"),
        ("30℃", "℃", "30"),
        ("47h", "H", "47"),
        ("-5", None, "-5"),
        ("约1.2", "μm", "not_a_number"),
        ("1.2/1.9", "μm", "two_values_in_cell"),
        ("80-82", None, "two_values_in_cell"),
        ("0.12 0.15", "mm", "two_values_in_cell"),
        ("1.2mm/1.3mm", "mm", "two_values_in_cell"),
        ("1 234", None, "1234"),
        ("符合", None, "not_a_number"),
        ("/", None, None),
        ("", None, None),
        (float("nan"), None, "not_a_number"),
        (float("inf"), None, "not_a_number"),
        ("1e5", None, "not_a_number"),
        ("9" * 50, None, "not_a_number"),
        ("4%", "%", "4"),
        (-0.0, None, "0"),
        (".", None, "not_a_number"),
        ("١٢", None, "not_a_number"),
    ],
)
def test_numbers(cell, unit, clean):
    found = numbers.number(cell, unit)
    assert (str(found) if isinstance(found, Decimal) else told(found)) == clean


@pytest.mark.parametrize(
    "standard,unit,low,high",
    [
        ("12±0.03", "mm", "11.97", "12.03"),
        ("49.98~50.02", "mm", "49.98", "50.02"),
        ("6～9", "%", "6", "9"),
        ("180-220", "A", "180", "220"),
        ("≤1.6", "μm", None, "1.6"),
        ("<=1.6", None, None, "1.6"),
        ("不大于48", "h", None, "48"),
        ("≥1.2", None, "1.2", None),
        (">=6", None, "6", None),
        ("不小于1.2", "MPa", "1.2", None),
        ("-5~5", "℃", "-5", "5"),
        ("-10--5", None, "-10", "-5"),
        ("80 ± 4 N·m", "N·m", "76", "84"),
        ("≤ 1.6μm", "μm", None, "1.6"),
        ("８０～１２０", None, "80", "120"),
    ],
)
def test_limits(standard, unit, low, high):
    assert numbers.limits(standard, unit) == (low and Decimal(low), high and Decimal(high))


@pytest.mark.parametrize("standard", ["无裂纹、无气孔", "在有效期内", "50", "", None, "10-5", "φ50", "≤", "a~b"])
def test_any_other_standard_is_a_look_and_see_item(standard):
    assert numbers.limits(standard) is None


@pytest.mark.parametrize(
    "word,verdict",
    [
        ("OK", "ok"),
        ("ＯＫ", "ok"),
        ("ok ", "ok"),
        ("合格", "ok"),
        ("√", "ok"),
        ("Ng", "ng"),
        ("ＮＧ", "ng"),
        ("×", "ng"),
        ("不合格", "ng"),
        ("", None),
        ("—", None),
        ("待定", "choice_unknown"),
    ],
)
def test_verdicts(word, verdict):
    assert told(kinds.choice(VERDICTS)(SETTING)(word)) == verdict


@pytest.mark.parametrize(
    "line,sheet,year",
    [
        ("抽检记录表（2026年4月）", "x", 2026),
        ("", "2025年11月", 2025),
        ("2025年度台账 编制2025年", "2026", 2025),
        ("2025-2026年度", "x", None),
        ("2025年至2026年", "2026年", None),
        ("无", "Sheet1", None),
        ("April 2026", "x", 2026),
        ("20260401", "x", None),
    ],
)
def test_year_of_the_title(line, sheet, year):
    assert dates.year_of_title([line], sheet) == year


@given(CELLS)
def test_no_cell_makes_any_cleaning_raise(cell):
    for ledger in LEDGERS:
        for column in ledger.columns:
            if column.kind:
                column.kind(SETTING)(cell)
    numbers.number(cell, "mm")
    if isinstance(cell, str):
        numbers.limits(cell, "mm")
        people.whoever(Known(), cell)


@pytest.mark.parametrize("clean", [text.text, text.name, text.person, text.code, text.phone, text.mail])
@given(cell=CELLS)
def test_cleaning_twice_changes_nothing(clean, cell):
    once = clean(cell)
    if isinstance(once, str):
        assert clean(once) == once


@given(st.text("0123456789ABCxyz-./", min_size=1))
def test_full_width_signs_are_their_half_width_ones(written):
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in written)
    assert text.code(wide) == text.code(written)
    assert numbers.number(wide) == numbers.number(written)
    assert dates.date(wide, 2026) == dates.date(written, 2026)
