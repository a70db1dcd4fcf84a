"""Signer of a package, and the organisation in the signer's certificate."""

import hashlib
import warnings
from functools import cache
from pathlib import Path

from tieback import rulefiles as prepared
from tieback.intake.apps.shared_keys import names_no_maker
from tieback.intake.apps.subject import MAX_SUBJECT, name_parts
from tieback.model.app import Signer
from tieback.model.lazy_pattern import lazy_pattern

_SEQUENCE, _VERSION_3 = b"\x30\x82", b"\xa0\x03\x02\x01\x02"
"""DER of a sequence of 256 bytes to 64 KiB, and of the version at the beginning of a certificate (RFC 5280)."""

_TEAM = lazy_pattern(r"(?=[A-Z]*[0-9])(?=[0-9]*[A-Z])[A-Z0-9]{10}")
"""Identifier of a team: https://developer.apple.com/help/glossary/team-id/."""
_OF_APPLE = lazy_pattern(
    r"(?:Apple|iPhone|iOS) (?:Develop(?:ment|er): |Distribution: (?P<account>\S.*?)(?: \([A-Z0-9]{10}\))?$)"
)
"""Common name of a certificate that Apple issued to a team; those for development name a member of the team."""

MAX_CERTIFICATES = 32
"""Certificates examined in one message."""


@cache
def _not_vendors() -> frozenset[str]:
    raw = Path(__file__).with_name("not_vendors.toml").read_bytes()
    return frozenset(prepared.load_rules(raw, dict[str, dict[str, str]])["organisation"])


def organisation(subject: str) -> str:
    """The organisation (``O``) of a distinguished name (RFC 4514); empty if it has none, a placeholder or a letter."""
    name = next((value for key, value in name_parts(subject) if key == "o"), "")
    return "" if len(name) == 1 or name.casefold() in _not_vendors() else name


def maker_name(signer: Signer | None) -> str:
    """The organisation of a signer; empty if the certificate names none, or if many makers use its key.

    In a certificate of Apple, the identifier of the team is no name. A certificate for distribution has the name of the
    account besides: a company, or the only person in it.
    """
    if signer is None or names_no_maker(signer):
        return ""
    name = organisation(signer.subject)
    common = next((value for key, value in name_parts(signer.subject) if key == "cn"), "")
    purpose = _OF_APPLE.match(common)
    if purpose is None or (name and not _TEAM.fullmatch(name)):
        return name
    return purpose["account"] or ""


def leaf_signer(message: bytes, scheme: str) -> Signer | None:
    """The signer of a CMS message (RFC 5652): the certificate that issued no other certificate in it; ``None`` without
    one.

    Certificates are found by their first bytes, so the message may have indefinite lengths, as Apple's do, or be
    damaged; its signature is not verified.
    """
    found: list[tuple[bytes, str, str]] = []
    at = message.find(_VERSION_3)
    while at >= 0 and len(found) < MAX_CERTIFICATES:
        # The certificate and its first part are sequences: a mark and a length, of four bytes, or of three if short.
        for start in (at - 8, at - 7):
            if start >= 0 and message[start : start + 2] == _SEQUENCE and message[start + 4] == _SEQUENCE[0]:
                der = message[start : start + 4 + int.from_bytes(message[start + 2 : start + 4])]
                names = _names(der)
                if names is not None:
                    found.append((der, *names))
        at = message.find(_VERSION_3, at + 1)
    issuers = {issuer for _, subject, issuer in found if issuer != subject}
    leaf = next((der for der, subject, _ in found if subject not in issuers), None)
    return certificate_signer(leaf, scheme) if leaf else None


def certificate_signer(der: bytes, scheme: str) -> Signer:
    """The signer named in a certificate; without a subject if it is damaged."""
    names = _names(der)
    return Signer(hashlib.sha256(der).hexdigest(), names[0][:MAX_SUBJECT] if names else "", scheme)


def _names(der: bytes) -> tuple[str, str] | None:
    """Subject and issuer (RFC 4514); ``None`` if the certificate is damaged."""
    # Most packages are APKs, whose certificates ``apk_info`` reads.
    from cryptography import x509

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the certificate is not ours to correct
            certificate = x509.load_der_x509_certificate(der)
            # Names are parsed on access, and raise several kinds of errors.
            return certificate.subject.rfc4514_string(), certificate.issuer.rfc4514_string()
    except (ValueError, TypeError, LookupError, x509.InvalidVersion):
        return None
