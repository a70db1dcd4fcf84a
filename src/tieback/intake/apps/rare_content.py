"""The readers of content that most packages do not have: ``entries`` imports them at the first such entry."""

from collections.abc import Iterable

from tieback.intake.apps.budget import PackageBudget
from tieback.intake.apps.content import Content
from tieback.intake.apps.hermes import read_hermes
from tieback.intake.apps.interface import Artifact
from tieback.intake.apps.macho import read_macho
from tieback.intake.apps.plist import read_binary_plist
from tieback.intake.apps.problems import PackageProblems
from tieback.intake.apps.python_code import read_python
from tieback.intake.apps.ram_bundle import read_ram_bundle
from tieback.intake.apps.sqlite import read_sqlite
from tieback.intake.apps.swf import read_swf
from tieback.intake.apps.unity import read_unity
from tieback.intake.apps.unity_bundle import read_bundle
from tieback.model.sighting import UnreadKind


def rare_artifacts(
    file: str, content: Content, data: bytes | bytearray, problems: PackageProblems, budget: PackageBudget
) -> Iterable[Artifact]:
    """The artifacts of an entry whose content is one of ``content.RARE``. Never raises on hostile bytes.

    Args:
        file: name of the entry.
        content: type of the content.
        data: the content.
        problems: list to which unreadable parts are added.
        budget: cost limits of the package.
    """
    match content:
        case Content.MACH_O:
            return _mach_o(file, data, problems, budget)
        case Content.UNITY_BUNDLE:
            return read_bundle(file, data, problems, budget)
        case Content.RAM_BUNDLE:
            modules, complaint = read_ram_bundle(file, bytes(data))
            _note(problems, complaint, file)
            return modules
        case Content.SWF:
            artifact, complaint = read_swf(file, data, budget)
        case Content.HERMES:
            artifact, complaint = read_hermes(file, bytes(data))
        case _:
            return (_whole(file, content, bytes(data)),)
    _note(problems, complaint, file)
    return (artifact,)


def _mach_o(file: str, data: bytes | bytearray, problems: PackageProblems, budget: PackageBudget) -> tuple[Artifact]:
    artifact, complaint = read_macho(file, data, budget)
    if complaint:
        problems.note(complaint, file, UnreadKind.ENCRYPTED)
    if artifact.left_out:
        problems.note(artifact.left_out, file, UnreadKind.LIMIT)
    return (artifact,)


def _whole(file: str, content: Content, data: bytes) -> Artifact:
    if content is Content.SQLITE:
        return read_sqlite(file, data)
    if content is Content.BINARY_PLIST:
        return read_binary_plist(file, data)
    return read_unity(file, data) if content is Content.UNITY else read_python(file, data)


def _note(problems: PackageProblems, complaint: str, file: str) -> None:
    if complaint:
        problems.note(complaint, file, UnreadKind.UNREADABLE)
