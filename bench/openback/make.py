"""Makes the sets: cases and their input files, from a seed."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path

import msgspec

from bench.openback.schema import Case, Claim, Topic, read_lines, write_lines
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
    disputed = []
    for name in second.names:
        first = {one.subject: one for one in case.expected if one.name == name}
        other = {one.subject: one for one in second.claims if one.name == name}
        fine = {
            (one.subject, one.value) for one in case.allowed if one.name == name and not isinstance(one.value, list)
        }
        for subject in sorted({*first, *other}):
            one, two = first.get(subject), other.get(subject)
            if two is None:
                disputed.append(Claim(name, None, subject))
            elif one is None:
                disputed += [two] if (subject, two.value) not in fine else []
            elif two.value not in (one.value if isinstance(one.value, list) else [one.value]):
                disputed.append(two)
    return msgspec.structs.replace(
        case, labellers=(*case.labellers, second.labeller), disputed=tuple(disputed), twice=second.names
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
