"""Ways in which app code puts an endpoint together: how many endpoints the analysis finds whole, in half or not at all.

The cases are in ``bench/flow/cases``: synthetic classes, many in a shape that a public repository uses (named in the
case). ``bench/flow_build.py`` builds their DEX files. A case is whole if its endpoint is found as a whole, and half if
only its host is found.
"""

import csv
import lzma
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from bench.flow_build import cases
from bench.measure import table
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.hermes import read_hermes
from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind, Piece
from tieback.intake.apps.small_files import read_small_file
from tieback.model.sighting import Sighting
from tieback.recognise.interface import Find
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

FOLDER = Path(__file__).parent / "flow"
BAR = 0.9
"""Least share of cases that must be whole."""
HERMES = "v96-O"
"""The bundle of Hermes bytecode whose cases are in the table by class: the version of React Native 0.73 to 0.83."""
ORIGINAL = 53
"""Cases of an earlier hidden set with the same classes; the bar was 48 of them."""


class Case(NamedTuple):
    """One way to put an endpoint together."""

    name: str
    group: str
    endpoint: str
    half: str
    """Host that shows that half was found; empty if nothing but the whole counts."""
    source: str
    """Repository with code of this shape; ``-`` if none."""


class Texts:
    """A resource table."""

    def __init__(self, by_id: Mapping[int, str], by_name: Mapping[str, str]) -> None:
        self._by_id, self._by_name = by_id, by_name

    def text(self, resource: int) -> str:
        """The string with an identifier."""
        return self._by_id.get(resource, "")

    def named(self, name: str) -> str:
        """The string with a name."""
        return self._by_name.get(name, "")

    def items(self, _: int) -> tuple[str, ...]:
        """The texts of an array: there is none."""
        return ()

    def integer(self, _: int) -> int | None:
        """The integer with an identifier: there is none."""
        return None

    def ending(self, end: str) -> Mapping[str, str]:
        """The strings whose name has this end."""
        return {name: text for name, text in self._by_name.items() if name.lower().endswith(end)}


RESOURCES = Texts(
    {0x7F0E0001: "https://r1.flow.test", 0x7F0E0002: "r2.flow.test", 0x7F0E0004: "https://r4.flow.test/fmt/%s"},
    {"host_r3": "r3.flow.test"},
)
MANIFEST = b'<manifest><application><meta-data name="org.flow.HOST" value="r7.flow.test"/></application></manifest>'
FILES = {
    "assets/broker.properties": b"mqtt.host=r8.flow.test\n",
    "assets/config/settings.json": b'{"net": {"backendHost": "r9.flow.test"}}',
    "res/xml/remote_config_defaults.xml": b"<defaultsMap><entry><key>base_host</key><value>r10.flow.test</value>"
    b"</entry></defaultsMap>",
}


def read_cases() -> list[Case]:
    """Every case."""
    return [Case(*(part.strip() for part in header.split("|"))) for header, _ in cases()]


def pieces() -> list[Piece]:
    """The app that has all cases in two DEX files, with its resources, manifest and assets."""
    found: list[Piece] = [
        read_dex(f"{name}.dex", (FOLDER / f"{name}.dex").read_bytes())[0] for name in ("cases", "second")
    ]
    table_buffer = Buffer("resources.arsc", BufferKind.RESOURCES, b"", resources=RESOURCES)
    found.append(Artifact("resources.arsc", (table_buffer,)))
    name = "AndroidManifest.xml"
    found.append(Artifact(name, (Buffer(name, BufferKind.MANIFEST, MANIFEST),)))
    found.append(
        ArtifactBatch(
            tuple(FILES),
            tuple(FILES.values()),
            lambda file, content: Artifact(file, (Buffer(file, BufferKind.TEXT, content),)),
        )
    )
    return found


def endpoints() -> list[Sighting]:
    """What the analysis finds in the app."""
    return [find for find in AppSearch(RuleFiles()).finds(pieces()) if isinstance(find, Sighting)]


def outcome(case: Case, found: set[str]) -> str:
    """``whole``, ``half`` or ``nothing``."""
    if case.endpoint in found or case.endpoint.rstrip("/") in found:
        return "whole"
    return "half" if case.half and any(case.half in value for value in found) else "nothing"


