"""secretlint: its recommended preset of rules on every file; it leaves out files that it takes for binary."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.openback.peers import _credentials
from bench.openback.peers._answers import ended
from bench.openback.peers._programs import environment, run
from bench.openback.schema import Case, Result

TOPICS = _credentials.TOPICS
CLAIMS = _credentials.CLAIMS
_RULES = {"rules": [{"id": "@secretlint/secretlint-rule-preset-recommend"}]}


def version() -> str | None:
    """Version of the program; ``None`` if it is not installed."""
    place = environment("secretlint")
    if place is None:
        return None
    read = json.loads((place / "node_modules" / "secretlint" / "package.json").read_text())
    return str(read.get("version"))


def files(output: bytes) -> Iterator[str]:
    """The paths with messages of a JSON report."""
    read = _credentials.document(output)
    reported = [one for one in read if isinstance(one, dict) and one.get("messages")] if isinstance(read, list) else []
    return _credentials.texts(reported, "filePath")


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:
    """A result per case. The code 1 tells that there are finds."""
    place = environment("secretlint") or Path("secretlint")
    main = place / "node_modules" / "secretlint" / "bin" / "secretlint.js"

    def scan(target: Path, home: Path) -> bytes:
        rules = home / "rules.json"
        rules.write_text(json.dumps(_RULES))
        words: list[str | Path] = ["--secretlintrc", rules, "--format", "json", "--no-gitignore", f"{target}/**/*"]
        done = run(
            ["node", main, *words], home, limits=_credentials.LIMITS, more={"NODE_PATH": str(place / "node_modules")}
        )
        return ended(done, (0, 1))

    return _credentials.answers("secretlint", version(), cases, folder, scan, files)
