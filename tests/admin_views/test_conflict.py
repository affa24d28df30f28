"""Two people, one record: both versions, field by field, and nothing is overwritten in silence."""

from tests.browse import Browser


def conflict(app):
    first, second = Browser(app, "admin"), Browser(app, "admin")
    path = "/admin/team/edit/?id=1"
    early, late = first.form(path), second.form(path)
    assert first.post(path, early | {"name": "甲组", "code": "T-9"}).status_code == 302
    answer = second.post(path, late | {"name": "乙组"})
    assert answer.status_code == 409
    return second, path, late, answer


def test_both_versions_are_shown_and_what_was_typed_is_kept(app):
    _, _, _, answer = conflict(app)
    assert "甲组" in answer.text
    assert "乙组" in answer.text


def test_use_theirs_keeps_theirs_and_keep_mine_keeps_mine(app):
    second, path, late, _ = conflict(app)
    version = second.version("team", 1)
    sent = late | {"name": "乙组", "version_no": str(version), "resolve-name": "mine", "resolve-code": "theirs"}
    assert second.post(path, sent).status_code == 302
    page = second.get("/admin/team/details/?id=1").text
    assert "乙组" in page
    assert "T-9" in page
