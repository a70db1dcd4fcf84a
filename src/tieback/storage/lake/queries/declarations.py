"""What apps of a run declare about personal data: the manifests in their packages, and forms that were imported."""

from collections.abc import Collection

import msgspec

from tieback.model.declaration import PrivacyDeclaration
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.tables.apps import decode_declarations


class PackageDeclarations(msgspec.Struct, frozen=True):
    """The manifests of a scanned app."""

    platform: str
    """Empty if the identity could not be read."""
    manifests: tuple[PrivacyDeclaration, ...]


def package_declarations(lake: Lake, run: str, traffic: str, apps: Collection[str]) -> dict[str, PackageDeclarations]:
    """The manifests of those apps that the run has scanned, by content hash.

    Args:
        lake: contains the apps.
        run: the run.
        traffic: version of the analysis of captures, whose units are not apps.
        apps: content hashes.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    import pyarrow as pa

    wanted = pa.table({"unit": pa.array(sorted(set(apps)), pa.string())})
    rows = lake.stream(
        """
        SELECT unit, coalesce(platform, ''), declarations FROM apps SEMI JOIN wanted USING (unit) SEMI JOIN (
            SELECT unit, version FROM inputs WHERE run = ? AND problem = '' AND kind_of(version) <> kind_of(?)
        ) USING (unit, version)""",
        [run, traffic],
        tables={"wanted": wanted},
    )
    return {unit: PackageDeclarations(platform, decode_declarations(text)) for unit, platform, text in rows}


def manifests_of(lake: Lake, unit: str, version: str) -> tuple[PrivacyDeclaration, ...]:
    """The manifests of one app. Raises ``WorkspaceError``."""
    rows = lake.stream("SELECT declarations FROM apps WHERE unit = ? AND version = ?", [unit, version])
    return decode_declarations(next((text for (text,) in rows), None))


def imported_forms(lake: Lake, bundles: Collection[str], until: float) -> dict[str, PrivacyDeclaration]:
    """The latest form of each of these apps that was imported until then, by bundle identifier.

    Args:
        lake: contains the forms.
        bundles: bundle identifiers.
        until: seconds since 1970, UTC.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    import pyarrow as pa

    wanted = pa.table({"bundle_id": pa.array(sorted(set(bundles) - {""}), pa.string())})
    rows = lake.stream(
        """
        SELECT d.bundle_id, d.json FROM declarations d
        JOIN imports i ON d.import = i.sha256 AND d.version = i.version SEMI JOIN wanted USING (bundle_id)
        WHERE i.imported <= ?
        QUALIFY row_number() OVER (PARTITION BY d.bundle_id ORDER BY i.imported DESC, d.import, d.ordinal) = 1""",
        [until],
        tables={"wanted": wanted},
    )
    return {bundle: msgspec.json.decode(text, type=PrivacyDeclaration) for bundle, text in rows}
