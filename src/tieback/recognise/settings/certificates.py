"""Certificates in an app for pinning: the names in them are hosts that the app connects to.

DER or PEM, X.509 (RFC 5280): DNS names and addresses of the subject alternative names (RFC 6125), otherwise the common
name. CA certificates name no server and are left out. Nothing is verified. A certificate contains no port. Bounds: 256
KiB, 32 certificates, 100 names per certificate.
"""

import warnings
from collections.abc import Container, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from tieback.intake.apps.interface import Buffer, Bytes
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Evidence, Sighting
from tieback.recognise.context import match_context
from tieback.recognise.endpoints.cloud import cloud_endpoint
from tieback.recognise.endpoints.hosts import EndpointHost, check_host
from tieback.recognise.rules import RuleFiles

if TYPE_CHECKING:
    from cryptography import x509

RULE = "certificate-name"
MAX_SIZE = 256 * 1024
MAX_CERTIFICATES = 32
MAX_NAMES = 100
_PEM = lazy_pattern(rb"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]{200,16384}-----END CERTIFICATE-----")
MARK = b"-----BEGIN CERTIFICATE-----"
"""Text that is in each file with PEM certificates."""
ENDINGS = (".cer", ".crt", ".der", ".pem")
"""File name suffixes of possible DER certificates."""
_SEQUENCE = b"\x30\x82"


def certificate_names(buffer: Buffer, rules: RuleFiles, marks: Container[bytes] | None = None) -> Iterator[Sighting]:
    """The hosts in the certificates of a file; empty if there is no certificate.

    Args:
        buffer: the file.
        rules: the rule files.
        marks: has ``MARK`` if it is in the file; looked for if it is ``None``.
    """
    if buffer.base or len(buffer.data) > MAX_SIZE:
        return
    texts: Bytes | Container[bytes] = buffer.data if marks is None else marks
    for at, raw in islice(_raw(buffer, texts), MAX_CERTIFICATES):
        for name in islice(_hosts(raw), MAX_NAMES):
            found = _sighting(buffer, at, name, rules)
            if found is not None:
                yield found


def _raw(buffer: Buffer, marks: Bytes | Container[bytes]) -> Iterator[tuple[int, bytes]]:
    """Offsets and bytes of certificates."""
    if buffer.data[:2] == _SEQUENCE and buffer.file.lower().endswith(ENDINGS):
        yield 0, bytes(buffer.data)
    elif MARK in marks:
        yield from ((found.start(), bytes(found[0])) for found in _PEM.finditer(buffer.data))


def _hosts(raw: bytes) -> Iterator[str]:
    # Few apps contain a certificate, and importing the library takes as long as analysing a small app.
    from cryptography import x509

    load = x509.load_pem_x509_certificate if raw.startswith(b"-") else x509.load_der_x509_certificate
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the certificate is not ours to correct
            yield from _named(load(raw))
    except (ValueError, TypeError, LookupError, x509.InvalidVersion, x509.DuplicateExtension,
            x509.UnsupportedGeneralNameType):  # fmt: skip
        return  # parts are parsed on access, with several kinds of errors


def _named(certificate: "x509.Certificate") -> tuple[str, ...]:
    from cryptography import x509

    try:
        if certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return ()
    except x509.ExtensionNotFound:
        pass
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        common = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        return tuple(value for one in common if isinstance(value := one.value, str) and "." in value)
    addresses = (str(address) for address in names.get_values_for_type(x509.IPAddress))
    return (*names.get_values_for_type(x509.DNSName), *addresses)


def _sighting(buffer: Buffer, at: int, name: str, rules: RuleFiles) -> Sighting | None:
    host = check_host(name.removeprefix("*.").lower(), rules)
    if not isinstance(host, EndpointHost):
        return None
    kind = EndpointKind.ADDRESS if host.address else EndpointKind.HOST_PORT
    endpoint = cloud_endpoint(host.name, "", rules) or Endpoint(kind, host.bracketed, "", host.name, None)
    place = Evidence(buffer.file, at, f"certificate/{RULE}", match_context("certificate for ", name[:253]))
    return Sighting(endpoint, 1, Party.UNKNOWN, place)
