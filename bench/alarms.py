"""False alarms: every finding of severity ``high`` or above over the samples, each judged by hand.

``python -m bench alarms`` scans the samples of ``tests/samples.py`` as a user would, and compares
the findings with ``alarms.tsv``. ``python -m bench.alarms`` also writes docs/benchmarks/false-alarms.md. A line of the
table is one line of evidence: a finding is true only if all of its evidence is.
"""

import csv
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests import samples

TABLE = Path(__file__).with_name("alarms.tsv")
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks" / "false-alarms.md"
KINDS = ("apps", "trials", "captures")
SEVERE = ("high", "critical")
SECONDS = 1200
_SOME_FAILED = 3
"""Exit code of a scan in which some inputs could not be read; the samples have damaged files."""


_BEFORE_ENDPOINT = re.compile(r", (?:in, from|out, to) ")
"""What the evidence of a leak has before its endpoint."""


class Alarm(NamedTuple):
    """A line of evidence of a finding."""

    sample: str
    """File below the folder of samples; several with a comma."""
    severity: str
    rule: str
    title: str
    evidence: str


class Verdict(NamedTuple):
    """A line of the table."""

    alarm: Alarm
    verdict: str
    """``true`` or ``false``."""
    reason: str


def have_samples() -> bool:
    """True if all kinds of samples are here."""
    return all(samples.have(kind) for kind in KINDS)


def found(severities: Iterable[str] = SEVERE) -> list[Alarm]:
    """Scan the samples in a new workspace, and list the findings.

    Raises:
        subprocess.CalledProcessError: the scan failed.
    """
    with tempfile.TemporaryDirectory(prefix="tieback-alarms-") as folder:
        report = Path(folder, "report.json")
        folders = [str(samples.directory(kind)) for kind in KINDS]
        command = [sys.executable, "-m", "tieback", "scan", *folders, "-w", f"{folder}/ws", "--report", str(report)]
        ended = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
        if ended.returncode not in {0, _SOME_FAILED}:
            raise subprocess.CalledProcessError(ended.returncode, command, ended.stdout, ended.stderr)
        findings = json.loads(report.read_bytes())["findings"]
    return sorted(_alarms(findings, frozenset(severities)))


def _alarms(findings: Iterable[dict[str, object]], severities: frozenset[str]) -> Iterator[Alarm]:
    names = _names()
    for finding in findings:
        if finding["severity"] not in severities:
            continue
        apps, evidence = finding["apps"], finding["evidence"]
        assert isinstance(apps, list)
        assert isinstance(evidence, list)
        where = ", ".join(sorted(names.get(str(app), str(app)) for app in apps))
        for line in evidence:
            yield Alarm(where, str(finding["severity"]), str(finding["rule"]), str(finding["title"]), line)


def _names() -> dict[str, str]:
    """Files below the folder of samples, by SHA-256; of two with the same content the first."""
    found: dict[str, str] = {}
    for kind in KINDS:
        for path in sorted(samples.directory(kind).rglob("*")):
            if path.is_file():
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                found.setdefault(digest, path.relative_to(samples.folder()).as_posix())
    return found


def judged(path: Path = TABLE) -> list[Verdict]:
    """The verdicts of the table."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [Verdict(Alarm(*row[:5]), *row[5:]) for row in rows if row and not row[0].startswith("#")]


def differences(alarms: Iterable[Alarm], verdicts: Iterable[Verdict]) -> tuple[list[Alarm], list[Alarm]]:
    """The alarms without a verdict, and the verdicts without an alarm."""
    seen, known = set(alarms), {one.alarm for one in verdicts}
    return sorted(seen - known), sorted(known - seen)


def counts(verdicts: Iterable[Verdict]) -> tuple[int, int, int]:
    """Findings, those of them with a false line of evidence, and lines of evidence."""
    lines = 0
    findings: dict[tuple[str, ...], bool] = {}
    for one in verdicts:
        lines += 1
        key = (one.alarm.sample, one.alarm.rule, _subject(one.alarm))
        findings[key] = findings.get(key, False) or one.verdict != "true"
    return len(findings), sum(findings.values()), lines


def _subject(alarm: Alarm) -> str:
    """What tells two findings of one rule and sample apart: the endpoint of a leak, or else the credential."""
    return _BEFORE_ENDPOINT.split(alarm.evidence)[-1]


def table(verdicts: Iterable[Verdict]) -> str:
    """The verdicts as a table of Markdown."""
    rows = ["| sample | severity | rule | title | evidence | verdict | reason |", "|---|---|---|---|---|---|---|"]
    for one in verdicts:
        alarm = one.alarm
        evidence = alarm.evidence.replace("|", "\\|").replace("`", "'")
        rows.append(
            f"| {alarm.sample} | {alarm.severity} | `{alarm.rule}` | {alarm.title} | `{evidence}` | {one.verdict} | "
            f"{one.reason} |"
        )
    return "\n".join(rows)


def page(text: str, verdicts: list[Verdict]) -> str:
    """The page with the table in place of what follows its marker."""
    head, marker, _ = text.partition("<!-- table -->\n")
    return f"{head}{marker}\n{table(verdicts)}\n"


def run() -> str:
    """Scan the samples, and report what the table lacks or has too much."""
    if not have_samples():
        return f"## False alarms\n\nNot run: no samples in {samples.folder()}; see tests/samples.py.\n"
    verdicts = judged()
    new, gone = differences(found(), verdicts)
    findings, wrong, lines = counts(verdicts)
    parts = [
        "## False alarms\n",
        f"{findings} findings of severity high or critical with {lines} lines of evidence; {wrong} are false "
        f"({wrong / findings:.1%}).\n"
        if findings
        else "No findings.\n",
        *(f"- without a verdict: {alarm}" for alarm in new),
        *(f"- no longer found: {alarm}" for alarm in gone),
    ]
    return "\n".join(parts) + "\n"


def main() -> int:
    """Write the page from the table; list new alarms as lines of the table, with an empty verdict."""
    verdicts = judged()
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), verdicts), encoding="utf-8")
    if not have_samples():
        sys.stderr.write(f"no samples in {samples.folder()}; see tests/samples.py\n")
        return 0
    new, gone = differences(found(), verdicts)
    for alarm in new:
        sys.stdout.write("\t".join((*alarm, "", "")) + "\n")
    for alarm in gone:
        sys.stderr.write(f"no longer found: {alarm}\n")
    return 1 if new or gone else 0


if __name__ == "__main__":
    sys.exit(main())
