"""An app and its signer."""

from enum import StrEnum

import msgspec

from tieback.model.lazy_pattern import lazy_pattern

PACKAGE_NAME = lazy_pattern(r"(?=.{1,255}\Z)[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9][A-Za-z0-9_-]*)+")
"""An Android package name or a bundle identifier that a user writes."""


class Platform(StrEnum):
    """The operating system of an app."""

    ANDROID = "android"
    IOS = "ios"
    UNKNOWN = "unknown"
    """Traffic that does not identify an app."""


class Signer(msgspec.Struct, frozen=True):
    """The certificate that signs an app package."""

    sha256: str
    """SHA-256 of the DER certificate, lower-case hexadecimal."""
    subject: str = ""
    """Distinguished name of the subject, as the certificate writes it."""
    scheme: str = ""
    """APK signature scheme (``v1``, ``v2``, ``v3``, ``v3.1``) or ``code-signature``."""


class App(msgspec.Struct, frozen=True):
    """One version of an app, identified by the content of its package."""

    platform: Platform
    bundle_id: str
    """Android package name or iOS bundle identifier."""
    sha256: str
    """SHA-256 of the package file, lower-case hexadecimal."""
    name: str = ""
    """The name under the icon."""
    version_name: str = ""
    version_code: str = ""
    """``versionCode`` or ``CFBundleVersion``, as text because hostile packages contain arbitrary values."""
    min_sdk: str = ""
    target_sdk: str = ""
    signer: Signer | None = None
    vendor: str = ""
    """The vendor responsible for it: the organisation of the signer, if the certificate names one."""
    executable: str = ""
    """``CFBundleExecutable``: the name of the main program, which captures of iOS show; empty for Android."""
    team: str = ""
    """Team identifier that Apple gave the developer of an iOS app; empty for Android, or if no signature has it."""

    @property
    def label(self) -> str:
        """Display name: the name under the icon, or else the bundle identifier."""
        return self.name or self.bundle_id