def outcomes() -> dict[Case, str]:
    """The outcome of each case."""
    found = {one.endpoint.value for one in endpoints()}
    return {case: outcome(case, found) for case in read_cases()}


def read_scripts() -> list[tuple[Case, tuple[str, ...]]]:
    """Every case in a script, and its further endpoints; those without an endpoint are left out."""
    found = []
    with (FOLDER / "scripts.tsv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            if row["expected"]:
                half = urlsplit(row["expected"]).hostname or ""
                case = Case(row["file"], f"scripts: {row['class']}", row["expected"], half, row["source"])
                found.append((case, tuple((row["more"] or "").split())))
    return found


def script_outcomes() -> dict[Case, str]:
    """The outcome of each case in a script; whole only if all of its endpoints are."""
    search, done = AppSearch(RuleFiles()), {}
    for case, more in read_scripts():
        batch = ArtifactBatch(("www/main.js",), ((FOLDER / case.name).read_bytes(),), read_small_file)
        found = {find.endpoint.value for find in search.finds([batch]) if isinstance(find, Sighting)}
        results = [outcome(case._replace(endpoint=one), found) for one in (case.endpoint, *more)]
        done[case] = results[0] if len(set(results)) == 1 else "half"
    return done


def hermes_bundles() -> list[str]:
    """Names of the bundles of Hermes bytecode: the version of the bytecode, and how it was compiled."""
    return sorted(path.name.partition(".")[0] for path in (FOLDER / "hermes").glob("*.hbc.xz"))


def hermes_finds(bundle: str, *, dataflow: bool = True) -> list[Find]:
    """What the analysis finds in a bundle of Hermes bytecode."""
    data = lzma.decompress((FOLDER / "hermes" / f"{bundle}.hbc.xz").read_bytes())
    artifact, _ = read_hermes("assets/index.android.bundle", data)
    return list(AppSearch(RuleFiles(), dataflow=dataflow).finds([artifact]))


def hermes_outcomes(bundle: str, *, dataflow: bool = True) -> dict[Case, str]:
    """The outcome of each case in a bundle of Hermes bytecode; whole only if all of its endpoints are."""
    finds = hermes_finds(bundle, dataflow=dataflow)
    return hermes_cases({one.endpoint.value for one in finds if isinstance(one, Sighting)})


def hermes_cases(found: set[str]) -> dict[Case, str]:
    """The outcome of each case of Hermes bytecode with these endpoints."""
    done = {}
    with (FOLDER / "hermes.tsv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            if not row["expected"]:
                continue
            half = urlsplit(row["expected"]).hostname or ""
            case = Case(row["id"], f"Hermes: {row['class']}", row["expected"], half, "-")
            every = (row["expected"], *(row["more"] or "").split())
            results = [outcome(case._replace(endpoint=one), found) for one in every]
            done[case] = results[0] if len(set(results)) == 1 else "half"
    return done


def hermes_table() -> str:
    """Cases of Hermes bytecode by bundle, with data flow and with strings only."""
    rows = []
    for bundle in hermes_bundles():
        for dataflow in (False, True):
            its = list(hermes_outcomes(bundle, dataflow=dataflow).values())
            counts = (str(its.count(result)) for result in ("whole", "half", "nothing"))
            rows.append([bundle, "data flow" if dataflow else "strings only", str(len(its)), *counts])
    return table(["bundle", "search", "cases", "whole", "half", "nothing"], rows)


def run() -> str:
    """The table by class of case."""
    groups: dict[str, list[str]] = {}
    done = outcomes() | script_outcomes() | hermes_outcomes(HERMES)
    for case, result in done.items():
        groups.setdefault(case.group, []).append(result)
    rows = [
        [group, str(len(its)), *(str(its.count(result)) for result in ("whole", "half", "nothing"))]
        for group, its in groups.items()
    ]
    every = list(done.values())
    rows.append(["all", str(len(every)), *(str(every.count(result)) for result in ("whole", "half", "nothing"))])
    others = sum(case.source != "-" and not case.group.startswith(("scripts", "Hermes")) for case in done)
    return (
        table(["class of case", "cases", "whole", "half", "nothing"], rows)
        + f"\n\n{others} cases have the shape of code in public repositories.\n\n"
        + hermes_table()
    )


if __name__ == "__main__":
    print(run())
