"""After-sales on screen: hotline, queue, a ticket's page, the customer's page, calls, figures (A1-A5)."""

import io
import re

import pytest
from sqlalchemy import func, select, update

from admin_views.session import db
from models.after_sales import FollowUpVisit, MailMessage, ServiceAction, Ticket, open_visit
from models.after_sales.outside import link_for
from models.base import Act, Source, now
from models.engine import let_write
from models.event import Attachment, Event, LoginAttempt, PublicLink
from models.journal import acting
from models.organisation import Customer, company_name
from rules.after_sales import ServiceKind
from rules.base import SYSTEM, Role
from tests.browse import Browser
from tests.world import person

PICTURE = b"\x89PNG\r\n\x1a\n" + b"0" * 64
AG, AM = "after_sales_agent", "after_sales_manager"


@pytest.fixture
def at_work(app):
    """Asks and changes the database as the tests' own hand."""

    def work(what):
        with app.app_context():
            let_write(may=True)
            found = what(db.session())
            db.session.commit()
            return found

    return work


def newest(session):
    return session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()


def report(**more):
    return {
        "description": "冷却泵不转",
        "customer": "1",
        "contact": "刘芳芳",
        "phone": "14200091001",
        "severity": "S2",
        "urgency": "high",
        "channel": "hotline",
        **more,
    }


# Hotline


def test_a_caller_is_found_by_number_name_and_part_of_it(app):
    browser = Browser(app, AG)
    for words in ("14200091001", "142-0009-1001", "江州", "刘芳芳", "c-1"):
        page = browser.get(f"/after-sales/hotline/?q={words}").text
        assert "江州水务" in page, words
        assert "运转时有异响" in page  # his open ticket
    assert "Nobody is known by that" in browser.get("/after-sales/hotline/?q=没有这个人").text
    assert "江州水务" not in browser.get("/after-sales/hotline/?q=%25").text


def test_a_caller_whose_name_has_signs_of_an_address_in_it_can_be_chosen(app):
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(update(Customer).where(Customer.name.contains("江州水务")).values(name="江州&水务#1"))
    page = Browser(app, AG).get("/after-sales/hotline/?q=江州%26水务").text
    assert re.search(r'href="\?q=%E6%B1%9F%E5%B7%9E%26%E6%B0%B4%E5%8A%A1&amp;customer=\d+', page)


def test_a_report_is_recorded_accepted_and_answered_in_one_go_and_once(app, at_work):
    browser = Browser(app, AG)
    form = browser.form("/after-sales/hotline/?q=14200091001")
    sent = form | report(told="请先断电，我们两小时内回电")
    first = browser.post("/after-sales/hotline/", sent)
    again = browser.post("/after-sales/hotline/", sent)
    assert first.status_code == again.status_code == 302
    assert first.location == again.location

    def look(session):
        ticket = newest(session)
        return (
            ticket.status,
            ticket.priority,
            ticket.agent.name,
            ticket.customer.code,
            [one.kind for one in ticket.entries],
        )

    assert at_work(look) == ("in_progress", "P1", "售后专员", "C-1", ["call_in"])
    page = browser.get(first.location).text
    assert "冷却泵不转" in page
    assert "请先断电" in page


def test_what_was_typed_stays_when_it_is_refused(app):
    browser = Browser(app, AG)
    answer = browser.post(
        "/after-sales/hotline/", report(description=" ", contact="王先生"), token_from="/after-sales/hotline/"
    )
    assert answer.status_code == 422
    assert "Write what the customer reports" in answer.text
    assert "王先生" in answer.text


@pytest.mark.parametrize("role", Role)
def test_hotline_and_calls_are_for_after_sales(app, role):
    browser, is_theirs = Browser(app, str(role)), str(role) in {AG, AM}
    for path in ("hotline", "calls"):
        assert browser.get(f"/after-sales/{path}/").status_code == (200 if is_theirs else 403), path
    looks = {*(AG, AM), "general_manager", "technical", "technical_manager", "quality_manager", "admin"}
    assert browser.get("/after-sales/statistics/").status_code == (200 if str(role) in looks else 403)
    assert browser.get("/after-sales/queue/").status_code == (200 if str(role) in looks - {"quality_manager"} else 403)


