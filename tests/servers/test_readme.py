"""The README's own code blocks, as a newcomer runs them after `make demo`: a sample app, a probed store, a PDF."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("osmem_server")
pytest.importorskip("pymongo")

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()

pytestmark = [pytest.mark.servers, pytest.mark.more, pytest.mark.timeout(300)]


def block(before: str) -> list[str]:
    """Commands of the code block after this sentence, without comments; continued lines are one command."""
    found = re.search(rf"{re.escape(before)}\n\n```sh\n(.*?)```", README, re.DOTALL)
    assert found is not None, before
    lines = found.group(1).replace("\\\n", " ").splitlines()
    return [re.sub(r"\s+#.*", "", line) for line in lines]


class Newcomer:
    """A shell in the folder of the checkout, with the command `tieback` and a home of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "labs").symlink_to(ROOT / "labs")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TIEBACK_LAB", "XDG_"))}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        self._environment = kept | {"PATH": path, "HOME": str(folder / "home"), "COLUMNS": "120"}

    def run(self, command: str) -> str:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newcomer]:
    newcomer = Newcomer(tmp_path_factory.mktemp("checkout"))
    try:
        yield newcomer
    finally:
        newcomer.run("tieback lab down --purge --dir demo/lab")


def test_the_first_commands_work_without_a_grant(newcomer: Newcomer) -> None:
    app, scan, why = (newcomer.run(command) for command in block("These commands contact nothing:"))
    assert "es.fieldhand.test:9200" in app
    assert "3 apps analysed. There was no grant, so no back end was contacted." in scan
    assert (newcomer.folder / "report.html").read_text().startswith("<!DOCTYPE html>")
    assert "Amazon RDS" in why


def test_a_store_of_the_lab_is_probed_and_a_pdf_is_written(newcomer: Newcomer) -> None:
    pytest.importorskip("weasyprint")
    sentence = (
        "Practise probing on the stores of the demo. They are on this machine, and their grant covers nothing else:"
    )
    up, check, probe, scan, down = (newcomer.run(command) for command in block(sentence))
    assert "workhub: mongodb" in up
    assert "127.77." in check
    assert "mongodb" in probe
    assert "3,500" in probe
    assert "2 of 3 apps lead to 2 data stores accessible without authentication: 4,850 records" in scan
    assert (newcomer.folder / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert "Stopped: " in down


def test_the_grant_of_the_readme_is_valid(newcomer: Newcomer) -> None:
    toml = re.search(r"```toml\n(.*?)```", README, re.DOTALL)
    assert toml is not None
    (newcomer.folder / "own.toml").write_text(toml.group(1))
    assert "Security office" in newcomer.run("tieback grant check own.toml")
    own = block("With your own apps and a capture of their traffic, and a grant for your own hosts:")
    (new,) = [command for command in own if command.startswith("tieback grant new")]
    assert "It permits:" in newcomer.run(new)
