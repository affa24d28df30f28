"""A small factory with one account per role, built once through the models' own verbs and copied for each test."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.after_sales import Ticket
from models.assessment import RewardPenaltyRule
from models.base import Act, Source
from models.first_data import fill
from models.journal import acting
from models.organisation import (
    Account,
    AccountRole,
    Customer,
    Department,
    Employee,
    Post,
    ProductModel,
    Team,
    person_of,
)
from models.process import DocumentRevision, ProcessDocument, ProcessDocumentPost
from models.quality import CheckPlan, CheckTemplate, CheckTemplateItem, SpotCheck, SpotCheckItem, draw, working_days
from models.regulation import Calendar, CalendarDay, Figure, PriorityMatrix, SlaPolicy, WorkInterval
from models.signin import hash_of
from rules.base import SYSTEM, Person, Role
from rules.regulation import CLAUSES, FIGURES, DayType, Priority, ReportSeverity, Target, Unit, Urgency
from tests import schedule_world

AT = datetime(2026, 11, 16, 1, 30, tzinfo=UTC)
"""A Monday, 09:30 in the factory."""
PASSWORD = "demo"
TWO = {
    "quality_inspector2": (Role.QUALITY_INSPECTOR, "SC1"),
    "quality_inspector3": (Role.QUALITY_INSPECTOR, "SC2"),
    "team_leader2": (Role.TEAM_LEADER, "SC2"),
    "production_manager2": (Role.PRODUCTION_MANAGER, "SC2"),
}
SCOPES = {Role.QUALITY_INSPECTOR: "SC1", Role.PRODUCTION_MANAGER: "SC1", Role.PRODUCTION_PLANNER: "SC1"}
DEPARTMENTS = {
    "GL": ("总经办", "management", None),
    "SC": ("生产中心", "production", None),
    "SC1": ("生产一部", "production", "SC"),
    "SC2": ("生产二部", "production", "SC"),
    "JS": ("技术部", "technical", None),
    "ZL": ("质量部", "quality", None),
    "SF": ("售后部", "after_sales", None),
}
TRAINING_FIGURES = (
    ("grace_days", "editorial", 5, Unit.CALENDAR_DAY),
    ("grace_days", "minor", 14, Unit.CALENDAR_DAY),
    ("grace_days", "major", 10, Unit.CALENDAR_DAY),
    ("minor_change_training", "", 0, Unit.CLOCK_HOUR),
    ("pass_score", "", 80, Unit.POINTS),
    ("exam_attempts", "", 3, Unit.COUNT),
    ("retake_wait_days", "", 3, Unit.CALENDAR_DAY),
    ("qualification_months", "", 24, Unit.MONTH),
    ("exception_days", "", 5, Unit.CALENDAR_DAY),
    ("certificate_notice_days", "first", 90, Unit.CALENDAR_DAY),
    ("certificate_notice_days", "second", 30, Unit.CALENDAR_DAY),
    ("certificate_notice_days", "last", 7, Unit.CALENDAR_DAY),
)
ASSESSMENT_FIGURES = (
    ("grade_from", "A", 90),
    ("grade_from", "B", 80),
    ("grade_from", "C", 70),
    ("manual_delta", "", 5),
    ("money_allowed", "", 0),
    ("improvement_cap", "", 20),
    ("improvement_points", "A", 10),
    ("improvement_points", "B", 6),
    ("improvement_points", "C", 3),
    ("improvement_points", "minor", 2),
    ("improvement_points", "major", 5),
    ("improvement_points", "editorial", 0),
)
LEFT_UNSET = ("S4", "medium")
"""The cell of the priority matrix that nobody has filled in yet."""
HOME = {
    Role.TECHNICAL: "JS",
    Role.TECHNICAL_MANAGER: "JS",
    Role.QUALITY_INSPECTOR: "ZL",
    Role.QUALITY_MANAGER: "ZL",
    Role.PRODUCTION_MANAGER: "SC1",
    Role.PRODUCTION_PLANNER: "SC1",
    Role.TEAM_LEADER: "SC1",
    Role.EMPLOYEE: "SC1",
    Role.AFTER_SALES_AGENT: "SF",
    Role.AFTER_SALES_MANAGER: "SF",
}


@dataclass(frozen=True)
class World:
    """Keys of what stands in the small factory."""

    worker: int
    other_worker: int
    check: int
    action: int
    foreign_check: int
    foreign_action: int


def build(session: Session) -> World:
    """Fills an empty database; every row through the same verbs as on screen."""
    fill(session, AT - timedelta(days=61))
    with acting(session, Act(SYSTEM, AT - timedelta(days=60), Source.COMMAND)):
        _organisation(session)
        _regulation(session)
        _service(session)
        session.commit()
    with acting(session, Act(SYSTEM, AT - timedelta(days=50), Source.COMMAND)):
        _people(session)
        session.commit()
    _document(session)
    _market(session)
    check = submitted_check(session, "quality_inspector", "SC1", "车工一")
    foreign = submitted_check(session, "quality_inspector3", "SC2", "装配一")
    _checking(session)
    _rewards(session)
    _report(session)
    schedule_world.build(session)
    return World(
        worker=employee(session, "车工一").id,
        other_worker=employee(session, "装配一").id,
        check=check.id,
        action=check.raised()[0].id,
        foreign_check=foreign.id,
        foreign_action=foreign.raised()[0].id,
    )


def _organisation(session: Session) -> None:
    made: dict[str, Department] = {}
    for code, (name, kind, parent) in DEPARTMENTS.items():
        made[code] = Department(code=code, name=name, kind=kind, parent=made.get(parent or ""))
        session.add(made[code])
    for code in ("SC1", "SC2"):
        session.add(Team(code=f"T-{code}", name=f"{made[code].name}一组", department=made[code]))
    for code, department in made.items():
        session.add(Post(code=f"P-{code}", name=f"{department.name}岗", department=department, headcount=9))


def _regulation(session: Session) -> None:
    calendar = Calendar(code="C", name="公司日历")
    for weekday in range(5):
        for starts, ends in (("08:30", "12:00"), ("13:00", "17:30")):
            calendar.intervals.append(WorkInterval(weekday=weekday, starts=starts, ends=ends, from_on=date(2020, 1, 1)))
    session.add(calendar)
    session.add(CalendarDay(on=date(2026, 10, 1), day_type=DayType.HOLIDAY, name="国庆节"))
    for code, clause, value, unit in (
        ("repeat_within_days", "P3.2", 30, Unit.CALENDAR_DAY),
        ("review_interval_months", "P1.2", 12, Unit.MONTH),
        ("review_notice_days", "P1.2", 14, Unit.CALENDAR_DAY),
    ):
        session.add(Figure(code=code, clause=clause, value=Decimal(value), unit=unit, from_on=date(2020, 1, 1)))
    for name, clause, target, days in (
        ("变更后修订", "P1.3", Target.REVISION_AFTER_CHANGE, 10),
        ("阅知确认", "C1.2", Target.CONFIRMATION, 3),
        ("考核申诉", "K4.1", Target.APPEAL, 5),
        ("会议纪要", "C1.1", Target.MINUTES, 1),
        ("建议答复", "K3.2", Target.SUGGESTION_ANSWER, 10),
        ("订单评审", "S1.1", Target.ORDER_CLEARING, 2),
        ("计划技术审核", "S1.4", Target.PLAN_REVIEW, 2),
        ("延误上报", "S3.1", Target.DELAY_REPORT, 1),
        ("向客户通报进度", "S2.3", Target.TELLING_CUSTOMER, 10),
        ("客户反馈答复", "C2.1", Target.FEEDBACK_ANSWER, 2),
    ):
        session.add(
            SlaPolicy(
                name=name,
                clause=clause,
                target=target,
                match={},
                amount=Decimal(days),
                unit=Unit.WORKING_DAY,
                from_on=date(2020, 1, 1),
            )
        )
    for code, applies_to, value in ASSESSMENT_FIGURES:
        session.add(
            Figure(
                code=code,
                clause=FIGURES[code].clause,
                applies_to=applies_to,
                value=Decimal(value),
                unit=Unit.POINTS,
                from_on=date(2020, 1, 1),
            )
        )
    for code, value, unit in (("max_rounds", 3, Unit.COUNT), ("effectiveness_days", 10, Unit.WORKING_DAY)):
        session.add(Figure(code=code, clause="P3.2", value=Decimal(value), unit=unit, from_on=date(2020, 1, 1)))
    session.add(
        SlaPolicy(
            name="申述", clause="P3.3", target=Target.STATEMENT, amount=Decimal(3), unit=Unit.WORKING_DAY,
            from_on=date(2020, 1, 1),
        )
    )  # fmt: skip
    for code, applies_to, value, unit in TRAINING_FIGURES:
        session.add(
            Figure(
                code=code,
                clause=FIGURES[code].clause,
                applies_to=applies_to,
                value=Decimal(value),
                unit=unit,
                from_on=date(2020, 1, 1),
            )
        )
    session.add(
        SlaPolicy(
            name="入职培训",
            clause="P2.1",
            target=Target.INDUCTION,
            amount=Decimal(5),
            unit=Unit.WORKING_DAY,
            from_on=date(2020, 1, 1),
        )
    )
    for severity, days in (("minor", 3), ("major", 2), ("critical", 1)):
        session.add(
            SlaPolicy(
                name=f"整改-{severity}",
                clause="P3.2",
                target=Target.RECTIFICATION,
                match={"severity": severity},
                amount=Decimal(days),
                unit=Unit.WORKING_DAY,
                from_on=date(2020, 1, 1),
            )
        )


def _service(session: Session) -> None:
    """What after-sales runs by: the matrix, its time limits, its figures."""
    ranks = {"S1": "P1 P1 P2", "S2": "P1 P2 P3", "S3": "P2 P3 P4", "S4": "P3 P4 P4"}
    for severity, given in ranks.items():
        for urgency, priority in zip(Urgency, given.split(), strict=True):
            if (severity, urgency) == LEFT_UNSET:
                continue
            session.add(PriorityMatrix(severity=ReportSeverity(severity), urgency=urgency, priority=Priority(priority)))
    waits = ["pending_customer", "pending_parts"]
    hour, day = Unit.WORKING_HOUR, Unit.WORKING_DAY
    for target, match, amount, unit, pauses in (
        (Target.ACCEPTANCE, {}, 2, hour, []),
        (Target.FIRST_CONTACT, {}, 4, hour, []),
        (Target.FIRST_CONTACT, {"priority": "P1"}, 1, hour, []),
        (Target.FIRST_SOLUTION, {}, 8, hour, waits),
        (Target.TECHNICAL_SOLUTION, {}, 2, day, waits),
        (Target.RESOLUTION, {}, 40, hour, waits),
        (Target.RESOLUTION, {"priority": "P1"}, 16, hour, waits),
        (Target.SILENCE, {}, 2, day, []),
        (Target.CLOSING, {}, 5, day, []),
        (Target.FOLLOW_UP, {}, 4, day, []),
    ):
        session.add(
            SlaPolicy(
                name=f"{target.words.zh}{match.get('priority', '')}",
                clause=CLAUSES[target],
                target=target,
                match=match,
                amount=Decimal(amount),
                unit=unit,
                pauses_on=pauses,
                from_on=date(2020, 1, 1),
            )
        )


def _people(session: Session) -> None:
    secret = hash_of(PASSWORD)
    logins = {str(role): (role, SCOPES.get(role, "")) for role in Role} | TWO
    for place, (login, (role, scope)) in enumerate(logins.items(), start=1):
        account = Account(login=login, password_hash=secret, must_change_password=False)
        if role is not Role.EMPLOYEE:
            is_scoped = role in SCOPES
            account.roles.append(AccountRole(role=role, department=department(session, scope) if is_scoped else None))
        session.add(account)
        if role is Role.ADMIN:
            continue
        home = scope if login in TWO and role is not Role.QUALITY_INSPECTOR else HOME.get(role, "GL")
        _hire(
            session,
            f"{10000 + place}",
            f"{role.words.zh}{login[-1] if login[-1].isdigit() else ''}",
            home,
            account,
            leads=role is Role.TEAM_LEADER,
        )
    _hire(session, "20001", "车工一", "SC1")
    _hire(session, "20002", "装配一", "SC2")
    employee(session, "车工一").account = session.scalar(select(Account).where(Account.login == "employee"))
    session.flush()


def _hire(
    session: Session, no: str, name: str, home: str, account: Account | None = None, *, leads: bool = False
) -> None:
    team = session.scalar(select(Team).where(Team.code == f"T-{home}"))
    if name == Role.EMPLOYEE.words.zh:
        return
    one = Employee(
        no=no,
        name=name,
        department=department(session, home),
        hired_on=date(2021, 3, 1),
        status="active",
        account=account,
        post=session.scalar(select(Post).where(Post.code == f"P-{home}")),
        team=team,
        phone=f"1420000{no}",
    )
    one.hire(leads_team=leads and team is not None)
    session.add(one)
    session.flush()


def _market(session: Session) -> None:
    seller = person(session, "sales")
    with acting(session, Act(seller, AT - timedelta(days=30))):
        session.add(
            Customer(code="C-1", name="江州水务", contact="刘芳芳", phone="14200091001", owner_id=seller.employee_id)
        )
        session.add(ProductModel(code="JS-160", name="齿轮减速机", spec="速比 16:1"))
        session.commit()


def _report(session: Session) -> None:
    """A ticket on which somebody of after-sales works."""
    agent = person(session, "after_sales_agent")
    with acting(session, Act(agent, AT)):
        ticket = Ticket(
            received_at=AT,
            customer=session.scalar(select(Customer)),
            contact="刘芳芳",
            phone="14200091001",
            model=session.scalar(select(ProductModel)),
            description="运转时有异响",
        )
        session.add(ticket)
        ticket.begin(Act(agent, AT))
        ticket.perform("accept", by=agent, at=AT)
        ticket.perform("contact", by=agent, at=AT, text="电话了解情况", kind="call_out")
        session.commit()


def _document(session: Session) -> None:
    author = person(session, "technical")
    at = AT - timedelta(days=30)
    with acting(session, Act(author, at)):
        document = ProcessDocument(
            doc_no="GY-CC-001",
            title="数控车工操作规程",
            doc_type="operating_spec",
            department=department(session, "JS"),
        )
        document.posts.append(ProcessDocumentPost(post=session.scalar(select(Post).where(Post.code == "P-SC1"))))
        revision = DocumentRevision(
            document=document, rev_no="A/0", author_id=author.employee_id, summary="首次发布", body="按图加工。"
        )
        session.add_all([document, revision])
        revision.perform("submit", by=author, at=at)
        session.commit()
    release_revision(session, revision, at)


def release_revision(session: Session, revision: DocumentRevision, at: datetime) -> None:
    """Countersigned by production and quality, approved and released by the technical manager."""
    manager = "technical_manager"
    signers = () if revision.change_class == "editorial" else ("production_manager", "quality_manager")
    steps = [*((one, "countersign") for one in signers), (manager, "approve"), (manager, "release")]
    for login, verb in steps:
        by = person(session, login)
        with acting(session, Act(by, at)):
            revision.perform(verb, by=by, at=at)
            session.commit()


def _rewards(session: Session) -> None:
    """A rule by which a manager proposes somebody."""
    with acting(session, Act(person(session, "hr"), AT)):
        session.add(
            RewardPenaltyRule(
                name="经理提名表扬",
                occasion="manager",
                kind="commendation",
                least=Decimal(0),
                most=Decimal(5),
                needs_role=Role.GENERAL_MANAGER,
                clause="K3.1",
                from_on=date(2026, 1, 1),
            )
        )
        session.commit()


def _checking(session: Session) -> None:
    """A template in use with a question of each kind, a plan, and what it drew."""
    manager = person(session, "quality_manager")
    with acting(session, Act(manager, AT)):
        template = CheckTemplate(
            code="MB-1",
            name="车工工序抽检",
            post=session.scalar(select(Post).where(Post.code == "P-SC1")),
        )
        template.items = [
            CheckTemplateItem(
                seq=1, question="外径", answer="number", lower=Decimal("4.90"), upper=Decimal("5.00"), unit="mm"
            ),
            CheckTemplateItem(seq=2, question="首件确认", standard="有签字"),
            CheckTemplateItem(
                seq=3,
                question="表面状态",
                answer="choice",
                passing="光洁；轻微划痕",
                failing="锈蚀",
                severity_if_ng="major",
            ),
            CheckTemplateItem(seq=4, question="防护罩", photo_if_ng=True, weight=Decimal(2)),
        ]
        session.add(template)
        template.perform("publish", by=manager, at=AT)
        plan = CheckPlan(
            code="JH-1", name="一部抽检", department=department(session, "SC1"), per_week=5, from_on=date(2026, 1, 1)
        )
        session.add(plan)
        session.commit()
    on = AT.date()
    with acting(session, Act(SYSTEM, AT, Source.SCHEDULER)):
        draw(session, plan, on, AT, working_days(session, on), seed=1)
        session.commit()


def submitted_check(session: Session, login: str, area: str, worker: str, *, at: datetime = AT) -> SpotCheck:
    """A check with one good and one failing item, submitted."""
    inspector = person(session, login)
    with acting(session, Act(inspector, at)):
        check = SpotCheck(
            checked_at=at - timedelta(minutes=30),
            inspector_id=inspector.employee_id,
            department=department(session, area),
            post=session.scalar(select(Post).where(Post.code == f"P-{area}")),
            sample_qty=5,
            document=session.scalar(select(ProcessDocument)),
        )
        checked = employee(session, worker)
        check.items = [
            SpotCheckItem(seq=1, question="点检记录齐全", employee=checked, verdict="ok"),
            SpotCheckItem(
                seq=2,
                question="外径尺寸",
                employee=checked,
                lower=Decimal("4.90"),
                upper=Decimal("5.00"),
                value=Decimal("5.01"),
                unit="mm",
                problem="超上差",
            ),
        ]
        session.add(check)
        check.perform("submit", by=inspector, at=at)
        session.commit()
    return check


def person(session: Session, login: str) -> Person:
    account = session.scalar(select(Account).where(Account.login == login))
    assert account is not None
    return person_of(session, account)


def employee(session: Session, name: str) -> Employee:
    found = session.scalar(select(Employee).where(Employee.name == name))
    assert found is not None
    return found


def department(session: Session, code: str) -> Department:
    found = session.scalar(select(Department).where(Department.code == code))
    assert found is not None
    return found
