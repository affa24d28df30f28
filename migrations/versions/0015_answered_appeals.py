"""answered appeals"""

import sqlalchemy as sa
from alembic import op


revision = '0015'
down_revision = '0014'


def upgrade() -> None:
    with op.batch_alter_table('reward_penalty', schema=None) as batch_op:
        batch_op.add_column(sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('assessment_sheet', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('appeal_corrects_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True)
        )
        batch_op.create_index('ix_assessment_sheet_appeal_corrects_id', ['appeal_corrects_id'], unique=False)
        batch_op.create_foreign_key(
            batch_op.f('fk_assessment_sheet_appeal_corrects_id'), 'assessment_cycle', ['appeal_corrects_id'], ['id']
        )


def downgrade() -> None:
    raise RuntimeError("there is no way back: restore the backup that was taken before")