def test_a_stranger_is_sent_to_the_door(app):
    browser = Browser(app)
    for path in ("hotline", "queue", "calls", "statistics"):
        assert browser.get(f"/after-sales/{path}/").status_code == 302, path


# Queue


def test_the_queue_says_what_is_due_next_and_gives_to_who_may_work(app, at_work):
    browser = Browser(app, AM)
    browser.post("/after-sales/hotline/", report(), token_from="/after-sales/hotline/")
    page = browser.get("/after-sales/queue/?whose=unassigned").text
    assert "冷却泵不转" in page
    assert "运转时有异响" not in page
    fields = browser.form("/after-sales/queue/?whose=unassigned")
    agent = at_work(lambda session: person(session, AG).employee_id)
    answer = browser.post("/admin/ticket/perform/", fields | {"agent": str(agent)})
    assert answer.status_code == 302
    assert at_work(lambda session: newest(session).agent_id) == agent
    assert "冷却泵不转" not in browser.get("/after-sales/queue/?whose=unassigned").text
    board = browser.get("/after-sales/queue/?whose=team&as=board").text
    assert "In progress" in board
    assert "冷却泵不转" in board


# The customer's page


@pytest.fixture
def link(at_work):
    def make(session):
        with acting(session, Act(SYSTEM, now(), Source.COMMAND)):
            return link_for(session.get_one(Ticket, 1), now())

    return f"/t/{at_work(make)}/"


def solve(session):
    ticket = session.get_one(Ticket, 1)
    with acting(session, Act(person(session, AG), now())) as act:
        ticket.perform("classify", act=act, category="noise")
        ticket.perform("log", act=act, kind="note", text="内部：客户很急")
        ticket.perform("resolve", act=act, solution_text="更换轴承", cause="material")


def figures_of(session):
    """Clusters and favourable means are asked when a ticket goes on."""
    from datetime import date
    from decimal import Decimal

    from models.regulation import Figure
    from rules.regulation import FIGURES

    with acting(session, Act(SYSTEM, now(), Source.COMMAND)):
        for code, value in (("favourable_mean", 4), ("cluster_count", 3), ("cluster_days", 30)):
            spec = FIGURES[code]
            facts = {"clause": spec.clause, "unit": spec.unit, "value": Decimal(value), "from_on": date(2020, 1, 1)}
            session.add(Figure(code=code, **facts))


def _closed(ticket):
    assert (ticket.status, ticket.rating, ticket.confirmed_at is not None) == ("closed", 4, True)


def test_a_customer_follows_his_ticket_writes_confirms_and_rates(app, at_work, link):
    customer = Browser(app)
    page = customer.get(link)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "运转时有异响" in page.text
    answer = customer.post(link, {"do": "word", "text": "今天又响了"}, token_from=link)
    assert answer.status_code == 302
    assert "今天又响了" in customer.get(link).text
    assert customer.post(link, {"do": "confirm"}, token_from=link).status_code == 409
    at_work(figures_of)
    at_work(solve)
    page = customer.get(link).text
    assert "更换轴承" in page
    assert "内部：客户很急" not in page
    assert customer.post(link, {"do": "rate", "rating": "9"}, token_from=link).status_code == 409
    assert customer.post(link, {"do": "rate", "rating": "4", "text": "不错"}, token_from=link).status_code == 302
    assert customer.post(link, {"do": "rate", "rating": "1"}, token_from=link).status_code == 409
    assert customer.post(link, {"do": "confirm"}, token_from=link).status_code == 302
    at_work(lambda session: _closed(session.get_one(Ticket, 1)))
    assert "The customer" in Browser(app, AG).get("/").text  # rated it, says the agent's desk


def test_a_page_behind_a_link_bears_the_companys_name(app, at_work, link):
    name = at_work(company_name)
    assert name
    page = Browser(app).get(link).text
    assert f'<header class="plain-mark"><span>{name}</span></header>' in page
    assert "Gongzheng" not in page
    assert "Gongzheng" in Browser(app).get("/t/nothing/").text  # whoever guesses learns no names


