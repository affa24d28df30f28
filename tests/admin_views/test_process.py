"""Documents at the browser: written, countersigned, released, compared, asked about, reviewed (P1)."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from admin_views.session import db
from admin_views.words import today
from models.base import now
from models.engine import let_write
from models.process import DocumentReview, DocumentRevision
from models.reminding import remind
from tests.browse import Browser

NEW = "/admin/document_revision/new/"
TEXT = "1. 主轴转速 800 r/min。\n2. 首件送检。"


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def drafted(app, **more):
    """A technician's draft of the next revision of the small factory's only document."""
    browser = Browser(app, "technical")
    fields = browser.form(f"{NEW}?document=1") | {
        "summary": "提高转速",
        "body": TEXT,
        "trigger": "process_optimisation",
    }
    answer = browser.post(f"{NEW}?document=1", fields | more)
    assert answer.status_code == 302, text(answer)[:800]
    return int(answer.headers["Location"].rsplit("=", 1)[1])


def walked(app, key, *steps):
    for login, verb, more in steps:
        answer = Browser(app, login).perform("document_revision", key, verb, **more)
        assert answer.status_code == 200, (login, verb, answer.text)


def released(app, key):
    walked(
        app,
        key,
        ("technical", "submit", {}),
        ("production_manager", "countersign", {}),
        ("quality_manager", "countersign", {}),
        ("technical_manager", "approve", {}),
        ("technical_manager", "release", {}),
    )


def test_a_revision_goes_on_from_the_text_in_force_with_the_next_number(app):
    fields = Browser(app, "technical").form(f"{NEW}?document=1")
    assert (fields["rev_no"], fields["document"], fields["body"].strip()) == ("A/1", "1", "按图加工。")
    assert Browser(app, "technical").form(f"{NEW}?document=999")["rev_no"] == ""
    assert Browser(app, "technical").form(f"{NEW}?document=x")["rev_no"] == ""


def test_from_draft_to_release_and_what_it_brought_about(any_app):
    key = drafted(any_app)
    released(any_app, key)
    page = Browser(any_app, "employee").get(f"/admin/document_revision/details/?id={key}")
    assert "What its release brought about" in page.text
    assert "GY-CC-001 A/0" in page.text
    assert "Countersignatures" in page.text
    assert "What differs from GY-CC-001 A/0" in page.text
    assert "<ins>" in page.text


def test_the_preview_stands_in_the_dialog_before_the_button(app):
    key = drafted(app)
    walked(
        app,
        key,
        ("technical", "submit", {}),
        ("production_manager", "countersign", {}),
        ("quality_manager", "countersign", {}),
        ("technical_manager", "approve", {}),
    )
    page = Browser(app, "technical_manager").get(f"/admin/document_revision/details/?id={key}").text
    dialog = page[page.index('id="verb-release"') :]
    assert "Revision A/0 ends at the same instant." in dialog
    assert "To be learnt within 14 days." in dialog
    assert "The next review is due on" in dialog


@pytest.mark.parametrize("day", ["", "2020-01-01", "x", "2201-01-01"])
def test_a_release_is_planned_for_a_later_day_only(app, day):
    key = drafted(app, change_class="editorial")
    walked(app, key, ("technical", "submit", {}), ("technical_manager", "approve", {}))
    answer = Browser(app, "technical_manager").perform("document_revision", key, "plan", effective_on=day)
    assert answer.status_code in {409, 422}
    walked(app, key, ("technical_manager", "plan", {"effective_on": "2100-01-04"}))
    assert "2100" in Browser(app, "technical").get(f"/admin/document_revision/details/?id={key}").text


def waits_for(app, login):
    """Whether it stands in the inbox, and on the desk that shows the inbox's first lines."""
    browser = Browser(app, login)
    waits = "提高转速" in browser.get("/approvals/").text
    assert (browser.get("/").text.count("Waiting for my approval") > 1) is waits  # once in the menu
    return waits


