# ruff: noqa: A005
"""Credentials in apps: planted ones found, and values that are public by design left alone.

``python -m bench secrets`` makes apps from a seed (``secrets_made.py``) and reads them as ``tieback app`` does. The
answer has masked values only, so a find is held against the planted value by its fingerprint.

``python -m bench.secrets --gitleaks FILE --trufflehog FOLDER`` also runs the rules of two other scanners over the same
files. Their rules are not part of this repository: pass ``config/gitleaks.toml`` and ``pkg/detectors`` of a checkout.
Their programs do not run. The rules are read as regular expressions with the programs' keywords, groups, least entropy
and allow lists. trufflehog would try each find at its service; a find counts here without that.
"""

import argparse
import re
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bench.measure import table
from bench.secrets_made import Item, items, write_apps
from tieback.assess.findings import apply_rules
from tieback.model.exposure import Severity
from tieback.model.sighting import AppDocument, Credential, CredentialGrade
from tieback.pipeline.app import describe_apps
from tieback.recognise.credentials import entropy
from tieback.recognise.verdict import fingerprint

SEED, TIMES = 20261128, 6
SEVERE = (Severity.HIGH, Severity.CRITICAL)
_LEAST = 8
"""Fewest characters of a value that a text of another scanner must contain to count as found."""


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


class PeerRule(NamedTuple):
    """A rule of another scanner."""

    name: str
    keywords: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]
    group: int = 0
    least: float = 0.0
    allowed: tuple[re.Pattern[str], ...] = ()
    stop: tuple[str, ...] = ()


def gitleaks_rules(path: Path) -> list[PeerRule]:
    """The rules of ``config/gitleaks.toml`` that Python can read."""
    read = tomllib.loads(path.read_text(encoding="utf-8"))
    everywhere = read.get("allowlist", {})
    rules = []
    for rule in read["rules"]:
        pattern = _compiled(rule.get("regex", ""))
        if pattern is None or "path" in rule:
            continue
        lists: list[dict[str, Any]] = [everywhere, *rule.get("allowlists", [])]
        allowed = (
            _compiled(text)
            for one in lists
            if "paths" not in one or one is everywhere
            for text in one.get("regexes", ())
        )
        stop = tuple(word.lower() for one in lists for word in one.get("stopwords", ()))
        rules.append(
            PeerRule(
                rule["id"],
                tuple(word.lower() for word in rule.get("keywords", ())),
                (pattern,),
                rule.get("secretGroup", 0),
                rule.get("entropy", 0.0),
                tuple(one for one in allowed if one is not None),
                stop,
            )
        )
    return rules


_QUOTED = r'(?:`([^`]*)`|"((?:[^"\\\n]|\\.)*)")'
_GO_PATTERN = re.compile(
    rf"regexp\.MustCompile\(\s*(?:detectors\.PrefixRegex\(\[\]string\{{([^}}]*)\}}\)\s*\+\s*)?{_QUOTED}"
)
_GO_KEYWORDS = re.compile(r"Keywords\(\) \[\]string \{\s*return \[\]string\{(.*?)\}", re.DOTALL)


def trufflehog_rules(folder: Path) -> list[PeerRule]:
    """The patterns in the sources of ``pkg/detectors``, one rule per detector."""
    rules = []
    for file in sorted(folder.rglob("*.go")):
        if file.name.endswith("_test.go"):
            continue
        text = file.read_text(encoding="utf-8")
        words = _GO_KEYWORDS.search(text)
        if words is None:
            continue
        found = (
            _compiled(
                (f"(?i:{'|'.join(re.findall(_QUOTED_WORD, one[1]))})(?:.|[\\n\\r]){{0,40}}?" if one[1] else "")
                + (one[2] or one[3] or "")
            )
            for one in _GO_PATTERN.finditer(text)
        )
        patterns = tuple(one for one in found if one is not None)
        keywords = tuple(word.lower() for word in re.findall(_QUOTED_WORD, words[1]))
        rules.append(PeerRule(file.parent.name, keywords, patterns))
    return rules


_QUOTED_WORD = r'"([^"]+)"'


def _compiled(text: str) -> re.Pattern[str] | None:
    """A pattern of Go's syntax for Python; ``None`` if Python cannot read it."""
    text = text.replace(r"\z", r"\Z").replace("[[:alnum:]]", "[A-Za-z0-9]").replace("[:alnum:]", "A-Za-z0-9")
    try:
        return re.compile(_scoped(text)) if text else None
    except re.error:
        return None


