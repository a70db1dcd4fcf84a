"""Makes the sets: cases and their input files, from a seed."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path

import msgspec

from bench.openback.schema import Case, Claim, Topic, Value, read_lines, write_lines
from bench.openback.sets.interface import CaseFile, Maker, NotMadeError

LABELS = Path(__file__).with_name("labels")
"""Second labels: ``TOPIC.jsonl``, one ``SecondLabels`` per line."""


class SecondLabels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The labels that a second reader gave a case without sight of the first ones."""

    case: str
    labeller: str
    names: tuple[str, ...]
    """Names of the claims that were labelled."""
    claims: tuple[Claim, ...]
    allowed: tuple[Claim, ...] = ()
    """Claims that the reader neither gave nor counts as wrong."""


def makers() -> Mapping[Topic, Maker]:
    """The maker of each topic; modules are imported when they are needed."""

    def late(module: str, name: str = "make") -> Maker:
        def make(seed: int, folder: Path) -> Iterator[CaseFile]:
            maker: Maker = getattr(import_module(f"bench.openback.sets.{module}"), name)
            yield from maker(seed, folder)

        return make

    return {
        Topic.STORE: late("stores"),
        Topic.CONVERSATION: late("conversations"),
        Topic.APP: late("apps"),
        Topic.CAPTURE: late("captures"),
        Topic.FIELD_NAME: late("pii", "make_names"),
        Topic.FIELD_VALUE: late("pii", "make_values"),
        Topic.RULES: late("rules"),
        Topic.CREDENTIAL: late("credentials"),
        Topic.HOST: late("hosts"),
    }


def make_sets(seed: int, out: Path, topics: Iterable[Topic], tell: Callable[[str], None]) -> None:
    """Write ``out/cases/TOPIC/NAME.jsonl`` and the input files beside them.

    Args:
        seed: of all generators.
        out: the folder; files in it are replaced.
        topics: which topics.
        tell: called with a line per set, also for a set that cannot be made here.
    """
    every = makers()
    for topic in topics:
        folder = out / "cases" / topic
        folder.mkdir(parents=True, exist_ok=True)
        second = second_labels(topic)
        try:
            for name, cases in every[topic](seed, folder):
                if isinstance(cases, str):
                    tell(f"{topic}/{name}: not made: {cases}")
                    continue
                write_lines(folder / f"{name}.jsonl", [merged(case, second.get(case.id)) for case in cases])
                tell(f"{topic}/{name}: {len(cases)} cases")
        except NotMadeError as error:
            tell(f"{topic}: not made: {error}")


def second_labels(topic: Topic) -> Mapping[str, SecondLabels]:
    """The second labels of a topic, by case."""
    path = LABELS / f"{topic}.jsonl"
    if not path.exists():
        return {}
    lines = path.read_bytes().splitlines()
    return {one.case: one for one in (msgspec.json.decode(line, type=SecondLabels) for line in lines)}


def merged(case: Case, second: SecondLabels | None) -> Case:
    """The case with a second labelling. A label that the first one allows is no dispute."""
    if second is None:
        return case
    disputed: list[Claim] = []
    for name in second.names:
        first, other, allowed = (
            _by_subject(claims, name, case.topic) for claims in (case.expected, second.claims, case.allowed)
        )
        for subject in sorted({*first, *other}):
            fine = [one.value for one in allowed.get(subject, [])]
            if not _same(first.get(subject, []), other.get(subject, []), fine):
                disputed += other.get(subject) or [Claim(name, None, subject)]
    return msgspec.structs.replace(
        case, labellers=(*case.labellers, second.labeller), disputed=tuple(disputed), twice=second.names
    )


def _by_subject(claims: Iterable[Claim], name: str, topic: Topic) -> dict[str, list[Claim]]:
    """The claims of one name; each host of an app is a subject of its own."""
    found: dict[str, list[Claim]] = {}
    for one in claims:
        if one.name == name:
            claim = msgspec.structs.replace(one, subject=str(one.value)) if topic is Topic.APP else one
            found.setdefault(claim.subject, []).append(claim)
    return found


def _same(first: Sequence[Claim], second: Sequence[Claim], fine: Sequence[Value]) -> bool:
    """Whether each claim has its counterpart; the second labeller may also give what the first one allows."""
    choices = [one.value if isinstance(one.value, list) else [one.value] for one in first]
    values = [one.value for one in second]
    return all(any(value in choice for value in values) for choice in choices) and all(
        value in fine or any(value in choice for choice in choices) for value in values
    )


def cases_below(folder: Path) -> Mapping[str, list[Case]]:
    """The cases of all files below a folder of cases, by ``TOPIC/NAME``.

    Raises:
        ValueError: a line is no case.
        OSError: a file cannot be read.
    """
    found: dict[str, list[Case]] = {}
    for path in sorted(folder.glob("*/*.jsonl")):
        cases = list(read_lines(path))
        if any(not isinstance(one, Case) for one in cases):
            raise ValueError(f"{path}: a line is no case")
        found[f"{path.parent.name}/{path.stem}"] = [one for one in cases if isinstance(one, Case)]
    return found


def tell(line: str) -> None:
    """Print a line of progress."""
    print(line, file=sys.stderr)
