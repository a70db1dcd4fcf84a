"""targaryen: simulates rules of Firebase's Realtime Database, for an anonymous client and for a user who signed up.

The database is empty. Writing is possible if any value of several shapes is accepted (``inside/targaryen.js``). Rules
that it refuses as invalid give no access, as the service does not take them. It reads no rules of Firestore or Storage.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.openback.peers import _rules
from bench.openback.peers._answers import results
from bench.openback.peers._programs import ToolError, Worker, environment
from bench.openback.schema import Case, Claim, Result

TOPICS = _rules.TOPICS
CLAIMS = _rules.CLAIMS
_VARIABLE = re.compile(r"\$\w{1,40}")
"""A variable in an asked path stands for any key."""
_SCRIPT = Path(__file__).parent / "inside" / "targaryen.js"


def version() -> str | None:
    """Version of the library; ``None`` if it is not installed."""
    place = environment("targaryen")
    if place is None:
        return None
    return str(json.loads((place / "node_modules" / "targaryen" / "package.json").read_text()).get("version"))


def claims(path: str, said: object) -> Iterator[Claim]:
    """The claims of an answer of the script.

    Raises:
        ToolError: it is no answer of the script.
    """
    try:
        may = {f"{who}_{way}": bool(said[who][way]) for who in _rules.WHO for way in ("read", "write")}  # type: ignore[index]
    except (KeyError, TypeError):
        raise ToolError("answered without access") from None
    return _rules.access(path, may)


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:
    """A result per case."""
    place = environment("targaryen") or Path("targaryen")
    more = {"NODE_PATH": str(place / "node_modules")}
    with TemporaryDirectory(prefix="openback-") as home, Worker(["node", _SCRIPT], Path(home), more=more) as worker:

        def decide(case: Case) -> Iterable[Claim]:
            text = _rules.text_of(case, folder, "database.rules.json")
            found: list[Claim] = []
            for path in case.ask:
                found += claims(path, worker.ask({"rules": text, "path": _VARIABLE.sub("openback", path)}))
            return found

        yield from results("targaryen", version(), cases, decide)
