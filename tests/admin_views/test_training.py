"""HR's exam day, a training in one act, sign-in, the matrix, the certificate, a correction: over real requests."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.base import Act, now, on_date
from models.journal import acting
from models.training import ExamAttempt, Qualification, SessionAttendee, TrainingObligation, TrainingSession
from rules.base import Role
from tests.browse import Browser
from tests.models.acts import perform
from tests.models.training_world import (
    approved_exam,
    hired,
    needs_qualification,
    qualified,
    released,
    required,
    sat,
)
from tests.world import employee, person

PEOPLE = 60
TODAY = on_date(now())


class Polite(Browser):
    """A browser beside a test's own session, which must not hold the database while a request writes."""

    beside: Session

    def get(self, path, **headers):
        self.beside.rollback()
        return super().get(path, **headers)

    def post(self, path, fields, **more):
        self.beside.rollback()
        return super().post(path, fields, **more)

    def version(self, table, key):
        self.beside.rollback()
        return super().version(table, key)


@pytest.fixture
def browser_of(app, session):
    def made(login, **more):
        session.rollback()
        Polite.beside = session
        return Polite(app, login, **more)

    return made


@pytest.fixture
def opened(session):
    return session


def sixty(session):
    people = hired(session, *[f"学员{n:02d}" for n in range(PEOPLE)], code="P-SC2")
    needs_qualification(session, code="P-SC2")
    exam = approved_exam(session)
    required(session, exam, code="P-SC2", practical_required=True)
    return people, exam


def asked(browser, given):
    """The page's script asks, with the token of its form."""
    token = browser.token()
    headers = browser.headers | {"X-CSRFToken": token, "Accept": "application/json"}
    return browser.client.post("/training/exam-day/judge/", json=given, headers=headers)


def judged(browser, exam, rows):
    answer = asked(browser, {"exam": exam, "on": TODAY.isoformat(), "rows": rows})
    assert answer.status_code == 200
    return answer.json


def form_of(browser, exam, rows, mode):
    return {
        "exam": exam,
        "session": "",
        "on": TODAY.isoformat(),
        "mode": mode,
        "employee": [row[0] for row in rows],
        "score": [row[1] for row in rows],
        "practical_score": [row[2] for row in rows],
        "note": [row[3] for row in rows],
    }


def count(session, model, *where):
    session.expire_all()
    return session.scalar(select(func.count()).select_from(model).where(*where))


def planted(session, people, exam):
    """Sixty rows, seven of them wrong: each fault once."""
    rows = [[one.no, "９０", "92分", ""] for one in people]
    rows[3][1] = "108"
    rows[7][0] = "99999"
    rows[11][3] = "不合格"
    rows[19][1] = "优"
    rows[23][2] = ""
    rows[31][0] = people[30].no
    sat(session, exam, people[41], score=50, at=now() - timedelta(days=1))
    rows[52][1], rows[52][2] = "缺考", ""
    return rows


def test_sixty_results_with_seven_faults_are_saved_none_or_fifty_three_on_request(opened, browser_of):
    people, exam = sixty(opened)
    rows = planted(opened, people, exam)
    browser = browser_of("hr")
    told = judged(browser, exam.id, rows)
    faulty = {place: list(row["faults"]) for place, row in enumerate(told["rows"]) if row["faults"]}
    assert faulty == {
        3: ["score"],
        7: ["employee"],
        11: ["note"],
        19: ["score"],
        23: ["practical_score"],
        31: ["employee"],
        41: ["employee"],
    }
    assert told["counts"] == {"filled": 60, "good": 53, "pass": 52, "fail": 0, "absent": 1, "faults": 7}
    assert told["rows"][0]["follows"] == ["Becomes qualified for 生产二部岗."]
    assert "May sit it again from" in told["rows"][52]["follows"][0]
    before = count(opened, ExamAttempt)
    refused = browser.post("/training/exam-day/save/", form_of(browser, exam.id, rows, "all"))
    assert refused.status_code == 409
    assert count(opened, ExamAttempt) == before
    assert refused.text.count('aria-invalid="true"') == 7
    assert 'value="99999"' in refused.text
    saved = browser.post("/training/exam-day/save/", form_of(browser, exam.id, rows, "good"))
    assert saved.status_code == 200
    assert count(opened, ExamAttempt) == before + 53
    assert saved.text.count('aria-invalid="true"') >= 7
    again = browser.post("/training/exam-day/save/", form_of(browser, exam.id, rows, "good"))
    assert again.status_code == 409  # one result a day: nothing is doubled
    assert count(opened, ExamAttempt) == before + 53


