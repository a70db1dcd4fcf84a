"""The name under which Android looks for an authority that a user trusts.

Source: AOSP, ``libcore`` ``TrustedCertificateStore`` and ``X509_NAME_hash_old`` of OpenSSL: the first four bytes of the
MD5 of the subject's DER, the lowest first.
"""

import hashlib
from pathlib import Path

from cryptography import x509

TRUSTED = "/data/misc/user/0/cacerts-added"
"""Folder of the authorities that the device's first user trusts."""


def trusted_path(certificate: Path) -> str:
    """Where Android keeps the certificate of an authority.

    Args:
        certificate: a PEM file of ours.

    Raises:
        OSError, ValueError: it cannot be read, or is none.
    """
    subject = x509.load_pem_x509_certificate(certificate.read_bytes()).subject.public_bytes()
    number = int.from_bytes(hashlib.md5(subject, usedforsecurity=False).digest()[:4], "little")
    return f"{TRUSTED}/{number:08x}.0"
