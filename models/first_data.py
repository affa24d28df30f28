"""What a company finds before it begins: data that the product ships, added after every upgrade where it is missing.

A chapter registers a function by ``@first_data``. It adds what is not there and leaves alone what is: the company may
have made it its own since.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session, scoped_session

from models.base import Act, Source
from models.journal import acting
from rules.base import SYSTEM

Filling = Callable[[Session], object]
FIRST_DATA: list[Filling] = []


def first_data(function: Filling) -> Filling:
    """Registers a function of the session that adds what is missing; a second run must find nothing to do."""
    FIRST_DATA.append(function)
    return function


def fill(session: Session | scoped_session[Session], at: datetime) -> None:
    """Adds what is missing, in one transaction."""
    one = session() if isinstance(session, scoped_session) else session
    with acting(one, Act(SYSTEM, at, Source.COMMAND)):
        for function in FIRST_DATA:
            function(one)
            one.flush()
        one.commit()
