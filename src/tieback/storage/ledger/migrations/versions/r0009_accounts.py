"""Users of the pages with their sessions, tokens and one-time links, and the log of their changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
_WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def _text(length: int | None = None) -> sa.types.TypeEngine[str]:
    return (sa.String(length) if length else sa.Text()).with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "users",
        sa.Column("id", _text(32), nullable=False),
        sa.Column("name", _text(255), nullable=False),
        sa.Column("display", _text(), nullable=False),
        sa.Column("password", _text(), nullable=False),
        sa.Column("totp", _text(), nullable=False),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.Column("role", _text(16), nullable=False),
        sa.Column("disabled", _WHOLE, nullable=False),
        sa.Column("issuer", _text(), nullable=True),
        sa.Column("subject", _text(255), nullable=True),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("signed_in", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
    )
    op.create_index("ix_users_name", "users", ["name"], unique=True)
    op.create_index("ix_users_issuer", "users", ["issuer", "subject"], unique=True)
    op.create_table(
        "user_sessions",
        sa.Column("hash", _text(64), nullable=False),
        sa.Column("user", _text(32), nullable=False),
        sa.Column("kind", _text(16), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("seen", sa.Double(), nullable=False),
        sa.Column("expires", sa.Double(), nullable=False),
        sa.Column("agent", _text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_user_sessions"),
    )
    op.create_index("ix_user_sessions_user", "user_sessions", ["user"])
    op.create_table(
        "user_tokens",
        sa.Column("id", _text(32), nullable=False),
        sa.Column("hash", _text(64), nullable=False),
        sa.Column("prefix", _text(16), nullable=False),
        sa.Column("name", _text(), nullable=False),
        sa.Column("user", _text(32), nullable=False),
        sa.Column("role", _text(16), nullable=False),
        sa.Column("reads_only", _WHOLE, nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("expires", sa.Double(), nullable=False),
        sa.Column("used", sa.Double(), nullable=True),
        sa.Column("revoked", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_user_tokens"),
    )
    op.create_index("ix_user_tokens_hash", "user_tokens", ["hash"], unique=True)
    op.create_index("ix_user_tokens_user", "user_tokens", ["user"])
    op.create_table(
        "user_links",
        sa.Column("hash", _text(64), nullable=False),
        sa.Column("purpose", _text(16), nullable=False),
        sa.Column("user", _text(32), nullable=False),
        sa.Column("expires", sa.Double(), nullable=False),
        sa.Column("used", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("hash", name="pk_user_links"),
    )
    op.create_index("ix_user_links_user", "user_links", ["user"])
    op.create_table(
        "user_log",
        sa.Column("seq", _WHOLE, autoincrement=False, nullable=False),
        sa.Column("time", _text(32), nullable=False),
        sa.Column("subject", _text(64), nullable=False),
        sa.Column("event", _text(32), nullable=False),
        sa.Column("author", _text(), nullable=False),
        sa.Column("fields", _text(), nullable=False),
        sa.Column("prev", _text(64), nullable=False),
        sa.Column("hash", _text(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_user_log"),
    )
