"""Party of hosts (first, third, platform, unknown): share of correct judgements on manually labelled tables.

``parties.tsv`` was used while the rules were written. ``parties_unseen.tsv`` has other apps and was not read before its
first scoring. ``parties_corpus.tsv`` labels endpoints of the analysed apps in the tests' corpus, if those apps are
present. ``own_hosts.tsv`` has hosts of real packages, scored if those are here.
"""

import sys
from collections import Counter
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from bench import own_hosts
from bench.measure import table
from tests.unit.recognise.whole_app.test_collect import corpus
from tieback.intake.apps.open import open_app
from tieback.model.app import App, Platform
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Evidence, Sighting
from tieback.recognise import extractors
from tieback.recognise.endpoints.cloud import cloud_endpoint
from tieback.recognise.makers.ownership import Maker
from tieback.recognise.makers.verdicts import OwnershipVerdict
from tieback.recognise.makers.words import is_template
from tieback.recognise.rules import RuleFiles
from tieback.recognise.whole_app.collect import merge_finds

SEEN = Path(__file__).with_name("parties.tsv")
UNSEEN = Path(__file__).with_name("parties_unseen.tsv")
CORPUS = Path(__file__).with_name("parties_corpus.tsv")
UNKNOWN = Path(__file__).with_name("parties_unknown.tsv")
PARTS = (
    "tuning",
    "held out",
    "later",
    "newest",
    "fresh",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
)
"""Parts of ``parties_unknown.tsv``, in the order in which they were added."""
TEMPLATES = (
    "io.cordova.hellocordova", "com.example.app", "org.reactjs.native.example.App", "com.companyname.app",
    "io.ionic.starter", "com.ionicframework.app482913", "host.exp.exponent", "com.example.flutter_app",
)  # fmt: skip
"""Bundle identifiers of templates, which say nothing about the maker."""


VARIANTS = (
    ("of the app", False, True), ("of a template", True, True), ("of a template, and so the classes", True, False),
)  # fmt: skip
"""Bundle identifier of an app, and whether it is that of a template, and whether its classes are its own."""
MAIN_CLASS = "manifest:class"
"""Evidence of the class that starts an app."""
ROLES = (
    ("credential:sentry_dsn", "the domain that gets the error reports of the app"),
    ("address:support", "the only domain in the app with an address of its support"),
    ("address:author", "the only domain in the app with an address of its author"),
)
"""Evidence of a domain by its role in the app, and the reason."""
CONTEXTS = {"capacitor.config.json": '"url": "', "res/values/strings.xml": '"site": "https://'}
"""Text before an address in the settings of a wrapper of a web site, and in an asset statement of decoded resources."""
REPOSITORY = "link/repository"
"""Evidence of a link to a repository with source code."""
TEXTS = (MAIN_CLASS, REPOSITORY, *(how for how, _ in ROLES))
"""Evidence that is no endpoint."""
NOT_SCORED = ("page", "clue")


class Row(NamedTuple):
    """A row of a table."""

    bundle: str
    vendor: str
    name: str
    host: str
    party: str


def labelled(path: Path = SEEN) -> list[Row]:
    """The rows of a table."""
    lines = path.read_text().splitlines()
    return [Row(*line.split("\t")) for line in lines if line and not line.startswith("#")]


def judged(path: Path = SEEN) -> list[tuple[Row, OwnershipVerdict]]:
    """Each row with its judgement."""
    rules = RuleFiles()
    found = []
    for row in labelled(path):
        maker = Maker(App(Platform.ANDROID, row.bundle, "", row.name, vendor=row.vendor), rules)
        plain = Endpoint(EndpointKind.URL, f"https://{row.host}", "https", row.host, 443)
        cloud = None if _literal(row.host) else cloud_endpoint(row.host, "", rules)
        found.append((row, maker.judge(cloud or plain)))
    return found


def wrong(path: Path = SEEN) -> list[tuple[Row, OwnershipVerdict]]:
    """The rows whose judgement differs from the label."""
    return [(row, owned) for row, owned in judged(path) if owned.party != row.party]


def corpus_judged() -> list[tuple[str, str, str, Sighting]]:
    """App, endpoint, label and sighting of the corpus, for the apps that are present and endpoints that are found."""
    rules = RuleFiles()
    readers = extractors(rules)
    labels: dict[str, dict[str, str]] = {}
    for line in CORPUS.read_text().splitlines():
        if line and not line.startswith("#"):
            app, value, party = line.split("\t")
            labels.setdefault(app, {})[value] = party
    found = []
    for path, _ in corpus():
        if not path.is_file():
            continue
        with open_app(path) as opened:
            finds = [find for artifact in opened.artifacts() for reader in readers for find in reader.extract(artifact)]
            its = {one.endpoint.value: one for one in merge_finds(opened.app, finds, rules).sightings}
        wanted = labels.get(path.name, {}).items()
        found += [(path.name, value, party, its[value]) for value, party in wanted if value in its]
    return found


