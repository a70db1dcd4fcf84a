"""File name under which Android stores a certificate authority that the user trusts.

Source: AOSP, ``libcore`` ``TrustedCertificateStore`` and ``X509_NAME_hash_old`` of OpenSSL: the first four bytes of the
MD5 of the subject's DER, in little-endian order.
"""

import hashlib
from pathlib import Path

from cryptography import x509

TRUSTED = "/data/misc/user/0/cacerts-added"
"""Directory of the authorities that the device's first user trusts."""


def trusted_path(certificate: Path) -> str:
    """The path of an authority's certificate on the device.

    Args:
        certificate: PEM file of the proxy's authority.

    Raises:
        OSError, ValueError: the file cannot be read, or is not a certificate.
    """
    subject = x509.load_pem_x509_certificate(certificate.read_bytes()).subject.public_bytes()
    number = int.from_bytes(hashlib.md5(subject, usedforsecurity=False).digest()[:4], "little")
    return f"{TRUSTED}/{number:08x}.0"