def test_all_good_rows_are_kept_and_somebody_else_confirms_them(opened, browser_of):
    people, exam = sixty(opened)
    rows = [[f"{one.name}（{one.no}）", "88", "90", ""] for one in people[:3]] + [["", "", "", ""]]
    hr = browser_of("hr")
    assert hr.post("/training/exam-day/save/", form_of(hr, exam.id, rows, "all")).status_code == 302
    keys = opened.scalars(select(ExamAttempt.id)).all()
    assert hr.perform("exam_attempt", keys[0], "confirm").status_code == 403
    manager = browser_of("hr_manager")
    assert manager.perform("exam_attempt", keys[1], "confirm").status_code == 200
    place = "http://localhost/admin/exam_attempt/?page_size=20"
    refused = manager.post("/admin/exam_attempt/action/", {"action": "confirm", "rowid": keys}, Referer=place)
    assert refused.status_code == 409
    assert f"{opened.get_one(ExamAttempt, keys[1]).label}: " in refused.text
    assert "None of the 3 was done." in refused.text
    assert re.search(r'href="/admin/exam_attempt/\?page_size=20"[^>]*>Back to the list', refused.text)
    assert count(opened, Qualification, Qualification.status == "qualified") == 1
    left = [one for one in keys if one != keys[1]]
    answer = manager.post("/admin/exam_attempt/action/", {"action": "confirm", "rowid": left})
    assert answer.status_code == 302
    assert count(opened, Qualification, Qualification.status == "qualified") == 3


def test_what_follows_is_told_before_the_last_attempt_is_gone(opened, browser_of):
    _, exam, _, people = qualified(opened, at=now() - timedelta(days=30))
    released(opened, at=now() - timedelta(days=9))
    perform(opened, exam, "approve", "technical_manager", now() - timedelta(days=9))
    for days in (8, 4):
        sat(opened, exam, people[0], score=10, at=now() - timedelta(days=days))
    told = judged(browser_of("hr"), exam.id, [[people[0].no, "20", "90", ""], [people[1].no, "90", "90", ""]])
    assert told["rows"][0]["follows"] == [
        "No attempt is left: a new training comes first.",
        "Is suspended from 生产一部岗 from tomorrow.",
    ]
    assert told["rows"][1]["follows"] == ["Becomes qualified for 生产一部岗."]


def test_a_stale_exam_is_wrong_for_every_row(opened, browser_of):
    _, exam, _, people = qualified(opened, at=now() - timedelta(days=30))
    released(opened, at=now() - timedelta(days=2))
    told = judged(browser_of("hr"), exam.id, [[people[0].no, "90", "90", ""], [people[1].name, "", "", ""]])
    assert list(told["rows"][0]["faults"]) == ["exam"]
    assert told["rows"][1]["faults"] == {}


def test_rubbish_is_answered_in_words(opened, browser_of):
    _, exam = sixty(opened)
    browser = browser_of("hr", language="zh-CN")
    for rows in (None, "x", [1, None, {"a": 1}], [["9" * 500, "\0", "=1+1", "@"]], [[]] * 500):
        assert "rows" in judged(browser, exam.id, rows)
    key = exam.id
    for given in ({}, {"exam": "x"}, {"exam": key, "session": "999"}, {"exam": "9" * 30}):
        assert asked(browser, given).status_code in {404, 409}
    assert browser.post("/training/exam-day/save/", {"exam": ""}).status_code == 422
    assert browser.post("/training/exam-day/save/", {"exam": exam.id, "on": "x"}).status_code == 409


@pytest.mark.parametrize("login", [str(one) for one in Role if one is not Role.HR])
def test_results_are_entered_by_hr_alone(login, browser_of):
    browser = browser_of(login)
    assert browser.get("/training/exam-day/").status_code == 403
    assert browser.post("/training/exam-day/save/", {"exam": "1"}).status_code == 403
    assert browser.post("/training/owed/plan/", {"kind": "post"}).status_code == 403


def test_a_training_is_made_of_what_is_owed_in_one_act(opened, browser_of):
    people, _ = sixty(opened)
    trainer = employee(opened, "工艺技术员")
    keys = opened.scalars(select(TrainingObligation.id).where(TrainingObligation.status == "open")).all()[:20]
    hr = browser_of("hr")
    sent = {
        "obligation": keys,
        "kind": "post",
        "trainer": trainer.id,
        "planned_from_at": "2031-03-03T09:00",
        "planned_to_at": "2031-03-03T08:00",
    }
    refused = hr.post("/training/owed/plan/", sent)
    assert refused.status_code == 422
    assert refused.text.count("checked") >= 20
    made = hr.post("/training/owed/plan/", sent | {"planned_to_at": "2031-03-03T11:00"})
    assert made.status_code == 302
    training = opened.scalar(select(TrainingSession))
    assert (len(training.attendees), training.status, training.organiser.name) == (20, "planned", "人事专员")
    assert count(opened, TrainingObligation, TrainingObligation.status == "scheduled") == 20
    again = hr.post("/training/owed/plan/", sent | {"planned_to_at": "2031-03-03T11:00"})
    assert again.status_code == 409
    assert "培训" in browser_of("hr", language="zh-CN").get("/training/calendar/?month=2031-03").text
    cancelled = hr.perform("training_session", training.id, "cancel", note="讲师出差")
    assert cancelled.status_code == 200
    assert count(opened, TrainingObligation, TrainingObligation.status == "scheduled") == 0
    assert len(people) == 60


