"""Apps that were written, and whose truths were proved, before any version read them: what the analysis finds in them.

``python -m bench flow --blind``. The sources and truths are in ``bench/flow/blind`` and in its folders ``second`` to
``ninth``; ``bench/flow_blind_build.py`` builds their packages. Rules of scoring: an address is whole if it is found
without its query, half if only its host is found. A store counts by its name. A case with several addresses is whole
if all are.
"""

import csv
import lzma
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench.measure import table
from tieback.intake.apps.open import open_app
from tieback.model.sighting import Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.whole_app.collect import merge_finds
from tieback.recognise.whole_app.network_permission import NetworkPermission

HERE = Path(__file__).parent / "flow" / "blind"
ARCHIVE = HERE / "built.tar.xz"
"""One folder per case, ``SET/CASE``, and ``libraries``: DEX files that packages share."""
LATER = HERE / "built2.tar.xz"
"""The same for ``LATER_SETS``, without libraries."""
LATER_SETS = ("eighth", "ninth")
PARTS = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
SETS = {"first": HERE, **{part: HERE / part for part in PARTS}}
NO_SCHEME = ("", "tcp", "ssl", "mqtt", "mqtts")
"""Schemes without which an address is whole, if its host and port are found."""
STORES = (
    ".amazonaws.com",
    ".appspot.com",
    ".core.windows.net",
    ".firebasedatabase.app",
    ".firebaseio.com",
    ".supabase.co",
)
"""Hosts whose first part is the name of a store or of a project."""
RESULTS = ("whole", "half", "nothing")


class BlindCase(NamedTuple):
    """One app."""

    part: str
    name: str
    group: str
    """How the address is put together."""
    tool: str
    """Language or kind of app, and what it was built with."""
    wholes: tuple[str, ...]
    host: str
    decoys: tuple[str, ...]
    """Hosts that the app only shows."""
    wrong: bool
    """The case was wrong when it was sealed; it is built correctly now and counted apart."""


def read_blind() -> list[BlindCase]:
    """Every case of all sets."""
    found = []
    for part, folder in SETS.items():
        lines = (line for line in (folder / "cases.tsv").open(encoding="utf-8") if not line.startswith("#"))
        for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            group, _, tool = row[1].removesuffix("]").rpartition(" [")
            wrong = part == "first" and row[8] == "-"
            found.append(
                BlindCase(part, row[0], group, tool, tuple(row[2].split(";")), row[3], tuple(row[4].split(";")), wrong)
            )
    return found


def archive_of(part: str) -> Path:
    """The archive with the packages of a set, or with ``libraries``."""
    return LATER if part in LATER_SETS else ARCHIVE


def plain(address: str) -> str:
    """An address as it is compared: without query, last slash and marks of JDBC."""
    address = address.partition("?")[0].rstrip("/")
    for mark in ("jdbc:jtds:", "jdbc:"):
        address = address.removeprefix(mark)
    return address.removesuffix(":443") if address.startswith(("https:", "wss:")) else address


def outcome(case: BlindCase, values: Iterable[str]) -> str:
    """``whole``, ``half`` or ``nothing``, from the addresses that were found."""
    found = {plain(value) for value in values}
    stores = {value.partition(":")[2].partition(".")[0] for value in found if "://" not in value}
    if all(_is_found(plain(one), found, stores) for one in case.wholes):
        return "whole"
    return "half" if case.host.partition(".")[0] in stores or any(case.host in value for value in found) else "nothing"


def _is_found(one: str, found: set[str], stores: set[str]) -> bool:
    scheme, _, place = one.rpartition("://")
    if one in found or (scheme in NO_SCHEME and place in {value.rpartition("://")[2] for value in found}):
        return True
    host = place.partition("/")[0]
    return host.endswith(STORES) and host.partition(".")[0] in stores


def package(case: BlindCase, folder: Path, archive: Path) -> None:
    """Write the package of a case from its folder and the DEX files of libraries."""
    place = folder / case.part / case.name
    libraries = folder / "libraries"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for path in sorted(place.rglob("*")):
            if path.is_file() and path.name != "libraries.txt":
                out.writestr(path.relative_to(place).as_posix(), path.read_bytes())
        names = place / "libraries.txt"
        for number, name in enumerate(names.read_text().split() if names.exists() else (), 2):
            out.writestr(f"classes{number}.dex", (libraries / name).read_bytes())


def found_in(path: Path, search: AppSearch, rules: RuleFiles) -> list[Sighting]:
    """The endpoints of a package, as ``tieback app`` shows them."""
    network = NetworkPermission()
    with open_app(path) as opened:
        finds = list(search.finds(network.watched(opened.pieces()), hybrid=opened.may_be_hybrid))
        return list(network.settled(merge_finds(opened.app, finds, rules)).sightings)


def outcomes(cases: Iterable[BlindCase]) -> Iterator[tuple[BlindCase, str, list[str]]]:
    """For each case its outcome and the hosts that are only shown, but called back ends."""
    rules = RuleFiles()
    search = AppSearch(rules)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for place in (ARCHIVE, LATER):
            with lzma.open(place) as packed, tarfile.open(fileobj=packed) as archive:
                archive.extractall(folder, filter="data")
        for case in cases:
            path = folder / "case.apk"
            package(case, folder, path)
            values = [one.endpoint.value for one in found_in(path, search, rules)]
            yield case, outcome(case, values), [one for one in case.decoys if any(one in value for value in values)]


def run() -> str:
    """Tables by set and by language or kind of app, and the cases that are not whole."""
    rows: dict[tuple[str, str], list[str]] = {}
    shown: dict[tuple[str, str], int] = {}
    lines = []
    for case, result, decoys in outcomes(read_blind()):
        part = f"{case.part}, wrong when sealed" if case.wrong else case.part
        for key in ((part, "all"), (part, case.tool)):
            rows.setdefault(key, []).append(result)
            shown[key] = shown.get(key, 0) + bool(decoys)
        if result != "whole" or decoys:
            lines.append(f"{case.part}\t{case.name}\t{result}\t{case.group} [{case.tool}]\t{' '.join(decoys)}".rstrip())
    cells = [
        [*key, str(len(its)), *(str(its.count(result)) for result in RESULTS), str(shown[key])]
        for key, its in rows.items()
    ]
    head = ["set", "built with", "apps", "whole", "host only", "nothing", "shown addresses called back ends"]
    return table(head, cells) + "\n\nNot whole, or with a shown address:\n\n" + "\n".join(lines) + "\n"
