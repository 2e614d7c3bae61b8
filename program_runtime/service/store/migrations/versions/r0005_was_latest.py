"""Whether the label ``latest`` has ever pointed at a release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column; of the releases before it is taken for granted."""
    op.add_column(
        "releases",
        sa.Column("was_latest", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
