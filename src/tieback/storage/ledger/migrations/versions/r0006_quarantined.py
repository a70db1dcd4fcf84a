"""Units that crashed their worker twice are ``quarantined``; earlier ledgers called them ``poison``."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Rename the stored state."""
    units = sa.table("units", sa.column("state", sa.String))
    op.execute(units.update().where(units.c.state == "poison").values(state="quarantined"))
