"""The cleartext and trust policy that an app package declares."""

from enum import StrEnum

import msgspec

UNREAD_INFO = "not decided (Info.plist cannot be read)"
"""Source of the rule of an iOS app whose property list is missing or cannot be read."""


class Limit(StrEnum):
    """The connections that a rule is limited to."""

    NONE = "none"
    WEB_VIEWS = "web_views"
    MEDIA = "media"
    """Media that AV Foundation loads."""
    LOCAL = "local_addresses"
    """IP addresses, names without a dot, and names below ``.local``."""
    OLDER_SYSTEMS = "older_systems"
    """Connections on systems older than iOS 10, watchOS 3 or macOS 10.12."""

    @property
    def words(self) -> str:
        """The limit in words that follow the name of a host; empty if there is none."""
        return _WORDS.get(self, "")


_WORDS = {
    Limit.WEB_VIEWS: "in web views",
    Limit.MEDIA: "for media",
    Limit.LOCAL: "if it is an IP address or a local name",
    Limit.OLDER_SYSTEMS: "on systems older than iOS 10",
}


EVERY_HOST = "every host that no other rule names"
"""What findings call the domain ``*``. Reports are compared by it, so it stays as it is."""


class CleartextPolicy(msgspec.Struct, frozen=True):
    """One rule of an app's transport security, for one domain or for all domains without a rule."""

    domain: str
    """Lower-case host name, or ``*`` for every host without its own rule."""
    include_subdomains: bool
    """True if the rule also applies to names below the domain."""
    cleartext: bool | None
    """True if connections without TLS are allowed; null if the package does not decide it: it names no SDK, or the
    property list of the app cannot be read (iOS)."""
    user_cas: bool
    """True if CAs installed by the user are trusted. iOS always trusts them: false there."""
    pins: int | None
    """Number of pinned certificates or keys of which one must be in the chain; 0 if any trusted chain is accepted, null
    if the declaration cannot be read."""
    source: str
    """Package entry with ``cleartext``, or ``default`` with the SDK that implies it."""
    limit: Limit = Limit.NONE
    """The connections that the rule is limited to. It adds to the rule of the same domain without a limit."""
    cas_source: str = ""
    """As ``source``, for ``user_cas``. Empty for iOS."""
    pins_source: str = ""
    """Package entry with the pins; empty if there are none."""
    part: str = ""
    """Innermost extension or watch app that the rule is for, such as ``Widget.appex``; empty for the app itself."""
