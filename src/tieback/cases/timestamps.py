"""Time stamps of RFC 3161: the request, and the check of a response. Needs the extra ``timestamp``."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

from tieback.model.errors import InputError, UsageError
from tieback.model.extras import extra_advice

CONTENT_TYPE = "application/timestamp-query"
MAX_RESPONSE = 256 * 1024
"""Maximum bytes of a response."""
_MAX_CERTIFICATES = 1 << 20


def make_request(data: bytes) -> bytes:
    """Return the request for a time stamp of these bytes; it contains only their SHA-256 and a nonce.

    Raises:
        UsageError: the extra is missing.
    """
    client = _client()
    builder = client.TimestampRequestBuilder().data(data).hash_algorithm(client.HashAlgorithm.SHA256)
    return bytes(builder.cert_request(cert_request=True).build().as_bytes())


def check_response(response: bytes, data: bytes) -> datetime:
    """Check that a response is a time stamp of these bytes. Returns its time; its signature is not verified.

    Raises:
        UsageError: the extra is missing.
        ValueError: it is not a granted time stamp of these bytes.
    """
    found = _decode(response)
    if found.tst_info.message_imprint.message != hashlib.sha256(data).digest():
        raise ValueError("the time stamp is about other data")
    time: datetime = found.tst_info.gen_time
    return time


def verify_response(response: bytes, data: bytes, roots: Path) -> datetime:
    """Verify a time stamp against root certificates (PEM). Returns its time.

    Raises:
        UsageError: the extra is missing.
        InputError: the certificates cannot be read.
        ValueError: the time stamp is not valid.
    """
    from cryptography import x509

    client = _client()
    try:
        with roots.open("rb") as file:
            certificates = x509.load_pem_x509_certificates(file.read(_MAX_CERTIFICATES))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not PEM certificates"
        raise InputError(f"cannot be read ({why})", where=str(roots), advice="Pass the root of the authority") from None
    time = check_response(response, data)
    builder = client.VerifierBuilder()
    for certificate in certificates:
        builder = builder.add_root_certificate(certificate)
    try:
        builder.build().verify_message(_decode(response), data)
    except (client.VerificationError, ValueError) as error:
        raise ValueError(f"the time stamp is not valid: {str(error)[:200]}") from None
    return time


def _decode(response: bytes) -> Any:
    client = _client()
    try:
        found = client.decode_timestamp_response(response)
        if found.status != client.PKIStatus.GRANTED:
            raise ValueError(f"status {found.status}")
    except ValueError as error:
        raise ValueError(f"the authority granted no time stamp ({str(error)[:200]})") from None
    return found


def _client() -> Any:
    """The module of the extra."""
    try:
        import rfc3161_client
    except ImportError:
        raise UsageError(
            "time stamps need another package", where="--timestamp", advice=extra_advice("timestamp")
        ) from None
    return rfc3161_client
