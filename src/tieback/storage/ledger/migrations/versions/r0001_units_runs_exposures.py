"""The first ledger: units, parts, grants, runs, exposures, findings."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "parts",
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("units", sa.Integer, nullable=False),
        sa.Column("entered", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_parts"),
    )
    op.create_table(
        "units",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("lease_owner", sa.String(128), nullable=True),
        sa.Column("lease_until", sa.Double, nullable=True),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("part", sa.String(128), nullable=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("updated", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("key", "version", name="pk_units"),
    )
    op.create_index("ix_units_state", "units", ["state"])
    op.create_index("ix_units_part", "units", ["part"])
    op.create_table(
        "grants",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("first_used", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_grants"),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("started", sa.Double, nullable=False),
        sa.Column("ended", sa.Double, nullable=True),
        sa.Column("grant_sha256", sa.String(64), nullable=True),
        sa.Column("args", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        sa.ForeignKeyConstraint(["grant_sha256"], ["grants.sha256"], name="fk_runs_grant_sha256_grants"),
    )
    op.create_table(
        "exposures",
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("id", sa.String(128), nullable=False),
        sa.Column("product", sa.String(64), nullable=False),
        sa.Column("access", sa.String(32), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("run", "id", name="pk_exposures"),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_exposures_run_runs"),
    )
    op.create_table(
        "findings",
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("id", sa.String(255), nullable=False),
        sa.Column("rule", sa.String(128), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("run", "id", name="pk_findings"),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_findings_run_runs"),
    )