def test_a_revision_waits_on_the_right_desks(app):
    key = drafted(app)
    assert "提高转速" in Browser(app, "technical").get("/").text
    walked(app, key, ("technical", "submit", {}))
    for login, waits in (
        ("production_manager", True),
        ("quality_manager", True),
        ("technical_manager", False),
        ("production_manager2", False),
        ("employee", False),
    ):
        assert waits_for(app, login) is waits, login
    walked(app, key, ("production_manager", "countersign", {}))
    page = Browser(app, "quality_manager").get(f"/admin/document_revision/details/?id={key}").text
    assert "waiting" in page
    assert not waits_for(app, "production_manager")
    assert waits_for(app, "quality_manager")
    walked(app, key, ("quality_manager", "countersign", {}))
    assert waits_for(app, "technical_manager")


def test_others_ask_for_a_revision_and_see_it_taken_up(app):
    browser = Browser(app, "quality_inspector")
    fields = browser.form(f"{NEW}?document=1") | {"summary": "转速与现场不符"}
    made = browser.post(f"{NEW}?document=1", fields).headers["Location"]
    key = int(made.rsplit("=", 1)[1])
    with app.app_context(), Session(db.engine) as session:
        assert session.get(DocumentRevision, key).status == "proposed"
    assert "转速与现场不符" in Browser(app, "technical").get("/").text
    edit = made.replace("details", "edit")
    assert browser.get(edit).status_code == 200
    assert Browser(app, "quality_manager").get(edit).status_code == 409
    walked(app, key, ("technical", "take_up", {}))
    assert browser.get(edit).status_code == 409
    assert Browser(app, "employee").get(NEW).status_code == 403


def test_one_click_from_a_rectification_to_a_draft_with_links_both_ways(app, world):
    browser = Browser(app, "technical_manager")
    assert Browser(app, "quality_inspector").get(f"{NEW}?action={world.foreign_action}").status_code == 200
    browser = Browser(app, "quality_inspector")
    page = browser.get(f"/admin/action_item/details/?id={world.action}").text
    where = f"{NEW}?action={world.action}"
    assert where in page.replace("&amp;", "&")
    fields = browser.form(where)
    assert (fields["trigger"], fields["document"], fields["rev_no"]) == ("rectification", "1", "A/1")
    assert "超上差" in fields["summary"]
    made = browser.post(where, fields).headers["Location"]
    assert f"/admin/action_item/details/?id={world.action}" in browser.get(made).text
    assert made in browser.get(f"/admin/action_item/details/?id={world.action}").text.replace("&amp;", "&")
    hidden = Browser(app, "technical").get(made).text
    assert f"/admin/action_item/details/?id={world.action}" not in hidden  # an action is not everybody's


def test_an_action_out_of_sight_fills_in_nothing(app, world):
    fields = Browser(app, "quality_inspector").form(f"{NEW}?action={world.foreign_action}")
    assert (fields["trigger"], fields["summary"]) == ("", "")


def test_a_notice_leads_to_a_draft_that_answers_it(app):
    browser = Browser(app, "production_manager")
    fields = browser.form("/admin/change_notice/new/") | {"kind": "equipment", "title": "新车削中心"}
    fields["noticed_on"] = "2026-01-05"
    made = browser.post("/admin/change_notice/new/", fields).headers["Location"]
    key = made.rsplit("=", 1)[1]
    assert "new/?notice=" not in browser.get(made).text
    technician = Browser(app, "technical")
    assert "新车削中心" in technician.get("/").text
    where = f"{NEW}?notice={key}"
    assert where in technician.get(made).text
    fields = technician.form(where)
    assert (fields["trigger"], fields["change_notice"], fields["summary"]) == ("equipment_renewal", key, "新车削中心")
    sent = fields | {"document": "1", "rev_no": "A/1", "body": TEXT}
    revision = int(technician.post(where, sent).headers["Location"].rsplit("=", 1)[1])
    released(app, revision)
    assert "Answered" in browser.get(made).text
    assert Browser(app, "quality_manager").get(made.replace("details", "edit")).status_code == 409


