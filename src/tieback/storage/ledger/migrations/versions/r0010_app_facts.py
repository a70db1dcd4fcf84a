"""Names and other facts of apps by source and period. Those of earlier imports count for each source of the app."""

import hashlib
import json
from itertools import batched
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
_WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
_ROWS = 1_000
_FACTS = ("name", "publisher", "store_id", "signer", "in_house")


def _text(length: int | None = None) -> sa.types.TypeEngine[str]:
    return (sa.String(length) if length else sa.Text()).with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the table, and fill it."""
    table = op.create_table(
        "inventory_app_facts",
        sa.Column("app", _WHOLE, autoincrement=False, nullable=False),
        sa.Column("source", _text(64), nullable=False),
        sa.Column("facts", _text(64), nullable=False),
        sa.Column("name", _text(), nullable=False),
        sa.Column("publisher", _text(), nullable=False),
        sa.Column("store_id", _text(), nullable=False),
        sa.Column("signer", _text(), nullable=False),
        sa.Column("in_house", _WHOLE, nullable=False),
        sa.Column("first_seen", _WHOLE, nullable=False),
        sa.Column("last_seen", _WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("app", "source", "facts", name="pk_inventory_app_facts"),
    )
    connection = op.get_bind()
    query = sa.text(
        "SELECT s.app, s.source, a.name, a.publisher, a.store_id, a.signer, a.in_house, s.first_seen, s.last_seen "
        "FROM inventory_app_sources s JOIN inventory_apps a ON a.id = s.app"
    )
    for some in batched(connection.execute(query).mappings().all(), _ROWS):
        connection.execute(sa.insert(table), [_row(dict(one)) for one in some])


def _row(known: dict[str, Any]) -> dict[str, Any]:
    # As ``inventory_load.facts_key`` of this release: a migration must not change with later code.
    values = [known[name] for name in _FACTS]
    return known | {"facts": hashlib.sha256(json.dumps(values).encode()).hexdigest()}
