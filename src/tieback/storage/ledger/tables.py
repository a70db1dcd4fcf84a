"""The tables of the ledger, as SQLAlchemy Core describes them. The migrations make them; a test compares the two.

SQLite and PostgreSQL keep them alike. Times are seconds since 1970, UTC.
"""

from enum import StrEnum

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Index, Integer, MetaData, Table

from tieback.storage.ledger.text import Words

_WHOLE = Integer().with_variant(BigInteger(), "postgresql")
"""SQLite's whole numbers have 64 bits whatever they are called; only those called INTEGER can number rows."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class State(StrEnum):
    """Where a unit of work stands. Those that have ended are named as the engine names them."""

    LEASED = "leased"
    """Somebody works on it, until the lease ends."""
    RELEASED = "released"
    """Somebody worked on it and did not end."""
    DONE = "done"
    FAILED = "failed"
    """The next run tries again: the file may be whole then."""
    QUARANTINED = "quarantined"
    """Set aside until somebody asks for it."""


parts = Table(
    "parts",
    metadata,
    Column("name", Words(128), primary_key=True),
    Column("units", _WHOLE, nullable=False),
    Column("entered", Double, nullable=False),
)
"""Parts of the lake of which every unit is known to stand below; ``storage.recovery`` looks at all others."""

units = Table(
    "units",
    metadata,
    Column("key", Words(64), primary_key=True),
    Column("version", Words(64), primary_key=True),
    Column("state", Words(16), nullable=False),
    Column("attempts", _WHOLE, nullable=False, default=0),
    Column("lease_owner", Words(128), nullable=True),
    Column("lease_until", Double, nullable=True),
    Column("problem", Words, nullable=False, default=""),
    Column("part", Words(128), nullable=True),
    Column("size", BigInteger, nullable=False),
    Column("source", Words, nullable=False),
    Column("updated", Double, nullable=False),
)
"""Units of work: content hash and version of what analyses it."""

Index("ix_units_state", units.c.state)
Index("ix_units_part", units.c.part)

grants = Table(
    "grants",
    metadata,
    Column("sha256", Words(64), primary_key=True),
    Column("text", Words, nullable=False),
    Column("first_used", Double, nullable=False),
)
"""Every grant that a run carried, word for word."""

runs = Table(
    "runs",
    metadata,
    Column("id", Words(64), primary_key=True),
    Column("started", Double, nullable=False),
    Column("ended", Double, nullable=True),
    Column("grant_sha256", Words(64), ForeignKey("grants.sha256"), nullable=True),
    Column("args", Words, nullable=False),
)
"""Runs of the main job; ``args`` is a JSON array."""

exposures = Table(
    "exposures",
    metadata,
    Column("run", Words(64), ForeignKey("runs.id"), primary_key=True),
    Column("id", Words(128), primary_key=True),
    Column("product", Words(64), nullable=False),
    Column("access", Words(32), nullable=False),
    Column("severity", Words(16), nullable=False),
    Column("document", Words, nullable=False),
    Column("rank", _WHOLE, nullable=False, server_default="0"),
    Column("score", _WHOLE, nullable=False, server_default="0"),
    Column("exposed", _WHOLE, nullable=False, server_default="0"),
    Column("records", BigInteger, nullable=False, server_default="0"),
)
"""What a run concluded, a store a row; ``document`` is the JSON document, the rest is what reports are sorted by.

Records that 63 bits cannot hold are cut to 2^62 here, and whole in the document.
"""

Index("ix_exposures_order", *(exposures.c[name] for name in ("run", "exposed", "rank", "score", "records", "id")))

exposure_apps = Table(
    "exposure_apps",
    metadata,
    Column("run", Words(64), ForeignKey("runs.id"), primary_key=True),
    Column("exposure", Words(128), primary_key=True),
    Column("app", Words(64), primary_key=True),
)
"""Which app, by its content hash, leads to which store."""

Index("ix_exposure_apps_app", exposure_apps.c.run, exposure_apps.c.app)

findings = Table(
    "findings",
    metadata,
    Column("run", Words(64), ForeignKey("runs.id"), primary_key=True),
    Column("id", Words(255), primary_key=True),
    Column("rule", Words(128), nullable=False),
    Column("severity", Words(16), nullable=False),
    Column("document", Words, nullable=False),
    Column("rank", _WHOLE, nullable=False, server_default="0"),
)

Index("ix_findings_order", *(findings.c[name] for name in ("run", "rank", "rule", "id")))

vendors = Table(
    "vendors",
    metadata,
    Column("id", Words(64), primary_key=True),
    Column("name", Words, nullable=False),
    Column("document", Words, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("id", Words(64), primary_key=True),
    Column("vendor", Words(64), nullable=False),
    Column("state", Words(32), nullable=False),
    Column("due", Words(10), nullable=True),
    Column("document", Words, nullable=False),
)
"""Matters with vendors; ``due`` is an ISO 8601 date."""

Index("ix_cases_vendor", cases.c.vendor)
Index("ix_cases_state", cases.c.state)

case_log = Table(
    "case_log",
    metadata,
    Column("seq", _WHOLE, primary_key=True, autoincrement=False),
    Column("time", Words(32), nullable=False),
    Column("subject", Words(64), nullable=False),
    Column("event", Words(32), nullable=False),
    Column("author", Words, nullable=False),
    Column("fields", Words, nullable=False),
    Column("prev", Words(64), nullable=False),
    Column("hash", Words(64), nullable=False),
)
"""What happened to cases and vendors, chained by hashes; lines are only added."""

Index("ix_case_log_subject", case_log.c.subject)

letters = Table(
    "letters",
    metadata,
    Column("id", Words(64), primary_key=True),
    Column("vendor", Words(64), nullable=False),
    Column("kind", Words(32), nullable=False),
    Column("language", Words(16), nullable=False),
    Column("sha256", Words(64), nullable=False),
    Column("document", Words, nullable=False),
)

Index("ix_letters_vendor", letters.c.vendor)

deliveries = Table(
    "deliveries",
    metadata,
    Column("event", Words(64), primary_key=True),
    Column("webhook", Words(128), primary_key=True),
    Column("state", Words(16), nullable=False),
    Column("attempts", _WHOLE, nullable=False),
    Column("body", Words, nullable=False),
    Column("problem", Words, nullable=False),
    Column("updated", Double, nullable=False),
)
"""Events for webhooks, each once."""

inventory_imports = Table(
    "inventory_imports",
    metadata,
    Column("id", _WHOLE, primary_key=True, autoincrement=True),
    Column("sha256", Words(64), nullable=False),
    Column("source", Words(64), nullable=False),
    Column("shape", Words(64), nullable=False),
    Column("name", Words, nullable=False),
    Column("taken", _WHOLE, nullable=False),
    Column("imported", Double, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("skipped", BigInteger, nullable=False),
    Column("complete", _WHOLE, nullable=False),
)
"""Inventories that were read, a file a row. Days (``taken`` here, ``first_seen`` and such below) are counted from the
first of January of the year 1, as Python's ``date.toordinal`` does."""

