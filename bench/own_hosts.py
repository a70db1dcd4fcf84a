"""Own hosts of the makers of real packages: share that is called first party, and share of that which is right.

The labels are in ``own_hosts.tsv``, by package and by the hosts that ``noise.tsv`` labels as back ends or links. They
were written by reading each package, before any verdict on its owners was seen. The packages are found as in
``bench.noise``. A host that a service shares between its customers is scored as the resource that the app names there.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from math import sqrt
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from bench import noise
from bench.measure import table
from tieback.intake.apps.element import read_text_xml
from tieback.intake.apps.interface import ArtifactBatch, BufferKind, Piece
from tieback.intake.apps.open import open_app
from tieback.intake.apps.stringpool import MalformedPoolError
from tieback.model.app import App
from tieback.model.endpoint import EndpointKind, Party
from tieback.model.errors import TiebackError
from tieback.model.sighting import Sighting
from tieback.recognise.interface import Find
from tieback.recognise.makers.clues import ClueKind, MakerClue, own_classes
from tieback.recognise.makers.repositories import repository
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.whole_app.collect import merge_finds
from tieback.recognise.whole_app.network_permission import NetworkPermission

TABLE = Path(__file__).with_name("own_hosts.tsv")
LABELS = ("first", "other")
VARIANTS = ("of the app", "of a template", "of a template, and so the classes")
"""Bundle identifiers with which each package is judged."""
PARTS = (
    "other sets",
    "set 28",
    "set 29",
    "set 30",
    "set 31",
    "set 32",
    "set 33",
    "set 34",
    "set 35",
    "set 36",
    "set 37",
    "set 38",
    "set 39",
    "set 40",
    "set 41",
    "set 42",
    "set 43",
    "set 44",
    "set 45",
    "set 46",
    "set 47",
    "set 48",
    "set 49",
)
"""Packages whose hosts were read for rules on back ends before the labels, those whose were not, and the last ones."""
_Z = 1.96
_ONE_HOST = ("google-apps-script",)
"""Services at which the table labels the host of all customers, because each app names one program there."""


class Row(NamedTuple):
    """A row of the table."""

    package: str
    chosen: str
    """The unseen set of ``noise.tsv`` with which the package was chosen; empty if with none."""
    host: str
    label: str


class Score(NamedTuple):
    """Counts of hosts that the analysis shows."""

    own: int = 0
    right: int = 0
    false: int = 0

    def __add__(self, other: object) -> "Score":
        """The sum of two scores."""
        assert isinstance(other, Score)
        return Score(self.own + other.own, self.right + other.right, self.false + other.false)


def labelled() -> dict[str, list[Row]]:
    """The rows of the table by package."""
    found: dict[str, list[Row]] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            row = Row(*line.split("\t"))
            found.setdefault(row.package, []).append(row)
    return found


def judged(path: Path, search: AppSearch, rules: RuleFiles, bundle: str) -> dict[str, tuple[Sighting, ...]]:
    """The endpoints of a package for each variant.

    Args:
        path: the package.
        search: the extractors.
        rules: the rule files.
        bundle: bundle identifier of a template.
    """
    network, classes = NetworkPermission(), list[str]()
    with open_app(path) as opened:
        app = opened.app
        pieces = network.watched(_noting(opened.pieces(), classes, rules, bundle))
        finds: list[Find] = list(search.finds(pieces, hybrid=opened.may_be_hybrid))
    template = replace(app, bundle_id=bundle) if app is not None else None
    bare = [one for one in finds if not (isinstance(one, MakerClue) and one.kind is ClueKind.CLASS)]
    own = [MakerClue(ClueKind.CLASS, name, "AndroidManifest.xml") for name in classes]
    cases: tuple[tuple[App | None, list[Find]], ...] = ((app, finds), (template, [*own, *finds]), (template, bare))
    return {
        name: network.settled(merge_finds(whose, found, rules)).sightings
        for name, (whose, found) in zip(VARIANTS, cases, strict=True)
    }


def score(rows: Iterable[Row], sightings: Iterable[Sighting]) -> tuple[Score, list[tuple[Row, Sighting]]]:
    """Compare the parties of endpoints with the labels of their hosts; also the wrong ones. Others do not count."""
    by_name: dict[str, list[Sighting]] = {}
    for one in sightings:
        for name in names_of(one):
            by_name.setdefault(name, []).append(one)
    total, wrong = Counter[str](), []
    for row in rows:
        seen = by_name.get(row.host, [])
        first = next((one for one in seen if one.party is Party.FIRST), None)
        if not seen:
            continue
        total["own"] += row.label == "first"
        total["right"] += row.label == "first" and first is not None
        total["false"] += row.label != "first" and first is not None
        if (row.label == "first") != (first is not None):
            wrong.append((row, first or seen[0]))
    return Score(total["own"], total["right"], total["false"]), wrong


def interval(part: int, whole: int) -> tuple[float, float]:
    """The interval of Wilson for a share, at 95 %."""
    if not whole:
        return 0.0, 1.0
    share, size = part / whole, 1 + _Z * _Z / whole
    middle = (share + _Z * _Z / (2 * whole)) / size
    half = _Z * sqrt(share * (1 - share) / whole + _Z * _Z / (4 * whole * whole)) / size
    return max(0.0, middle - half), min(1.0, middle + half)


def run() -> str:
    """Score the packages that are here; a text for the report, or an empty one without packages."""
    from bench.parties import TEMPLATES

    rows = labelled()
    here = {package.name: (package, path) for package, path in noise.found(noise.labelled()) if package.name in rows}
    if not here:
        return ""
    rules = RuleFiles()
    search = AppSearch(rules)
    scores: dict[tuple[str, str], Score] = {}
    read = 0
    for number, (package, path) in enumerate(here.values()):
        with suppress(TiebackError):
            for variant, sightings in judged(path, search, rules, TEMPLATES[number % len(TEMPLATES)]).items():
                one, _ = score(rows[package.name], sightings)
                chosen = package.chosen if package.chosen in PARTS else PARTS[0]
                for part in (chosen, "all"):
                    scores[part, variant] = scores.get((part, variant), Score()) + one
            read += 1
    head = (
        f"`bench/own_hosts.tsv`, hosts of real packages; {read} of {len(rows)} packages are here. "
        "Goal: 0.90 of the maker's own are first party, at precision 0.99.\n\n"
    )
    groups = [(part, name) for part in (*PARTS, "all") for name in VARIANTS]
    lines = [_line(part, name, scores[part, name]) for part, name in groups if (part, name) in scores]
    return head + table(("packages", "bundle identifier", "own found", "recall", "others", "precision"), lines)


def _line(part: str, variant: str, one: Score) -> tuple[str, ...]:
    said = one.right + one.false
    return (
        part,
        variant,
        f"{one.right} of {one.own}",
        _share(one.right, one.own),
        str(one.false),
        _share(one.right, said),
    )


def _share(part: int, whole: int) -> str:
    low, high = interval(part, whole)
    return f"**{part / max(1, whole):.3f}** ({low:.2f} to {high:.2f})"


def names_of(one: Sighting) -> set[str]:
    """The names by which a label can mean an endpoint: its host, or that of the customer at a shared one.

    A repository is a resource of its account. The table leaves out code hosts with an account of the maker.
    """
    endpoint = one.endpoint
    account, _ = repository(endpoint.value)
    if account:
        return {endpoint.value, f"{endpoint.host}/{account}"}
    if endpoint.kind is not EndpointKind.CLOUD:
        return {endpoint.host, endpoint.value}
    name = endpoint.value.partition(":")[2].partition("/")[0]
    customer = name.partition(".")[0].removesuffix("-default-rtdb")
    shown = customer in endpoint.host or endpoint.value.partition(":")[0] in _ONE_HOST
    return {endpoint.value, name, *([endpoint.host] if shown else ())}


def _noting(pieces: Iterable[Piece], classes: list[str], rules: RuleFiles, bundle: str) -> Iterator[Piece]:
    """The pieces, unchanged; the classes that start the app are noted as those of an app with this identifier."""
    for piece in pieces:
        if not isinstance(piece, ArtifactBatch):
            for buffer in piece.buffers:
                if buffer.kind is BufferKind.MANIFEST:
                    with suppress(MalformedPoolError):
                        root = read_text_xml(bytes(buffer.data))
                        root.attributes["package"] = bundle
                        classes += own_classes(root, rules)
        yield piece
