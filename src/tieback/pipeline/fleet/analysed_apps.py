"""Every app that any run of a workspace has analysed."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from tieback.model.app import App, Platform, Signer
from tieback.model.vendor import TEAM
from tieback.storage.lake.lake import Lake

COLUMNS = "platform, bundle_id, sha256, name, version_name, version_code, vendor, signer, subject, team"
ANALYSED = """analysed AS (
    SELECT sha256, any_value(platform) AS platform, any_value(bundle_id) AS bundle_id, any_value(name) AS name,
        any_value(version_name) AS version_name, any_value(version_code) AS version_code,
        any_value(coalesce(vendor, '')) AS vendor, any_value(signer_sha256) AS signer,
        any_value(signer_subject) AS subject, max(coalesce(team, '')) AS team
    FROM apps WHERE sha256 IS NOT NULL GROUP BY sha256
)"""
"""A common table expression with one row per content, regardless of runs and analysis versions."""


def analysed_apps(lake: Lake, keys: Collection[str] | None = None) -> Iterator[App]:
    """The apps, by bundle identifier and content; ``keys`` selects only these content hashes.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    import pyarrow as pa

    # Only the chosen rows are grouped: a page asks for a few apps of a hundred thousand.
    analysed = ANALYSED if keys is None else ANALYSED.replace("FROM apps", "FROM apps SEMI JOIN wanted USING (sha256)")
    sql = f"WITH {analysed} SELECT {COLUMNS} FROM analysed ORDER BY bundle_id, sha256"  # noqa: S608 - our own text
    wanted = pa.table({"sha256": pa.array(sorted(keys or ()), pa.string())})
    for row in lake.stream(sql, tables={"wanted": wanted}):
        yield app_of(row)


def apps_of_vendor(lake: Lake, signers: Collection[str], bundle_ids: Collection[str]) -> Iterator[App]:
    """Apps with one of these signers, or with one of these bundle identifiers or hashes of packages.

    Raises the same errors as ``analysed_apps``.
    """
    import pyarrow as pa

    words = "(SELECT word FROM wanted)"
    of_signer = f"signer_sha256 IN {words} OR '{TEAM}' || team IN {words}"
    chosen = f"WHERE sha256 IS NOT NULL AND ({of_signer} OR bundle_id IN {words} OR sha256 IN {words})"
    analysed = ANALYSED.replace("WHERE sha256 IS NOT NULL", chosen)
    sql = f"WITH {analysed} SELECT {COLUMNS} FROM analysed ORDER BY bundle_id, sha256"  # noqa: S608 - our own text
    wanted = pa.table({"word": pa.array(sorted({*signers, *bundle_ids} - {""}), pa.string())})
    for row in lake.stream(sql, tables={"wanted": wanted}):
        yield app_of(row)


def maker_hosts(lake: Lake) -> dict[str, tuple[str, ...]]:
    """First-party hosts of each app, by content hash, without those of cloud resources: they are their provider's.

    Raises the same errors as ``analysed_apps``.
    """
    sql = (
        "SELECT app_sha256, list(DISTINCT host) FROM sightings"
        " WHERE party = 'first' AND host <> '' AND kind <> 'cloud' GROUP BY app_sha256"
    )
    return {key: tuple(sorted(hosts)) for key, hosts in lake.stream(sql)}


def app_of(row: Sequence[Any]) -> App:
    """An app from a row of ``COLUMNS``."""
    platform, bundle, sha256, name, version, code, vendor, signer, subject, team = row
    return App(
        Platform(platform),
        bundle or "",
        sha256,
        name or "",
        version or "",
        code or "",
        signer=Signer(signer, subject or "") if signer else None,
        vendor=vendor,
        team=team,
    )
