"""The tables of the ledger in SQLAlchemy Core. Migrations create them; a test compares both.

The same in SQLite and PostgreSQL. Times are seconds since 1970, UTC.
"""

from enum import StrEnum

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Index, Integer, MetaData, Table

from tieback.storage.ledger.text import PortableText

_WHOLE = Integer().with_variant(BigInteger(), "postgresql")
"""SQLite integers always have 64 bits, but only columns declared INTEGER can be row IDs."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class LedgerState(StrEnum):
    """State of a unit of work. Final states have the names of the engine's states."""

    LEASED = "leased"
    """In progress, until the lease ends."""
    RELEASED = "released"
    """Interrupted: was in progress but did not end."""
    DONE = "done"
    FAILED = "failed"
    """Failed; the next run tries it again, because the file may be fixed."""
    QUARANTINED = "quarantined"
    """Quarantined until a retry is requested."""


parts = Table(
    "parts",
    metadata,
    Column("name", PortableText(128), primary_key=True),
    Column("units", _WHOLE, nullable=False),
    Column("entered", Double, nullable=False),
)
"""Parts of the lake whose units are all recorded below; ``storage.recovery`` checks all others."""

units = Table(
    "units",
    metadata,
    Column("key", PortableText(64), primary_key=True),
    Column("version", PortableText(64), primary_key=True),
    Column("state", PortableText(16), nullable=False),
    Column("attempts", _WHOLE, nullable=False, default=0),
    Column("lease_owner", PortableText(128), nullable=True),
    Column("lease_until", Double, nullable=True),
    Column("problem", PortableText, nullable=False, default=""),
    Column("part", PortableText(128), nullable=True),
    Column("size", BigInteger, nullable=False),
    Column("source", PortableText, nullable=False),
    Column("updated", Double, nullable=False),
)
"""Units of work: content hash and version of the analysis."""

Index("ix_units_state", units.c.state)
Index("ix_units_part", units.c.part)

grants = Table(
    "grants",
    metadata,
    Column("sha256", PortableText(64), primary_key=True),
    Column("text", PortableText, nullable=False),
    Column("first_used", Double, nullable=False),
)
"""Every grant used by a run, with its full text."""

runs = Table(
    "runs",
    metadata,
    Column("id", PortableText(64), primary_key=True),
    Column("started", Double, nullable=False),
    Column("ended", Double, nullable=True),
    Column("grant_sha256", PortableText(64), ForeignKey("grants.sha256"), nullable=True),
    Column("args", PortableText, nullable=False),
)
"""Runs of ``tieback scan``; ``args`` is a JSON array."""

exposures = Table(
    "exposures",
    metadata,
    Column("run", PortableText(64), ForeignKey("runs.id"), primary_key=True),
    Column("id", PortableText(128), primary_key=True),
    Column("product", PortableText(64), nullable=False),
    Column("access", PortableText(32), nullable=False),
    Column("severity", PortableText(16), nullable=False),
    Column("document", PortableText, nullable=False),
    Column("rank", _WHOLE, nullable=False, server_default="0"),
    Column("score", _WHOLE, nullable=False, server_default="0"),
    Column("exposed", _WHOLE, nullable=False, server_default="0"),
    Column("records", BigInteger, nullable=False, server_default="0"),
)
"""The conclusions of a run, one row per store; ``document`` is the JSON document, the other columns are for sorting:
``score`` also has the people at our own domains.

Record counts above 63 bits are capped at 2^62 here; the document has the full number.
"""

Index("ix_exposures_order", *(exposures.c[name] for name in ("run", "exposed", "rank", "score", "records", "id")))

exposure_apps = Table(
    "exposure_apps",
    metadata,
    Column("run", PortableText(64), ForeignKey("runs.id"), primary_key=True),
    Column("exposure", PortableText(128), primary_key=True),
    Column("app", PortableText(64), primary_key=True),
)
"""Which app, by content hash, leads to which store."""

Index("ix_exposure_apps_app", exposure_apps.c.run, exposure_apps.c.app)

findings = Table(
    "findings",
    metadata,
    Column("run", PortableText(64), ForeignKey("runs.id"), primary_key=True),
    Column("id", PortableText(255), primary_key=True),
    Column("rule", PortableText(128), nullable=False),
    Column("severity", PortableText(16), nullable=False),
    Column("document", PortableText, nullable=False),
    Column("rank", _WHOLE, nullable=False, server_default="0"),
)

Index("ix_findings_order", *(findings.c[name] for name in ("run", "rank", "rule", "id")))

