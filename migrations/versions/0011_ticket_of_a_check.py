"""ticket of a check"""

import sqlalchemy as sa
from alembic import op


revision = '0011'
down_revision = '0010'


def upgrade() -> None:
    with op.batch_alter_table('spot_check', schema=None) as batch_op:
        batch_op.add_column(sa.Column('ticket_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.create_index('ix_spot_check_ticket_id', ['ticket_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_spot_check_ticket_id'), 'ticket', ['ticket_id'], ['id'])


def downgrade() -> None:
    raise RuntimeError("there is no way back: restore the backup that was taken before")
