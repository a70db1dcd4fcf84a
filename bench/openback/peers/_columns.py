"""Tools that label fields: the class of openback from the labels of ``inside.columns``.

The labels of each tool are mapped to the taxonomy by hand, in favour of the tool. For a tool that labels texts, the
class of a column is that of half of its values. A label without a class is no claim.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.openback.peers._answers import UnsupportedError, results
from bench.openback.peers._programs import ToolError, Worker, inside, package_version
from bench.openback.schema import Case, Claim, Result, Topic

NAMES_AND_VALUES = frozenset({Topic.FIELD_NAME, Topic.FIELD_VALUE})
VALUES = frozenset({Topic.FIELD_VALUE})
CLAIMS = frozenset({"class"})
"""Names of the claims that these tools can make."""
type ClassOf = Callable[[str], str | None]
"""Class of the taxonomy for a label of the tool."""


def answers(
    tool: str, environment: str, package: str, cases: Sequence[Case], class_of: ClassOf, most: int | None = None
) -> Iterator[Result]:
    """A result per case.

    Args:
        tool: its name here and in ``inside.columns``.
        environment: its environment.
        package: its package there.
        cases: names of fields, or columns.
        class_of: the class of each label.
        most: only so many values of a column are given to the tool.
    """
    with TemporaryDirectory(prefix="openback-") as home, Worker(inside(environment, "columns", tool), Path(home)) as it:

        def decide(case: Case) -> Iterable[Claim]:
            read = json.loads(case.input)
            values = [str(value) for value in read.get("values", ())][:most]
            said = it.ask({"field": str(read.get("field") or ""), "values": values})
            return claims(said, class_of, named=case.topic is Topic.FIELD_NAME)

        yield from results(tool, package_version(environment, package), cases, decide)


def claims(said: object, class_of: ClassOf, *, named: bool) -> list[Claim]:
    """The class of a name (``named``) or column.

    Raises:
        UnsupportedError: the tool has no label for a name alone.
        ToolError: it is no answer of ``inside.columns``.
    """
    if not isinstance(said, dict):
        raise ToolError("answered without labels")
    if named:
        if "name" not in said:
            raise UnsupportedError("reads no names")
        label = said["name"]
    elif "values" in said:
        label = None
        found = Counter(class_of(one) if isinstance(one, str) else None for one in said["values"])
        most, count = found.most_common(1)[0] if found else (None, 0)
        return [Claim("class", most)] if most is not None and count * 2 >= found.total() else []
    else:
        label = said.get("column")
    kind = class_of(label) if isinstance(label, str) else None
    return [] if kind is None else [Claim("class", kind)]
