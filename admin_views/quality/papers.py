"""Pages beside the tables: a template as on the phone, the sheet of codes for the posts, a check on one page (P3.2)."""

from typing import NamedTuple

import segno
from flask import Blueprint, render_template, request
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.wrappers import Response as AnyResponse

from admin_views.columns import cell_of
from admin_views.public import public_address
from admin_views.quality.asked import Ask, question_of
from admin_views.quality.templates import limits_text
from admin_views.session import db
from admin_views.signin import person_here, unauthorised
from admin_views.words import say, t
from models.actions import ActionItem
from models.base import now
from models.organisation import Department, Post, departments_below
from models.quality import CheckTemplate, SpotCheck, SpotCheckItem
from rules.base import NotVisible

papers = Blueprint("papers", __name__, url_prefix="/quality")
QUIET_ZONE = 4
"""Modules of paper around a code, as its standard wants."""
MOST_CODES = 200


class Code(NamedTuple):
    """A code to be cut out: the path of its dark modules, and how many modules its side has."""

    post: Post
    path: str
    side: int


@papers.get("/templates/<int:key>/preview/")
def preview(key: int) -> AnyResponse | str:
    """How a template looks on the phone; nothing can be sent from here."""
    if not current_user.is_authenticated:
        return unauthorised()
    seen = CheckTemplate.visible_to(person_here())
    query = select(CheckTemplate).where(CheckTemplate.id == key, seen).options(selectinload(CheckTemplate.items))
    template = db.session.scalar(query)
    if template is None:
        raise NotVisible
    post = template.post or Post(code="", name=template.name)
    asked = Ask(
        post=post,
        kinds=(template.scope,),
        templates=[template],
        template=template,
        people=(),
        employee=None,
        paper=None,
        at=now(),
        questions=[question_of(one) for one in template.items],
    )
    return render_template(
        "quality/phone.html", asked=asked, preview=True, wrong={}, sent={}, token="", clause=template.access.clause
    )


@papers.get("/codes/")
def codes() -> AnyResponse | str:
    """A sheet of codes to be cut out and hung up, a department at a time."""
    if not current_user.is_authenticated:
        return unauthorised()
    given = request.args.get("department", "")
    departments = db.session.scalars(
        select(Department).where(Department.voided_at.is_(None)).order_by(Department.code)
    ).all()
    chosen = next((one for one in departments if str(one.id) == given), None)
    query = select(Post).where(Post.voided_at.is_(None)).options(joinedload(Post.department)).order_by(Post.code)
    if chosen is not None:
        query = query.where(Post.department_id.in_(sorted(departments_below(db.session, chosen.id))))
    found = [_code(post) for post in db.session.scalars(query.limit(MOST_CODES))]
    return render_template("quality/codes.html", codes=found, departments=departments, chosen=chosen, quiet=QUIET_ZONE)


def address_of(post: Post) -> str:
    """Where the code at a post leads."""
    return public_address(f"/q/{post.code}/")


def _code(post: Post) -> Code:
    """Dark modules row by row, neighbours in one stroke: an SVG path without any style."""
    rows = [list(row) for row in segno.make(address_of(post), error="m", micro=False).matrix]
    strokes = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            run = 0
            while x + run < len(row) and row[x + run]:
                run += 1
            if run:
                strokes.append(f"M{x + QUIET_ZONE} {y + QUIET_ZONE}h{run}v1h-{run}z")
            x += run or 1
    return Code(post, "".join(strokes), len(rows) + 2 * QUIET_ZONE)


@papers.get("/checks/<int:key>/print/")
def one_page(key: int) -> AnyResponse | str:
    """A check on one page, with its photos: to be signed, filed, or sent along."""
    if not current_user.is_authenticated:
        return unauthorised()
    person = person_here()
    check = db.session.scalar(
        select(SpotCheck)
        .where(SpotCheck.id == key, SpotCheck.visible_to(person))
        .options(
            selectinload(SpotCheck.items).joinedload(SpotCheckItem.employee),
            joinedload(SpotCheck.post),
            joinedload(SpotCheck.department),
            joinedload(SpotCheck.document),
            joinedload(SpotCheck.revision),
            joinedload(SpotCheck.inspector),
            joinedload(SpotCheck.template),
        )
    )
    if check is None:
        raise NotVisible
    raised: dict[int, ActionItem] = {one.source_id: one for one in check.raised(seen_by=person)}
    facts = [
        (t("Kind", "类型"), say(check.kind.words)),
        (t("Checked at", "检查时间"), cell_of(check.checked_at).exact),
        (t("Post", "岗位"), f"{check.post.name}（{check.post.code}）"),
        (t("Checked area", "被检区域"), check.department.name),
        (t("Process document", "工艺文件"), check.document.label if check.document else ""),
        (t("Revision in force", "现行版次"), check.revision.rev_no if check.revision else ""),
        (t("Revision at the bench", "现场版次"), check.bench_rev),
        (t("Inspector", "检验员"), check.inspector.label),
        (t("Template", "检查模板"), check.template.label if check.template else ""),
        (t("Sample size", "抽样数"), str(check.sample_qty)),
        (t("NG items", "不合格项"), str(check.ng_qty)),
        (t("Status", "状态"), say(check.status.words)),
    ]
    rows = [(one, limits_text(one), cell_of(one.value).text or one.reading, raised.get(one.id)) for one in check.items]
    photos = [one for one in check.items if one.photo_id is not None]
    return render_template("quality/page.html", check=check, facts=facts, rows=rows, photos=photos)
