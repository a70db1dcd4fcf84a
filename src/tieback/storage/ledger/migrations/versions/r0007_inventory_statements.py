"""Inventories by content, source, day and device; pages that are not whole; facts of app stores; fetched packages."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
_WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def _text(length: int | None = None) -> sa.types.TypeEngine[str]:
    return (sa.String(length) if length else sa.Text()).with_variant(postgresql.TEXT(collation="C"), "postgresql")


def _new_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("device", _text(32), nullable=False, server_default=""),
        sa.Column("follows", _WHOLE, nullable=False, server_default="0"),
        sa.Column("records", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("pending", _WHOLE, nullable=False, server_default="0"),
    )


def _rebuild_imports() -> None:
    """SQLite: build the table again, so that a migrated file has the same tables as a new one."""
    op.drop_index("ix_inventory_imports_sha256", "inventory_imports")
    op.rename_table("inventory_imports", "inventory_imports_old")
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
        *_new_columns(),
        sa.PrimaryKeyConstraint("id", name="pk_inventory_imports"),
    )
    columns = 'id, sha256, source, shape, name, taken, imported, "rows", skipped, complete'
    op.execute(
        f"INSERT INTO inventory_imports ({columns}) SELECT {columns} FROM inventory_imports_old"  # noqa: S608 - our own text
    )
    op.drop_table("inventory_imports_old")


def upgrade() -> None:
    """Add columns and tables. Earlier imports count as whole, with their removals done."""
    if op.get_bind().dialect.name == "postgresql":
        for column in _new_columns():
            op.add_column("inventory_imports", column)
        op.drop_index("ix_inventory_imports_sha256", "inventory_imports")
    else:
        _rebuild_imports()
    op.create_index(
        "ix_inventory_imports_sha256", "inventory_imports", ["sha256", "source", "taken", "device"], unique=True
    )
    op.create_table(
        "inventory_store_facts",
        sa.Column("platform", _text(16), nullable=False),
        sa.Column("ident", _text(255), nullable=False),
        sa.Column("storefront", _text(64), nullable=False),
        sa.Column("state", _text(16), nullable=False),
        sa.Column("version", _text(), nullable=False),
        sa.Column("downloads", sa.BigInteger(), nullable=True),
        sa.Column("category", _text(), nullable=False),
        sa.Column("seen_on", _WHOLE, nullable=False),
        sa.Column("last_available", _WHOLE, nullable=True),
        sa.Column("source", _text(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "ident", "storefront", name="pk_inventory_store_facts"),
    )
    op.create_table(
        "inventory_fetches",
        sa.Column("platform", _text(16), nullable=False),
        sa.Column("ident", _text(255), nullable=False),
        sa.Column("version", _text(255), nullable=False),
        sa.Column("outcome", _text(32), nullable=False),
        sa.Column("reason", _text(), nullable=False),
        sa.Column("tried", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "ident", "version", name="pk_inventory_fetches"),
    )
