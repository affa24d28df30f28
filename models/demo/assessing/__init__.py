"""Four months of assessment: three closed, the last in review; suggestions at every stage; honours (K1-K4)."""

from datetime import datetime
from random import Random

from sqlalchemy.orm import Session

from models.demo.assessing.cycles import Cycles
from models.demo.assessing.ideas import Suggesting
from models.demo.assessing.penalties import Penalising
from models.demo.assessing.weights import set_up
from models.demo.company import Company
from models.demo.diary import Diary, as_of


class Assessing:
    """What the company assessed, and what followed."""

    def __init__(self, session: Session, rng: Random, company: Company, diary: Diary) -> None:
        self.session, self.company, self.diary = session, company, diary

    def plan(self) -> None:
        """Weights and rules first; then a month after the other; suggestions in between."""
        self.diary.note(self.diary.clock.on_day(0, 20), self._set_up)
        Cycles(self.session, self.company, self.diary).plan()
        Suggesting(self.session, self.company, self.diary).plan()
        Penalising(self.session, self.company, self.diary).plan()

    def _set_up(self, at: datetime) -> None:
        with as_of(self.session, self.company.named("hr").person, at):
            set_up(self.session, self.company, at.date().replace(day=1))
