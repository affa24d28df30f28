"""one ladder for measures

Rectifications were told by the levels of their time limit and by the escalation levels of measures as well; now by the
second only. What a time limit of theirs said is taken away, so that its form is not refused, and from the copies of
clocks that still run. Clocks that are over keep their copies.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


revision = '0005'
down_revision = '0001'

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
POLICY = sa.table("sla_policy", sa.column("target"), sa.column("warnings", JSON), sa.column("ladder", JSON))
CLOCK = sa.table("sla_clock", sa.column("id"), sa.column("target"), sa.column("stopped_at"), sa.column("terms", JSON))
TARGETS = ("rectification", "recheck")


def upgrade() -> None:
    connection = op.get_bind()
    connection.execute(sa.update(POLICY).where(POLICY.c.target.in_(TARGETS)).values(warnings=[], ladder=[]))
    running = sa.select(CLOCK.c.id, CLOCK.c.terms).where(CLOCK.c.target.in_(TARGETS), CLOCK.c.stopped_at.is_(None))
    for key, terms in connection.execute(running).all():
        told = {**terms, "warnings": [], "ladder": []}
        connection.execute(sa.update(CLOCK).where(CLOCK.c.id == key).values(terms=told))


def downgrade() -> None:
    """What was taken away is told by the escalation levels; there is nothing to put back."""
