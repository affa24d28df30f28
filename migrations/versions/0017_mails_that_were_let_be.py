"""mails that were let be"""

import sqlalchemy as sa
from alembic import op


revision = '0017'
down_revision = '0015'

OPEN = sa.text('sent_at IS NULL AND let_be_at IS NULL')


def upgrade() -> None:
    op.add_column('delivery', sa.Column('let_be_at', sa.DateTime(timezone=True), nullable=True))
    op.drop_index('ix_delivery_still_to_tell', table_name='delivery')
    op.create_index(
        'ix_delivery_still_to_tell', 'delivery', ['due_at'], unique=False, sqlite_where=OPEN, postgresql_where=OPEN
    )


def downgrade() -> None:
    raise RuntimeError("there is no way back: restore the backup that was taken before")
