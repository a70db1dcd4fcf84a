"""Where the ledger stands; and in PostgreSQL text without a length, sorted by its bytes, as in SQLite."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table and its one row."""
    state = op.create_table(
        "ledger_state",
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("workspace", sa.String(64), nullable=True),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("moved_to", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_ledger_state"),
    )
    op.bulk_insert(state, [{"number": 1, "workspace": None, "epoch": 0, "moved_to": None}])
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    quote = connection.dialect.identifier_preparer.quote
    inspector = sa.inspect(connection)
    for table in sorted(set(inspector.get_table_names()) - {"alembic_version"}):
        names = [column["name"] for column in inspector.get_columns(table) if isinstance(column["type"], sa.String)]
        changes = ", ".join(f'ALTER COLUMN {quote(name)} TYPE TEXT COLLATE "C"' for name in names)
        if changes:
            op.execute(f"ALTER TABLE {quote(table)} {changes}")
