"""What every table shares: the typed base, the clock, the act, records with verbs, who sees which rows."""

from models.base.acts import Act, Source, is_history
from models.base.clock import COMPANY_ZONE, now, on_date, zone_of
from models.base.records import (
    SUBSCRIPTIONS,
    Record,
    Subscription,
    after,
    follow,
    hears_signatures,
    hears_steps,
    previews,
    records,
    require,
)
from models.base.tables import Audited, Base, Line, Sight

__all__ = [
    "COMPANY_ZONE",
    "SUBSCRIPTIONS",
    "Act",
    "Audited",
    "Base",
    "Line",
    "Record",
    "Sight",
    "Source",
    "Subscription",
    "after",
    "follow",
    "hears_signatures",
    "hears_steps",
    "is_history",
    "now",
    "on_date",
    "previews",
    "records",
    "require",
    "zone_of",
]
