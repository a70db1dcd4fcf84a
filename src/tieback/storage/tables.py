"""The tables of the ledger, as SQLAlchemy Core describes them. The migrations make them; a test compares the two.

Types are plain, so that PostgreSQL can take SQLite's place. Times are seconds since 1970, UTC.
"""

from enum import StrEnum

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Index, Integer, MetaData, String, Table, Text

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
    POISON = "poison"
    """Set aside until somebody asks for it."""


parts = Table(
    "parts",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("units", Integer, nullable=False),
    Column("entered", Double, nullable=False),
)
"""Parts of the lake of which every unit is known to stand below; ``storage.recovery`` looks at all others."""

units = Table(
    "units",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("version", String(64), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("lease_owner", String(128), nullable=True),
    Column("lease_until", Double, nullable=True),
    Column("problem", Text, nullable=False, default=""),
    Column("part", String(128), nullable=True),
    Column("size", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("updated", Double, nullable=False),
)
"""Units of work: content hash and version of what analyses it."""

Index("ix_units_state", units.c.state)
Index("ix_units_part", units.c.part)

grants = Table(
    "grants",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("text", Text, nullable=False),
    Column("first_used", Double, nullable=False),
)
"""Every grant that a run carried, word for word."""

runs = Table(
    "runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("started", Double, nullable=False),
    Column("ended", Double, nullable=True),
    Column("grant_sha256", String(64), ForeignKey("grants.sha256"), nullable=True),
    Column("args", Text, nullable=False),
)
"""Runs of the main job; ``args`` is a JSON array."""

exposures = Table(
    "exposures",
    metadata,
    Column("run", String(64), ForeignKey("runs.id"), primary_key=True),
    Column("id", String(128), primary_key=True),
    Column("product", String(64), nullable=False),
    Column("access", String(32), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("document", Text, nullable=False),
    Column("rank", Integer, nullable=False, server_default="0"),
    Column("score", Integer, nullable=False, server_default="0"),
    Column("exposed", Integer, nullable=False, server_default="0"),
    Column("records", BigInteger, nullable=False, server_default="0"),
)
"""What a run concluded, a store a row; ``document`` is the JSON document, the rest is what reports are sorted by.

Records that 63 bits cannot hold are cut to 2^62 here, and whole in the document.
"""

Index("ix_exposures_order", *(exposures.c[name] for name in ("run", "exposed", "rank", "score", "records", "id")))

exposure_apps = Table(
    "exposure_apps",
    metadata,
    Column("run", String(64), ForeignKey("runs.id"), primary_key=True),
    Column("exposure", String(128), primary_key=True),
    Column("app", String(64), primary_key=True),
)
"""Which app, by its content hash, leads to which store."""

Index("ix_exposure_apps_app", exposure_apps.c.run, exposure_apps.c.app)

findings = Table(
    "findings",
    metadata,
    Column("run", String(64), ForeignKey("runs.id"), primary_key=True),
    Column("id", String(255), primary_key=True),
    Column("rule", String(128), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("document", Text, nullable=False),
    Column("rank", Integer, nullable=False, server_default="0"),
)

Index("ix_findings_order", *(findings.c[name] for name in ("run", "rank", "rule", "id")))
