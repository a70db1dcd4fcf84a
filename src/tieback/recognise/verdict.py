"""What verification says of one matched text, and how credentials are masked."""

import hashlib
import hmac

import msgspec

from tieback.model.endpoint import Endpoint
from tieback.model.public_key import PublicKey
from tieback.model.sighting import Grade, NotBackend
from tieback.recognise.hosts import PLACEHOLDER

_SALT = b"tieback credential fingerprint 1"
"""Published, and the same everywhere: fingerprints of two reports can be compared. It keeps them out of tables of plain
hashes; whoever guesses a weak password can still check the guess, as they could against the app itself."""
_LONG = 12
"""Length from which two characters of each end are shown."""


class MaskedSecret(msgspec.Struct, frozen=True):
    """A credential; its value ends here, unless it is public by design and a probe needs it."""

    kind: str
    """``password_in_connection_string``, ``google_api_key``, ..."""
    masked: str
    grade: Grade = Grade.NORMAL
    fingerprint: str = ""
    claims: dict[str, str] = msgspec.field(default_factory=dict)
    """Of a JSON Web Token or a service account: what is no secret."""
    endpoint: str = ""
    """Value of the endpoint that the credential itself names."""
    key: PublicKey | None = None
    """The value, of one of grade ``public`` that some service asks for; of no other."""


class Verdict(msgspec.Struct, frozen=True):
    """The judgement of one text. Depends on the text alone, so that it can be kept for the next time it is seen."""

    rule: str
    """Ends ``Evidence.how``."""
    covers: int
    """Characters of the text that belong to this match: no other endpoint may begin there."""
    endpoints: tuple[Endpoint, ...] = ()
    secrets: tuple[MaskedSecret, ...] = ()
    not_backends: tuple[NotBackend, ...] = ()
    keys: tuple[PublicKey, ...] = ()
    """Identifiers that their project's probe brings as its key."""
    rejected: str = ""
    """Why nothing was found, where nothing was."""


def seal(
    kind: str,
    secret: str,
    grade: Grade = Grade.NORMAL,
    *,
    claims: dict[str, str] | None = None,
    endpoint: str = "",
    services: tuple[str, ...] = (),
) -> MaskedSecret:
    """Mask a credential and take its fingerprint.

    Args:
        kind: name of its form.
        secret: its value.
        grade: what it opens.
        claims: what it says of itself.
        endpoint: value of the endpoint that it names.
        services: whose probes may send it, if it is public by design; no other credential is kept for them.
    """
    key = PublicKey(kind, secret, services, endpoint) if services and grade is Grade.PUBLIC else None
    return MaskedSecret(kind, mask(secret), grade, fingerprint(secret), claims or {}, endpoint, key)


def mask(secret: str) -> str:
    """First and last characters and the length: two at each end from twelve on, one from six on, else none."""
    if len(secret) >= _LONG:
        return f"{secret[:2]}***{secret[-2:]} ({len(secret)})"
    return f"{secret[0]}***{secret[-1]} ({len(secret)})" if len(secret) > 5 else f"*** ({len(secret)})"


def fingerprint(secret: str) -> str:
    """HMAC-SHA-256 (RFC 2104) under a fixed key, its first 64 bits in hexadecimal."""
    return hmac.new(_SALT, secret.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:16]


def is_filled_in(secret: str) -> bool:
    """Whether the text is a credential, and not a placeholder or a row of stars."""
    return bool(secret.strip("*.xX")) and PLACEHOLDER.search(secret) is None