def _scoped(text: str) -> str:
    """``(?i)`` inside a pattern counts to the end of its group in Go; Python needs a group of its own."""
    while (found := re.search(r"\(\?([a-z]+)\)", text)) is not None:
        depth, at = 0, found.end()
        while at < len(text) and depth >= 0:
            if text[at] == "\\":
                at += 1
            elif text[at] == "[":
                close = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]").match(text, at)
                at = close.end() - 1 if close else at
            elif text[at] == "(":
                depth += 1
            elif text[at] == ")":
                depth -= 1
            at += 1
        end = at if depth >= 0 else at - 1
        text = f"{text[: found.start()]}(?{found[1]}:{text[found.end() : end]}){text[end:]}"
    return text


def peer(rules: list[PeerRule], made: list[Item], folder: Path) -> Score:
    """Score of the rules of another scanner on the same files, each read as text of one byte per character."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for file in sorted(one for one in folder.rglob("*") if one.is_file()):
        text = file.read_bytes().decode("latin-1")
        low = text.lower()
        app = file.relative_to(folder).parts[0].removeprefix("app")
        for rule in rules:
            if rule.keywords and not any(word in low for word in rule.keywords):
                continue
            for secret in _matches(rule, text):
                found.setdefault((app, secret), (rule.name, file.name))
    planted = [one for one in made if one.shape.role == "secret"]
    missed: Counter[str] = Counter()
    true: set[tuple[str, str]] = set()
    for item in planted:
        values = {item.value, item.value.replace("\\n", "\n"), item.text}
        mine = {
            (app, secret)
            for app, secret in found
            if app == str(item.app)
            and any(len(one) >= _LEAST and (secret in one or one in secret) and len(secret) >= _LEAST for one in values)
        }
        true |= mine
        missed[item.shape.name] += not mine
    false = [place for place in found if place not in true]
    shown = tuple(f"{found[place][0]} {place[1][:60]}" for place in false)
    return Score(len(planted), len(planted) - missed.total(), len(found), len(false), +missed, shown)


def _matches(rule: PeerRule, text: str) -> Iterator[str]:
    for pattern in rule.patterns:
        for match in pattern.finditer(text):
            secret = match[rule.group] if rule.group else next((one for one in match.groups() if one), match[0])
            if not secret or (rule.least and entropy(secret) < rule.least):
                continue
            if any(word in secret.lower() for word in rule.stop) or any(one.search(secret) for one in rule.allowed):
                continue
            yield secret


def _line(name: str, score: Score) -> tuple[str, ...]:
    return (
        name,
        f"{score.found} of {score.planted}",
        f"**{score.recall:.3f}**",
        str(score.false),
        f"**{score.precision:.3f}**",
    )


def run(gitleaks: Path | None = None, trufflehog: Path | None = None, *, seed: int = SEED) -> str:
    """Score the planted credentials; with the rules of the other scanners if their paths are here."""
    made = items(seed, TIMES)
    roles = Counter(one.shape.role for one in made)
    with tempfile.TemporaryDirectory(prefix="tieback-secrets-") as place:
        folder = Path(place)
        write_apps(made, folder)
        score = ours(made, folder)
        lines = [_line("tieback", score)]
        _explain("tieback", score)
        for name, path, read in (
            ("rules of gitleaks", gitleaks, gitleaks_rules),
            ("rules of trufflehog", trufflehog, trufflehog_rules),
        ):
            if path is not None:
                other = peer(read(path), made, folder)
                _explain(name, other)
                lines.append(_line(name, other))
    forms = len({one.shape.name for one in made if one.shape.role == "secret"})
    head = (
        f"`python -m bench secrets`: {roles['secret']} credentials of {forms} forms, {roles['public']} values that are "
        f"public by design, and {roles['other']} other texts, made from a seed in string resources, DEX strings, "
        "scripts, JSON, property lists and properties. Goal: precision 0.97, and no false finding of severity high: "
        f"**{len(score.false_severe)}**.\n\n"
    )
    return "## Credentials\n\n" + head + table(("scanner", "found", "recall", "false values", "precision"), lines)


def _explain(name: str, score: Score) -> None:
    for shape, number in score.missed.most_common():
        print(f"{name} missed {shape} ({number})", file=sys.stderr)
    for value in score.false_values:
        print(f"{name} false: {value}", file=sys.stderr)


def main() -> None:
    """Run with the paths of the other scanners' rules."""
    parser = argparse.ArgumentParser(prog="python -m bench.secrets", description="Score credentials in planted apps.")
    parser.add_argument("--gitleaks", type=Path, help="config/gitleaks.toml of a checkout")
    parser.add_argument("--trufflehog", type=Path, help="pkg/detectors of a checkout")
    parser.add_argument("--seed", type=int, default=SEED)
    read = parser.parse_args()
    print(run(read.gitleaks, read.trufflehog, seed=read.seed))


if __name__ == "__main__":
    main()
