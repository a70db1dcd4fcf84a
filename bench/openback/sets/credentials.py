"""Apps with planted credentials and decoys, one per file, by the shapes of ``bench/secrets.tsv`` and the seed."""

from collections.abc import Iterator
from pathlib import Path

from bench.openback.schema import Case, Claim, Split, Topic
from bench.openback.sets.interface import GENERATOR, CaseFile
from bench.secrets_made import SURFACES, Item, items, write_apps

TIMES = 3
"""Items of each shape."""


def make(seed: int, folder: Path) -> Iterator[CaseFile]:
    """One case per app; a planted credential is expected in its file, and nothing in the other files."""
    made = items(seed, TIMES, per_file=1)
    folder.mkdir(parents=True, exist_ok=True)
    by_app: dict[int, list[Item]] = {}
    for item in made:
        by_app.setdefault(item.app, []).append(item)
    cases = []
    for path in write_apps(made, folder):
        planted = by_app[int(path.name.removeprefix("app"))]
        files = sorted(SURFACES[one.surface] for one in planted if one.shape.role == "secret")
        cases.append(
            Case(
                id=f"credential-{path.name}",
                topic=Topic.CREDENTIAL,
                split=Split.TUNE,
                source=f"bench/secrets_made.py, seed {seed}",
                group=f"credential-{path.name}",
                input=path.name,
                expected=tuple(Claim("credential", "secret", file) for file in files),
                labellers=(GENERATOR,),
                note="; ".join(
                    sorted(f"{SURFACES[one.surface]}: {one.shape.name}, {one.shape.role}" for one in planted)
                ),
            )
        )
    yield "planted", cases
