"""Identity of an Android app: AndroidManifest.xml as a tree, whatever form it was packed in.

Source: https://developer.android.com/guide/topics/manifest/manifest-element and the pages of its children.
"""

from collections.abc import Callable

from tieback.intake.apps.element import Element
from tieback.intake.apps.printable import printable
from tieback.model.app import App, Platform, Signer
from tieback.model.lazy_pattern import lazy_pattern

MAX_TEXT = 300
"""Characters kept of a name or version."""

_REFERENCE = lazy_pattern(r"@(?:0x)?([0-9a-fA-F]{8})")
type Resolve = Callable[[str], str]
"""Function from a reference (``@7f010000``, or ``@string/app_name`` in a decoded app) to its text, or to an empty
text.
"""


def resource_id(text: str) -> int | None:
    """The resource ID of a numeric reference, else ``None``."""
    match = _REFERENCE.fullmatch(text)
    return int(match[1], 16) if match else None


def read_identity(root: Element, resolve: Resolve, sha256: str, signer: Signer | None, vendor: str) -> App | None:
    """The app that a manifest names; ``None`` if it names no package."""
    bundle_id = printable(root.attributes.get("package", ""), MAX_TEXT)
    if root.name != "manifest" or not bundle_id:
        return None
    application = root.first("application") or Element("application")
    sdk = root.first("uses-sdk") or Element("uses-sdk")
    minimum = sdk.attributes.get("minSdkVersion", "")

    def value(text: str) -> str:
        return printable(resolve(text) if text.startswith("@") else text, MAX_TEXT)

    return App(
        Platform.ANDROID,
        bundle_id,
        sha256,
        name=value(application.attributes.get("label", "")),
        version_name=value(root.attributes.get("versionName", "")),
        version_code=value(root.attributes.get("versionCode", "")),
        min_sdk=value(minimum),
        target_sdk=value(sdk.attributes.get("targetSdkVersion", minimum)),
        signer=signer,
        vendor=vendor,
    )
