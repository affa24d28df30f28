"""A check with a phone in one hand: opened by the code at the post, tapped through, kept over a reload, sent once."""

import base64
import re
from decimal import Decimal
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.session import db
from models.actions import ActionItem
from models.base import Act
from models.event import Attachment
from models.journal import acting
from models.organisation import Post
from models.quality import CheckTemplate, CheckTemplateItem, SpotCheck
from tests.browser.test_screens import RULES
from tests.models.acts import put_right
from tests.world import AT, person


def template(app, *items: CheckTemplateItem) -> None:
    """The questions at the post of the small factory, in their next version."""
    with app.app_context(), Session(db.engine) as session:
        manager = person(session, "quality_manager")
        with acting(session, Act(manager, AT)):
            one = CheckTemplate(
                code="MB-1", name="车工工序抽检", post=session.scalar(select(Post).where(Post.code == "P-SC1"))
            )
            one.items = list(items)
            for seq, item in enumerate(items, start=1):
                item.seq = seq
            session.add(one)
            with session.no_autoflush:
                one.prepare()
            one.perform("publish", by=manager, at=AT)
            session.commit()


def checks(app) -> list[SpotCheck]:
    with app.app_context(), Session(db.engine) as session:
        return list(session.scalars(select(SpotCheck).where(SpotCheck.template_id.is_not(None))))


def big_picture(tmp_path: Path, page: Page) -> Path:
    """A photo as a camera would make it: far larger than what is to be sent."""
    data = page.evaluate(
        """() => { const c = document.createElement("canvas"); c.width = 3000; c.height = 2000;
        const g = c.getContext("2d"); g.fillStyle = "#a33"; g.fillRect(0, 0, 3000, 2000);
        g.fillStyle = "#fff"; g.fillRect(900, 600, 900, 700); return c.toDataURL("image/png"); }"""
    )
    place = tmp_path / "现场照片.png"
    place.write_bytes(base64.b64decode(data.split(",")[1]))
    return place


def test_ten_items_that_pass_take_twelve_taps_and_no_typing_and_a_reload_loses_nothing(app, open_as, complaints):
    template(app, *[CheckTemplateItem(question=f"项目{n}") for n in range(10)])
    inspector = open_as("quality_inspector", width=390)
    inspector.goto("/q/P-SC1/")
    expect(inspector.locator(".who input:checked")).to_have_count(1)  # filled in before the first tap
    taps = 0
    for place, item in enumerate(inspector.locator("[data-item]").all()):
        item.locator(".pick.pass").click()
        taps += 1
        if place == 4:
            inspector.reload()
            expect(inspector.locator("[data-done]")).to_have_text("5")
    expect(inspector.locator("[data-done]")).to_have_text("10")
    with inspector.expect_navigation():
        inspector.locator(".check-send").click()
    taps += 1
    assert taps <= 12
    expect(inspector.locator("h1")).to_contain_text("CJ-")
    (made,) = checks(app)
    assert (made.status, made.ng_qty) == ("closed", 0)
    assert inspector.evaluate("Object.keys(localStorage).filter((k) => k.includes('/q/')).length") == 0
    assert complaints == []


@pytest.mark.parametrize("language, scheme", [("zh-CN", "light"), ("en-GB", "dark")])
def test_from_the_code_to_a_failing_item_with_its_photo(app, open_as, complaints, tmp_path, language, scheme):
    template(
        app,
        CheckTemplateItem(question="外径", answer="number", lower=Decimal("4.90"), upper=Decimal("5.00"), unit="mm"),
        CheckTemplateItem(question="防护罩", photo_if_ng=True),
        CheckTemplateItem(question="表面", answer="choice", passing="光洁", failing="锈蚀"),
    )
    inspector = open_as("quality_inspector", width=390, language=language, scheme=scheme)
    inspector.goto("/q/P-SC1/")
    assert inspector.evaluate("document.documentElement.scrollWidth") <= 390
    first, second, third = inspector.locator("[data-item]").all()
    first.locator(".reading input").click()
    for key in "5.01":
        inspector.locator(f"#pad [data-key='{key}']").click()
    expect(inspector.locator(".pad-judged")).to_have_text("不合格" if language == "zh-CN" else "NG")
    inspector.locator("#pad [data-key=back]").click()
    inspector.locator("#pad [data-key='0']").click()
    expect(inspector.locator(".pad-judged")).to_have_text("合格" if language == "zh-CN" else "OK")
    inspector.locator("#pad [data-key=done]").click()
    second.locator(".pick.fail").click()
    third.locator(".pick.pass").click()
    inspector.locator(".check-send").click()
    expect(second.locator(".q-fault")).to_be_visible()  # no photo yet
    second.locator("textarea").fill("防护罩未合上")
    second.locator(".photo-file").set_input_files(big_picture(tmp_path, inspector))
    expect(second.locator(".photo-seen")).to_be_visible()
    inspector.reload()
    expect(inspector.locator(".photo-seen").nth(1)).to_be_visible()
    inspector.context.set_offline(True)
    inspector.locator(".check-send").click()
    expect(inspector.locator(".check-state")).to_contain_text("无网络" if language == "zh-CN" else "No connection")
    assert checks(app) == []
    inspector.context.set_offline(False)
    inspector.wait_for_url(re.compile("/admin/spot_check/details/"))
    (made,) = checks(app)
    with app.app_context(), Session(db.engine) as session:
        check = session.get_one(SpotCheck, made.id)
        assert [str(one.verdict) for one in check.items] == ["ok", "ng", "ok"]
        photo = session.get_one(Attachment, check.items[1].photo_id)
        assert photo.media_type == "image/jpeg"
        assert photo.size < 200_000
        assert [one.description for one in check.raised()] == ["防护罩：防护罩未合上"]
    assert [one for one in complaints if "ERR_INTERNET_DISCONNECTED" not in one] == []


def test_a_recheck_is_tapped_in_and_verifies_what_it_looks_at(app, world, open_as, complaints):
    with app.app_context(), Session(db.engine) as session:
        action = put_right(session, session.get_one(ActionItem, world.action), AT)
        key = action.id
    inspector = open_as("quality_inspector2", width=390)
    inspector.goto(f"/quality/recheck/{key}/")
    expect(inspector.locator(".if-ng")).to_be_hidden()
    assert inspector.evaluate("document.documentElement.scrollWidth") <= 390
    assert Axe().run(inspector, options={"runOnly": RULES}).violations_count == 0
    inspector.locator(".reading input").click()
    for digit in "4.95":
        inspector.locator(f"[data-key='{digit}']").click()
    inspector.locator("[data-key=done]").click()
    expect(inspector.locator(".judged")).to_have_text("合格")
    with inspector.expect_navigation():
        inspector.locator(".check-send").click()
    expect(inspector.locator("h1")).to_contain_text("CJ-")
    with app.app_context(), Session(db.engine) as session:
        assert session.get_one(ActionItem, key).status in {"closed", "watching"}
    assert complaints == []
