"""Open an app package; what it is, its bytes say, not its name."""

import hashlib
import os
import stat
from pathlib import Path

from tieback.intake.apps.apk import Apk, is_apk
from tieback.intake.apps.archive import Archive, open_map
from tieback.intake.apps.bundle import Bundle, is_bundle
from tieback.intake.apps.content import SNIFF, Content, sniff
from tieback.intake.apps.ipa import Ipa, is_ipa
from tieback.intake.apps.package import Format, Package
from tieback.intake.apps.problems import Problems
from tieback.model.errors import InputError

ARTIFACT_VERSION = "2"
"""Part of the key of a unit of work: rises when the same file gives other artifacts."""

_ADVICE = "Give an app package: APK, AAB or IPA"
_NOT_PACKAGES = {
    Content.TEXT: "a text file",
    Content.XML_PLIST: "a property list",
    Content.UTF16_LE: "a text file",
    Content.UTF16_BE: "a text file",
    Content.DEX: "a single DEX file",
    Content.ELF: "a native library",
    Content.MACH_O: "a native binary",
    Content.MEDIA: "a picture, font or sound",
    Content.RESOURCE_TABLE: "a single resource table",
    Content.BINARY_XML: "a single binary XML file",
    Content.BINARY_PLIST: "a property list",
}
_HERMES = b"\xc6\x1f\xbc\x03\xc1\x03\x19\x1f"


def open_app(path: Path) -> Package:
    """Open a package for one walk over its artifacts; close it afterwards, or use it in a ``with`` statement.

    Raises:
        InputError: there is nothing to read, or it is no app package; says what it is and what to do.
    """
    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise InputError("no such file", where=str(path), advice="Check the path") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no path"
        raise InputError(f"cannot be read: {reason}", where=str(path), advice="Check the file and its rights") from None
    try:
        _must_be_a_file(number, path)
        data = open_map(number)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path), advice="Check the disk") from None
    finally:
        os.close(number)
    try:
        problems = Problems()
        archive = Archive(data, problems)
        form = _format(archive, data[:SNIFF], path)
        return Package(path, archive, archive.budget, form, lambda: hashlib.sha256(data).hexdigest(), data.close)
    except BaseException:
        data.close()
        raise


def _must_be_a_file(number: int, path: Path) -> None:
    status = os.fstat(number)
    if stat.S_ISDIR(status.st_mode):
        raise InputError("a directory, not an app package", where=str(path), advice="Give the files in it")
    if not stat.S_ISREG(status.st_mode):
        raise InputError("not a regular file", where=str(path), advice=_ADVICE)
    if status.st_size == 0:
        raise InputError("the file is empty", where=str(path), advice="Fetch the app package again")


def _format(archive: Archive, head: bytes, path: Path) -> Format:
    if is_apk(archive):
        return Apk(archive)
    if is_bundle(archive):
        return Bundle(archive)
    if is_ipa(archive):
        return Ipa(archive)
    if any(entry.name.endswith(".apk") for entry in archive.entries):
        raise InputError(
            "a set of split packages (APKS, XAPK, APKM), which is not read yet",
            where=str(path),
            advice="Unpack it and give the APK files in it",
        )
    if archive.entries:
        raise InputError(
            "a ZIP archive but no app: neither AndroidManifest.xml nor classes.dex nor Payload/*.app is in it",
            where=str(path),
            advice=_ADVICE,
        )
    content = sniff(head)
    if content is Content.ARCHIVE:
        raise InputError(
            "the archive is cut off or damaged: no entry can be found",
            where=str(path),
            advice="Fetch the app package again",
        )
    what = "Hermes bytecode" if head.startswith(_HERMES) else _NOT_PACKAGES.get(content, "unknown data")
    raise InputError(f"{what}, not an app package", where=str(path), advice=_ADVICE)
