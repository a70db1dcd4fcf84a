"""Own hosts of each set of packages, without the entries of lists and the rules that only this set supports.

``python -m bench.own_left_out``. Rules and lists for owners were made while reading the packages of ``own_hosts.tsv``,
so their score on these packages says little about others. Here each set is judged as if it had never been read:

- An entry of a list is left out if it occurs in the hosts or paths of the labelled hosts of this set, and of no other.
- A rule is left out if no host of another set is the maker's by it. Rules are told apart by the text of their reason.

An entry that occurs in no package stays: it is general knowledge. Some of the entries left out are that, too, so the
result is rather too low. Forms of words and limits in rules stay as they are. The packages are found as in
``bench.noise``. Reading them takes ten minutes.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from typing import NamedTuple

from bench import noise
from bench.measure import table
from bench.own_hosts import Row, Score, interval, labelled, names_of
from tieback.intake.apps.open import open_app
from tieback.model.app import App
from tieback.model.endpoint import Party
from tieback.model.errors import TiebackError
from tieback.model.sighting import Sighting
from tieback.recognise.interface import Find
from tieback.recognise.makers.hosts import words_of
from tieback.recognise.makers.words import maker_words
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.whole_app.collect import merge_finds
from tieback.recognise.whole_app.network_permission import NetworkPermission

DOMAINS = ("personal_hosts", "public_services", "sample_hosts", "public_addresses", "shared_addresses", "tenants",
           "strangers", "legal_hosts")  # fmt: skip
WORDS = ("registrations", "logins", "changes", "records", "app_words", "program_folders", "not_accounts")
KINDS = ("registered", "free_deployments", "public_deployments")
LATE = tuple(f"set {number}" for number in range(34, 43))
"""Sets whose first scorings are published together."""
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_VALUE = re.compile(
    r", (?!(?:which|that|the|where|for|at|its|of|and)\b)(?:followed by |behind )?[^,]*"
    r"|(?<=followed by ).*|(?<=behind ).*|(?<=maker's own server): .*"
)
_NUMBER = re.compile(r"\d+ hosts?")
_SERVICE = re.compile(r"the only \S+ project")


class Read(NamedTuple):
    """A package with its labels and what was found in it."""

    rows: list[Row]
    app: App | None
    finds: list[Find]
    network: NetworkPermission


class Verdict(NamedTuple):
    """A labelled host, and the rules by which it is first party."""

    chosen: str
    label: str
    rules: frozenset[str]


def rule_of(reason: str) -> str:
    """The rule behind a reason: its text without the names in it."""
    plain = _HOST.sub("D", reason).removeprefix("D: ").removeprefix("D is ")
    plain = _SERVICE.sub("the only project", _NUMBER.sub("hosts", _VALUE.sub("", plain)))
    first, _, rest = plain.partition(" ")
    # Names without a dot at the beginning: ``acme is the maker's name at D``.
    return f"D {rest}" if rest.startswith(("is ", "has ", "begins ", "ends ", "spells ")) else f"{first} {rest}"


def support(packages: Iterable[Read]) -> dict[str, set[str]]:
    """The sets in whose labelled hosts and their paths each word, domain and kind of cloud resource occurs."""
    found: dict[str, set[str]] = defaultdict(set)
    for one in packages:
        hosts = {row.host for row in one.rows}
        texts: set[str] = set()
        for find in one.finds:
            if isinstance(find, Sighting) and not hosts.isdisjoint(names_of(find)):
                texts.update(_texts(find))
        for text in texts:
            found[text].add(one.rows[0].chosen)
    return found


def _texts(find: Sighting) -> Iterator[str]:
    endpoint = find.endpoint
    labels = endpoint.host.split(".")
    yield from (".".join(labels[at:]) for at in range(len(labels)))
    yield from (endpoint.value, endpoint.value.partition(":")[0])
    for part in endpoint.path.split("/"):
        words = words_of(part)
        yield from (part.lower(), *words, *(first + second for first, second in pairwise(words)))


@contextmanager
def without(chosen: str, where: dict[str, set[str]]) -> Iterator[None]:
    """Leave out the entries of lists that occur in this set only."""
    lists = maker_words()
    saved = {name: getattr(lists, name) for name in (*DOMAINS, *WORDS, *KINDS, "accounts")}
    try:
        for name in (*DOMAINS, *WORDS, *KINDS):
            setattr(lists, name, frozenset(one for one in saved[name] if where.get(one) != {chosen}))
        lists.accounts = lists.registrations | lists.logins
        yield
    finally:
        for name, value in saved.items():
            setattr(lists, name, value)


def verdicts(packages: Iterable[Read], rules: RuleFiles) -> list[Verdict]:
    """The labelled hosts that the analysis shows."""
    found = []
    for one in packages:
        by_name: dict[str, list[Sighting]] = {}
        for sighting in one.network.settled(merge_finds(one.app, one.finds, rules)).sightings:
            for name in names_of(sighting):
                by_name.setdefault(name, []).append(sighting)
        for row in one.rows:
            if seen := by_name.get(row.host):
                reasons = (each.party_reason for each in seen if each.party is Party.FIRST)
                found.append(Verdict(row.chosen, row.label, frozenset(map(rule_of, reasons))))
    return found


def scored(found: Iterable[Verdict], supported: dict[str, set[str]] | None = None) -> Score:
    """The score; with ``supported``, only of rules that hosts of another set have."""
    total = Score()
    for one in found:
        said = one.rules if supported is None else {rule for rule in one.rules if supported[rule] - {one.chosen}}
        own = one.label == "first"
        total += Score(own, own and bool(said), not own and bool(said))
    return total


def left_out(packages: list[Read], rules: RuleFiles) -> str:
    """The figures with all rules and lists, and without those that only one set supports."""
    every = verdicts(packages, rules)
    supported: dict[str, set[str]] = defaultdict(set)
    for one in every:
        for rule in one.rules if one.label == "first" else ():
            supported[rule].add(one.chosen)
    where, bare = support(packages), list[Verdict]()
    for chosen in sorted({one.rows[0].chosen for one in packages}):
        with without(chosen, where):
            bare += verdicts([one for one in packages if one.rows[0].chosen == chosen], rules)
    lines = []
    for what, found, known in (
        ("nothing", every, None),
        ("entries of lists", bare, None),
        ("rules", every, supported),
        ("rules and entries of lists", bare, supported),
    ):
        for part, its in (("all", found), ("sets 34 to 42", [one for one in found if one.chosen in LATE])):
            lines.append((what, part, *_figures(scored(its, known))))
    return table(("left out", "packages", "own found", "recall", "others", "precision"), lines)


def _figures(one: Score) -> tuple[str, ...]:
    said = one.right + one.false
    return f"{one.right} of {one.own}", _share(one.right, one.own), str(one.false), _share(one.right, said)


def _share(part: int, whole: int) -> str:
    low, high = interval(part, whole)
    return f"**{part / max(1, whole):.3f}** ({low:.2f} to {high:.2f})"


def read_packages() -> list[Read]:
    """The labelled packages that are here."""
    rows = labelled()
    search = AppSearch(RuleFiles())
    found = []
    for package, path in noise.found(noise.labelled()):
        if package.name in rows:
            with suppress(TiebackError):
                network = NetworkPermission()
                with open_app(path) as opened:
                    pieces = network.watched(opened.pieces())
                    finds = list(search.finds(pieces, hybrid=opened.may_be_hybrid))
                    found.append(Read(rows[package.name], opened.app, finds, network))
    return found


if __name__ == "__main__":
    print(left_out(read_packages(), RuleFiles()))
