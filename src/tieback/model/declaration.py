"""What the maker of an app declares about personal data: Apple's privacy manifests, Google Play's Data Safety.

Sources: https://developer.apple.com/documentation/bundleresources/privacy-manifest-files;
https://support.google.com/googleplay/android-developer/answer/10787469.
"""

from enum import StrEnum

import msgspec


class DeclarationFormat(StrEnum):
    """Where a declaration comes from."""

    APPLE_MANIFEST = "apple_privacy_manifest"
    """``PrivacyInfo.xcprivacy`` in an app package."""
    PLAY_DATA_SAFETY = "play_data_safety"
    """The answers to the Data Safety form, exported from Play Console as CSV."""


class DeclaredType(msgspec.Struct, frozen=True, gc=False):
    """A type of data that a declaration names. ``None`` stands for a question without an answer."""

    name: str
    """The value of the format, such as ``NSPrivacyCollectedDataTypeEmailAddress`` or ``PSL_EMAIL``."""
    linked: bool | None = None
    """Whether it is linked to the user; only Apple has this question, as the next one."""
    tracking: bool | None = None
    """Whether it is used for tracking."""
    collected: bool | None = None
    """Whether the app collects it; only Play has this question, as the next one."""
    shared: bool | None = None
    """Whether it is shared with other companies."""
    purposes: tuple[str, ...] = ()
    """Values of the format, without duplicates."""


class AccessedApi(msgspec.Struct, frozen=True, gc=False):
    """A category of interfaces that need a reason."""

    category: str
    """Such as ``NSPrivacyAccessedAPICategoryUserDefaults``."""
    reasons: tuple[str, ...]
    """Codes such as ``CA92.1``."""


class PrivacyDeclaration(msgspec.Struct, frozen=True):
    """One declaration: a manifest of an app or of one part of it, or one form."""

    format: DeclarationFormat
    """Format of the declaration."""
    source: str
    """Entry in the package, or the path of the CSV file."""
    part: str = ""
    """Framework, bundle or extension with the manifest, such as ``Analytics.framework``; empty for the app itself."""
    tracking: bool | None = None
    """``NSPrivacyTracking``; ``None`` if it is not stated."""
    domains: tuple[str, ...] = ()
    """``NSPrivacyTrackingDomains``, lower-case host names."""
    types: tuple[DeclaredType, ...] | None = None
    """The types of data. ``None`` if the declaration has no list; empty if it declares that nothing is collected."""
    apis: tuple[AccessedApi, ...] = ()
    """Interfaces that the manifest gives a reason for."""
    encrypted_in_transit: bool | None = None
    """Only Play: whether all data are encrypted in transit."""

    @property
    def of_app(self) -> bool:
        """True if it covers the whole app, not only one part."""
        return not self.part

    @property
    def label(self) -> str:
        """Who declares, for display: the name of the part, ``app`` or ``Play Data Safety``."""
        if self.format is DeclarationFormat.PLAY_DATA_SAFETY:
            return "Play Data Safety"
        return self.part or "app"


class StoreForm(msgspec.Struct, frozen=True):
    """A form that a user imported for an app."""

    bundle_id: str
    declaration: PrivacyDeclaration


class Declared(StrEnum):
    """Whether the app declares what was seen. None of these values is a breach."""

    DECLARED = "declared"
    """A declaration of the app, or of one of its parts, names a type for this class of data."""
    NOT_DECLARED = "not_declared"
    """The app itself has a list of types, and no declaration names one for this class."""
    NO_TYPE = "no_type"
    """The format has no type for this class, such as for passwords and IP addresses."""
    UNKNOWN = "unknown"
    """No list of types is known: none is in the package, no form was imported, or the app is not known."""


class DeclaredState(StrEnum):
    """Whether what an app declares was seen in its traffic. None of these values is a breach."""

    SEEN = "seen"
    NOT_SEEN = "not_seen"
    """Declared and not seen in what was read. Other uses of the app, or another place, may send it."""
    NOT_READ = "not_read"
    """No content of the app was readable, so nothing can be compared."""
    NO_CLASS = "no_class"
    """tieback has no class for this type, so it cannot be seen."""


class DeclaredItem(msgspec.Struct, frozen=True):
    """A type of data or a tracking domain that an app declares, beside what its traffic showed."""

    app_sha256: str
    """As in ``Recipient``."""
    app: str
    bundle_id: str
    kind: str
    """``data`` or ``domain``."""
    name: str
    """The type in the words of its format, or the tracking domain."""
    title: str
    """The type in plain words; the domain again."""
    classes: tuple[str, ...]
    """Our classes of this type, some with a kind after a colon; empty for domains and for types without a class."""
    declared_by: tuple[str, ...]
    """``app``, names of parts, ``Play Data Safety``; sorted."""
    state: DeclaredState
    """Whether its traffic showed it."""
    hosts: tuple[str, ...] = ()
    """Hosts that received it, or contacted hosts of the domain; sorted, at most 8."""
    linked: bool | None = None
    """True if one declaration has it; ``None`` if none states it. Likewise the next two."""
    tracking: bool | None = None
    """For a domain: whether a manifest of the package sets ``NSPrivacyTracking``."""
    shared: bool | None = None
    """True if the data go to others, as the form of Google Play states it."""
    purposes: tuple[str, ...] = ()
    """Purposes in the words of the format; sorted."""

    @property
    def contradicts(self) -> bool:
        """True for a contacted tracking domain if manifests set ``NSPrivacyTracking`` to false, and none to true."""
        return self.kind == "domain" and self.state is DeclaredState.SEEN and self.tracking is False
