"""Run by Alembic: applies migrations on the connection that ``storage.ledger.database`` hands over."""

from alembic import context

from tieback.storage.ledger.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # The caller's transaction holds all of it; SQLite can roll definitions back, which Alembic does not assume.
    transactional_ddl=False,
)
context.run_migrations()
