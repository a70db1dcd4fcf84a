"""The queue of the server: jobs and their events."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
_WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def _text(length: int | None = None) -> sa.types.TypeEngine[str]:
    return (sa.String(length) if length else sa.Text()).with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "jobs",
        sa.Column("id", _text(64), nullable=False),
        sa.Column("kind", _text(16), nullable=False),
        sa.Column("state", _text(16), nullable=False),
        sa.Column("author", _text(255), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("started", sa.Double(), nullable=True),
        sa.Column("ended", sa.Double(), nullable=True),
        sa.Column("idempotency", _text(255), nullable=True),
        sa.Column("arguments", _text(), nullable=False),
        sa.Column("grant_sha256", _text(64), nullable=True),
        sa.Column("run", _text(64), nullable=True),
        sa.Column("problem", _text(), nullable=False),
        sa.Column("result", _text(), nullable=False),
        sa.Column("waiting", _text(), nullable=False),
        sa.Column("attempts", _WHOLE, nullable=False),
        sa.Column("cancel", _WHOLE, nullable=False),
        sa.Column("process", _text(128), nullable=False),
        sa.Column("events", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    op.create_index("ix_jobs_state", "jobs", ["state"])
    op.create_index("ix_jobs_run", "jobs", ["run"])
    op.create_index("ix_jobs_idempotency", "jobs", ["author", "idempotency"], unique=True)
    op.create_table(
        "job_events",
        sa.Column("job", _text(64), nullable=False),
        sa.Column("number", _WHOLE, nullable=False, autoincrement=False),
        sa.Column("time", sa.Double(), nullable=False),
        sa.Column("kind", _text(16), nullable=False),
        sa.Column("document", _text(), nullable=False),
        sa.PrimaryKeyConstraint("job", "number", name="pk_job_events"),
    )
