"""Every kind of screen in a real browser: no sideways scroll, no breach of the policy, nothing that axe finds."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import select

from models.base import now
from models.process import DocumentRevision
from models.training import SessionAttendee, TrainingSession
from models.training.certificates import print_certificate
from tests.models.acts import doing, perform
from tests.models.training_world import held, qualified
from tests.world import employee

PATHS = (
    "/",
    "/admin/spot_check/",
    "/admin/spot_check/new/",
    "/admin/spot_check/details/?id=1",
    "/admin/action_item/",
    "/admin/action_item/details/?id=1",
    "/admin/employee/?search=车工",
    "/admin/spot_check/?search=无此内容",
    "/search/?q=车工",
    "/indicators/execution_pass_rate/?month=2026-11",
    "/password",
    "/nowhere",
)
OPENED = (
    ("/admin/action_item/", "[data-filters] > summary"),
    ("/admin/action_item/", ".menu > summary.person"),
    ("/admin/action_item/details/?id=1", "[data-open^=verb-]"),
)
"""What opens over a page: filters, the person's menu, a dialogue."""
TARGETS = """() => [...document.querySelectorAll("a, button, input, select, summary, textarea")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
        && !one.closest("[aria-hidden=true], .visually-hidden, .skip, .ts-control, .plain-note")
        && getComputedStyle(one).pointerEvents !== "none")
    .map((one) => [one.matches("[type=checkbox], [type=radio]") ? one.closest("label, th") ?? one : one, one])
    .filter(([box]) => { const it = box.getBoundingClientRect(); return it.width && it.height && it.height < 43.5; })
    .map(([, one]) => `${one.outerHTML.slice(0, 120)} ${one.getBoundingClientRect().height}`)"""
"""What a finger would miss: every control lower than 44 px."""
COVERED = """() => [...document.querySelectorAll(".list-scroll tbody tr")].filter((row) => {
    const name = row.querySelector("th a"), state = row.querySelector("td:last-child > .st");
    if (!name || !state) return false;
    const words = document.createRange();
    words.selectNodeContents(name);
    const one = words.getBoundingClientRect(), other = state.getBoundingClientRect();
    return one.right > other.left && one.bottom > other.top && other.bottom > one.top;
    }).map((row) => row.innerText)"""
"""Rows of a list whose name runs under their state."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOKS = ((1280, "light", "zh-CN"), (390, "dark", "en-GB"), (390, "light", "zh-CN"), (1280, "dark", "en-GB"))


def looked_over(page, paths, width, language):
    """Each page fits, is in the language that was asked for, and holds nothing that axe or a finger would miss."""
    for path in paths:
        page.goto(path)
        looked_at(page, path, width, language)


def looked_at(page, name, width, language):
    """The same of the page as it stands."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    assert page.locator("html").get_attribute("lang") == ("zh-CN" if language == "zh-CN" else "en")
    assert page.evaluate(COVERED) == [], name
    found = Axe().run(page, options={"runOnly": RULES})
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    if width == 390 and language == "zh-CN":
        assert page.evaluate(TARGETS) == [], name
        for key in page.eval_on_selector_all("dialog[id^=verb-]:not([open])", "all => all.map((one) => one.id)"):
            page.eval_on_selector(f"#{key}", "one => one.showModal()")
            assert page.evaluate(TARGETS) == [], f"{name}#{key}"
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name}#{key}"
            page.eval_on_selector(f"#{key}", "one => one.close()")


OF_THE_REGULATION = {
    "admin": (
        "/regulation/",
        "/regulation/P3.2/",
        "/regulation/unset/",
        "/admin/figure/",
        "/admin/figure/new/?code=max_rounds",
        "/admin/figure/details/?id=1",
        "/admin/sla_policy/",
        "/admin/sla_policy/details/?id=1",
        "/admin/sla_policy/edit/?id=1",
        "/limits/",
        "/limits/rectification/?severity=minor&start=2026-11-16T16:00",
        "/calendar/?on=2026-11-17",
        "/admin/calendar/details/?id=1",
        "/admin/calendar/edit/?id=1",
        "/admin/calendar_day/",
        "/admin/priority_matrix/",
        "/admin/event/",
        "/admin/event/details/?id=1",
        "/operations/",
        "/admin/action_rung/new/",
    ),
    "quality_manager": (
        "/clocks/1/",
        "/actions/board/",
        "/actions/overdue/",
        "/admin/accountability_case/",
        "/admin/accountability_case/new/",
        "/admin/evaluation/",
        "/admin/action_extension/",
        "/approvals/",
        "/performance/me/",
    ),
}
"""Regulation, actions and events, as those see them who work with them."""


