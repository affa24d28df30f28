"""answered appeals"""

import sqlalchemy as sa
from alembic import op


revision = '0013'
down_revision = '0011'


def upgrade() -> None:
    with op.batch_alter_table('reward_penalty', schema=None) as batch_op:
        batch_op.add_column(sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    raise RuntimeError("there is no way back: restore the backup that was taken before")
