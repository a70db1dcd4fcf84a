# ruff: noqa: A005
"""Credentials in apps: planted ones found, and values that are public by design left alone.

``python -m bench secrets`` makes apps from a seed (``secrets_made.py``) and reads them as ``tieback app`` does. The
answer has masked values only, so a find is held against the planted value by its fingerprint. Other scanners read the
same shapes in ``bench.openback``, where each file has one value.
"""

import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench.measure import table
from bench.secrets_made import Item, items, write_apps
from tieback.assess.findings import apply_rules
from tieback.model.exposure import Severity
from tieback.model.sighting import AppDocument, Credential, CredentialGrade
from tieback.pipeline.app import describe_apps
from tieback.recognise.endpoints.verdict import fingerprint

SEED, TIMES = 20261128, 6
SEVERE = (Severity.HIGH, Severity.CRITICAL)


class Score(NamedTuple):
    """What a scanner found of the planted credentials."""

    planted: int
    found: int
    reported: int
    """Distinct reported values that are not called public."""
    false: int
    """Those of them that are no planted credential."""
    missed: Counter[str]
    false_values: tuple[str, ...]
    false_severe: tuple[str, ...] = ()

    @property
    def recall(self) -> float:
        """Share of the planted credentials."""
        return self.found / self.planted

    @property
    def precision(self) -> float:
        """Share of the reported values that are planted credentials."""
        return 1 - self.false / self.reported if self.reported else 1.0


def ours(made: list[Item], folder: Path) -> Score:
    """Score of ``tieback app`` on the apps of ``write_apps`` in this folder."""
    planted = {(one.app, fingerprint(one.value)): one for one in made if one.shape.role == "secret"}
    beside = {fingerprint(one): "beside" for one in _beside(made)}
    found: dict[tuple[int, str], Credential] = {}
    for document in describe_apps(sorted(folder.iterdir()), workers=1):
        assert isinstance(document, AppDocument), document
        number = int(Path(document.path).name.removeprefix("app"))
        for one in document.credentials:
            if one.grade is not CredentialGrade.PUBLIC and one.fingerprint not in beside:
                found.setdefault((number, one.fingerprint), one)
    false = [one for place, one in found.items() if place not in planted]
    severe = [one for one in false if any(f.severity in SEVERE for f in apply_rules((), [("app", one)]))]
    missed = Counter(one.shape.name for place, one in planted.items() if place not in found)
    return Score(
        len(planted),
        len(planted) - missed.total(),
        len(found),
        len(false),
        missed,
        tuple(_shown(one) for one in false),
        tuple(_shown(one) for one in severe),
    )


def _shown(one: Credential) -> str:
    return f"{one.kind} {one.masked} ({one.evidence.context}) in {one.evidence.file}"


def _beside(made: Iterable[Item]) -> Iterator[str]:
    """Names of keys that belong to a planted value, such as the id of an AWS key: neither true nor false."""
    for item in made:
        if item.shape.role == "secret" and item.text != item.value:
            yield from re.findall(r"AKIA[A-Z2-7]{16}|AC[0-9a-f]{32}", item.text)


def run(*, seed: int = SEED) -> str:
    """Score the planted credentials; misses and false values go to standard error."""
    made = items(seed, TIMES)
    roles = Counter(one.shape.role for one in made)
    with tempfile.TemporaryDirectory(prefix="tieback-secrets-") as place:
        folder = Path(place)
        write_apps(made, folder)
        score = ours(made, folder)
    for shape, number in score.missed.most_common():
        print(f"missed {shape} ({number})", file=sys.stderr)
    for value in score.false_values:
        print(f"false: {value}", file=sys.stderr)
    forms = len({one.shape.name for one in made if one.shape.role == "secret"})
    head = (
        f"`python -m bench secrets`: {roles['secret']} credentials of {forms} forms, {roles['public']} values that are "
        f"public by design, and {roles['other']} other texts, made from a seed in string resources, DEX strings, "
        "scripts, JSON, property lists and properties. Goal: precision 0.97, and no false finding of severity high: "
        f"**{len(score.false_severe)}**.\n\n"
    )
    cells = (
        f"{score.found} of {score.planted}",
        f"**{score.recall:.3f}**",
        str(score.false),
        f"**{score.precision:.3f}**",
    )
    return "## Credentials\n\n" + head + table(("found", "recall", "false values", "precision"), [cells])