vendors = Table(
    "vendors",
    metadata,
    Column("id", PortableText(64), primary_key=True),
    Column("name", PortableText, nullable=False),
    Column("document", PortableText, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("id", PortableText(64), primary_key=True),
    Column("vendor", PortableText(64), nullable=False),
    Column("state", PortableText(32), nullable=False),
    Column("due", PortableText(10), nullable=True),
    Column("document", PortableText, nullable=False),
)
"""Disclosure cases; ``due`` is an ISO 8601 date."""

Index("ix_cases_vendor", cases.c.vendor)
Index("ix_cases_state", cases.c.state)

case_log = Table(
    "case_log",
    metadata,
    Column("seq", _WHOLE, primary_key=True, autoincrement=False),
    Column("time", PortableText(32), nullable=False),
    Column("subject", PortableText(64), nullable=False),
    Column("event", PortableText(32), nullable=False),
    Column("author", PortableText, nullable=False),
    Column("fields", PortableText, nullable=False),
    Column("prev", PortableText(64), nullable=False),
    Column("hash", PortableText(64), nullable=False),
)
"""Log of cases and vendors in a hash chain; append-only."""

Index("ix_case_log_subject", case_log.c.subject)

letters = Table(
    "letters",
    metadata,
    Column("id", PortableText(64), primary_key=True),
    Column("vendor", PortableText(64), nullable=False),
    Column("kind", PortableText(32), nullable=False),
    Column("language", PortableText(16), nullable=False),
    Column("sha256", PortableText(64), nullable=False),
    Column("document", PortableText, nullable=False),
)

Index("ix_letters_vendor", letters.c.vendor)

deliveries = Table(
    "deliveries",
    metadata,
    Column("event", PortableText(64), primary_key=True),
    Column("webhook", PortableText(128), primary_key=True),
    Column("state", PortableText(16), nullable=False),
    Column("attempts", _WHOLE, nullable=False),
    Column("body", PortableText, nullable=False),
    Column("problem", PortableText, nullable=False),
    Column("updated", Double, nullable=False),
)
"""Events for webhooks, each once."""

jobs = Table(
    "jobs",
    metadata,
    Column("id", PortableText(64), primary_key=True),
    Column("kind", PortableText(16), nullable=False),
    Column("state", PortableText(16), nullable=False),
    Column("author", PortableText(255), nullable=False),
    Column("created", Double, nullable=False),
    Column("started", Double, nullable=True),
    Column("ended", Double, nullable=True),
    Column("idempotency", PortableText(255), nullable=True),
    Column("arguments", PortableText, nullable=False),
    Column("grant_sha256", PortableText(64), nullable=True),
    Column("run", PortableText(64), nullable=True),
    Column("problem", PortableText, nullable=False),
    Column("result", PortableText, nullable=False),
    Column("waiting", PortableText, nullable=False),
    Column("attempts", _WHOLE, nullable=False),
    Column("cancel", _WHOLE, nullable=False),
    Column("process", PortableText(128), nullable=False),
    Column("events", _WHOLE, nullable=False),
)
"""Queue of the server. ``started`` is the first start. ``waiting`` says what a queued job waits for. ``process`` is the
process that works on it: boot, process ID and start time. ``cancel`` is 1 after a request to cancel it. ``events`` is
the number of the last event."""

Index("ix_jobs_state", jobs.c.state)
Index("ix_jobs_run", jobs.c.run)
Index("ix_jobs_idempotency", jobs.c.author, jobs.c.idempotency, unique=True)

job_events = Table(
    "job_events",
    metadata,
    Column("job", PortableText(64), primary_key=True),
    Column("number", _WHOLE, primary_key=True, autoincrement=False),
    Column("time", Double, nullable=False),
    Column("kind", PortableText(16), nullable=False),
    Column("document", PortableText, nullable=False),
)
"""What happened in a job, in order. Progress replaces earlier progress, so numbers may be missing."""

inventory_imports = Table(
    "inventory_imports",
    metadata,
    Column("id", _WHOLE, primary_key=True, autoincrement=True),
    Column("sha256", PortableText(64), nullable=False),
    Column("source", PortableText(64), nullable=False),
    Column("shape", PortableText(64), nullable=False),
    Column("name", PortableText, nullable=False),
    Column("taken", _WHOLE, nullable=False),
    Column("imported", Double, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("skipped", BigInteger, nullable=False),
    Column("complete", _WHOLE, nullable=False),
    Column("device", PortableText(32), nullable=False, server_default=""),
    Column("follows", _WHOLE, nullable=False, server_default="0"),
    Column("records", BigInteger, nullable=False, server_default="0"),
    Column("total", BigInteger, nullable=True),
    Column("pending", _WHOLE, nullable=False, server_default="0"),
)
"""Imported inventories, one row per file and day. Dates (``taken`` here, ``first_seen`` and others below) are days
since the first of January of the year 1, as in Python's ``date.toordinal``. ``device`` is the pseudonym of the device
that the file name identifies. ``follows`` is 1 if the file says that another page follows; ``total`` is the number of
records that the whole list has. ``pending`` is 1 until apps that are missing on its devices were marked as removed."""

Index(
    "ix_inventory_imports_sha256",
    inventory_imports.c.sha256,
    inventory_imports.c.source,
    inventory_imports.c.taken,
    inventory_imports.c.device,
    unique=True,
)

inventory_apps = Table(
    "inventory_apps",
    metadata,
    Column("id", _WHOLE, primary_key=True, autoincrement=True),
    Column("key", PortableText, nullable=False),
    Column("platform", PortableText(16), nullable=False),
    Column("bundle_id", PortableText, nullable=False),
    Column("name", PortableText, nullable=False),
    Column("publisher", PortableText, nullable=False),
    Column("store_id", PortableText, nullable=False),
    Column("signer", PortableText, nullable=False),
    Column("in_house", _WHOLE, nullable=False),
)

Index("ix_inventory_apps_key", inventory_apps.c.key, unique=True)

inventory_devices = Table(
    "inventory_devices",
    metadata,
    Column("id", _WHOLE, primary_key=True, autoincrement=True),
    Column("pseudonym", PortableText(32), nullable=False),
    Column("source", PortableText(64), nullable=False),
    Column("platform", PortableText(16), nullable=False),
    Column("ownership", PortableText(16), nullable=False),
    Column("user", PortableText, nullable=False),
    Column("label", PortableText, nullable=False),
    Column("import_id", _WHOLE, nullable=False),
    Column("first_seen", _WHOLE, nullable=False),
    Column("last_seen", _WHOLE, nullable=False),
    Column("removed", _WHOLE, nullable=True),
)
"""Devices by pseudonym; ``import_id`` is the last import that listed it."""

Index("ix_inventory_devices_pseudonym", inventory_devices.c.pseudonym, unique=True)

inventory_installs = Table(
    "inventory_installs",
    metadata,
    Column("app", _WHOLE, primary_key=True, autoincrement=False),
    Column("device", _WHOLE, primary_key=True, autoincrement=False),
    Column("version", PortableText(255), primary_key=True),
    Column("first_seen", _WHOLE, nullable=False),
    Column("last_seen", _WHOLE, nullable=False),
    Column("removed", _WHOLE, nullable=True),
    sqlite_with_rowid=False,
)
"""Millions of rows: without foreign keys, which would be checked for each row."""

inventory_counts = Table(
    "inventory_counts",
    metadata,
    Column("app", _WHOLE, primary_key=True, autoincrement=False),
    Column("version", PortableText(255), primary_key=True),
    Column("source", PortableText(64), primary_key=True),
    Column("devices", BigInteger, nullable=True),
    Column("first_seen", _WHOLE, nullable=False),
    Column("last_seen", _WHOLE, nullable=False),
    Column("removed", _WHOLE, nullable=True),
)
"""The numbers of inventories that only count."""

inventory_app_sources = Table(
    "inventory_app_sources",
    metadata,
    Column("app", _WHOLE, primary_key=True, autoincrement=False),
    Column("source", PortableText(64), primary_key=True),
    Column("first_seen", _WHOLE, nullable=False),
    Column("last_seen", _WHOLE, nullable=False),
)

inventory_app_facts = Table(
    "inventory_app_facts",
    metadata,
    Column("app", _WHOLE, primary_key=True, autoincrement=False),
    Column("source", PortableText(64), primary_key=True),
    Column("facts", PortableText(64), primary_key=True),
    Column("name", PortableText, nullable=False),
    Column("publisher", PortableText, nullable=False),
    Column("store_id", PortableText, nullable=False),
    Column("signer", PortableText, nullable=False),
    Column("in_house", _WHOLE, nullable=False),
    Column("first_seen", _WHOLE, nullable=False),
    Column("last_seen", _WHOLE, nullable=False),
)
"""What a source states about an app, and in which period, so that a removed import takes its names back. ``facts`` is
the SHA-256 of the five values. ``inventory_apps`` has the latest value of each."""

inventory_maps = Table(
    "inventory_maps",
    metadata,
    Column("header", PortableText(64), primary_key=True),
    Column("columns", PortableText, nullable=False),
    Column("confirmed", Double, nullable=False),
)
"""Confirmed column mappings of plain tables, by a digest of the column names; and of imports, by one of the import."""

inventory_store_facts = Table(
    "inventory_store_facts",
    metadata,
    Column("platform", PortableText(16), primary_key=True),
    Column("ident", PortableText(255), primary_key=True),
    Column("storefront", PortableText(64), primary_key=True),
    Column("state", PortableText(16), nullable=False),
    Column("version", PortableText, nullable=False),
    Column("downloads", BigInteger, nullable=True),
    Column("category", PortableText, nullable=False),
    Column("seen_on", _WHOLE, nullable=False),
    Column("last_available", _WHOLE, nullable=True),
    Column("source", PortableText, nullable=False),
)
"""What an app store said about an app on the day ``seen_on``; ``ident`` is its bundle identifier or store ID."""

inventory_fetches = Table(
    "inventory_fetches",
    metadata,
    Column("platform", PortableText(16), primary_key=True),
    Column("ident", PortableText(255), primary_key=True),
    Column("version", PortableText(255), primary_key=True),
    Column("outcome", PortableText(32), nullable=False),
    Column("reason", PortableText, nullable=False),
    Column("tried", Double, nullable=False),
)
"""The last attempt to fetch the package of an app of the fleet."""

users = Table(
    "users",
    metadata,
    Column("id", PortableText(32), primary_key=True),
    Column("name", PortableText(255), nullable=False),
    Column("display", PortableText, nullable=False),
    Column("password", PortableText, nullable=False),
    Column("totp", PortableText, nullable=False),
    Column("totp_step", BigInteger, nullable=False),
    Column("role", PortableText(16), nullable=False),
    Column("disabled", _WHOLE, nullable=False),
    Column("issuer", PortableText, nullable=True),
    Column("subject", PortableText(255), nullable=True),
    Column("created", Double, nullable=False),
    Column("signed_in", Double, nullable=True),
)
"""Users of the pages. ``password`` is an Argon2id hash, ``totp`` an encrypted secret, ``totp_step`` the time step of
the last code; ``issuer`` and ``subject`` name an account of a sign-in provider. An empty ``role`` permits nothing."""

Index("ix_users_name", users.c.name, unique=True)
Index("ix_users_issuer", users.c.issuer, users.c.subject, unique=True)

user_sessions = Table(
    "user_sessions",
    metadata,
    Column("hash", PortableText(64), primary_key=True),
    Column("user", PortableText(32), nullable=False),
    Column("kind", PortableText(16), nullable=False),
    Column("created", Double, nullable=False),
    Column("seen", Double, nullable=False),
    Column("expires", Double, nullable=False),
    Column("agent", PortableText, nullable=False),
)
"""Sessions of browsers, by the SHA-256 of the secret in the cookie."""

Index("ix_user_sessions_user", user_sessions.c.user)

user_tokens = Table(
    "user_tokens",
    metadata,
    Column("id", PortableText(32), primary_key=True),
    Column("hash", PortableText(64), nullable=False),
    Column("prefix", PortableText(16), nullable=False),
    Column("name", PortableText, nullable=False),
    Column("user", PortableText(32), nullable=False),
    Column("role", PortableText(16), nullable=False),
    Column("reads_only", _WHOLE, nullable=False),
    Column("created", Double, nullable=False),
    Column("expires", Double, nullable=False),
    Column("used", Double, nullable=True),
    Column("revoked", Double, nullable=True),
)
"""API tokens, by the SHA-256 of the secret; ``prefix`` is its start, to recognise it."""

Index("ix_user_tokens_hash", user_tokens.c.hash, unique=True)
Index("ix_user_tokens_user", user_tokens.c.user)

user_links = Table(
    "user_links",
    metadata,
    Column("hash", PortableText(64), primary_key=True),
    Column("purpose", PortableText(16), nullable=False),
    Column("user", PortableText(32), nullable=False),
    Column("expires", Double, nullable=False),
    Column("used", Double, nullable=True),
)
"""One-time links, by the SHA-256 of the secret; ``user`` is empty for the first administrator's."""

Index("ix_user_links_user", user_links.c.user)

user_log = Table(
    "user_log",
    metadata,
    Column("seq", _WHOLE, primary_key=True, autoincrement=False),
    Column("time", PortableText(32), nullable=False),
    Column("subject", PortableText(64), nullable=False),
    Column("event", PortableText(32), nullable=False),
    Column("author", PortableText, nullable=False),
    Column("fields", PortableText, nullable=False),
    Column("prev", PortableText(64), nullable=False),
    Column("hash", PortableText(64), nullable=False),
)
"""Log of sign-ins and of changes by the pages and the API, in a hash chain as ``case_log``; append-only."""

ledger_state = Table(
    "ledger_state",
    metadata,
    Column("number", _WHOLE, primary_key=True, autoincrement=False),
    Column("workspace", PortableText(64), nullable=True),
    Column("epoch", BigInteger, nullable=False),
    Column("moved_to", PortableText, nullable=True),
)
"""One row, checked by every write: the workspace of this ledger (in PostgreSQL), the number of locks taken, and its new
location after a move, which stops all writes here."""
