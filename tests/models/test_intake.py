"""Ledgers stored: the samples in order, again, half way, refused; both engines."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import xlsxwriter
from sqlalchemy import create_engine, event, func, select
from sqlalchemy.orm import Session

from models.actions import ActionItem, climb_ladders
from models.assessment import execution_pass_rates
from models.base import Act, Source, on_date
from models.chain import verify
from models.engine import engine_options
from models.event import ApprovalRecord, Delivery, Event, PeriodLock, Reminder
from models.intake import checks, known_from, people, take
from models.journal import acting
from models.organisation import Customer, Department, Employee, Placement, Post, ProductModel, Team
from models.process import DocumentRevision, ProcessDocument
from models.quality import SpotCheck, SpotCheckItem
from models.regulation import CalendarDay, Figure, SlaPolicy
from models.regulation.shipped import ship
from models.reminding import remind
from models.schedule import DailyReport, DelayRecord, SalesOrder, plan_of
from rules.assessment import Period
from rules.base import SYSTEM, NotYours, Person, Role
from rules.quality import CheckKind, Verdict
from tests.factory_of_ledgers import AT, EXPECTED, FILES, url_on
from tests.factory_of_ledgers import take as take_file

CHECKS = EXPECTED["files"][FILES[2]]["sheets"]
PEOPLE = [row["values"] for row in EXPECTED["files"][FILES[1]]["sheets"]["花名册"]["accepted"]]
ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
POSTS = ["部门", "部门编码", "部门类别", "岗位", "岗位编码", "编制"]
ROSTER = ["序号", "工号", "姓名", "部门", "岗位", "班组", "班组长", "入职日期", "状态", "联系电话"]
LATER = AT + timedelta(days=7)


def opened(request, engine):
    for url in url_on(request, engine):
        made = create_engine(url, **engine_options(url))
        with Session(made) as session:
            yield session
        made.dispose()


@pytest.fixture(params=ENGINES)
def company(request):
    """A session on a company without people, on each engine."""
    yield from opened(request, request.param)


@pytest.fixture
def small(request):
    """The same on SQLite alone."""
    yield from opened(request, "sqlite")


def count(session, model, *where):
    return session.scalar(select(func.count()).select_from(model).where(*where))


def book(path, **sheets):
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as made:
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def roster(*rows):
    return [ROSTER, *[[number, *row] for number, row in enumerate(rows, start=1)]]


ANNA = ("20001", "安娜", "一部", "焊工", "甲班", "", "2020-01-02", "试用", "14200000001")
BEN = ("20002", "本杰", "一部", "焊工", "甲班", "安娜", "2020-01-03", "在职", "14200000002")


@pytest.fixture
def staffed(small, tmp_path):
    """One department with two people in one team."""
    posts = [POSTS, ["一部", "S1", "生产", "焊工", "P1", 3], ["一部", "S1", "生产", "车工", "P2", 3]]
    report = take_file(small, book(tmp_path / "0.xlsx", 岗位=posts, 花名册=roster(ANNA, BEN)))
    assert report.refusals() == []
    return small


def test_the_samples_in_order(company):
    for file in FILES:
        report = take_file(company, file)
        assert report.is_stored
        found = {sheet.name: sheet.counts for sheet in report.result.sheets}
        assert found == {name: one["counts"] for name, one in EXPECTED["files"][file]["sheets"].items()}
    people_are_there(company)
    assert count(company, CalendarDay) == 48
    revisions_follow_each_other(company)
    checks_are_there(company)
    proof_is_there(company)
    for month in (4, 5):
        rates_agree(company, month)
    nobody_is_told(company)
    nothing_is_new(company)


def people_are_there(session):
    expected = PEOPLE
    stored = {one.no: one for one in session.scalars(select(Employee))}
    assert len(stored) == len(expected) == 81
    for row in expected:
        one = stored[row["no"]]
        found = {name: getattr(one, name) for name in ("name", "status", "phone", "mail", "note")}
        assert found == {name: row[name] for name in found}
        assert (one.department.name, one.post.name, one.team.name if one.team else None) == (
            row["department"],
            row["post"],
            row["team"],
        )
        assert [place.from_on for place in one.placements] == [date.fromisoformat(row["hired_on"])]
        assert (one.placement is None) == (row["status"] == "left")
    leading = select(Employee.no).join(Placement).where(Placement.leads_team, Placement.to_on.is_(None))
    leaders = {row["team_leader"] for row in expected if row["team_leader"]}
    assert set(session.scalars(leading)) == leaders
    assert count(session, Team) == len({(row["department"], row["team"]) for row in expected if row["team"]})
    assert (count(session, Department), count(session, Post)) == (8, 21)
    assert session.scalar(select(Department.kind).where(Department.code == "RL")) == "hr"


def revisions_follow_each_other(session):
    rows = [row["values"] for row in CHECKS["受控文件清单"]["accepted"]]
    for doc_no in {row["doc_no"] for row in rows}:
        expected = sorted((row["effective_on"], row["rev_no"]) for row in rows if row["doc_no"] == doc_no)
        stored = session.scalars(
            select(DocumentRevision)
            .join(ProcessDocument)
            .where(ProcessDocument.doc_no == doc_no)
            .order_by(DocumentRevision.released_at)
        ).all()
        assert [(on_date(one.released_at).isoformat(), one.rev_no) for one in stored] == expected
        assert [one.superseded_at for one in stored] == [*[one.released_at for one in stored[1:]], None]
        assert [str(one.status) for one in stored] == [*["superseded"] * (len(stored) - 1), "released"]
    assert stored[0].released_at.astimezone(UTC).hour == 16
    assert count(session, DocumentRevision) == 16
    of_papers = ApprovalRecord.entity == "document_revision"
    assert count(session, ApprovalRecord, ApprovalRecord.is_imported, of_papers) == 16
    assert count(session, ApprovalRecord) == count(session, ApprovalRecord, ApprovalRecord.is_imported)


def checks_are_there(session):
    expected = [row["values"] for name, one in CHECKS.items() if "月" in name for row in one["accepted"]]
    items = session.execute(
        select(SpotCheck.no, SpotCheck.checked_at, SpotCheckItem)
        .join(SpotCheckItem)
        .where(SpotCheck.kind == CheckKind.SPOT_CHECK)
    ).all()
    stored = {(no, item.question): (at, item) for no, at, item in items}
    assert len(stored) == len(items) == len(expected) == 141
    numbers = dict(session.execute(select(Employee.id, Employee.no)).all())
    for row in expected:
        at = datetime.fromisoformat(row["checked_at"])
        found_at, item = stored[f"CJ-{at:%Y%m}-{row['check_no']:03d}", row["item"]]
        assert found_at == at
        assert (item.verdict, numbers[item.employee_id]) == (row["verdict"], row["employee"])
        assert [None if one is None else float(one) for one in (item.lower, item.upper, item.value)] == [
            row["lower"],
            row["upper"],
            row["value"],
        ]
    assert len({no for no, _, _ in items}) == len({row["check_no"] for row in expected})


def proof_is_there(session):
    """Every failing line has its rectification, and what the ledger knows of the re-check has happened to it."""
    items = {(one.check.no, one.question): one for one in session.scalars(select(SpotCheckItem))}
    actions = {one.source_id: one for one in session.scalars(select(ActionItem))}
    failed = [row["values"] for name, one in CHECKS.items() if "月" in name for row in one["accepted"]]
    failed = [row for row in failed if row["verdict"] == "ng"]
    assert len(actions) == len(failed)
    for row in failed:
        at = datetime.fromisoformat(row["checked_at"])
        action = actions[items[f"CJ-{at:%Y%m}-{row['check_no']:03d}", row["item"]].id]
        assert on_date(action.due_at).isoformat() == row["due_on"]
        assert action.opened_at == at
        match row["recheck_result"]:
            case "ok":
                assert action.status in {"closed", "watching"}
                assert (action.status == "watching") == action.is_repeat
            case "ng":
                assert action.status == "returned"
            case None:
                assert action.status == "open"
        if row["recheck_on"]:
            last = action.last_round
            assert at < last.submitted_at < last.checked_at <= AT
            assert on_date(last.checked_at).isoformat() == row["recheck_on"]
            assert last.checked_by_id != action.responsible_id


def rates_agree(session, month):
    homes = {
        row["values"]["no"]: row["values"]["department"]
        for row in EXPECTED["files"][FILES[1]]["sheets"]["花名册"]["accepted"]
    }
    passed, judged = Counter(), Counter()
    for row in CHECKS[f"2026年{month}月"]["accepted"]:
        home = homes[row["values"]["employee"]]
        judged[home] += 1
        passed[home] += row["values"]["verdict"] == "ok"
    names = dict(session.execute(select(Department.id, Department.name)).all())
    rates = {names[one.department_id]: one for one in execution_pass_rates(session, Period.month(2026, month))}
    assert {name: one.denominator for name, one in rates.items()} == judged
    assert {name: one.numerator for name, one in rates.items()} == {name: passed[name] for name in judged}


def nobody_is_told(session):
    with acting(session, Act(SYSTEM, AT, Source.SCHEDULER)):
        assert climb_ladders(session, AT) == climb_ladders(session, AT + timedelta(days=60)) == 0
        session.commit()
    assert count(session, Delivery) == count(session, Reminder) == 0
    events, fault = verify(session.get_bind(), {})
    assert fault is None
    assert events == count(session, Event) > 0
    sources = set(session.scalars(select(Event.source).where(Event.at == AT, Event.entity == "spot_check")))
    assert sources == {Source.IMPORT, Source.CONSEQUENCE}


def nothing_is_new(session):
    before = count(session, Event)
    for file in FILES:
        report = take_file(session, file, at=LATER)
        assert report.is_stored
        assert set(report.totals) == {"unchanged"}
    assert count(session, Event) == before
    assert (count(session, Employee), count(session, DocumentRevision)) == (81, 16)


def test_one_bad_row_and_nothing_is_stored(company):
    before = count(company, Event)
    report = take_file(company, FILES[1], all_or_nothing=True)
    assert not report.is_stored
    assert "花名册!D21: There is no such department." in report.refusals()
    assert any("没有这个部门" in line for line in report.refusals("zh"))
    assert count(company, Employee) == count(company, Department) == 0
    assert count(company, Event) == before


@pytest.mark.parametrize("file,half,method", [(1, 40, (people.Roster, "take")), (2, 30, (checks.Book, "_store"))])
def test_killed_half_way_nothing_is_stored(company, monkeypatch, file, half, method):
    for one in FILES[:file]:
        take_file(company, one)
    tables = (Event, Employee, Department, Team, DocumentRevision, SpotCheck, ActionItem, ApprovalRecord)
    before = [count(company, one) for one in tables]
    done, kept = [], getattr(*method)

    def die_half_way(*args):
        done.append(args)
        if len(done) == half:
            raise KeyboardInterrupt
        return kept(*args)

    monkeypatch.setattr(*method, die_half_way)
    with pytest.raises(KeyboardInterrupt):
        take_file(company, FILES[file])
    assert [count(company, one) for one in tables] == before
    monkeypatch.undo()
    assert take_file(company, FILES[file]).totals["created"] > half


def test_a_dry_run_tells_everything_and_stores_nothing(small):
    before = count(small, Event)
    for file in FILES[:2]:
        report = take_file(small, file, dry_run=True, all_or_nothing=True)
        assert not report.is_stored
        assert report.totals["created"] > 40
    assert count(small, Employee) == 0
    assert count(small, Event) == before


def test_a_closed_period_refuses_its_rows_alone(company):
    for file in FILES[:2]:
        take_file(company, file)
    with acting(company, Act(SYSTEM, AT)):
        company.add(PeriodLock(from_on=date(2026, 4, 1), to_on=date(2026, 4, 30), locked_at=AT, reason="4月"))
        company.commit()
    report = take_file(company, FILES[2])
    sheets = {sheet.name: sheet for sheet in report.result.sheets}
    assert sheets["2026年4月"].counts == {"accepted": 0, "refused": 85}
    assert sheets["2026年5月"].counts == CHECKS["2026年5月"]["counts"]
    codes = Counter(fault.reason.code for row in sheets["2026年4月"].refused for fault in row.faults)
    assert codes["period_locked"] == 70
    assert any("C4: 2026-04-02 lies in a closed assessment period." in line for line in report.refusals())
    assert count(company, SpotCheck, SpotCheck.checked_at < datetime(2026, 4, 30, 16, tzinfo=UTC)) == 0
    assert verify(company.get_bind(), {})[1] is None


def test_history_from_before_the_figures_were_set(small):
    for file in FILES[:2]:
        take_file(small, file)
    with acting(small, Act(SYSTEM, AT)):
        for one in [*small.scalars(select(Figure)), *small.scalars(select(SlaPolicy))]:
            one.from_on = date(2026, 7, 1)
        small.commit()
    report = take_file(small, FILES[2])
    assert report.counts["2026年4月"]["created"] == 70
    assert count(small, ActionItem, ActionItem.is_repeat) == 0


def test_what_differs_is_changed_and_told_once(staffed, tmp_path):
    before = count(staffed, Event)
    anna = (*ANNA[:7], "在职", "14200000009")
    report = take_file(staffed, book(tmp_path / "1.xlsx", x=roster(anna, BEN)), at=LATER)
    assert report.totals == {"updated": 1, "unchanged": 1}
    one = staffed.scalar(select(Employee).where(Employee.no == "20001"))
    assert (one.status, one.phone, len(one.placements)) == ("active", "14200000009", 1)
    changed = staffed.scalars(select(Event).where(Event.seq > before)).all()
    assert [one.action for one in changed] == ["confirm"]
    assert changed[0].changes["phone"] == ["14200000001", "14200000009"]


def test_who_moves_has_two_placements_and_the_team_one_leader(staffed, tmp_path):
    anna = (*ANNA[:3], "车工", "", "", *ANNA[6:])
    ben = (*BEN[:4], "甲班", "本杰", *BEN[6:])
    report = take_file(staffed, book(tmp_path / "1.xlsx", x=roster(anna, ben)), at=LATER)
    assert (report.refusals(), report.totals) == ([], {"updated": 2})
    one = staffed.scalar(select(Employee).where(Employee.no == "20001"))
    places = [(place.from_on, place.to_on, place.post.name, place.leads_team) for place in one.placements]
    assert places[0][0] == date(2020, 1, 2)
    assert places[-1] == (on_date(LATER), None, "车工", False)
    assert all(to_on is not None for _, to_on, _, _ in places[:-1])
    leading = select(Employee.no).join(Placement).where(Placement.leads_team, Placement.to_on.is_(None))
    assert staffed.scalars(leading).all() == ["20002"]


def test_a_status_that_cannot_be_reached_is_refused(staffed, tmp_path):
    left = (*BEN[:7], "离职", BEN[8])
    assert take_file(staffed, book(tmp_path / "1.xlsx", x=roster(left)), at=LATER).totals == {"updated": 1}
    report = take_file(staffed, book(tmp_path / "2.xlsx", x=roster(BEN)), at=LATER)
    assert report.refusals() == ["x!I2: From the stored status this one cannot be reached. Change it on screen."]
    one = staffed.scalar(select(Employee).where(Employee.no == "20002"))
    assert (one.status, one.left_on, one.placement) == ("left", on_date(LATER), None)


def test_who_is_on_leave_in_the_roster_has_an_absence_from_that_day(staffed, tmp_path):
    away = ("20003", "丙三", *BEN[2:4], "", "", BEN[6], "休假", "14200000003")
    take_file(staffed, book(tmp_path / "1.xlsx", x=roster(away)), at=LATER)
    one = staffed.scalar(select(Employee).where(Employee.no == "20003"))
    assert (one.status, [(each.from_on, each.to_on) for each in one.absences]) == ("leave", [(on_date(LATER), None)])


def test_columns_that_the_ledger_lacks_stay_as_they_are(staffed, tmp_path):
    rows = [
        ["工号", "姓名", "部门", "岗位", "入职日期", "状态"],
        ["20001", "安娜", "一部", "焊工", "2020-01-02", "试用"],
    ]
    report = take_file(staffed, book(tmp_path / "1.xlsx", x=rows), at=LATER)
    assert report.totals == {"unchanged": 1}


CHECK = [
    "抽检编号",
    "检查日期",
    "时间",
    "岗位",
    "被检人工号",
    "检验员",
    "检查项目",
    "标准",
    "实测值",
    "判定",
    "整改期限",
    "复检日期",
    "复检结果",
]
LINE = [7, "2026-06-01", "09:00", "焊工", "20001", "本杰", "电流", "180~220", 200, "OK", "", "", ""]
FAILED = [*LINE[:6], "外观", "无裂纹", "", "NG", "2026-06-03", "", ""]


def check_book(path, *lines):
    return book(path, 六月=[CHECK, *lines])


def test_lines_that_come_later_are_added_and_a_recheck_too(staffed, tmp_path):
    assert take_file(staffed, check_book(tmp_path / "1.xlsx", FAILED)).totals == {"created": 1}
    done = [*FAILED[:11], "2026-06-02", "OK"]
    report = take_file(staffed, check_book(tmp_path / "2.xlsx", done, LINE), at=LATER)
    assert (report.refusals(), report.totals) == ([], {"created": 1, "updated": 1})
    action = staffed.scalars(select(ActionItem)).one()
    assert (action.status, action.closed_at < AT) == ("closed", True)
    stored = staffed.execute(select(SpotCheck.no, SpotCheck.status).order_by(SpotCheck.id)).all()
    assert [row for row in stored if row.no.startswith("CJ-202606-")] == [
        ("CJ-202606-007", "closed"),
        ("CJ-202606-007-2", "closed"),
    ]
    assert take_file(staffed, check_book(tmp_path / "2.xlsx", done, LINE), at=LATER).totals == {"unchanged": 2}


def test_a_submitted_check_is_not_changed_by_a_ledger(staffed, tmp_path):
    take_file(staffed, check_book(tmp_path / "1.xlsx", LINE))
    for place, value in ((2, "10:00"), (8, 219), (5, "安娜（20001）")):
        other = [*LINE[:place], value, *LINE[place + 1 :]]
        report = take_file(staffed, check_book(tmp_path / "2.xlsx", other), at=LATER)
        assert len(report.refusals()) == 1
    assert staffed.scalars(select(SpotCheckItem.value)).all() == [Decimal(200)]


def test_numbers_that_cannot_be_kept_exactly_are_refused(staffed, tmp_path):
    line = [*LINE[:8], 200.00001, *LINE[9:]]
    report = take_file(staffed, check_book(tmp_path / "1.xlsx", line))
    assert report.refusals() == ["六月!I2: Numbers are kept with at most four decimals."]


def test_one_check_has_one_time_and_one_inspector(staffed, tmp_path):
    report = take_file(staffed, check_book(tmp_path / "1.xlsx", LINE, [7, "2026-06-02", *FAILED[2:]]))
    assert [line.split(":")[0] for line in report.refusals()] == ["六月!A3"]
    assert count(staffed, SpotCheckItem) == 1


def test_reading_against_limits_decides(staffed, tmp_path):
    line = [*LINE[:8], 221, "OK", "2026-06-02", "", ""]
    take_file(staffed, check_book(tmp_path / "1.xlsx", line))
    assert staffed.scalars(select(SpotCheckItem.verdict)).one() is Verdict.NG
    assert staffed.scalars(select(ActionItem.due_at)).one() == datetime(2026, 6, 2, 9, 30, tzinfo=UTC)


def test_an_earlier_revision_cannot_be_put_behind_a_later_one(staffed, tmp_path):
    head = ["文件编号", "文件名称", "文件类型", "岗位", "版次", "生效日期", "状态"]
    paper = ["W-1", "焊接", "操作规程", "焊工"]
    new, old = [*paper, "A/1", "2025-01-01", "现行"], [*paper, "A/0", "2024-01-01", "作废"]
    assert take_file(staffed, book(tmp_path / "1.xlsx", x=[head, new])).totals == {"created": 1}
    report = take_file(staffed, book(tmp_path / "2.xlsx", x=[head, old, new]))
    assert [row.faults[0].reason.code for row in report.result.sheets[0].refused] == ["revision_too_late"]
    assert report.totals == {"unchanged": 1}
    ended = [*paper, "A/2", "2025-06-01", "作废"]
    assert take_file(staffed, book(tmp_path / "3.xlsx", x=[head, ended])).totals == {"created": 1}
    document = staffed.scalars(select(ProcessDocument)).one()
    statuses = set(staffed.scalars(select(DocumentRevision.status)))
    assert (document.status, statuses) == ("obsolete", {"superseded"})
    told = select(Event.action).where(Event.entity == "process_document").order_by(Event.seq)
    assert staffed.scalars(told).all() == ["create", "make_obsolete"]


def test_only_who_may_create_the_records_hands_in_their_ledger(small):
    hr = Person(None, 1, {Role.HR: None})
    with pytest.raises(NotYours):
        take_file(small, FILES[0], importer=hr)
    with pytest.raises(NotYours):
        take_file(small, FILES[1], importer=hr)  # departments and posts are the administrator's
    assert take_file(small, FILES[0], importer=Person(None, None, {Role.ADMIN: None})).is_stored


def test_a_row_costs_the_same_in_a_long_ledger(staffed, tmp_path):
    spent = []

    def statements(first, last):
        seen = []

        def listener(*_):
            seen.append(1)

        event.listen(staffed.get_bind(), "before_cursor_execute", listener)
        rows = [(str(no), f"人{no}", *ANNA[2:4], "", "", *ANNA[6:]) for no in range(first, last)]
        assert take_file(staffed, book(tmp_path / f"{first}.xlsx", x=roster(*rows))).totals == {"created": last - first}
        event.remove(staffed.get_bind(), "before_cursor_execute", listener)
        spent.append(len(seen))

    statements(30000, 30050)
    statements(40000, 40150)
    assert (spent[1] - spent[0]) <= 2 * 100 + 5


def test_what_is_known_takes_few_queries(company):
    for file in FILES:
        take_file(company, file)
    seen = []
    event.listen(company.get_bind(), "before_cursor_execute", lambda *row: seen.append(row[2]))
    known = known_from(company)
    assert len([one for one in seen if one.startswith("SELECT")]) == 9
    assert known.employee("10001")["department"] == "总经办"
    assert known.post("生产二部", "P03") == "部门经理"
    assert known.in_force("GY-XX-001", date(2026, 5, 10)) == "A/1"
    assert known.in_force("GY-XX-001", date(2026, 5, 11)) == "B/0"


def test_every_ledger_has_its_store():
    from rules.ledgers import LEDGERS

    assert [one.entity for one in LEDGERS if one.entity not in take.STORES] == []


# Customers and products


def test_customers_and_products_of_the_order_ledger_are_taken_in_once(company):
    report = take_file(company, "订单台账.xlsx")
    sheets = EXPECTED["files"]["订单台账.xlsx"]["sheets"]
    for name, model in (("客户", Customer), ("产品", ProductModel)):
        wanted = [row["values"] for row in sheets[name]["accepted"]]
        sheet = next(one for one in report.result.sheets if one.name == name)
        assert [row.values for row in sheet.accepted] == wanted
        stored = company.scalars(select(model).order_by(model.id)).all()
        assert [{key: getattr(one, key) for key in wanted[0]} for one in stored] == wanted
        assert report.counts[name] == {"created": len(wanted)}
    again = take_file(company, "订单台账.xlsx")
    assert set(again.counts["客户"]) == set(again.counts["产品"]) == {"unchanged"}


def market_file(tmp_path, customers, products):
    path = tmp_path / "market.xlsx"
    book = xlsxwriter.Workbook(str(path))
    headings = {
        "客户": ["客户编码", "客户", "等级", "联系人", "联系电话"],
        "产品": ["产品型号", "产品名称", "规格", "质保期"],
    }
    for name, rows in (("客户", customers), ("产品", products)):
        page = book.add_worksheet(name)
        for place, row in enumerate([headings[name], *rows]):
            page.write_row(place, 0, row)
    book.close()
    return path


def test_a_customer_changes_by_his_code_and_no_two_have_one_name(small, tmp_path):
    take_file(
        small,
        market_file(
            tmp_path,
            [["K1", "甲厂", "A", "张三", "14200000001"], ["K2", "乙厂", "", "", ""]],
            [["M-1", "减速机", "", 12]],
        ),
    )
    rows = [["K1", "甲厂", "C", "李四", "14200000001"], ["K3", "乙厂", "B", "", ""], ["K4", "丙厂", "", "王" * 101, ""]]
    report = take_file(
        small, market_file(tmp_path, rows, [["M-1", "减速机", "速比 16", ""], ["M-2", "泵" * 101, "", 12]])
    )
    assert report.counts == {"客户": {"updated": 1}, "产品": {"updated": 1}}
    one, two = small.scalars(select(Customer).order_by(Customer.code)).all()
    assert (one.level, one.contact, two.level) == ("C", "李四", "B")
    model = small.scalars(select(ProductModel)).one()
    assert (model.spec, model.warranty_months) == ("速比 16", 12)
    assert [row.faults[0].reason.code for sheet in report.result.sheets for row in sheet.refused] == [
        "stored_otherwise",
        "text_too_long",
        "text_too_long",
    ]


def test_what_was_voided_takes_no_ledger(small, tmp_path):
    path = market_file(tmp_path, [["K1", "甲厂", "A", "", ""]], [["M-1", "减速机", "", 12]])
    take_file(small, path)
    with acting(small, Act(SYSTEM, AT, Source.COMMAND)):
        for one in (small.scalars(select(Customer)).one(), small.scalars(select(ProductModel)).one()):
            one.voided_at = AT
        small.commit()
    report = take_file(small, path)
    assert [row.faults[0].reason.code for sheet in report.result.sheets for row in sheet.refused] == [
        "voided",
        "voided",
    ]


# Orders

YEARS = ("2025年", "2026年")


def test_orders_of_the_order_ledger_live_their_lives_at_the_days_of_their_rows(company):
    for file in FILES[:2]:
        take_file(company, file)
    report = take_file(company, "订单台账.xlsx")
    sheets = EXPECTED["files"]["订单台账.xlsx"]["sheets"]
    wanted = [row["values"] for year in YEARS for row in sheets[year]["accepted"]]
    assert [report.counts[year]["created"] for year in YEARS] == [len(sheets[year]["accepted"]) for year in YEARS]
    orders = {one.no: one for one in company.scalars(select(SalesOrder))}
    assert len(orders) == len(wanted)
    for row in wanted:
        found = orders[row["no"]]
        assert (found.customer.code, found.model.code, found.qty) == (row["customer"], row["model"], row["qty"])
        assert (found.sales.no, found.project_lead.no) == (row["sales"], row["project_lead"])
        days = [found.ordered_on, found.requested_on, found.baseline_on, found.kpi_due_on, found.delivered_on]
        names = ("ordered_on", "requested_on", "promised_on", "promised_on", "delivered_on")
        assert [one and one.isoformat() for one in days] == [row[name] for name in names]
        stages = plan_of(found).stages
        assert [(one.name, one.planned_end_on.isoformat()) for one in stages] == [
            (one["name"], one["planned_end_on"]) for one in row["stages"]
        ]
        assert [one.actual_end_on and one.actual_end_on.isoformat() for one in stages] == [
            one["actual_end_on"] for one in row["stages"]
        ]
        assert (found.status == "delivered") is (row["delivered_on"] is not None)
        delays = company.scalars(select(DelayRecord).where(DelayRecord.order_id == found.id)).all()
        assert [one.order_effect_working_days for one in delays] == [row["delay_working_days"]][: len(delays)]
        assert len(delays) == (row["delay_working_days"] is not None)
    again = take_file(company, "订单台账.xlsx")
    assert [set(again.counts[year]) for year in YEARS] == [{"unchanged"}, {"unchanged"}]


def test_nothing_that_the_order_ledger_tells_of_the_past_is_told_or_noted_as_late(company):
    for file in (*FILES[:2], "订单台账.xlsx"):
        take_file(company, file)
    told = company.scalars(
        select(Delivery).join(Event, Event.seq == Delivery.event_seq).where(Event.entity == "sales_order")
    )
    assert list(told) == []
    delays = count(company, DelayRecord)
    remind(company, AT + timedelta(hours=1))
    assert count(company, DelayRecord) == delays
    assert count(company, DailyReport) == 0


def test_an_order_that_is_stored_goes_on_and_does_not_change(small):
    for file in (*FILES[:2], "订单台账.xlsx"):
        take_file(small, file)
    order = small.scalars(select(SalesOrder).where(SalesOrder.no == "DD2025-0001")).one()
    with acting(small, Act(SYSTEM, AT)):
        order.qty += 1
        small.commit()
    report = take_file(small, "订单台账.xlsx")
    assert [
        row.faults[0].reason.code for sheet in report.result.sheets for row in sheet.refused if row.number == 5
    ] == ["stored_otherwise"]


def test_a_notice_that_closes_the_factory_for_a_year_is_refused_as_a_whole(small, tmp_path):
    """Every day of more than a year off: nobody could work by that calendar, and nothing of it is stored."""
    ship(small, AT)
    before = count(small, CalendarDay)
    lines = [f"{date(2027, 1, 1) + timedelta(days=nth)},放假,停产,厂发〔2026〕9号" for nth in range(400)]
    path = tmp_path / "停产.csv"
    path.write_text("日期,类型,节日,来源\n" + "\n".join(lines), "utf-8-sig")
    report = take_file(small, path, all_or_nothing=True)
    assert not report.is_stored
    assert len(report.refusals()) == len(lines)
    assert "一年之内没有工作时间" in report.refusals("zh")[0]
    assert count(small, CalendarDay) == before
    path.write_text("日期,类型,节日,来源\n" + "\n".join(lines[:30]), "utf-8-sig")
    assert take_file(small, path).is_stored
    assert {one.source for one in small.scalars(select(CalendarDay).where(CalendarDay.name == "停产"))} == {
        "厂发〔2026〕9号"
    }
