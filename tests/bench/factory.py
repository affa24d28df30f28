"""A company of any size, always the same: action items, spot checks with their items, and what they refer to."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, insert, text

import models  # noqa: F401 - every table is mapped
from models import search
from models.actions import ActionItem
from models.base import Base
from models.engine import engine_options, let_write
from models.schema import put_back
from models.signin import hash_of

BATCH = 5_000
DEPARTMENTS, POSTS, EMPLOYEES, DOCUMENTS = 40, 200, 5_000, 200
ITEMS_OF_A_CHECK = 10
ASSESSED = 2_000
"""People with a place, and so with a sheet."""
DUE = 100
"""Action items that fall due, whatever the size: the sweep should cost what they cost."""
AT = datetime(2026, 10, 1, 0, 0, tzinfo=UTC)
MONTH = timedelta(days=30)
PASSWORD = "bench"
MANAGER, SCOPED = "bench", "scoped"
DRAFT = 1
"""The key of the one check that can still be edited."""

PLACES = ("一车间", "二车间", "总装线", "热处理", "喷涂线", "库房", "检测室", "焊接区")
PARTS = ("齿轮箱", "曲轴", "液压泵", "法兰盘", "轴承座", "密封圈", "导轨", "电机壳体", "阀体", "联轴器")
FAULTS = ("尺寸超差", "表面划伤", "扭矩不足", "未做首检", "标识缺失", "漏油渗油", "毛刺未清", "记录未填")
FREQUENT, RARE, LONG_TERM = "尺寸", "裂纹", "密封圈漏油"
RARE_EVERY = 3_000
SCORES = ("speed", "skill", "manner", "result")
PLACED = ("employee_id", "department_id", "post_id")
STAMPS = {
    "version_no": 1,
    "created_at": AT,
    "updated_at": AT,
    "created_by_id": None,
    "updated_by_id": None,
    "voided_at": None,
    "void_reason": None,
    "voided_by_id": None,
}


def build(url: str, rows: int) -> None:
    """Fills an empty database."""
    let_write(may=True)
    engine = create_engine(url, **engine_options(url))
    with engine.begin() as connection:
        connection.execute(text("SELECT 1"))
        Base.metadata.create_all(connection)
        put_back(connection)
        _small_tables(connection)
    _fill(engine, "action_item", actions(rows), is_searched=True)
    _fill(engine, "spot_check", checks(rows // ITEMS_OF_A_CHECK))
    _fill(engine, "spot_check_item", items(rows))
    _settle(engine)
    engine.dispose()


def add_service(url: str, rows: int) -> None:
    """Tickets solved within the month, with a clock each; every other one was followed up, every fourth rated."""
    let_write(may=True)
    engine = create_engine(url, **engine_options(url))
    with engine.begin() as connection:
        facts = {"id": 1, "calendar_id": 1, "number": 1, "digest": "0" * 64, "facts": {}, "made_at": AT}
        connection.execute(insert(Base.metadata.tables["calendar_version"]), facts)
        connection.execute(insert(Base.metadata.tables["placement"]), [_placement(key) for key in _assessed()])
    for name, found in (("ticket", tickets(rows)), ("sla_clock", clocks(rows)), ("follow_up_visit", visits(rows // 2))):
        _fill(engine, name, found)
    _settle(engine)
    engine.dispose()


def _settle(engine: Engine) -> None:
    """What PostgreSQL does by itself within minutes is done at once; a copy of SQLite has nothing of the kind."""
    if engine.dialect.name == "sqlite":
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _fill(engine: Engine, name: str, rows: Iterator[dict[str, Any]], *, is_searched: bool = False) -> None:
    table, waiting = Base.metadata.tables[name], list[dict[str, Any]]()
    with engine.begin() as connection:
        if is_searched and connection.dialect.name == "postgresql":
            connection.execute(text(f"DROP INDEX ix_search_{name}_grams"))
        for row in rows:
            waiting.append(row)
            if len(waiting) == BATCH:
                _put(connection, table, waiting, is_searched=is_searched)
                waiting.clear()
        _put(connection, table, waiting, is_searched=is_searched)
        if is_searched:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL statement_timeout = 0"))
            search.create_search(connection, [name])
        if connection.dialect.name == "postgresql":
            connection.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))")
            )


def _defaults(table: Any, row: dict[str, Any]) -> dict[str, Any]:
    """What a row has besides, as a new record would have it."""
    besides = [one for one in table.columns if one.default is not None and one.name not in row and not one.nullable]
    return {one.name: str(one.default.arg) if one.default.is_scalar else "[]" for one in besides}


def _put(connection: Connection, table: Any, rows: Sequence[dict[str, Any]], *, is_searched: bool) -> None:
    if not rows:
        return
    rows = [_defaults(table, rows[0]) | row for row in rows]
    names = ", ".join(f'"{name}"' for name in rows[0])
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(rows[0]))
        connection.exec_driver_sql(
            f"INSERT INTO {table.name} ({names}) VALUES ({marks})", [_plain(row) for row in rows]
        )
    else:
        with connection.connection.cursor().copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(tuple(row.values()))
    if is_searched:
        found = [(row["id"], search.terms(ActionItem, [row["no"], row["description"]])) for row in rows]
        search.index_rows(connection, table.name, found)


def _plain(row: dict[str, Any]) -> tuple[Any, ...]:
    """Instants as SQLite keeps them."""
    return tuple(f"{one:%Y-%m-%d %H:%M:%S.%f}" if isinstance(one, datetime) else one for one in row.values())


def _small_tables(connection: Connection) -> None:
    tables = Base.metadata.tables
    secret = hash_of(PASSWORD)
    logins = [(1, MANAGER), (2, SCOPED)]
    rows: dict[str, list[dict[str, Any]]] = {
        "account": [_account(key, login, secret) for key, login in logins],
        "department": [_department(key) for key in range(1, DEPARTMENTS + 1)],
        "account_role": [
            {"id": 1, "account_id": 1, "role": "quality_manager", "department_id": None},
            {"id": 2, "account_id": 1, "role": "quality_inspector", "department_id": None},
            {"id": 3, "account_id": 2, "role": "production_manager", "department_id": 3},
        ],
        "post": [_post(key) for key in range(1, POSTS + 1)],
        "employee": [employee(key) for key in range(1, EMPLOYEES + 1)],
        "process_document": [_document(key) for key in range(1, DOCUMENTS + 1)],
        "document_revision": [_revision(key) for key in range(1, DOCUMENTS + 1)],
        "calendar": [{**STAMPS, "id": 1, "code": "GS", "name": "公司日历"}],
        "work_interval": [
            {
                "id": day + 1,
                "calendar_id": 1,
                "weekday": day,
                "start": "08:30",
                "end": "17:30",
                "from_on": date(2020, 1, 1),
            }
            for day in range(5)
        ],
    }
    for name, found in rows.items():
        connection.execute(insert(tables[name]), found)
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {len(found)})"))


def _account(key: int, login: str, secret: str) -> dict[str, Any]:
    return {
        **STAMPS,
        "id": key,
        "login": login,
        "password_hash": secret,
        "active": True,
        "must_change_password": False,
        "locale": "zh_Hans_CN",
        "theme": "",
        "session_stamp": f"{key:016x}",
    }


def _department(key: int) -> dict[str, Any]:
    parent = None if key <= 4 else 1 + key % 4
    return {
        **STAMPS,
        "id": key,
        "code": f"D{key:03d}",
        "name": f"生产{key}部",
        "kind": "production",
        "parent_id": parent,
    }


def _post(key: int) -> dict[str, Any]:
    return {
        **STAMPS,
        "id": key,
        "code": f"P{key:04d}",
        "name": f"操作工{key}岗",
        "department_id": 1 + key % DEPARTMENTS,
        "is_key": False,
        "headcount": 30,
        "requires_qualification": False,
        "grace_mode": "supervised",
    }


def employee(key: int) -> dict[str, Any]:
    """The employee with that key."""
    return {
        **STAMPS,
        "id": key,
        "no": f"{10000 + key}",
        "name": f"{'张王李赵陈刘杨黄周吴'[key % 10]}{'伟芳娜敏静丽强磊军洋'[key // 10 % 10]}{key}",
        "pinyin": "",
        "account_id": key if key <= 2 else None,
        "department_id": 1 + key % DEPARTMENTS,
        "post_id": 1 + key % POSTS,
        "team_id": None,
        "hired_on": date(2021, 3, 1),
        "left_on": None,
        "status": "active",
        "phone": None,
        "mail": None,
        "note": None,
    }


def _document(key: int) -> dict[str, Any]:
    return {
        **STAMPS,
        "id": key,
        "doc_no": f"GY-{key:04d}",
        "title": f"{PARTS[key % 10]}操作规程",
        "doc_type": "operating_spec",
        "department_id": 1 + key % DEPARTMENTS,
        "status": "active",
    }


def _revision(key: int) -> dict[str, Any]:
    return {
        **STAMPS,
        "id": key,
        "document_id": key,
        "rev_no": "A/0",
        "change_class": "minor",
        "summary": "首次发布",
        "body": "",
        "effective_on": date(2026, 1, 1),
        "author_id": 3,
        "approved_by_id": 4,
        "released_at": AT - MONTH,
        "status": "released",
        "superseded_at": None,
        "withdrawn_at": None,
    }


def mixed(key: int, salt: int) -> int:
    """A number that tells nothing of the key."""
    value = (key * 0x9E3779B1 + salt * 0x85EBCA77) & 0xFFFFFFFF
    value = ((value ^ (value >> 15)) * 0x2C1B3C6D) & 0xFFFFFFFF
    return (value ^ (value >> 13)) & 0xFFFFFF


def description(key: int) -> str:
    """What is wrong: some words in every eighth item, some in hardly any."""
    special = "发现裂纹" if key % RARE_EVERY == 7 else FAULTS[mixed(key, 1) % 8]
    return f"{PLACES[mixed(key, 2) % 8]}{PARTS[mixed(key, 3) % 10]}{special}，第{key % 977}件需返工处理"


def actions(rows: int) -> Iterator[dict[str, Any]]:
    """Nineteen in twenty are closed; a fixed number of the others is due."""
    step, due_every = timedelta(days=365) / rows, max(rows // DUE, 1)
    for key in range(1, rows + 1):
        is_due = key % due_every == 0
        opened = min(AT - (rows - key) * step, AT - timedelta(days=2) if is_due else AT)
        is_open = is_due or mixed(key, 4) % 20 == 3
        due = AT - timedelta(hours=1) if is_due else opened + timedelta(days=900 if is_open else 3)
        yield {
            **STAMPS,
            "created_at": opened,
            "id": key,
            "no": f"ZG-2026-{key:07d}",
            "kind": "rectification",
            "source_entity": "spot_check_item",
            "source_id": key,
            "clause": "P3.2",
            "department_id": 1 + mixed(key, 5) % DEPARTMENTS,
            "severity": "critical" if key % 50 == 0 else "major" if key % 5 == 0 else "minor",
            "repeat": key % 11 == 0,
            "description": description(key),
            "containment": "",
            "cause_category": None,
            "root_cause": "",
            "responsible_id": 3 + mixed(key, 9) % (EMPLOYEES - 3),
            "verifier_id": None,
            "raiser_id": 3 + mixed(key, 10) % (EMPLOYEES - 3),
            "opened_at": opened,
            "due_at": due,
            "original_due_at": due,
            "closed_at": None if is_open else due,
            "status": "open" if is_open else "closed",
            "proof": "recheck",
        }


def checks(rows: int) -> Iterator[dict[str, Any]]:
    """All within one month; the first is a draft."""
    step = (MONTH - timedelta(hours=2)) / rows
    for key in range(1, rows + 1):
        yield {
            **STAMPS,
            "id": key,
            "no": f"CJ-2026-{key:07d}",
            "kind": "spot_check",
            "checked_at": AT + timedelta(hours=1) + key * step,
            "department_id": 1 + key % DEPARTMENTS,
            "post_id": 1 + key % POSTS,
            "document_id": 1 + key % DOCUMENTS,
            "revision_id": None,
            "inspector_id": 1 if key == DRAFT else 3 + key % 50,
            "rechecks_round_id": None,
            "sample_qty": 10,
            "ng_qty": 0,
            "note": f"第{key}次抽检",
            "status": "draft" if key == DRAFT else "submitted",
        }


def items(rows: int) -> Iterator[dict[str, Any]]:
    """Ten for each check, one of them failed."""
    for key in range(rows):
        yield {
            "id": key + 1,
            "check_id": 1 + key // ITEMS_OF_A_CHECK,
            "seq": 1 + key % ITEMS_OF_A_CHECK,
            "category": "process_execution",
            "question": f"第{1 + key % ITEMS_OF_A_CHECK}项检查",
            "standard": "",
            "employee_id": _of_department(key // ITEMS_OF_A_CHECK, mixed(key, 17)),
            "lower": None,
            "upper": None,
            "unit": "",
            "value": None,
            "reading": "",
            "verdict": "ng" if key % ITEMS_OF_A_CHECK == 9 else "ok",
            "severity_if_ng": "minor",
            "responsible_id": None,
            "problem": "",
        }


def _assessed() -> range:
    return range(DEPARTMENTS, DEPARTMENTS + ASSESSED)


def _of_department(check: int, number: int) -> int:
    """One of the people of the department that a check is made in."""
    return DEPARTMENTS * (1 + number % (ASSESSED // DEPARTMENTS)) + (1 + check) % DEPARTMENTS


def _placement(key: int) -> dict[str, Any]:
    place = {"employee_id": key, **employee(key)}
    return {"id": key, "from_on": date(2021, 3, 1), **{name: place[name] for name in PLACED}}


def _agent(key: int) -> int:
    return DEPARTMENTS + key % ASSESSED


def _solved(key: int, rows: int) -> datetime:
    return AT + timedelta(hours=1) + key * (MONTH - timedelta(hours=2)) / (rows + 1)


def tickets(rows: int) -> Iterator[dict[str, Any]]:
    """All solved, by one agent after the other."""
    for key in range(1, rows + 1):
        solved = _solved(key, rows)
        is_rated = key % 4 == 0
        yield {
            **STAMPS,
            "id": key,
            "no": f"GD-2026-{key:07d}",
            "received_at": solved - timedelta(hours=5),
            "department_id": 1 + key % DEPARTMENTS,
            "description": description(key),
            "priority": "P3",
            "agent_id": _agent(key),
            "resolved_at": solved,
            "rating": 1 + mixed(key, 11) % 5 if is_rated else None,
            "rated_at": solved + timedelta(hours=1) if is_rated else None,
            "status": "resolved",
        }


def clocks(rows: int) -> Iterator[dict[str, Any]]:
    """Nine in ten were met."""
    for key in range(1, rows + 1):
        solved = _solved(key, rows)
        is_late = key % 10 == 7
        yield {
            "id": key,
            "entity": "ticket",
            "entity_id": key,
            "target": "resolution",
            "clause": "A3.1",
            "department_id": 1 + key % DEPARTMENTS,
            "terms": "{}",
            "calendar_version_id": 1,
            "started_at": solved - timedelta(hours=5),
            "due_at": solved,
            "stopped_at": solved,
            "breach_minutes": 30 if is_late else None,
            "status": "breached" if is_late else "met",
            "told_from_at": AT,
        }


def visits(rows: int) -> Iterator[dict[str, Any]]:
    """Every other ticket's, four scores each."""
    for key in range(1, rows + 1):
        done = _solved(key * 2, rows * 2)
        scores = {name: 1 + mixed(key, 12 + place) % 5 for place, name in enumerate(SCORES)}
        yield {
            **STAMPS,
            "id": key,
            "no": f"HF-2026-{key:07d}",
            "ticket_id": key * 2,
            "department_id": 1 + key % DEPARTMENTS,
            "solver_id": _agent(key * 2),
            "due_at": done,
            "caller_id": 1 + _agent(key * 2),
            "done_at": done,
            **scores,
            "favourable": min(scores.values()) > 2,
            "status": "done",
        }


def first_of(rows: int, wanted: int) -> datetime:
    """The day from which about the last ``wanted`` action items were opened."""
    return AT - (wanted * timedelta(days=365)) / rows
