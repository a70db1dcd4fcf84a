"""The two TLS policies: trust for services that we believe, identification for services that we only examine.

Trust uses the system's settings: a certificate that chains to a trusted root and names the host is required.
Identification accepts old versions, weak ciphers and no certificate. Its sessions are never reported as verified.
"""

import hashlib
import ssl
import warnings
from functools import cached_property

from tieback.model.probe import NOT_CHECKED, TlsInfo

_MAX_NAMES = 50
_MAX_TEXT = 300
NO_CERTIFICATE = "the server sent no certificate"
"""Problem of an anonymous session: TLS without proof of who the server is."""


def trust_context() -> ssl.SSLContext:
    """The policy for trust: the system's roots and settings; a certificate for the host is required."""
    context = ssl.create_default_context()
    # Renegotiation would only cost time.
    context.options |= ssl.OP_NO_RENEGOTIATION
    return context


def is_trust(context: ssl.SSLContext) -> bool:
    """True if the handshake fails without a trusted certificate for the host."""
    return context.verify_mode is ssl.CERT_REQUIRED and context.check_hostname


class TlsContexts:
    """One TLS context per policy, created on first use: reading the trusted roots takes milliseconds."""

    @cached_property
    def trust(self) -> ssl.SSLContext:
        """Verifies the chain with the system's trusted roots, and the name."""
        return trust_context()

    @cached_property
    def identification(self) -> ssl.SSLContext:
        """Verifies nothing: an unverified service must still be examined."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        # Old stores use old TLS versions. Their exposure does not depend on it; the version is reported.
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.options |= ssl.OP_NO_RENEGOTIATION
        return context


def describe_session(session: ssl.SSLObject, problem: str) -> TlsInfo:
    """Details of a session after its handshake.

    Args:
        session: open session.
        problem: reason for a failed verification; empty if none failed.

    The session is verified only if its own context required a certificate, the server sent one, and nothing failed.
    """
    version = session.version() or ""
    der = session.getpeercert(binary_form=True)
    if der is None:
        return TlsInfo(version, False, NO_CERTIFICATE)
    checked = is_trust(session.context)
    if not checked and not problem:
        problem = NOT_CHECKED
    subject, names = _names(der)
    return TlsInfo(version, checked and not problem, problem, hashlib.sha256(der).hexdigest(), subject, names)


def _names(der: bytes) -> tuple[str, tuple[str, ...]]:
    """Common name and subject alternative names; the certificate is untrusted input."""
    # Importing cryptography takes longer than a scan without TLS.
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    try:
        with warnings.catch_warnings():
            # Accept a serial of zero or the year 1900; MariaDB's own certificate has the former.
            warnings.simplefilter("ignore")
            certificate = x509.load_der_x509_certificate(der)
        common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        subject = str(common[0].value) if common else certificate.subject.rfc4514_string()
    except (ValueError, TypeError, x509.InvalidVersion):
        return "", ()
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = [*extension.get_values_for_type(x509.DNSName)]
        names += [str(address) for address in extension.get_values_for_type(x509.IPAddress)]
    except (ValueError, TypeError, x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        names = []
    return subject[:_MAX_TEXT], tuple(name[:_MAX_TEXT] for name in names[:_MAX_NAMES])