def test_a_photo_comes_with_a_word_and_nothing_else_does(app, at_work, link):
    customer = Browser(app)
    token = customer.token(link)
    for name, body, status in (("现场.png", PICTURE, 302), ("x.html", b"<html>", 409), ("y.pdf", b"%PDF-1.4 x", 422)):
        data = {"do": "word", "text": "", "csrf_token": token, "photo": (io.BytesIO(body), name)}
        answer = customer.client.post(link, data=data, content_type="multipart/form-data")
        assert answer.status_code == status, name
    kept = at_work(lambda session: session.scalars(select(Attachment.name).where(Attachment.entity == "ticket")).all())
    assert kept == ["现场.png"]
    assert customer.post(link, {"do": "word", "text": " "}, token_from=link).status_code == 409


def done_for(ticket_id, result="更换轴承，试机正常"):
    """Something was done for a ticket and reported."""

    def make(session):
        with acting(session, Act(person(session, AG), now())) as act:
            one = ServiceAction(
                ticket=session.get_one(Ticket, ticket_id),
                kind=ServiceKind.ON_SITE,
                what="上门检查主轴",
                technician_id=act.by.employee_id,
            )
            session.add(one)
            one.prepare()
            session.flush()
            one.perform("start", act=act)
            one.perform("finish", act=act, result=result)
        return one.id

    return make


def test_a_customer_signs_what_was_done_for_him_once(app, at_work, link):
    key = at_work(done_for(1))
    customer = Browser(app)
    page = customer.get(link).text
    assert "上门检查主轴" in page
    assert "试机正常" in page
    accept = {"do": "accept", "service": str(key)}
    assert customer.post(link, accept | {"name": " "}, token_from=link).status_code == 409
    for _ in range(3):  # a nervous finger
        assert customer.post(link, accept | {"name": "周女士"}, token_from=link).status_code == 302
    assert "周女士" in customer.get(link).text
    signed = select(ServiceAction.status, ServiceAction.signature).where(ServiceAction.id == key)
    assert tuple(at_work(lambda session: session.execute(signed).one())) == ("accepted", "周女士")
    events = select(func.count()).where(Event.entity == "service_action", Event.action == "accept")
    assert at_work(lambda session: session.scalar(events)) == 1
    assert customer.post(link, {"do": "fail", "service": str(key), "text": "又响"}, token_from=link).status_code == 409


def test_a_customer_says_that_it_did_not_help_and_why(app, at_work, link):
    key, customer = at_work(done_for(1)), Browser(app)
    fail = {"do": "fail", "service": str(key)}
    assert customer.post(link, fail | {"text": ""}, token_from=link).status_code == 409
    for _ in range(2):
        assert customer.post(link, fail | {"text": "半小时后又响"}, token_from=link).status_code == 302
    assert at_work(lambda session: session.get_one(ServiceAction, key).status) == "failed"
    said = at_work(lambda session: [one.text for one in session.get_one(Ticket, 1).entries])
    assert sum("半小时后又响" in one for one in said if one.startswith("CZ")) == 1 + 1  # his word, and the note of it
    assert "半小时后又响" in customer.get(link).text


def test_a_link_signs_nothing_of_another_ticket(app, at_work, link):
    def another(session):
        with acting(session, Act(person(session, AG), now())) as act:
            one = session.get_one(Ticket, 1)
            two = Ticket(
                channel="hotline", received_at=now(), customer=one.customer, description="另一台", severity="S3",
                urgency="medium",
            )  # fmt: skip
            session.add(two)
            two.begin(act)
        return two.id

    key, customer = at_work(done_for(at_work(another))), Browser(app)
    assert "上门检查主轴" not in customer.get(link).text
    for foreign in (str(key), "0", "x", "9" * 30, "²"):
        sent = {"do": "accept", "service": foreign, "name": "某人"}
        assert customer.post(link, sent, token_from=link).status_code == 404
    assert at_work(lambda session: session.get_one(ServiceAction, key).status) == "done"


def test_a_wrong_link_is_404_and_twenty_guesses_are_enough(app, at_work, link):
    customer = Browser(app)
    for nth in range(20):
        assert customer.get(f"/t/{'x' * 20}{nth}/").status_code == 404
    assert customer.get(link).status_code == 429
    assert at_work(lambda session: len(session.scalars(select(LoginAttempt.id)).all())) == 20