def test_the_trainee_signs_in_himself_and_the_trainer_keeps_the_list(opened, browser_of):
    people, _ = sixty(opened)
    who, trainer = employee(opened, "车工一"), employee(opened, "工艺技术员")
    at = now()
    with acting(opened, Act(person(opened, "hr"), at)) as act:
        training = TrainingSession(
            kind="post",
            topic="岗位培训",
            trainer=trainer,
            planned_from_at=at + timedelta(hours=1),
            planned_to_at=at + timedelta(hours=2),
            attendees=[SessionAttendee(employee=who), SessionAttendee(employee=people[0])],
        )
        opened.add(training)
        training.perform("notify", act=act)
        opened.commit()
    url = f"/training/sessions/{training.id}/"
    trainee = browser_of("employee")
    assert "I am here" in trainee.get(url).text
    assert trainee.post(f"{url}sign-in/", {}).status_code == 302
    assert trainee.post(f"{url}attendance/", {f"attendance-{people[0].id}": "present"}).status_code == 403
    teacher = browser_of("technical")
    sent = {f"attendance-{people[0].id}": "late", f"skill-{who.id}": "pass"}
    assert teacher.post(f"{url}attendance/", sent).status_code == 302
    opened.expire_all()
    assert {(one.employee_id, one.attendance, one.skill_demo) for one in training.attendees} == {
        (who.id, "present", "pass"),
        (people[0].id, "late", "none"),
    }
    assert browser_of("sales").get(url).status_code == 404


def test_the_matrix_and_the_persons_page(opened, browser_of):
    _, _, _, people = qualified(opened, at=now() - timedelta(days=30))
    hr = browser_of("hr")
    matrix = hr.get("/training/matrix/").text
    assert matrix.count("circle-check") >= 5
    (team,) = {one.team_id for one in people}
    assert hr.get(f"/training/matrix/?team={team}").text.count("circle-check") >= 5
    assert f'value="{team}" selected' in hr.get(f"/training/matrix/?team={team}").text
    page = hr.get(f"/training/people/{people[0].id}/")
    assert page.status_code == 200
    assert "数控车工考核" in page.text
    assert browser_of("employee").get("/training/me/").status_code == 302
    assert browser_of("employee").get(f"/training/people/{people[0].id}/").status_code == 404
    assert browser_of("team_leader").get(f"/training/people/{people[0].id}/").status_code == 200
    assert browser_of("team_leader2").get(f"/training/people/{people[0].id}/").status_code == 404
    assert browser_of("sales").get("/training/matrix/").status_code == 403
    desk = browser_of("team_leader").get("/").text
    assert re.search(r"My people: \d+ allowed", desk)


def test_a_correction_needs_a_reason_and_somebody_else(opened, browser_of):
    _, exam, _, people = qualified(opened, at=now() - timedelta(days=30))
    attempt = opened.scalar(select(ExamAttempt).where(ExamAttempt.employee_id == people[0].id))
    hr = browser_of("hr")
    url = f"/training/results/{attempt.id}/correct/"
    assert hr.get(url).status_code == 200
    for sent in ({"score": "50", "practical_score": "90", "reason": ""}, {"score": "优", "reason": "登分错误"}):
        assert hr.post(url, sent).status_code == 422
    assert browser_of("technical").get(url).status_code == 403
    made = hr.post(url, {"score": "50", "practical_score": "90", "reason": "登分错误"})
    assert made.status_code == 302
    key = int(made.headers["Location"].rsplit("=", 1)[1])
    assert hr.perform("exam_attempt", key, "confirm").status_code == 403
    assert browser_of("hr_manager").perform("exam_attempt", key, "confirm").status_code == 200
    opened.expire_all()
    assert (attempt.status, attempt.result) == ("voided", "void")
    held = opened.scalar(select(Qualification).where(Qualification.employee_id == people[0].id))
    assert held.status == "lapsed"
    assert exam.status == "approved"


def test_a_new_form_shows_what_holds_where_nothing_is_said(browser_of):
    fields = browser_of("hr_manager").form("/admin/post_requirement/new/")
    assert fields["mandatory"] == "y"
