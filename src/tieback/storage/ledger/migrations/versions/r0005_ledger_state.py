"""Where the ledger stands; in PostgreSQL text of any length, sorted by its bytes, and 64 bits, as SQLite has them."""

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
        changes = []
        for column in inspector.get_columns(table):
            name = quote(column["name"])
            if isinstance(column["type"], sa.String):
                changes.append(f'ALTER COLUMN {name} TYPE TEXT COLLATE "C"')
            elif isinstance(column["type"], sa.Integer):
                changes.append(f"ALTER COLUMN {name} TYPE BIGINT")
            if str(column["default"] or "").startswith("nextval("):
                sequence = connection.scalar(
                    sa.text("SELECT pg_get_serial_sequence(:table, :name)"), {"table": table, "name": column["name"]}
                )
                op.execute(f"ALTER SEQUENCE {sequence} AS BIGINT")
        op.execute(f"ALTER TABLE {quote(table)} {', '.join(changes)}")
