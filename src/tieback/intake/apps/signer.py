"""Who signed a package, and which organisation that names."""

import hashlib
import re
import tomllib
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from tieback.model.app import Signer

_PART = re.compile(r"(?:^|,|\+)\s*O\s*=\s*(\"[^\"]*\"|(?:\\.|[^,+\\])*)")
MAX_SUBJECT = 1000
"""Characters kept of a distinguished name."""


@cache
def _not_vendors() -> frozenset[str]:
    table = tomllib.loads(Path(__file__).with_name("not_vendors.toml").read_text("utf-8"))
    return frozenset(table["organisation"])


def organisation(subject: str) -> str:
    """The organisation (``O``) of a distinguished name (RFC 4514), empty where it has none or names nobody."""
    match = _PART.search(subject[:MAX_SUBJECT])
    if match is None:
        return ""
    name = re.sub(r"\\(.)", r"\1", match[1].strip('"')).strip()
    return "" if name.casefold() in _not_vendors() else name


def signature_block(content: bytes) -> Signer | None:
    """The signer of a JAR signature (``META-INF/*.RSA``, a CMS message); ``None`` where it names no certificate.

    The certificate comes first that the message lists first; the signature itself is not checked.
    """
    try:
        certificates = pkcs7.load_der_pkcs7_certificates(content)
    except (ValueError, UnsupportedAlgorithm):
        return None
    if not certificates:
        return None
    return certificate_signer(certificates[0].public_bytes(Encoding.DER), "v1")


def certificate_signer(der: bytes, scheme: str) -> Signer:
    """The signer that a certificate names; without a subject where it is damaged."""
    try:
        subject = x509.load_der_x509_certificate(der).subject.rfc4514_string()
    except ValueError:
        subject = ""
    return Signer(hashlib.sha256(der).hexdigest(), subject[:MAX_SUBJECT], scheme)
