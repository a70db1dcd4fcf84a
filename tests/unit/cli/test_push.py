"""``tieback push``, as a user types it; the transfer is tested in ``unit/pipeline/test_push.py``."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run

SHODAN = '{"_shodan": {"module": "http"}, "ip_str": "203.0.113.7", "port": 80}\n'


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "shodan.json"
    path.write_text(SHODAN)
    return path


def test_a_dry_run_contacts_nothing(run: Run, report: Path) -> None:
    ended = run("push", report, "--server", "https://tieback.example.test", "--dry-run")
    assert (ended.code, "nothing was contacted" in ended.out) == (0, True)
    document = run("push", report, "--server", "https://tieback.example.test", "--dry-run", "--format", "json").out
    assert json.loads(document)["report"]["size"] == len(SHODAN)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--server", "http://tieback.example.test"), "not https"),
        (("--server", "https://u:p@tieback.example.test"), "not an allowed URL"),
        (("--server", "https://tieback.example.test"), "no API token"),
        (("--server", "https://tieback.example.test", "--token-file", "none"), "No such file"),
    ],
)
def test_what_is_refused(
    run: Run, report: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str
) -> None:
    monkeypatch.delenv("TIEBACK_TOKEN", raising=False)
    ended = run("push", report, *arguments)
    assert ended.code != 0
    assert words in ended.err
