"""Pages behind a link, for people without a log-in: never kept, never named to other sites, guesses counted."""

from collections.abc import Callable
from functools import wraps

from flask import current_app, g, make_response, request
from werkzeug.wrappers import Response as AnyResponse

from admin_views import faults
from admin_views.session import db
from admin_views.signin import source_address
from admin_views.words import say
from models.base import now
from models.engine import let_write
from models.links import TooManyGuesses, note_guess
from models.organisation import company_name
from rules.base import NotVisible, Words

PublicPage = Callable[[str], AnyResponse | str]
UNKNOWN = Words(
    "This link is not known, or its time is over. Please ask whoever gave it to you for a new one.",
    "此链接不存在或已过期，请向提供者索取新的链接或二维码。",
)
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}


def behind_a_link(page: PublicPage) -> Callable[[str], AnyResponse]:
    """Around a page that is given a token: a wrong one is 404 and counts against its source, too many are 429.

    It bears the company's name, not ours, which nobody outside knows.
    """

    @wraps(page)
    def guarded(token: str) -> AnyResponse:
        try:
            g.letterhead = company_name(db.session)
            answer = make_response(page(token))
        except NotVisible:
            _count_guess()
            g.letterhead = ""
            answer = faults.page(404, say(UNKNOWN))
        except TooManyGuesses as refused:
            faults.roll_back()
            answer = faults.page(429, say(refused.words), **{"Retry-After": "3600"})
        answer.headers.update(HEADERS)
        return answer

    return guarded


def _count_guess() -> None:
    """In a transaction of its own: the page itself may be one that only reads."""
    faults.roll_back()
    let_write(may=True)
    note_guess(db.session, source=source_address(), at=now())
    db.session.commit()
    let_write(may=False)


def public_address(path: str) -> str:
    """A path of ours as somebody outside types it."""
    base = str(current_app.config["PUBLIC_URL"] or request.host_url).rstrip("/")
    return f"{base}{path}"