def test_the_link_is_shown_once_and_kept_as_a_hash(app, at_work):
    browser = Browser(app, AG)
    answer = browser.post("/after-sales/link/", {"id": "1"}, token_from="/admin/ticket/details/?id=1")
    assert answer.status_code == 302
    shown = re.search(r"/t/([\w-]{40,})/", browser.get(answer.location).text)
    assert shown
    assert at_work(lambda session: session.scalars(select(PublicLink.token_hash)).all()) != [shown[1]]
    assert Browser(app).get(f"/t/{shown[1]}/").status_code == 200
    assert Browser(app, "sales").post("/after-sales/link/", {"id": "1"}, token_from="/").status_code == 403


# Calls


def test_calls_are_for_others_than_who_solved_it(app, at_work):
    at_work(figures_of)
    at_work(solve)
    assert "江州水务" not in Browser(app, AG).get("/after-sales/calls/").text
    browser = Browser(app, AM)
    assert "江州水务" in browser.get("/after-sales/calls/").text
    key = at_work(lambda session: open_visit(session, 1).id)
    version = at_work(lambda session: session.get_one(FollowUpVisit, key).version_no)
    sent = {
        "id": key,
        "verb": "record",
        "version_no": version,
        "speed": "2",
        "skill": "4",
        "manner": "5",
        "result": "4",
    }
    answer = browser.post("/admin/follow_up_visit/perform/", sent | {"opinion": "等太久"}, token_from="/")
    assert answer.status_code == 302
    assert at_work(lambda session: session.get_one(FollowUpVisit, key).favourable) is False
    assert "等太久" in browser.get("/after-sales/calls/").text
    assert "等太久" in browser.get("/").text


def test_the_figures_open_with_and_without_tickets(app, at_work):
    browser = Browser(app, AM)
    for query in ("", "?group=model", "?group=agent&from=2020-01-01&to=2020-02-01", "?from=x&to=2026-99-99&group=?"):
        page = browser.get(f"/after-sales/statistics/{query}")
        assert page.status_code == 200, query
    assert "JS-160" in browser.get("/after-sales/statistics/?group=model&from=2026-11-01&to=2026-11-30").text


def test_desks_say_what_waits(app):
    assert "运转时有异响" in Browser(app, AG).get("/").text
    assert "hands" in Browser(app, AM).get("/").text
    assert "Nothing was handed over" in Browser(app, "technical").get("/").text
    assert "我的工单" in Browser(app, AG, language="zh-CN").get("/").text


# Mails


def test_an_agent_answers_by_mail_from_the_ticket(app, at_work):
    app.config["MAIL_OUT"] = "smtp://127.0.0.1:1"
    browser = Browser(app, AG)
    assert "Answer by mail" in browser.get("/admin/ticket/details/?id=1").text
    sent = {"id": "1", "to": "liu@jiangzhou.example", "text": "请拍铭牌照片"}
    answer = browser.post("/after-sales/answer/", sent, token_from="/admin/ticket/details/?id=1")
    assert answer.status_code == 302
    page = browser.get(answer.location).text
    assert "请拍铭牌照片" in page
    assert "To be sent" in page
    wrong = browser.post("/after-sales/answer/", sent | {"to": "nobody"}, token_from="/admin/ticket/details/?id=1")
    assert wrong.status_code == 409
    assert Browser(app, "technical").post("/after-sales/answer/", sent, token_from="/").status_code == 404
    assert at_work(lambda session: session.scalars(select(MailMessage.status)).all()) == ["queued"]


def test_without_servers_there_is_no_mail_and_an_absent_one_is_said(app):
    runner = app.test_cli_runner()
    answer = runner.invoke(args=["mail"])
    assert (answer.exit_code, "MAIL_IN is not set" in answer.stderr) == (1, True)
    app.config["MAIL_IN"] = "imap://service%40a.example:x@127.0.0.1:1/INBOX"
    answer = runner.invoke(args=["mail"])
    assert (answer.exit_code, "does not answer" in answer.stderr) == (1, True)
    app.config["MAIL_IN"] = "http://x"
    assert "is not a mail server" in runner.invoke(args=["mail"]).stderr
    assert "Answer by mail" not in Browser(app, AG).get("/admin/ticket/details/?id=1").text
