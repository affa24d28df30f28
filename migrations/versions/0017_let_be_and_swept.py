"""mails that were let be, and indexes of what is swept every minute"""

import sqlalchemy as sa
from alembic import op


revision = '0017'
down_revision = '0015'

MISSING = sa.text('confirmed_at IS NULL')
ENDED = sa.text('actual_end_on IS NOT NULL')
LATE = sa.text("status = 'breached'")
OPEN = sa.text('sent_at IS NULL AND let_be_at IS NULL')


def upgrade() -> None:
    op.add_column('delivery', sa.Column('let_be_at', sa.DateTime(timezone=True), nullable=True))
    op.drop_index('ix_delivery_still_to_tell', table_name='delivery')
    op.create_index(
        'ix_delivery_still_to_tell', 'delivery', ['due_at'], unique=False, sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index(
        'ix_read_receipt_due', 'read_receipt', ['due_at'], unique=False, sqlite_where=MISSING, postgresql_where=MISSING
    )
    op.create_index(
        'ix_sla_clock_late', 'sla_clock', ['due_at'], unique=False, sqlite_where=LATE, postgresql_where=LATE
    )
    op.create_index(
        'ix_reward_penalty_status_appeal_due_at', 'reward_penalty', ['status', 'appeal_due_at'], unique=False
    )
    op.create_index(
        'ix_plan_stage_actual_end_on',
        'plan_stage',
        ['actual_end_on'],
        unique=False,
        sqlite_where=ENDED,
        postgresql_where=ENDED,
    )


def downgrade() -> None:
    raise RuntimeError("there is no way back: restore the backup that was taken before")