def test_only_its_giver_and_technicians_change_a_notice(app):
    browser = Browser(app, "production_manager")
    fields = browser.form("/admin/change_notice/new/") | {"kind": "design", "title": "材料"}
    made = browser.post("/admin/change_notice/new/", fields | {"noticed_on": "2026-01-05"}).headers["Location"]
    edit = made.replace("details", "edit")
    for login, status in (("production_manager", 200), ("technical", 200), ("quality_manager", 409), ("hr", 403)):
        assert Browser(app, login).get(edit).status_code == status, login
    early = browser.form("/admin/change_notice/new/") | {"kind": "design", "title": "材料", "noticed_on": "2199-01-01"}
    late = browser.post("/admin/change_notice/new/", early)
    assert late.status_code == 409
    assert "future" in late.text
    assert browser.post("/admin/change_notice/delete/", {"id": made.rsplit("=", 1)[1]}).status_code == 409


# -- asked and compared ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language,answer", [("en", "GY-CC-001 A/0"), ("zh-CN", "GY-CC-001 A/0")])
def test_which_revision_was_in_force_then(app, language, answer):
    browser = Browser(app, "employee", language=language)
    page = "/admin/process_document/details/?id=1&on="
    assert answer in browser.get(f"{page}2026-11-01").text.split('class="answer"')[1].split("</div>")[0]
    nothing = browser.get(f"{page}2020-01-01").text.split('class="answer"')[1].split("</div>")[0]
    assert answer not in nothing
    for given in ("yesterday", "0001-01-01", "2026-02-30", "9999-12-31"):
        found = browser.get(f"{page}{given}")
        assert found.status_code == 200
        assert 'id="on-error"' in found.text


def test_of_the_day_of_a_release_both_are_told(app):
    released(app, drafted(app))
    day = today().isoformat()
    found = Browser(app, "employee").get(f"/admin/process_document/details/?id=1&on={day}").text
    found = found.split('class="answer"')[1].split("</div>")[0]
    assert "A/0" in found
    assert "A/1" in found


def test_two_revisions_stand_side_by_side(app):
    key = drafted(app)
    browser = Browser(app, "employee")
    page = browser.get(f"/process/compare/?old=1&new={key}")
    assert page.status_code == 200
    assert "<del>" in page.text
    assert "<ins>" in page.text
    assert " style=" not in page.text
    swapped = browser.get(f"/process/compare/?old=1&new={key}&swap=1")
    assert swapped.headers["Location"] == f"/process/compare/?old={key}&new=1"
    same = browser.get("/process/compare/?old=1&new=1&all=1")
    assert "The two texts are the same." in same.text
    assert "按图加工" in same.text


@pytest.mark.parametrize(
    "query", ["", "old=1", "old=1&new=99", "old=x&new=1", "old=1,2&new=1", f"old={'9' * 30}&new=1"]
)
def test_what_is_not_there_is_not_compared(app, query):
    assert Browser(app, "employee").get(f"/process/compare/?{query}").status_code == 404


def test_revisions_of_two_documents_are_not_compared(app):
    browser = Browser(app, "technical")
    fields = browser.form("/admin/process_document/new/") | {
        "doc_no": "GY-2",
        "title": "二",
        "doc_type": "process_flow",
    }
    made = browser.post("/admin/process_document/new/", fields).headers["Location"]
    key = made.rsplit("=", 1)[1]
    where = f"{NEW}?document={key}"
    fields = browser.form(where)
    assert (fields["rev_no"], fields["trigger"]) == ("A/0", "initial")
    revision = browser.post(where, fields | {"summary": "新"}).headers["Location"].rsplit("=", 1)[1]
    assert browser.get(f"/process/compare/?old=1&new={revision}").status_code == 404


def test_a_script_in_a_text_is_text(app):
    key = drafted(app, body="<script>alert(1)</script>")
    for path in (f"/process/compare/?old=1&new={key}", f"/admin/document_revision/details/?id={key}"):
        assert "<script>alert" not in Browser(app, "employee").get(path).text


