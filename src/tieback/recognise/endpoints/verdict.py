"""Verdict about one matched text, and masking of credentials."""

import hashlib
import hmac

import msgspec

from tieback.model.endpoint import Endpoint
from tieback.model.public_key import PublicKey
from tieback.model.sighting import CredentialGrade, NotBackend
from tieback.recognise.endpoints.hosts import PLACEHOLDER

_SALT = b"tieback credential fingerprint 1"
"""Public and constant, so that fingerprints in two reports can be compared. It makes tables of plain hashes useless. A
guess of a weak password can still be checked, as it can against the app itself.
"""
_LONG = 12
"""Least length for which two characters at each end are shown."""


class MaskedSecret(msgspec.Struct, frozen=True):
    """A masked credential. Its value is dropped here, unless it is public by design and a probe needs it."""

    kind: str
    """``password_in_connection_string``, ``google_api_key``, ..."""
    masked: str
    grade: CredentialGrade = CredentialGrade.NORMAL
    fingerprint: str = ""
    claims: dict[str, str] = msgspec.field(default_factory=dict)
    """Claims of a JSON Web Token or fields of a service account that are not secret."""
    endpoint: str = ""
    """Value of the endpoint that the credential itself names."""
    address: str = ""
    """Address that the credential, or the text with it, names: a URL without its query, or ``host:port``."""
    key: PublicKey | None = None
    """The value, only for a credential of grade ``public`` that a service needs."""
    place: tuple[int, int] | None = None
    """Range of its value in characters from the start of the match, if that shows another line or another text: the
    match is its name, or the identifier beside it."""


class TextVerdict(msgspec.Struct, frozen=True):
    """Verdict about one text. It depends only on the text, so it can be cached."""

    rule: str
    """Last part of ``Evidence.how``."""
    covers: int
    """Number of characters that belong to this match: no other endpoint may begin there."""
    endpoints: tuple[Endpoint, ...] = ()
    secrets: tuple[MaskedSecret, ...] = ()
    not_backends: tuple[NotBackend, ...] = ()
    keys: tuple[PublicKey, ...] = ()
    """Identifiers that the probe of their project sends as its key."""
    address: str = ""
    """The whole address of the cloud resource, without query; empty if it has no path, or for other endpoints."""
    rejected: str = ""
    """Why nothing was found; empty otherwise."""


def mask_secret(
    kind: str,
    secret: str,
    grade: CredentialGrade = CredentialGrade.NORMAL,
    *,
    claims: dict[str, str] | None = None,
    endpoint: str = "",
    services: tuple[str, ...] = (),
    place: tuple[int, int] | None = None,
    address: str = "",
) -> MaskedSecret:
    """Mask a credential and compute its fingerprint.

    Args:
        kind: name of its format.
        secret: its value.
        grade: severity of what it gives access to.
        claims: facts in the credential itself.
        endpoint: value of the endpoint that it names.
        services: services whose probes may send it, if it is public by design; no other credential value is kept.
        place: its range, if it is not at the start of the match.
        address: address that it, or the text with it, names.
    """
    key = PublicKey(kind, secret, services, endpoint) if services and grade is CredentialGrade.PUBLIC else None
    return MaskedSecret(
        kind, mask_text(secret), grade, fingerprint(secret), claims or {}, endpoint, address, key, place
    )


def mask_text(secret: str) -> str:
    """First and last characters and the length: two at each end from length twelve, one from six, otherwise none."""
    if len(secret) >= _LONG:
        return f"{secret[:2]}***{secret[-2:]} ({len(secret)})"
    return f"{secret[0]}***{secret[-1]} ({len(secret)})" if len(secret) > 5 else f"*** ({len(secret)})"


def fingerprint(secret: str) -> str:
    """HMAC-SHA-256 (RFC 2104) with a fixed key, the first 64 bits in hexadecimal."""
    return hmac.new(_SALT, secret.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:16]


def is_real_value(secret: str) -> bool:
    """True if the text is a credential and not a placeholder or a row of stars."""
    return bool(secret.strip("*.xX")) and PLACEHOLDER.search(secret) is None