@pytest.mark.parametrize("login", OF_THE_REGULATION)
@pytest.mark.parametrize("width, scheme, language", LOOKS[2:])
def test_screens_of_the_regulation_fit_and_pass_axe(open_as, complaints, login, width, scheme, language):
    page = open_as(login, width=width, scheme=scheme, language=language)
    looked_over(page, OF_THE_REGULATION[login], width, language)
    assert complaints == []


@pytest.mark.parametrize("width, scheme, language", LOOKS)
def test_screens_fit_and_pass_axe(open_as, complaints, width, scheme, language):
    looked_over(open_as("quality_inspector", width=width, scheme=scheme, language=language), PATHS, width, language)
    assert [one for one in complaints if "404" not in one] == []


@pytest.fixture
def schooled(session):
    """Two who are qualified for a post, a revision that waits for its countersignatures, a training to come."""
    _, exam, _, people = qualified(session, names=("车工甲", "车工乙"), at=now() - timedelta(days=30))
    document = session.scalar(select(DocumentRevision)).document_id
    with doing(session, "technical", now()) as act:
        revision = DocumentRevision(
            document_id=document,
            rev_no="A/1",
            author_id=act.by.employee_id,
            trigger="process_optimisation",
            summary="提高转速",
            body="1. 主轴转速 1000 r/min。",
        )
        session.add(revision)
    perform(session, revision, "submit", "technical", now())
    with doing(session, "hr", now()) as act:
        begins = now() + timedelta(hours=1)
        training = TrainingSession(
            kind="post",
            topic="岗位培训",
            trainer=employee(session, "工艺技术员"),
            organiser_id=act.by.employee_id,
            planned_from_at=begins,
            planned_to_at=begins + timedelta(hours=2),
            attendees=[SessionAttendee(employee=one) for one in people],
        )
        session.add(training)
        training.perform("notify", act=act)
        token = print_certificate(session, held(session, people[0]), act)
    found = {
        "exam": exam.id,
        "who": people[0].id,
        "held": held(session, people[0]).id,
        "revision": revision.id,
        "training": training.id,
        "token": token,
    }
    session.rollback()
    return found


SCHOOLING = {
    "hr": (
        "/",
        "/training/owed/",
        "/training/calendar/",
        "/training/exam-day/?exam={exam}",
        "/training/matrix/",
        "/training/people/{who}/",
        "/training/certificates/{held}/",
        "/training/sessions/{training}/",
        "/admin/training_session/details/?id={training}",
        "/admin/training_session/new/",
        "/admin/qualification/details/?id={held}",
        "/admin/exam_attempt/",
        "/performance/{who}/",
        "/c/{token}/",
        "/c/nothing/",
    ),
    "technical_manager": (
        "/",
        "/approvals/",
        "/process/reviews/",
        "/process/completeness/",
        "/process/compare/?old=1&new={revision}",
        "/admin/process_document/details/?id=1",
        "/admin/document_revision/",
        "/admin/document_revision/details/?id={revision}",
        "/admin/change_notice/new/",
        "/admin/exam/details/?id={exam}",
        "/admin/post_requirement/new/",
    ),
    "team_leader": ("/", "/training/matrix/", "/admin/post_assignment/new/", "/training/people/{who}/"),
    "employee": ("/", "/training/calendar/", "/admin/document_revision/details/?id={revision}"),
}


@pytest.mark.parametrize("login", SCHOOLING)
@pytest.mark.parametrize("width, scheme, language", LOOKS[1:])
def test_documents_and_training_fit_and_pass_axe(open_as, complaints, schooled, login, width, scheme, language):
    page = open_as(login, width=width, scheme=scheme, language=language)
    looked_over(page, [one.format(**schooled) for one in SCHOOLING[login]], width, language)
    assert [one for one in complaints if "404" not in one] == []


@pytest.mark.parametrize("width", [1280, 390])
def test_what_opens_over_a_page_passes_axe(open_as, complaints, width):
    page = open_as("quality_manager", width=width)
    for path, opener in OPENED:
        page.goto(path)
        page.locator(opener).first.click()
        assert Axe().run(page, options={"runOnly": RULES}).violations_count == 0, (path, opener)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, opener)
    page.goto("/")
    page.locator("[data-global-search]").fill("车工")
    page.locator(".found-hit").first.wait_for()
    found = Axe().run(page, options={"runOnly": RULES})
    assert found.violations_count == 0, found.generate_report()
    assert complaints == []


def test_the_door_passes_axe(open_as, complaints):
    page = open_as("")
    assert Axe().run(page).violations_count == 0
    assert complaints == []
