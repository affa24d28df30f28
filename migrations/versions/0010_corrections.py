"""corrections of a closed cycle"""

import sqlalchemy as sa
from alembic import op


revision = '0010'
down_revision = '0009'


def upgrade() -> None:
    with op.batch_alter_table("kpi_evidence", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("corrects_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_kpi_evidence_corrects_id"), "assessment_cycle", ["corrects_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_kpi_evidence_corrects_id"), ["corrects_id"], unique=False)


def downgrade() -> None:
    raise RuntimeError("there is no way back: restore the backup that was taken before")
