"""Lines of today's draw, as the desk and the start page show them (P3.2)."""

from datetime import date

from sqlalchemy import Select, select

from admin_views.registry import record_url
from admin_views.screen import Cell, DeskLine
from admin_views.session import db
from admin_views.words import say, t
from models.organisation import Employee, Post
from models.quality import SpotCheck, done_of, draws_of
from rules import quality


def draw_lines(inspector_id: int, on: date) -> list[DeskLine]:
    """One line for each drawn person: who, where, why, and whether it is done."""
    draws = draws_of(db.session, inspector_id, on)
    drawn = [(draw, one) for draw in draws for one in draw.drawn()]
    if not drawn:
        return []
    names = dict(db.session.execute(_names({one.employee_id for _, one in drawn})).tuples().all())
    posts = {one.id: one for one in db.session.scalars(_posts({one.post_id for _, one in drawn}))}
    done = done_of(db.session, draws)
    lines = []
    for draw, one in drawn:
        post, check = posts[one.post_id], done.get((draw.id, one.employee_id))
        why = t("; ", "；").join(say(words) for words in quality.why(one, draw.method))
        url = (
            record_url(SpotCheck, check)
            if check
            else f"/q/{post.code}/?employee={one.employee_id}&kind={draw.plan.scope}"
        )
        tone = "done" if check else "soon"
        state = Cell(t("checked", "已检") if check else t("open", "待检"), "state", tone=tone)
        lines.append(
            DeskLine(
                f"{names[one.employee_id]} · {post.name}", url, f"{say(draw.plan.scope.words)} · {why}", state, tone
            )
        )
    return lines


def _names(keys: set[int]) -> Select[tuple[int, str]]:
    return select(Employee.id, Employee.name).where(Employee.id.in_(keys))


def _posts(keys: set[int]) -> Select[tuple[Post]]:
    return select(Post).where(Post.id.in_(keys))
