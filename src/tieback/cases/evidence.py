"""The evidence of a case as one archive that a third party can check without a workspace.

The archive is a ZIP file without compression, so that its files alone determine each of its bytes:

- ``manifest.json``: version, case, and SHA-256 and size of each other file;
- the files themselves, JSON and text;
- ``timestamp.tsr``, optional: the response of a time stamp authority (RFC 3161) about ``manifest.json``;
- ``seal.json``: the signature of the manifest and the time stamp (``scope.seals``).

``verify_bundle`` writes the archive again and compares it, so that a change of any byte is found.
"""

import hashlib
import io
import struct
import zipfile
from collections.abc import Mapping

import msgspec

from tieback.scope.audit_part import AuditProof, verify_part
from tieback.scope.seals import Seal, open_seal, seal

MANIFEST, SEAL, TIMESTAMP, AUDIT = "manifest.json", "seal.json", "timestamp.tsr", "audit.jsonl"
FORMAT = 1
MAX_BUNDLE = 64 << 20
"""Maximum bytes of an archive."""
MAX_FILES = 32
_END = struct.Struct("<4s4H2LH")
"""End of central directory record of a ZIP file (APPNOTE 4.3.16), without a comment."""
_LOCATOR = b"PK\x06\x07"
_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16


class BundleFile(msgspec.Struct, frozen=True):
    """A file of the archive."""

    name: str
    sha256: str
    size: int


class Manifest(msgspec.Struct, frozen=True):
    """The contents of an archive."""

    format: int
    tieback: str
    """Version of tieback that wrote it."""
    created: str
    """Date and time, ISO 8601, by the clock of the machine that wrote it."""
    case: str
    files: tuple[BundleFile, ...]


class Bundle(msgspec.Struct, frozen=True):
    """An archive that was verified."""

    manifest: Manifest
    manifest_data: bytes
    """The bytes that a time stamp is about."""
    files: dict[str, bytes]
    seal: Seal
    key: str
    """Fingerprint of the key that sealed it."""
    audit: AuditProof
    timestamp: bytes = b""
    """Response of a time stamp authority; its signature is not verified here."""


def make_manifest(files: Mapping[str, bytes], case: str, version: str, created: str) -> bytes:
    """Return the manifest of these files. A time stamp is about exactly these bytes."""
    listed = tuple(BundleFile(name, _sha256(data), len(data)) for name, data in sorted(files.items()))
    return msgspec.json.format(msgspec.json.encode(Manifest(FORMAT, version, created, case, listed)))


def seal_bundle(files: Mapping[str, bytes], manifest: bytes, timestamp: bytes = b"") -> bytes:
    """Seal the manifest and return the archive.

    Raises:
        WorkspaceError: the key cannot be read or made.
    """
    whole = {**files, MANIFEST: manifest, SEAL: seal(_sha256(manifest), _sha256(timestamp) if timestamp else "")}
    if timestamp:
        whole[TIMESTAMP] = timestamp
    return _pack(whole)


def verify_bundle(data: bytes) -> Bundle:
    """Verify an archive: its form, its seal, each file, and the part of the audit log.

    Raises:
        ValueError: it was altered, or is not an evidence archive; the message is one clause.
    """
    whole = _unpack(data)
    missing = {MANIFEST, SEAL} - whole.keys()
    if missing:
        raise ValueError(f"{min(missing)} is missing")
    manifest_data, timestamp = whole.pop(MANIFEST), whole.pop(TIMESTAMP, b"")
    found, key = open_seal(whole.pop(SEAL))
    if found.content_sha256 != _sha256(manifest_data):
        raise ValueError("the manifest was altered")
    if found.timestamp_sha256 != (_sha256(timestamp) if timestamp else ""):
        raise ValueError("the time stamp was altered or removed")
    try:
        manifest = msgspec.json.decode(manifest_data, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ValueError("the manifest is damaged") from None
    if manifest.format != FORMAT:
        raise ValueError(f"format {manifest.format} is not known; use a newer version of tieback")
    listed = {one.name: one for one in manifest.files}
    odd = sorted(whole.keys() ^ listed.keys())
    if odd:
        raise ValueError(f"{odd[0]} is not in the manifest, or is missing")
    altered = next((name for name, one in whole.items() if _sha256(one) != listed[name].sha256), None)
    if altered is not None:
        raise ValueError(f"{altered} was altered")
    audit = verify_part(whole.get(AUDIT, b"").splitlines())
    return Bundle(manifest, manifest_data, whole, found, key.fingerprint, audit, timestamp)


def _pack(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:  # noqa: TID251 - written, not read
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.external_attr, entry.create_system = _MODE, 3
            archive.writestr(entry, data)
    return out.getvalue()


def _unpack(data: bytes) -> dict[str, bytes]:
    """The files of an archive. Raises ``ValueError`` if ``_pack`` would write it otherwise."""
    if len(data) > MAX_BUNDLE:
        raise ValueError(f"longer than {MAX_BUNDLE >> 20} MiB")
    # The directory is small, and no ZIP64 record replaces its counts: ``zipfile`` reads all of it into memory.
    end = data[-_END.size :]
    if len(end) < _END.size or data[-_END.size - 20 :].startswith(_LOCATOR):
        raise ValueError("not an evidence archive")
    magic, _, _, _, count, size, _, _ = _END.unpack(end)
    if magic != b"PK\x05\x06" or count > MAX_FILES or size > MAX_FILES * 512:
        raise ValueError("not an evidence archive")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:  # noqa: TID251 - the directory and all files are bounded
            entries = archive.infolist()
            if len(entries) > MAX_FILES or sum(one.file_size for one in entries) > len(data):
                raise ValueError("too many or too large files")
            if any(one.compress_type != zipfile.ZIP_STORED for one in entries):
                raise ValueError("compressed files")
            files = {one.filename: archive.read(one) for one in entries}
        whole = len(files) == len(entries) and _pack(files) == data
    except (ValueError, zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise ValueError("not an evidence archive, or its form was altered") from None
    if not whole:
        raise ValueError("the form of the archive was altered")
    return files


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
