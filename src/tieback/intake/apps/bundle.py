"""AAB (Android App Bundle): its entries are searched; its identity stands in Protocol Buffers and is not read yet.

Source: https://developer.android.com/guide/app-bundle/app-bundle-format
"""

from tieback.intake.apps.archive import Archive
from tieback.intake.apps.interface import Artifact
from tieback.model.app import App


class Bundle:
    """What is particular about app bundles: see ``package.Format``."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def identify(self, sha256: str) -> App | None:
        """None yet, and a problem that says so."""
        del sha256
        self._archive.problems.note("an app bundle (AAB): its entries were searched, its identity is not read yet", "")
        return None

    def special(self, name: str) -> Artifact | None:
        """Every entry is read by its content."""
        del name
        return None


def is_bundle(archive: Archive) -> bool:
    """Whether the archive is an app bundle."""
    return any(archive.find(name) for name in ("BundleConfig.pb", "base/manifest/AndroidManifest.xml"))
