"""What reports are sorted by stands in columns, and which app leads to which store in a table."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_RANKS = {"info": 0, "low": 1, "medium": 2, "high": 3, "critical": 4}
_EXPOSED = {"open", "partial", "any_user"}


def upgrade() -> None:
    """Add the columns and tables, and fill them from the documents."""
    for table, columns in (
        ("exposures", ("rank", "score", "exposed", "records")),
        ("findings", ("rank",)),
    ):
        for name in columns:
            kind = sa.BigInteger() if name == "records" else sa.Integer()
            op.add_column(table, sa.Column(name, kind, nullable=False, server_default="0"))
    op.create_index("ix_exposures_order", "exposures", ["run", "exposed", "rank", "score", "records", "id"])
    op.create_index("ix_findings_order", "findings", ["run", "rank", "rule", "id"])
    op.create_table(
        "exposure_apps",
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("exposure", sa.String(128), nullable=False),
        sa.Column("app", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("run", "exposure", "app", name="pk_exposure_apps"),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_exposure_apps_run_runs"),
    )
    op.create_index("ix_exposure_apps_app", "exposure_apps", ["run", "app"])
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    exposures = sa.table("exposures", *map(sa.column, ("run", "id", "document", "rank", "score", "exposed", "records")))
    findings = sa.table("findings", *map(sa.column, ("run", "id", "severity", "rank")))
    apps = sa.table("exposure_apps", *map(sa.column, ("run", "exposure", "app")))
    for run, key, text in connection.execute(sa.select(exposures.c.run, exposures.c.id, exposures.c.document)).all():
        document = json.loads(text)
        connection.execute(
            sa.update(exposures)
            .where((exposures.c.run == run) & (exposures.c.id == key))
            .values(
                rank=_RANKS.get(document["severity"], 0),
                score=document["score"],
                exposed=int(document["access"] in _EXPOSED),
                records=min(document["records"]["value"], 2**62),
            )
        )
        leading = sorted({route["app_sha256"] for route in document["routes"]})
        if leading:
            connection.execute(sa.insert(apps), [{"run": run, "exposure": key, "app": app} for app in leading])
    for severity, rank in _RANKS.items():
        connection.execute(sa.update(findings).where(findings.c.severity == severity).values(rank=rank))