class FoundRow(NamedTuple):
    """A row of ``parties_unknown.tsv``: an endpoint as the analysis of an app found it."""

    part: str
    """One of ``PARTS``: whether the rules were written with it, and when it was added."""
    source: str
    bundle: str
    name: str
    how: str
    file: str
    value: str
    label: str
    """``first`` or ``other``; ``page`` and ``clue`` for evidence that is not scored: a legal page, and another text."""

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint of the row."""
        kind, colon, _ = self.value.partition(":")
        host, slash, path = self.value.partition("/")
        # A row has no scheme. Those addresses of which the sources were at hand have no TLS.
        scheme, port = ("http", 80) if _literal(host) else ("https", 443)
        if slash and not colon:
            return Endpoint(EndpointKind.URL, f"{scheme}://{self.value}", scheme, host, port, f"/{path}")
        if colon and "." not in kind:
            return Endpoint(EndpointKind.CLOUD, self.value, "https", "", 443, service=kind)
        return Endpoint(EndpointKind.URL, f"{scheme}://{self.value}", scheme, self.value, port)

    @property
    def evidence(self) -> Evidence:
        """The evidence of the row; the text around it only for the files of which it counts."""
        return Evidence(self.file, None, self.how, CONTEXTS.get(self.file, ""))


def found_rows(path: Path = UNKNOWN) -> list[FoundRow]:
    """The rows of the table of apps whose signer is unknown."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [FoundRow(*line.split("\t")) for line in lines if line and not line.startswith("#")]


def found_judged(
    rows: Iterable[FoundRow], *, template: bool, classes: bool = True
) -> list[tuple[FoundRow, OwnershipVerdict]]:
    """Each row with its judgement, without a signer.

    Args:
        rows: rows of whole apps.
        template: true to replace the bundle identifiers by those of templates.
        classes: false if the package of the app's own classes is that of the template too.
    """
    rules = RuleFiles()
    apps: dict[str, list[FoundRow]] = {}
    for row in rows:
        apps.setdefault(row.source, []).append(row)
    judged_rows = []
    for number, its in enumerate(apps.values()):
        bundle = TEMPLATES[number % len(TEMPLATES)] if template else its[0].bundle
        main = next((row.value for row in its if row.how == MAIN_CLASS and not is_template(row.value)), "")
        maker = Maker(App(Platform.ANDROID, bundle, "", its[0].name), rules, main if classes else "")
        maker.learn_from([(row.endpoint, row.evidence) for row in its if row.how not in TEXTS])
        scored = [row for row in its if row.label not in NOT_SCORED]
        maker.learn_hosts(row.endpoint.host for row in scored)
        for how, reason in ROLES:
            maker.learn_only((_host_of(row.value) for row in its if row.how == how), reason)
        maker.learn_repositories(f"https://{row.value}" for row in its if row.how == REPOSITORY)
        maker.learn_uses([(row.endpoint, row.evidence) for row in its if row.how not in TEXTS])
        judged_rows += [(row, maker.judge(row.endpoint, row.evidence)) for row in scored]
    return judged_rows


def first_party(found: Iterable[tuple[FoundRow, OwnershipVerdict]]) -> tuple[int, int, int]:
    """Number of the makers' own endpoints, of those called first party, and of others called first party."""
    every = [(row.label == "first", owned.party is Party.FIRST) for row, owned in found]
    return (
        sum(own for own, _ in every),
        sum(own and said for own, said in every),
        sum(said > own for own, said in every),
    )


def _host_of(text: str) -> str:
    """The host of an address of a person or of a server."""
    return text.rpartition("@")[2].partition("/")[0]


def _literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def run() -> str:
    """Score the tables."""
    parts = []
    for path, what in ((SEEN, "used while the rules were written"), (UNSEEN, "other apps")):
        rows, found = labelled(path), wrong(path)
        for row, owned in found:
            said = f"{row.bundle}: {row.host} is {owned.party} ({owned.reason}), labelled {row.party}"
            print(said, file=sys.stderr)
        total, bad = Counter(row.party for row in rows), Counter(row.party for row, _ in found)
        lines = [(party, f"{n - bad[party]} of {n}", _share(n - bad[party], n)) for party, n in total.items()]
        lines.append(
            ("all", f"{len(rows) - len(found)} of {len(rows)}", f"**{_share(len(rows) - len(found), len(rows))}**")
        )
        parts.append(f"`bench/{path.name}`, {what}:\n\n" + table(("label", "right", "share"), lines))
    every = corpus_judged()
    bad_ones = [one for one in every if one[3].party != one[2]]
    for app, value, label, sighting in bad_ones:
        print(f"{app}: {value} is {sighting.party} ({sighting.party_reason}), labelled {label}", file=sys.stderr)
    if every:
        right = len(every) - len(bad_ones)
        share = f"**{_share(right, len(every))}**"
        parts.append(f"Endpoints of the corpus of analysed apps: {right} of {len(every)} right, {share}.\n")
    parts += [text for text in (_unknown_makers(), own_hosts.run()) if text]
    head = "`python -m bench parties`: hosts named by apps, labelled manually. Goal: 95 %.\n\n"
    return "## Owners of hosts\n\n" + head + "\n".join(parts)


def _unknown_makers() -> str:
    lines = []
    for part in PARTS:
        rows = [row for row in found_rows() if row.part == part]
        for which, template, classes in VARIANTS:
            found = found_judged(rows, template=template, classes=classes)
            own, right, false = first_party(found)
            for row, owned in found:
                if (row.label == "first") != (owned.party is Party.FIRST) and part == "tuning":
                    print(f"{row.source}: {row.value} is {owned.party} ({owned.reason}), {row.label}", file=sys.stderr)
            precision = right / (right + false) if right + false else 1.0
            apps = len({row.source for row in rows})
            lines.append(
                (part, str(apps), which, f"{right} of {own}", f"**{right / own:.3f}**", f"**{precision:.3f}**")
            )
    head = (
        "`bench/parties_unknown.tsv`, endpoints of unsigned builds of public apps, with the bundle identifier of the "
        "app and with that of a template. Goal: 0.90 of the maker's own are first party, at precision 0.99.\n\n"
    )
    return head + table(("part", "apps", "bundle identifier", "own found", "recall", "precision"), lines)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %"