Index("ix_inventory_imports_sha256", inventory_imports.c.sha256, inventory_imports.c.source, unique=True)

inventory_apps = Table(
    "inventory_apps",
    metadata,
    Column("id", _WHOLE, primary_key=True, autoincrement=True),
    Column("key", Words, nullable=False),
    Column("platform", Words(16), nullable=False),
    Column("bundle_id", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("publisher", Words, nullable=False),
    Column("store_id", Words, nullable=False),
    Column("signer", Words, nullable=False),
    Column("in_house", _WHOLE, nullable=False),
)

Index("ix_inventory_apps_key", inventory_apps.c.key, unique=True)

inventory_devices = Table(
    "inventory_devices",
    metadata,
    Column("id", _WHOLE, primary_key=True, autoincrement=True),
    Column("pseudonym", Words(32), nullable=False),
    Column("source", Words(64), nullable=False),
    Column("platform", Words(16), nullable=False),
    Column("ownership", Words(16), nullable=False),
    Column("user", Words, nullable=False),
    Column("label", Words, nullable=False),
    Column("import_id", _WHOLE, nullable=False),
    Column("first_seen", _WHOLE, nullable=False),
    Column("last_seen", _WHOLE, nullable=False),
    Column("removed", _WHOLE, nullable=True),
)
"""Devices by pseudonym; ``import_id`` is the import that named it last."""

Index("ix_inventory_devices_pseudonym", inventory_devices.c.pseudonym, unique=True)

inventory_installs = Table(
    "inventory_installs",
    metadata,
    Column("app", _WHOLE, primary_key=True, autoincrement=False),
    Column("device", _WHOLE, primary_key=True, autoincrement=False),
    Column("version", Words(255), primary_key=True),
    Column("first_seen", _WHOLE, nullable=False),
    Column("last_seen", _WHOLE, nullable=False),
    Column("removed", _WHOLE, nullable=True),
    sqlite_with_rowid=False,
)
"""Millions of rows: without keys to other tables, which would be looked up for each."""

inventory_counts = Table(
    "inventory_counts",
    metadata,
    Column("app", _WHOLE, primary_key=True, autoincrement=False),
    Column("version", Words(255), primary_key=True),
    Column("source", Words(64), primary_key=True),
    Column("devices", BigInteger, nullable=True),
    Column("first_seen", _WHOLE, nullable=False),
    Column("last_seen", _WHOLE, nullable=False),
    Column("removed", _WHOLE, nullable=True),
)
"""What inventories that only count say."""

inventory_app_sources = Table(
    "inventory_app_sources",
    metadata,
    Column("app", _WHOLE, primary_key=True, autoincrement=False),
    Column("source", Words(64), primary_key=True),
    Column("first_seen", _WHOLE, nullable=False),
    Column("last_seen", _WHOLE, nullable=False),
)

inventory_maps = Table(
    "inventory_maps",
    metadata,
    Column("header", Words(64), primary_key=True),
    Column("columns", Words, nullable=False),
    Column("confirmed", Double, nullable=False),
)
"""Column maps of plain tables that a person confirmed, by a digest of the column names."""

ledger_state = Table(
    "ledger_state",
    metadata,
    Column("number", _WHOLE, primary_key=True, autoincrement=False),
    Column("workspace", Words(64), nullable=True),
    Column("epoch", BigInteger, nullable=False),
    Column("moved_to", Words, nullable=True),
)
"""One row, which every write looks at: whose ledger this is (in PostgreSQL), how often a run took it, and where its
content has gone since, so that nobody writes here any more."""
