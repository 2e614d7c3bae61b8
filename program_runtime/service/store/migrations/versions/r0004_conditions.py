"""Under which versions and limits, and on which state of its backend, a job ran."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column; of no job before is it known."""
    op.add_column("jobs", sa.Column("conditions", sa.Text(), nullable=True))
