"""The fleet: inventories, their apps and devices, and who has what since when."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def _days() -> tuple[sa.Column[int], ...]:
    return (
        sa.Column("first_seen", sa.Integer(), nullable=False),
        sa.Column("last_seen", sa.Integer(), nullable=False),
    )


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "inventory_imports",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("shape", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("imported", sa.Double(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("skipped", sa.BigInteger(), nullable=False),
        sa.Column("complete", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_inventory_imports"),
    )
    op.create_index("ix_inventory_imports_sha256", "inventory_imports", ["sha256", "source"], unique=True)
    op.create_table(
        "inventory_apps",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("platform", sa.String(16), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("bundle_id", "name", "publisher", "store_id", "signer")
        ),
        sa.Column("in_house", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_inventory_apps"),
    )
    op.create_index("ix_inventory_apps_key", "inventory_apps", ["key"], unique=True)
    op.create_table(
        "inventory_devices",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("pseudonym", sa.String(32), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("ownership", sa.String(16), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        *_days(),
        sa.Column("removed", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_inventory_devices"),
    )
    op.create_index("ix_inventory_devices_pseudonym", "inventory_devices", ["pseudonym"], unique=True)
    op.create_table(
        "inventory_installs",
        sa.Column("app", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("device", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(255), nullable=False),
        *_days(),
        sa.Column("removed", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("app", "device", "version", name="pk_inventory_installs"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "inventory_counts",
        sa.Column("app", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(255), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("devices", sa.BigInteger(), nullable=True),
        *_days(),
        sa.Column("removed", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("app", "version", "source", name="pk_inventory_counts"),
    )
    op.create_table(
        "inventory_app_sources",
        sa.Column("app", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        *_days(),
        sa.PrimaryKeyConstraint("app", "source", name="pk_inventory_app_sources"),
    )
    op.create_table(
        "inventory_maps",
        sa.Column("header", sa.String(64), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("header", name="pk_inventory_maps"),
    )
