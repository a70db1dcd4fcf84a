"""Hosts with their provider, product and region, and hosts of apps with their party.

The tables of ``bench`` were labelled by hand, and the rules of tieback were written with them in view, except for the
parts ``held out`` and ``later`` of ``parties_unknown.tsv``. They are the same for every seed.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from bench.hosts import labelled as labelled_hosts
from bench.openback.schema import Case, Claim, Split, Topic
from bench.openback.sets.interface import FIRST, CaseFile
from bench.parties import SEEN, TEXTS, UNSEEN, FoundRow, found_rows
from bench.parties import labelled as labelled_parties

PARTIES = ("first", "third", "platform")
"""A host whose party is unknown has no expected claim."""


def make(seed: int, folder: Path) -> Iterator[CaseFile]:  # noqa: ARG001
    """Providers, parties of hosts by name, and parties of the endpoints of whole apps."""
    yield "providers", list(_providers())
    yield "parties", [case for path in (SEEN, UNSEEN) for case in _parties(path)]
    yield "parties_apps", list(_apps())


def _case(name: str, group: str, content: object, expected: tuple[Claim, ...], **more: object) -> Case:
    allowed = more.get("allowed", ())
    assert isinstance(allowed, tuple)
    return Case(
        id=f"host-{name}",
        topic=Topic.HOST,
        split=Split.HELD_OUT if more.get("held_out") else Split.TUNE,
        source=str(more.get("source", "")),
        group=f"host-{group}",
        input=json.dumps(content),
        expected=expected,
        labellers=(FIRST,),
        allowed=allowed,
    )


def _providers() -> Iterator[Case]:
    for number, row in enumerate(labelled_hosts()):
        facts = {"provider": row.provider, "product": row.product, "region": row.region}
        expected = tuple(Claim(name, value) for name, value in facts.items() if value)
        # Hosts of one domain follow one rule of their provider.
        group = f"domain-{'.'.join(row.host.rsplit('.', 2)[-2:])}"
        yield _case(f"provider-{number:03}", group, {"host": row.host}, expected, source="bench/hosts.tsv")


def _parties(path: Path) -> Iterator[Case]:
    for number, row in enumerate(labelled_parties(path)):
        content = {"bundle": row.bundle, "vendor": row.vendor, "name": row.name, "hosts": [{"value": row.host}]}
        expected = (Claim("party", row.party, row.host),) if row.party in PARTIES else ()
        name = f"{path.stem}-{number:03}"
        yield _case(name, f"app-{row.bundle}", content, expected, source=f"bench/{path.name}")


def _apps() -> Iterator[Case]:
    apps: dict[str, list[FoundRow]] = {}
    for row in found_rows():
        if row.how not in TEXTS:
            apps.setdefault(row.source, []).append(row)
    for number, (source, its) in enumerate(apps.items()):
        hosts = [{"value": row.value, "file": row.file, "how": row.how} for row in its]
        content = {"bundle": its[0].bundle, "vendor": "", "name": its[0].name, "hosts": hosts}
        first = dict.fromkeys(row.value for row in its if row.label == "first")
        others = dict.fromkeys(row.value for row in its if row.label != "first")
        yield _case(
            f"parties-app-{number:03}",
            f"source-{source}",
            content,
            tuple(Claim("party", "first", value) for value in first),
            allowed=tuple(Claim("party", party, value) for value in others for party in PARTIES[1:]),
            held_out=its[0].part != "tuning",
            source=f"{source} (bench/parties_unknown.tsv)",
        )
