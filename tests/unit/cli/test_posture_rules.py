"""``tieback posture rules`` as a user types it."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run

RULES = """rules_version = '2';
service cloud.firestore {
  match /databases/{database}/documents {
    match /users/{uid} { allow read, write: if request.auth.uid == uid; }
    match /posts/{post} { allow read; }
  }
}
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Rules of Firestore and a configuration of Redis."""
    rules, redis = tmp_path / "firestore.rules", tmp_path / "redis.conf"
    rules.write_text(RULES)
    redis.write_text("protected-mode no\n")
    return rules, redis


def test_table_shows_anonymous_permissions(run: Run, files: tuple[Path, Path]) -> None:
    ran = run("posture", "rules", *(path.name for path in files))
    assert ran.code == 0
    rows = [line.split() for line in ran.out.splitlines()[1:] if line.strip() and not line.startswith(" ")]
    assert [row[:6] for row in rows] == [
        ["high", "firestore.rules:5", "anonymous", "/posts/{post}", "yes", "no"],
        ["critical", "redis.conf:1", "anonymous", "/", "yes", "yes"],
    ]


def test_the_rule_that_allows_writing_is_shown_if_it_is_another_one(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    rules = (
        "rules_version = '2';\nservice cloud.firestore {\n match /databases/{database}/documents {\n"
        "  match /open/{id} { allow read: if true; }\n  match /{all=**} { allow write; }\n"
        "  match /both/{id} { allow read, write; }\n}}\n"
    )
    (tmp_path / "firestore.rules").write_text(rules)
    rows = run("posture", "rules", tmp_path / "firestore.rules").out.splitlines()
    (place,) = (at for at, row in enumerate(rows) if "/open/{id}" in row)
    assert "allow read: if true" in rows[place]
    assert any("write by line 5: allow write" in row for row in rows[place : place + 3])
    (place,) = (at for at, row in enumerate(rows) if "/both/{id}" in row)
    assert "write by" not in rows[place]


def test_one_question(run: Run, files: tuple[Path, Path]) -> None:
    ran = run("posture", "rules", files[0], "--as", "any-user", "--path", "/users/alice", "--format", "json")
    document = json.loads(ran.out)
    assert (document["as"], document["path"], document["read"], document["write"]) == (
        "any-user",
        "/users/alice",
        False,
        False,
    )
    assert (document["line"], document["kind"]) == (4, "firebase-rules")


@pytest.mark.parametrize(("level", "code"), [("critical", 1), ("info", 1), ("", 0)])
def test_exit_code_for_ci(run: Run, files: tuple[Path, Path], level: str, code: int) -> None:
    options = ["--fail-on", level] if level else []
    assert run("posture", "rules", files[1], *options).code == code


def test_fail_on_ignores_lower_severities(run: Run, files: tuple[Path, Path]) -> None:
    assert run("posture", "rules", files[0], "--fail-on", "critical").code == 0
    ended = run("posture", "rules", files[0], "--fail-on", "high")
    assert ended.code == 1
    assert ended.err.splitlines()[-1] == "exit 1: 1 answer at or above high; the worst is high"
    assert ended.out.splitlines()[1].split()[0] == "high"


def test_a_mistake_costs_no_other_file(run: Run, files: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "bad.rules").write_text("service cloud.firestore {\n  match /a/{b} { allow reed; }\n}")
    (tmp_path / "no.txt").write_text("hello")
    ran = run("posture", "rules", "bad.rules", "no.txt", "redis.conf", "none.conf")
    assert ran.code == 3
    assert "bad.rules:2:24: expected read, get, list" in ran.err
    assert "no.txt: unknown rules format. Pass its format with --kind" in ran.err
    assert "none.conf: No such file" in ran.err
    assert "redis.conf:1" in ran.out
    assert run("posture", "rules", "bad.rules").code == 4


def test_wrong_words_are_usage(run: Run, files: tuple[Path, Path]) -> None:
    for words in (("--as", "root"), ("--kind", "nothing")):
        ran = run("posture", "rules", files[0], *words)
        assert ran.code == 2
        assert "anonymous" in ran.err or "Choose one of amplify" in ran.err


def test_empty_result_is_reported(run: Run, tmp_path: Path) -> None:
    (tmp_path / "redis.conf").write_text("requirepass x\nprotected-mode no")
    ran = run("posture", "rules", "redis.conf")
    assert (ran.code, ran.out) == (0, "")
    assert "access is denied in all of them" in ran.err


PROJECT = {
    "firebase.json": '{"firestore": [{"database": "logs", "rules": "firestore.rules"}]}',
    "firestore.rules": RULES,
    "convex/f.ts": 'import { query } from "./_generated/server";\n'
    'export const list = query(async (ctx) => ctx.db.query("a").collect());\n',
    "pb_schema.json": '[{"name": "notes", "type": "base", "listRule": "", "viewRule": null, "createRule": null}]',
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with rules of three platforms."""
    root = tmp_path / "app"
    for name, text in PROJECT.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_a_folder_shows_what_it_read_for_which_database(run: Run, project: Path) -> None:
    ran = run("posture", "rules", "app")
    assert ran.code == 0
    assert ran.err.splitlines() == [
        "app/firestore.rules: firebase-rules, for Firestore logs",
        "app/pb_schema.json: pocketbase",
        "app/convex/f.ts: convex",
    ]
    rows = [line.split() for line in ran.out.splitlines()[1:] if "app/" in line]
    assert [row[:6] for row in rows] == [
        ["high", "app/firestore.rules:5", "anonymous", "/posts/{post}", "yes", "no"],
        ["high", "app/pb_schema.json:1", "anonymous", "notes", "list", "no"],
        ["high", "app/convex/f.ts:2", "anonymous", "f:list", "yes", "no"],
    ]
    assert "Firestore logs" in ran.out


