"""stage of a check"""

import sqlalchemy as sa
from alembic import op


revision = '0007'
down_revision = '0006'


def upgrade() -> None:
    with op.batch_alter_table('spot_check', schema=None) as batch_op:
        batch_op.add_column(sa.Column('stage_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.create_index('ix_spot_check_stage_id', ['stage_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_spot_check_stage_id'), 'plan_stage', ['stage_id'], ['id'])


def downgrade() -> None:
    raise RuntimeError("there is no way back: restore the backup that was taken before")
