"""news by mail, and narrow indexes of evidence"""

import sqlalchemy as sa
from alembic import op


revision = '0014'
down_revision = '0011'

MAILED = sa.text("channel = 'mail'")
CORRECTS = sa.text('corrects_id IS NOT NULL')


def upgrade() -> None:
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.add_column(sa.Column('gets_mail', sa.Boolean(), nullable=True))
    op.execute(sa.text('UPDATE account SET gets_mail = :yes').bindparams(sa.bindparam('yes', True, sa.Boolean())))
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.alter_column('gets_mail', existing_type=sa.Boolean(), nullable=False)
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.create_index(
            'ix_delivery_mailed', ['recipient_id', 'sent_at'], unique=False, sqlite_where=MAILED, postgresql_where=MAILED
        )
    with op.batch_alter_table('kpi_evidence', schema=None) as batch_op:
        batch_op.drop_index('ix_kpi_evidence_row')
        batch_op.drop_index('ix_kpi_evidence_corrects_id')
        batch_op.create_index('ix_kpi_evidence_row', ['cycle_id', 'entity_id'], unique=False)
        batch_op.create_index(
            'ix_kpi_evidence_corrects_id', ['corrects_id'], unique=False, sqlite_where=CORRECTS, postgresql_where=CORRECTS
        )


def downgrade() -> None:
    raise RuntimeError("there is no way back: restore the backup that was taken before")
