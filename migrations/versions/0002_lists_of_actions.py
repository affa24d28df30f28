"""lists of actions by due date, state and severity"""

from alembic import op


revision = '0002'
down_revision = '0001'


def upgrade() -> None:
    with op.batch_alter_table('action_item', schema=None) as batch_op:
        batch_op.create_index('ix_action_item_due_at_id', ['due_at', 'id'], unique=False)
        batch_op.create_index('ix_action_item_status_id', ['status', 'id'], unique=False)
        batch_op.create_index('ix_action_item_severity_id', ['severity', 'id'], unique=False)


def downgrade() -> None:
    raise RuntimeError("there is no way back: restore the backup that was taken before")