@pytest.mark.parametrize("path", ["/process/compare/?old=1&new=1", "/process/reviews/", "/process/completeness/"])
def test_a_stranger_is_sent_to_the_door(app, path):
    assert Browser(app).get(path).status_code == 302


# -- products and readers --------------------------------------------------------------------------------------------


def test_a_product_says_what_it_has_and_what_it_lacks(app):
    browser = Browser(app, "technical")
    assert "missing" in browser.get("/process/completeness/").text
    edit = "/admin/process_document/edit/?id=1"
    fields = browser.form(edit)
    picked = browser.get("/admin/process_document/ajax/lookup/?name=models.product_model&query=JS-160").json[0][0]
    assert browser.post(edit, fields | {"models-0-product_model": str(picked)}).status_code == 302
    page = browser.get("/process/completeness/").text
    assert "GY-CC-001" in page
    assert "Process flow, Quality standard" in page
    assert "JS-160" in browser.get("/admin/process_document/details/?id=1").text
    assert "GY-CC-001" in browser.get(f"/admin/product_model/details/?id={picked}").text
    assert "缺" in Browser(app, "employee", language="zh-CN").get("/process/completeness/").text


def test_a_reader_confirms_on_the_page_and_is_missing_no_more(app):
    key = drafted(app)
    released(app, key)
    page = f"/admin/document_revision/details/?id={key}"
    reader = Browser(app, "employee")
    assert "车工一" in reader.get(page).text
    where = re.search(r'href="(/receipts/\d+/)"', reader.get(page).text)[1]
    assert reader.post(f"{where}confirm/", {"next": page}).status_code == 302
    section = reader.get(page).text.split("Has still to confirm reading")[1].split("</section>")[0]
    assert "车工一" not in section
    assert "Confirm reading" not in section


# -- reviews ---------------------------------------------------------------------------------------------------------


def test_a_review_falls_due_is_done_and_asks_for_a_revision(app):
    with app.app_context(), Session(db.engine) as session:
        review = session.scalars(select(DocumentReview)).one()
        key, due_on = review.id, review.due_on
        at = now().replace(year=due_on.year, month=due_on.month, day=due_on.day)
        remind(session, at)
    browser = Browser(app, "technical")
    assert "GY-CC-001" in browser.get("/process/reviews/").text
    assert browser.perform("document_review", key, "finish", result="revise").status_code == 409
    assert browser.perform("document_review", key, "finish", result="perfect").status_code == 422
    done = browser.perform("document_review", key, "finish", result="revise", findings="转速过时")
    assert done.status_code == 200
    page = browser.get(f"/admin/document_review/details/?id={key}").text
    assert "GY-CC-001 A/1" in page
    assert "工艺技术员" in page
    assert "转速过时" in browser.get("/").text


def put_off(app, day):
    let_write(may=True)  # a test client leaves the mark of its last request behind
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(update(DocumentReview).values(due_on=day))


def test_reviews_of_the_year_stand_month_by_month_and_late_ones_first(app):
    day = today() + timedelta(days=5)
    put_off(app, day)
    assert f"{day:%Y-%m}" in Browser(app, "technical_manager").get("/process/reviews/").text
    assert f"{day.year}年{day.month}月" in Browser(app, "technical", language="zh-CN").get("/process/reviews/").text
    put_off(app, today() - timedelta(days=3))
    assert "Overdue" in Browser(app, "technical_manager").get("/process/reviews/").text
    assert "GY-CC-001" in Browser(app, "technical_manager").get("/").text
    put_off(app, today() + timedelta(days=900))
    assert "No review is scheduled" in Browser(app, "technical").get("/process/reviews/").text


def test_an_interval_out_of_range_is_refused_at_its_field(app):
    browser = Browser(app, "technical")
    edit = "/admin/process_document/edit/?id=1"
    fields = browser.form(edit)
    answer = browser.post(edit, fields | {"review_interval_months": "0"})
    assert answer.status_code == 409
    assert "Between 1 and 120 months." in answer.text
    assert browser.post(edit, fields | {"review_interval_months": "6"}).status_code == 302
