"""Ledger files from door to result: the samples row by row, other shapes of them, and files meant to do harm."""

import datetime as dt
import io
import json
import struct
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from models.ledger import judge_file, workbook
from rules.ledger import Known

SAMPLES = Path(__file__).parents[1] / "samples"
EXPECTED = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))
AS_OF = dt.date.fromisoformat(EXPECTED["as_of"])
FILES = (
    "节假日安排.csv",
    "员工花名册.xlsx",
    "工序抽检记录.xlsx",
    "培训考核成绩表.xlsx",
    "订单台账.xlsx",
    "月度考核表.xlsx",
)

POSTS = [["部门", "岗位", "部门编码", "编制"], ["一部", "焊工", "S1", 3]]
ROSTER = ["序号", "工号", "姓名", "部门", "岗位", "入职日期", "状态"]
ANNA = [1, "10001", "安娜", "一部", "焊工", "2020-01-02", "在职"]


@pytest.fixture(scope="module")
def samples():
    known = Known()
    return {name: judge_file(SAMPLES / name, known, as_of=AS_OF).as_json() for name in FILES}


def cells(findings):
    return [(one["cell"], one["code"]) for one in findings]


SHEETS = [(file, sheet) for file in FILES for sheet in EXPECTED["files"][file]["sheets"]]


@pytest.mark.parametrize("file,sheet", SHEETS)
def test_samples_row_by_row(samples, file, sheet):
    found, expected = samples[file]["sheets"][sheet], EXPECTED["files"][file]["sheets"][sheet]
    for part in expected.keys() - {"accepted", "refused"}:
        assert found[part] == expected[part], part
    accepted, refused = ({row["row"]: row for row in found[part]} for part in ("accepted", "refused"))
    for row in expected["accepted"]:
        assert accepted[row["row"]]["values"] == row["values"]
        assert cells(accepted[row["row"]].get("warnings", [])) == cells(row.get("warnings", []))
    for row in expected["refused"]:
        assert cells(refused[row["row"]]["faults"]) == cells(row["faults"])
    assert len(accepted) == len(expected["accepted"])
    assert len(refused) == len(expected["refused"])


def book(path, **sheets):
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as made:
        day = made.add_format({"num_format": 'm"月"d"日"'})
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    if isinstance(cell, dt.date):
                        sheet.write_datetime(number, place, dt.datetime.combine(cell, dt.time()), day)
                    else:
                        sheet.write(number, place, cell)
    return path


def judged(path, known=None, **more):
    return judge_file(path, known or Known({"post": [{"department": "一部", "post": "焊工"}]}), as_of=AS_OF, **more)


def only(result):
    assert result.refused is None
    return next(one for one in result.sheets if one.entity)


def values(result):
    return [row.values for row in only(result).accepted]


def test_columns_in_any_order_with_unknown_ones_and_sheets_that_are_no_ledger(tmp_path):
    rows = CalamineWorkbook.from_path(SAMPLES / "员工花名册.xlsx").get_sheet_by_name("花名册").to_python()
    turned = [["备用", *reversed(row)] for row in rows[2:]]
    path = book(tmp_path / "a.xlsx", 说明=[["填表说明"], ["1", "2"]], 花名册=turned)
    known = Known()
    judge_file(SAMPLES / "员工花名册.xlsx", known, as_of=AS_OF, sheet="部门岗位")
    found = judge_file(path, known, as_of=AS_OF).as_json()["sheets"]
    expected = EXPECTED["files"]["员工花名册.xlsx"]["sheets"]["花名册"]
    assert [row["values"] for row in found["花名册"]["accepted"]] == [row["values"] for row in expected["accepted"]]
    assert found["花名册"]["counts"] == expected["counts"]
    assert found["说明"]["entity"] is None


def test_english_headings_and_words(tmp_path):
    head = ["S/N", "Employee No.", "Full name", "Department", "Position", "Hire date", "Status", "E-mail", "Salary"]
    row = [1, 10001, "Anna Li", "S1", "Welder", dt.date(2020, 1, 2), "On leave", "A@B.example", 9]
    post = [["Department", "Dept code", "Post", "Key post", "Headcount"], ["Plant 1", "s1", "Welder", "yes", "3"]]
    # The roster stands first: the posts are taken in before it all the same.
    result = judged(book(tmp_path / "a.xlsx", Staff=[head, row], Posts=post), Known())
    assert [one.counts["accepted"] for one in result.sheets] == [1, 1]
    taken = result.sheets[0].accepted[0].values
    assert (taken["no"], taken["department"], taken["status"]) == ("10001", "Plant 1", "leave")
    assert taken["hired_on"] == dt.date(2020, 1, 2)


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("sign", [",", "\t", ";"])
def test_a_csv_in_any_encoding_of_the_office(tmp_path, encoding, sign):
    (tmp_path / "a.csv").write_bytes((SAMPLES / FILES[0]).read_text("utf-8-sig").replace(",", sign).encode(encoding))
    expected = EXPECTED["files"][FILES[0]]["sheets"][""]
    found = judged(tmp_path / "a.csv").as_json()["sheets"][""]
    assert found["counts"] == expected["counts"]
    assert [row["values"] for row in found["accepted"]] == [row["values"] for row in expected["accepted"]]


