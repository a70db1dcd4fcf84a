"""Captures and apps that are not in the repository, labelled by hand in ``bench``; each set is left out without them.

``TIEBACK_FRESH`` names checkouts of other projects (``bench/fresh.py``), ``TIEBACK_BENCH_NOISE`` folders with packages
(``bench/noise.py``). The seed only chooses which captures without a data store are among the others.
"""

import os
import random
import shutil
from pathlib import Path

from bench import fresh, noise
from bench.openback.schema import Case, Claim, Split, Topic
from bench.openback.sets.interface import FIRST, recipient_case
from bench.recipients import fresh_sources, is_held_out

OTHERS = 100
"""Captures without a data store."""
_SOURCE = "test captures of other projects (bench/{}.tsv)"


def recipients_fresh(folder: Path) -> list[Case] | str:
    """Recipients of personal data in captures of nDPI's tests."""
    cases = []
    for source in fresh_sources():
        name = _copied(source.path, folder, Path(os.environ[fresh.VARIABLE]))
        labels = [(label.host, label.pii_class, label.sure) for label in source.labels]
        text, held_out = _SOURCE.format("recipients_fresh"), is_held_out(source.name)
        cases.append(recipient_case(f"fresh-{name}", f"fresh/{name}", labels, text, FIRST, held_out=held_out))
    return cases or f"{fresh.VARIABLE} names no folder with these captures"


def stores_fresh(seed: int, folder: Path) -> list[Case] | str:
    """Protocols of data stores in captures of four projects; their truth has no addresses."""
    place = Path(os.environ.get(fresh.VARIABLE) or "/nonexistent")
    truth = fresh.read_truth()
    known = {file for file, _ in (*truth.sure, *truth.unsure)}
    here = [str(path.relative_to(place)) for path in fresh.fresh_files(place)]
    others = sorted(file for file in here if file not in known)
    few = random.Random(f"{seed} fresh").sample(others, min(OTHERS, len(others)))
    cases = []
    for file in sorted(file for file in here if file in known) + sorted(few):
        name = _copied(place / file, folder, place)
        cases.append(
            Case(
                id=f"capture-stores-fresh-{name}",
                topic=Topic.CAPTURE,
                split=Split.TUNE,
                source=_SOURCE.format("fresh"),
                group=f"capture-stores-fresh-{name}",
                input=f"fresh/{name}",
                expected=tuple(Claim("protocol", protocol) for path, protocol in sorted(truth.sure) if path == file),
                labellers=(FIRST,),
                ask=("protocol",),
                allowed=tuple(Claim("protocol", protocol) for path, protocol in sorted(truth.unsure) if path == file),
            )
        )
    return cases or f"{fresh.VARIABLE} names no folder with these captures"


def apps_noise(folder: Path) -> list[Case] | str:
    """Hosts of public app packages: which of them the code contacts, and which are only mentioned."""
    cases = []
    for package, path in noise.found(noise.labelled()):
        target = folder / "noise" / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        # A cloud resource is no host.
        hosts = {one: [host for host, its in package.hosts.items() if its == one and ":" not in host] for one in LABELS}
        cases.append(
            Case(
                id=f"app-noise-{package.name}",
                topic=Topic.APP,
                split=Split.HELD_OUT if package.part == "held" else Split.TUNE,
                source=f"{package.origin} (bench/noise.tsv)",
                group=f"app-noise-{package.origin.partition('@')[0]}",
                input=f"noise/{path.name}",
                expected=tuple(Claim("host", host) for host in hosts["backend"]),
                labellers=(FIRST,),
                ask=("host",),
                allowed=tuple(Claim("host", host) for host in hosts["link"]),
            )
        )
    return cases or "no package of bench/noise.tsv is here: see TIEBACK_BENCH_NOISE"


LABELS = ("backend", "link")
"""Labels of hosts that may be shown; every other label is a wrong one."""


def _copied(path: Path, folder: Path, place: Path) -> str:
    """Copy a file to ``fresh`` in the folder, and return its name there."""
    name = str(path.relative_to(place)).replace("/", "__")
    (folder / "fresh").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, folder / "fresh" / name)
    return name
