"""Selection of the reader for an app package: by content, not by file name. Only a bundle of scripts needs its name.

Most packages are APKs. The readers of the other formats are imported for the first package that needs them.
"""

import mmap
import os
import stat
from functools import partial
from pathlib import Path

import msgspec

from tieback.intake.apps.apk import ApkFormat, is_apk
from tieback.intake.apps.apktool import ApktoolFormat, is_apktool_folder
from tieback.intake.apps.archive import Archive, open_map
from tieback.intake.apps.budget import PackageBudget, budget_for
from tieback.intake.apps.content import SNIFF, Content, sniff
from tieback.intake.apps.digest import content_digest, view_digest
from tieback.intake.apps.folder import UnpackedFolder, is_unpacked
from tieback.intake.apps.interface import EntrySource
from tieback.intake.apps.package import Format, Locate, Package
from tieback.intake.apps.problems import PackageProblems
from tieback.model.errors import InputError

FOLDER = 64 * 1024 * 1024
"""Assumed package size for the budget of a directory, whose files need no inflation."""

_ADVICE = (
    "Pass an APK, AAB, IPA or a set of split APKs; for traffic, see docs/reference/traffic-formats.md; for reports, "
    "use tieback import; for inventories, tieback inventory import"
)
_CAPTURES = (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x0a\x0d\x0d\x0a")
"""First bytes of pcap in both byte orders and units of time, and of pcapng."""
_NOT_PACKAGES = {
    Content.TEXT: "a text file",
    Content.XML_PLIST: "a property list",
    Content.UTF16_LE: "a text file",
    Content.UTF16_BE: "a text file",
    Content.MEDIA: "a picture, font or sound",
    Content.RESOURCE_TABLE: "a single resource table",
    Content.BINARY_XML: "a single binary XML file",
    Content.BINARY_PLIST: "a property list",
}


def open_app(path: Path, *, sha256: str = "") -> Package:
    """Open a package for one walk over its artifacts; close it afterwards, or use it in a ``with`` statement.

    A package may also be a directory to which one was unpacked, or a part of one: a DEX file, Hermes bytecode, a native
    library or binary, a bundle of scripts.

    Args:
        path: the file or directory.
        sha256: the content hash (see ``digest.content_digest``), if known: hashing a package takes a third of the time
            of inflating it.

    Raises:
        InputError: the path cannot be read, or is not an app package; the error names its type and the next step.
    """
    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise InputError("no such file", where=str(path), advice="Check the path") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a valid path"
        raise InputError(
            f"cannot be read: {reason}", where=str(path), advice="Check the file and its permissions"
        ) from None
    try:
        if stat.S_ISDIR(os.fstat(number).st_mode):
            return _folder(path, sha256)
        _must_be_a_file(number, path)
        data = open_map(number)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path), advice="Check the disk") from None
    finally:
        os.close(number)
    try:
        return _file(path, data, sha256)
    except BaseException:
        data.close()
        raise


def _file(path: Path, data: mmap.mmap, sha256: str) -> Package:
    def digest() -> str:
        return sha256 or view_digest(data)

    # A file with another signature may still be a package: Android looks at the end of the file.
    archive = Archive(data, PackageProblems())
    found = _format(archive, archive.budget)
    if found is not None:
        return Package(path, found.source, archive.budget, found.form, digest, data.close, found.locate)
    from tieback.intake.apps.single import SingleFile, SinglePartFormat, is_script, part_of

    head = data[:SNIFF]
    what = part_of(path.name, head) or ("a script" if is_script(path.name, head) else "")
    if not what:
        if head.startswith(_CAPTURES):
            raise InputError(
                "a capture of traffic, not an app package",
                where=str(path),
                advice="Pass it to tieback traffic, or scan",
            )
        raise _refusal(archive, sniff(head), path)
    single = SingleFile(path, data, PackageProblems())
    return Package(path, single, budget_for(len(data)), SinglePartFormat(single, what), digest, data.close)


def _folder(path: Path, sha256: str) -> Package:
    problems = PackageProblems()
    if is_unpacked(path):
        budget = budget_for(FOLDER)
        found = _format(UnpackedFolder(path.resolve(), problems, budget), budget)
        if found is not None:
            digest = partial(_digest_of, path, sha256)
            return Package(path, found.source, budget, found.form, digest, _nothing, found.locate)
    raise InputError("a directory, not an app package", where=str(path), advice="Pass the files in it")


def _digest_of(path: Path, sha256: str) -> str:
    return sha256 or content_digest(path)[0]


def _must_be_a_file(number: int, path: Path) -> None:
    status = os.fstat(number)
    if not stat.S_ISREG(status.st_mode):
        raise InputError("not a regular file", where=str(path), advice=_ADVICE)
    if status.st_size == 0:
        raise InputError("the file is empty", where=str(path), advice="Download the app package again")


class _Found(msgspec.Struct, frozen=True):
    """The format of a package, and its entries."""

    source: EntrySource
    form: Format
    locate: Locate | None = None


def _format(source: EntrySource, budget: PackageBudget) -> _Found | None:
    if is_apktool_folder(source):
        from tieback.intake.apps.smali.folder import DecodedEntries

        decoded = DecodedEntries(source)
        return _Found(decoded, ApktoolFormat(decoded), decoded.place)
    if is_apk(source):
        return _Found(source, ApkFormat(source, alone=True))
    return _other_format(source, budget)


def _other_format(source: EntrySource, budget: PackageBudget) -> _Found | None:
    from tieback.intake.apps.bundle import BundleFormat, is_bundle
    from tieback.intake.apps.ipa import IpaFormat, is_ipa, shipped
    from tieback.intake.apps.splits import SplitSet, is_split_set

    if is_bundle(source):
        return _Found(source, BundleFormat(source))
    if is_ipa(source):
        source = shipped(source)
        return _Found(source, IpaFormat(source, budget))
    if is_split_set(source):
        return _Found(source, SplitSet(source, budget))
    return None


def _refusal(archive: Archive, content: Content, path: Path) -> InputError:
    if any(entry.name.lower().endswith(".apk") for entry in archive.entries):
        return InputError(
            "an archive of several packages that are not one app",
            where=str(path),
            advice="Unpack it and pass the directory",
        )
    if archive.entries:
        return InputError(
            "a ZIP archive but not an app: it has no AndroidManifest.xml, classes.dex or Payload/*.app",
            where=str(path),
            advice=_ADVICE,
        )
    if content is Content.ARCHIVE:
        return InputError(
            "the archive is truncated or damaged: no entry can be found",
            where=str(path),
            advice="Download the app package again",
        )
    what = _NOT_PACKAGES.get(content, "unknown data")
    return InputError(f"{what}, not an app package", where=str(path), advice=_ADVICE)


def _nothing() -> None:
    """Do nothing: a directory needs no closing."""