def test_the_table_may_begin_anywhere(tmp_path):
    shifted = [[], [], *[["", "", *row] for row in (ROSTER, ANNA)]]
    found = only(judged(book(tmp_path / "a.xlsx", x=shifted)))
    assert (found.header_rows, found.accepted[0].number, found.columns["D"]) == ((3,), 4, "工号")


def test_errors_and_formulas_without_a_value_are_no_empty_cells(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as made:
        sheet = made.add_worksheet("x")
        for number in range(4):
            sheet.write_row(number, 0, ROSTER if not number else [number, str(number), *ANNA[2:]])
        sheet.write_formula("B2", "=NA()", None, "#N/A")
        sheet.write_formula("F3", "=A1", None, "")
        sheet.write_formula("A4", "=A1", None, "#REF!")
    found = only(judged(tmp_path / "a.xlsx"))
    assert [cells(row["faults"]) for row in found.as_json()["refused"]] == [
        [("B2", "formula_error")],
        [("F3", "formula_without_value")],
    ]
    assert found.accepted[0].values["no"] == "3"


def test_a_hidden_sheet_is_left_alone_unless_it_is_named(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as made:
        made.add_worksheet("说明").write(0, 0, "x")
        sheet = made.add_worksheet("x")
        sheet.hide()
        for number, row in enumerate((ROSTER, ANNA)):
            sheet.write_row(number, 0, row)
    assert judged(tmp_path / "a.xlsx").refused.code == "no_ledger"
    assert only(judged(tmp_path / "a.xlsx", sheet="x")).counts["accepted"] == 1


def test_a_sheet_or_table_that_is_not_there_is_told(tmp_path):
    path = book(tmp_path / "a.xlsx", x=[ROSTER, ANNA])
    assert judged(path, sheet="y").refused.code == "no_such_sheet"
    assert judged(path, entity="spaceship").refused.code == "no_such_entity"
    assert judged(path, entity="post").refused.code == "no_ledger"
    assert only(judged(path, entity="employee", sheet="x")).counts["accepted"] == 1


def packed(**parts):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def with_part(path, part, change):
    """The workbook with one part changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            new.writestr(entry.filename, change(content) if entry.filename == part else content)
    return made.getvalue()


def many_entries():
    return packed(**{f"xl/{n}": "" for n in range(5000)}, **{"xl/workbook.xml": "x"})


def too_many_entries_told():
    return b"PK\x03\x04" + b"\x00" * 30 + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 65535, 4_000_000_000, 0, 0)


def encrypted_entry():
    content = bytearray(packed(**{"xl/workbook.xml": "x"}))
    content[content.find(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
GOOD_CSV = "日期,类型,节日,来源\n2025-01-01,放假,元旦,x\n"
HOSTILE = {
    "empty.xlsx": (b"", "file_empty"),
    "empty.csv": (b"", "file_empty"),
    "not-a-zip.xlsx": (b"hello", "file_not_a_workbook"),
    "html.xlsx": (b"<html><table><tr><td>1</td></tr></table></html>", "file_not_a_workbook"),
    "html.xls": (b"<html><table></table></html>", "file_is_xls"),
    "old.xls": (OLE + b"x" * 99, "file_is_xls"),
    "old.xlsx": (OLE + b"x" * 99, "file_is_xls"),
    "locked.xlsx": (OLE + "EncryptedPackage".encode("utf-16-le"), "file_encrypted"),
    "locked-entry.xlsx": (encrypted_entry(), "file_encrypted"),
    "a.ods": (packed(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "file_not_supported"),
    "ods.xlsx": (packed(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "file_not_a_workbook"),
    "a.xlsm": (b"PK\x03\x04", "file_not_supported"),
    "noname": (b"x", "file_not_supported"),
    "cut.xlsx": (packed(**{"xl/workbook.xml": "x" * 999})[:-30], "file_broken"),
    "empty-book.xlsx": (packed(**{"xl/workbook.xml": "x"}), "file_broken"),
    "bomb.xlsx": (
        packed(**{"xl/workbook.xml": "x", "xl/worksheets/sheet1.xml": b"\0" * (64 << 20)}),
        "file_suspicious",
    ),
    "entries.xlsx": (many_entries(), "file_suspicious"),
    "directory.xlsx": (too_many_entries_told(), "file_suspicious"),
    "zip.csv": (packed(a="b"), "file_not_text"),
    "nul.csv": (GOOD_CSV.encode() + b"\0\0\0", "file_not_text"),
    "bytes.csv": (b"\xff" * 50 + bytes(range(256)), "file_encoding"),
    "broken-utf8.csv": (GOOD_CSV.encode() + b"2025-01-02,\xff\xfe,x,x\n", "file_encoding"),
    "broken-bom.csv": (b"\xef\xbb\xbf\xff\xff", "file_encoding"),
    "open-quote.csv": ((GOOD_CSV + '"2025-01-02,放假').encode(), "csv_broken"),
    "giant.csv": ((GOOD_CSV + "x" * 100_000).encode(), "csv_broken"),
    "words.csv": ("只是一段话\n".encode(), "no_ledger"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_in_words(tmp_path, name):
    content, code = HOSTILE[name]
    (tmp_path / name).write_bytes(content)
    result = judged(tmp_path / name)
    assert (result.refused.code, result.sheets) == (code, [])
    assert all(len(result.refused.words.text(locale)) > 5 for locale in ("en", "zh"))


def test_a_file_that_is_not_there(tmp_path):
    assert judged(tmp_path / "a.xlsx").refused.code == "file_missing"
    assert judged(tmp_path).refused.code in {"file_missing", "file_not_supported"}


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"]
)
def test_entities_are_refused_wherever_they_stand(tmp_path, part):
    path = book(tmp_path / "a.xlsx", x=[ROSTER, ANNA])
    path.write_bytes(with_part(path, part, lambda text: text.replace(b"?>", b"?>" + ENTITIES, 1)))
    assert judged(path).refused.code == "file_suspicious"


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9, 0.999])
def test_a_truncated_workbook_is_refused(tmp_path, cut):
    content = (SAMPLES / "员工花名册.xlsx").read_bytes()
    (tmp_path / "a.xlsx").write_bytes(content[: int(len(content) * cut)])
    assert judged(tmp_path / "a.xlsx").refused.code == "file_broken"


def test_workbooks_with_flipped_bytes_never_raise(tmp_path):
    content = (SAMPLES / "员工花名册.xlsx").read_bytes()
    for at in range(50, len(content), len(content) // 12):
        (tmp_path / "a.xlsx").write_bytes(content[:at] + bytes([content[at] ^ 0x5A]) + content[at + 1 :])
        judged(tmp_path / "a.xlsx", Known()).as_json()


def replaced(tmp_path, old, new):
    path = book(tmp_path / "a.xlsx", x=[ROSTER, ANNA])
    path.write_bytes(with_part(path, "xl/worksheets/sheet1.xml", lambda text: text.replace(old, new)))
    started = time.perf_counter()
    result = judged(path)
    assert time.perf_counter() - started < 60
    return result


def test_a_lie_about_the_dimension_is_harmless(tmp_path):
    assert only(replaced(tmp_path, b'ref="A1:G2"', b'ref="A1:XFD1048576"')).counts["accepted"] == 1


def test_a_million_blank_rows_are_harmless(tmp_path):
    rows = b"".join(b'<row r="%d" ht="15"/>' % n for n in range(3, 1_048_577))
    assert only(replaced(tmp_path, b"</sheetData>", rows + b"</sheetData>")).counts["accepted"] == 1


def test_a_stray_cell_at_the_last_row_is_told_in_one_line(tmp_path):
    result = replaced(tmp_path, b"</sheetData>", b'<row r="150000"><c r="B150000"><v>1</v></c></row></sheetData>')
    assert [(one.row, one.to) for one in only(result).ignored] == [(3, 149_999)]


def test_a_cell_in_the_far_corner_is_refused(tmp_path):
    result = replaced(tmp_path, b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    assert result.refused.code == "file_too_much"


def test_a_huge_cell_is_refused(tmp_path):
    cell = b'<row r="3"><c r="B3" t="inlineStr"><is><t>' + b"x" * 40_000 + b"</t></is></c></row></sheetData>"
    assert replaced(tmp_path, b"</sheetData>", cell).refused.code == "cell_too_long"


def test_merges_without_end_are_harmless(tmp_path):
    merges = b'</sheetData><mergeCells count="1"><mergeCell ref="A3:XFD1048576"/></mergeCells>'
    assert only(replaced(tmp_path, b"</sheetData>", merges)).counts["accepted"] == 1


def test_a_parser_that_hangs_is_stopped(tmp_path, monkeypatch):
    (tmp_path / "hang.py").write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(workbook, "PARSER", tmp_path / "hang.py")
    monkeypatch.setattr(workbook, "SECONDS", 0.5)
    assert judged(book(tmp_path / "a.xlsx", x=[ROSTER, ANNA])).refused.code == "file_too_much"


def test_a_parser_that_dies_is_a_refusal(tmp_path, monkeypatch):
    (tmp_path / "die.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    monkeypatch.setattr(workbook, "PARSER", tmp_path / "die.py")
    assert judged(book(tmp_path / "a.xlsx", x=[ROSTER, ANNA])).refused.code == "file_too_much"
