"""``tieback rules`` and ``tieback probe --rules`` with a declared HTTP probe, against an HTTP server on loopback."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tieback.pipeline.rule_sets import read_active_rules

type Run = Callable[..., Any]

RULE = Path(__file__).parents[1] / "probes" / "declared_rule.toml"
PAGES = {
    "/": "<title>Acme Records</title>",
    "/api/status": '{"product":"Acme Records","version":"2.1"}',
    "/api/spaces": '{"spaces":[{"name":"people"},{"name":"news"}]}',
    "/api/spaces/people/count": '{"documents":12}',
    "/api/spaces/news/count": '{"documents":0}',
}
GITLEAKS = """
[[rules]]
id = "acme-key"
description = "Acme keys"
regex = '''acme_[a-z0-9]{32}'''
entropy = 3
keywords = ["acme_"]
[[rules]]
id = "acme-look"
regex = '''acme_(?=x)'''
keywords = ["acme_"]
"""


class _Store(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        page = PAGES.get(self.path)
        body = (page or "not found").encode()
        self.send_response(200 if page is not None else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def store() -> Iterator[int]:
    """The port of a server of the product."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Store) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A folder with the rule."""
    folder = tmp_path / "rules"
    folder.mkdir()
    text = RULE.read_text(encoding="utf-8")
    text = re.sub(r"^\[\[(\w+)\]\]", r"[[probe.\1]]", text, flags=re.MULTILINE)
    text = re.sub(r"^\[(\w+)\.answers\]", r"[probe.\1.answers]", text, flags=re.MULTILINE)
    (folder / "acme.toml").write_text(f"[[probe]]\n{text}", encoding="utf-8")
    return folder


def change(rules: Path, old: str, new: str) -> None:
    path = rules / "acme.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_examples_of_a_probe_are_replayed_and_its_sends_are_listed(run: Run, rules: Path) -> None:
    checked, tested = run("rules", "check", "--rules", rules), run("rules", "test", "--rules", rules)
    assert (checked.code, tested.code) == (0, 0), checked.err
    assert "4 examples, 0 failed" in tested.err
    listed = run("rules", "list", "--rules", rules, "--format", "json")
    rows = [json.loads(line) for line in listed.out.splitlines()]
    (row,) = [row for row in rows if row.get("sends")]
    assert [(send["depth"], send["request"], send["cost"]) for send in row["sends"]] == [
        ("identify", "GET /api/status", "catalogue"),
        ("enumerate", "GET /api/spaces", "catalogue"),
        ("enumerate", "GET /api/spaces/<name>/count", "bounded read"),
        ("enumerate", "GET /tieback-no-such-path", "catalogue"),
    ]
    assert "GET /api/spaces/<name>/count" in run("rules", "list", "--rules", rules).out


@pytest.mark.parametrize(
    ("old", "new", "code", "why"),
    [
        ("records = 12", "records = 13", 1, "the records are 12, and not 13"),
        ('id = "acme-records"', 'id = "redis"', 4, "the id `redis` is built in"),
        ('id = "acme-records"', 'id = "acme"\nproduct = "opensearch"', 4, "the product `opensearch` is built in"),
        ('path = "/api/spaces"', 'path = "/api/delete"', 4, "may change something"),
        ('path = "/api/spaces"', 'verb = "POST"\npath = "/api/spaces"', 4, "unknown field `verb`"),
        ('path = "/api/spaces"', 'headers = {Authorization = "x"}\npath = "/api/spaces"', 4, "unknown field `headers`"),
    ],
)
def test_a_wrong_rule_is_refused(run: Run, rules: Path, old: str, new: str, code: int, why: str) -> None:
    change(rules, old, new)
    ended = run("rules", "check", "--rules", rules)
    assert ended.code == code
    assert why in ended.err


@pytest.mark.usefixtures("run")
def test_the_number_of_probes_is_limited(rules: Path) -> None:
    text = (rules / "acme.toml").read_text(encoding="utf-8")
    for number in range(50):
        more = text.replace('id = "acme-records"', f'id = "acme-{number}"')
        (rules / f"more-{number:02}.toml").write_text(more, encoding="utf-8")
    (mistake,) = read_active_rules((rules,)).mistakes
    assert "more than 50" in mistake.what


def test_a_store_on_an_odd_port_is_found_and_its_report_names_the_rule(
    run: Run, rules: Path, store: int, tmp_path: Path
) -> None:
    (tmp_path / "grant.toml").write_text(
        'authorised_by = "Security office"\ncontact = "security@example.org"\nnot_after = 2099-01-01\n'
        '[[target]]\nmatch = "127.0.0.1"\nports = "any"\ndepth = "enumerate"\n',
        encoding="utf-8",
    )
    words = ("probe", f"127.0.0.1:{store}", "--grant", "grant.toml", "--format", "json")
    ended = run(*words, "--rules", rules, "--record", "talk.jsonl")
    report = json.loads(ended.out)
    assert (report["access"], report["product"], report["experimental"]) == ("open", "acme-records", True)
    assert re.fullmatch(r"acme-records \(sha256 [0-9a-f]{64}\)", report["rule"])
    assert sum(one["records"]["value"] for one in report["containers"]) == 12
    log = (tmp_path / "audit.jsonl").read_text(encoding="utf-8")
    assert '"GET /api/spaces/<name>/count":2' in log
    assert "withheld" in (tmp_path / "talk.jsonl").read_text(encoding="utf-8")
    again = run("probe", "--replay", "talk.jsonl", "--rules", rules, "--format", "json")
    replayed = json.loads(again.out)
    assert (replayed["product"], replayed["access"]) == ("acme-records", "unknown")
    assert replayed["problems"]
    without = json.loads(run(*words).out)
    assert (without["outcome"], without["product"], without["rule"]) == ("protocol_mismatch", "", "")


def test_imported_rules_are_refused_until_they_have_examples(run: Run, tmp_path: Path) -> None:
    (tmp_path / "gitleaks.toml").write_text(GITLEAKS, encoding="utf-8")
    (tmp_path / "own").mkdir()
    ended = run("rules", "import", "gitleaks", "gitleaks.toml", "--out", "own/keys.toml")
    assert ended.code == 3
    assert "acme-look: `pattern` has a condition on the text around it" in " ".join(ended.err.split())
    assert "1 of 2 rules map" in ended.err
    refused = run("rules", "check", "--rules", "own")
    assert (refused.code, "accept" in refused.err) == (4, True)
    path = tmp_path / "own" / "keys.toml"
    text = path.read_text(encoding="utf-8")
    key = "acme_" + "k3v9q1x7" * 4
    text = text.replace("accept = []", f'accept = ["x = {key}"]').replace("reject = []", 'reject = ["acme_corp"]')
    path.write_text(text, encoding="utf-8")
    tested = run("rules", "test", "--rules", "own")
    assert tested.code == 0, tested.out
    printed = run("rules", "import", "gitleaks", "gitleaks.toml")
    assert printed.out.startswith("# Imported from gitleaks: 1 of 2 rules.")


def test_the_imported_rule_of_the_guide_is_what_the_import_writes(run: Run, tmp_path: Path) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "howto" / "rules-probes.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(?:toml)?\n(\[\[.*?)^```", guide, re.MULTILINE | re.DOTALL)
    _, foreign, credential = blocks
    (tmp_path / "gitleaks.toml").write_text(foreign, encoding="utf-8")
    made = run("rules", "import", "gitleaks", "gitleaks.toml").out
    lists = re.compile(r"^(accept|reject) = .*\n", re.MULTILINE)
    assert lists.sub("", credential).strip() in lists.sub("", made)
