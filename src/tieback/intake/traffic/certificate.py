"""Names in certificates that are sent in cleartext. They are read, never verified."""

import warnings

from tieback.intake.traffic.names import hostname

MAX_CERTIFICATES = 4096
"""Certificates cached per capture, because the same servers occur repeatedly."""

MAX_NAMES = 64
_MAX_SUBJECT = 200
_MAX_SIZE = 16 * 1024

_NOTHING: tuple[str, tuple[str, ...]] = ("", ())


class CertificateNames:
    """Cache of subjects and DNS names, by the bytes of the certificate."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[str, tuple[str, ...]]] = {}

    def read(self, encoded: bytes) -> tuple[str, tuple[str, ...]]:
        """Subject (RFC 4514) and DNS names of a DER certificate; empty if it cannot be read."""
        if not 64 < len(encoded) <= _MAX_SIZE:
            return _NOTHING
        known = self._known.get(encoded)
        if known is None:
            if len(self._known) >= MAX_CERTIFICATES:
                self._known.clear()
            known = self._known[encoded] = _parse(encoded)
        return known


def _parse(encoded: bytes) -> tuple[str, tuple[str, ...]]:
    from cryptography import x509

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the certificate is not ours to correct
        try:
            certificate = x509.load_der_x509_certificate(encoded)
            subject = certificate.subject.rfc4514_string()[:_MAX_SUBJECT]
        except (ValueError, TypeError, x509.UnsupportedGeneralNameType):
            return _NOTHING
        try:
            extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
            found = extension.value.get_values_for_type(x509.DNSName)
        except (
            ValueError,
            TypeError,
            x509.ExtensionNotFound,
            x509.DuplicateExtension,
            x509.UnsupportedGeneralNameType,
        ):
            found = []
    clean = (("*." + hostname(name[2:]) if name.startswith("*.") else hostname(name)) for name in found[:MAX_NAMES])
    return "".join(char if char.isprintable() else "\ufffd" for char in subject), tuple(name for name in clean if name)