def test_documents_of_a_folder(run: Run, project: Path) -> None:
    ran = run(
        "posture", "rules", "app", "--as", "anonymous", "--path", "notes", "--format", "json", "--fail-on", "high"
    )
    documents = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.code == 1
    assert [(one["kind"], one["database"], one["read"]) for one in documents] == [
        ("firebase-rules", "Firestore logs", False), ("pocketbase", "", True), ("convex", "", False),
    ]  # fmt: skip


def test_one_kind_of_a_folder(run: Run, project: Path) -> None:
    ran = run("posture", "rules", "app", "--kind", "convex", "--format", "json")
    assert {json.loads(line)["kind"] for line in ran.out.splitlines()} == {"convex"}


def test_a_part_that_cannot_be_read_costs_no_other_part(run: Run, project: Path) -> None:
    (project / "pb_schema.json").write_text("[{")
    ran = run("posture", "rules", "app")
    assert ran.code == 3
    assert "pb_schema.json:1:3" in ran.err
    assert "f:list" in ran.out


def test_a_folder_without_rules(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = run("posture", "rules", "empty")
    assert (ran.code, ran.out) == (4, "")
    assert "no rules are recognised in this folder (" in ran.err


def test_expired_rules_of_the_test_mode_are_shown(run: Run, tmp_path: Path) -> None:
    (tmp_path / "database.rules.json").write_text('{"rules": {".read": "now < 1580515200000", ".write": false}}')
    ran = run("posture", "rules", "database.rules.json", "--as", "anonymous")
    assert ran.out.splitlines()[1].split()[:5] == ["database.rules.json:1", "anonymous", "/", "no", "no"]
    assert "expired: the condition on time allowed access before" in ran.out


def test_files_that_are_no_rules_are_counted(run: Run, project: Path) -> None:
    for name in ("README.md", "node_modules/a.js", ".git/config", "src/app.py"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text("x")
    (project / "link.rules").symlink_to(project / "firestore.rules")
    (project / "loop").symlink_to(project, target_is_directory=True)
    lines = [line for line in run("posture", "rules", project.name).err.splitlines() if " note: " in line]
    said = {line.partition(f" {project.name}: ")[2].partition(". Pass")[0] for line in lines}
    assert {
        ".git was not read: hidden",
        "node_modules was not read: folder of dependencies or builds",
        "2 files were not read, such as link.rules: links, which are not followed",
    } <= said
    (others,) = [one for one in said if one.endswith("not recognised as rules")]
    assert "README.md" in others
    assert "firestore.rules" not in others
