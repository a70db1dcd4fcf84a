"""Verifies an evidence archive. Needs no workspace and no network."""

from pathlib import Path

import msgspec

from tieback.cases.evidence import MAX_BUNDLE, verify_bundle
from tieback.cases.timestamps import check_response, verify_response
from tieback.model.errors import InputError, UsageError


class EvidenceCheck(msgspec.Struct, frozen=True):
    """What an intact archive shows."""

    case: str
    """ID of the case."""
    tieback: str
    """Version of tieback that wrote it."""
    created: str
    """When it was written (UTC, ISO 8601)."""
    files: int
    """Number of files in the archive."""
    key: str
    """Fingerprint of the key that sealed it."""
    audit_lines: int
    """Number of lines of the audit log in it."""
    audit_keys: tuple[str, ...]
    """Fingerprints of the keys that signed parts of the audit log."""
    audit_first: str
    """Time of the first of these lines; empty if there is none."""
    audit_last: str
    """Time of the last of these lines; empty if there is none."""
    timestamp: str
    """``none``; the verified time; or why it was not verified."""
    timestamp_verified: bool = False
    """True if the time stamp was verified."""


def check_evidence(path: Path, key: str = "", roots: Path | None = None) -> EvidenceCheck:
    """Verify an archive.

    Args:
        path: the archive.
        key: fingerprint of the only key that counts; empty: every key.
        roots: root certificates (PEM) of the time stamp authority.

    Raises:
        InputError: it was altered, was sealed by another key, or cannot be read; or its time stamp is not valid.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BUNDLE + 1)
        found = verify_bundle(data)
        if key and found.key != key:
            raise ValueError(f"sealed by {found.key}, not by {key}")
        if odd := [one for one in found.audit.keys if one != found.key]:
            raise ValueError(f"the audit log is signed by another key: {odd[0]}")
        stamp, verified = _time_stamp(found.timestamp, found.manifest_data, roots)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), advice="Check the path") from None
    except ValueError as error:
        raise InputError(
            f"not intact: {error}", where=str(path), advice="Do not use it as evidence; get it again from its author"
        ) from None
    manifest, audit = found.manifest, found.audit
    return EvidenceCheck(
        manifest.case,
        manifest.tieback,
        manifest.created,
        len(found.files),
        found.key,
        audit.lines,
        audit.keys,
        audit.first,
        audit.last,
        stamp,
        verified,
    )


def _time_stamp(response: bytes, manifest: bytes, roots: Path | None) -> tuple[str, bool]:
    if not response:
        if roots is not None:
            raise ValueError("it has no time stamp")
        return "none", False
    if roots is not None:
        return verify_response(response, manifest, roots).isoformat(), True
    try:
        time = check_response(response, manifest)
    except UsageError as error:
        return f"not verified: {error.advice}", False
    return f"{time.isoformat()}, signature not verified: pass --timestamp-ca FILE", False
