"""Folders: which platforms are recognised, and which file is for which database."""

import json
from pathlib import Path

import pytest

from tieback.model.errors import InputError
from tieback.posture.rules import folder as folders
from tieback.posture.rules.audit import audit_rules
from tieback.posture.rules.folder import expand, parts_of
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.part import RulesPart

FIRESTORE = "service cloud.firestore { match /databases/{d}/documents { match /a/{b} { allow read; } } }"
STORAGE = "service firebase.storage { match /b/{bucket}/o { match /{all=**} { allow read; } } }"
RTDB = '{"rules": {".read": true}}'


def write(root: Path, files: dict[str, str]) -> Path:
    """Write files, and return the folder."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def described(root: Path) -> list[tuple[str, list[str], str]]:
    """Kind, files and database of each part; the error in its place."""
    found: list[tuple[str, list[str], str]] = []
    for part in parts_of(root):
        if isinstance(part, RulesPart):
            found.append((part.kind, [path.relative_to(root).as_posix() for path in part.files], part.database))
        elif isinstance(part, InputError):
            found.append(("error", [part.what], ""))
        else:
            paths = part if isinstance(part, tuple) else (part,)
            found.append(("path", [path.relative_to(root).as_posix() for path in paths], ""))
    return found


FIREBASE = {
    "firestore": [{"database": "(default)", "rules": "firestore.rules"}, {"database": "logs", "rules": "logs.rules"}],
    "database": [{"target": "main", "rules": "database.rules.json"}, {"instance": "eu", "rules": "eu.json"}],
    "storage": [{"bucket": "photos", "rules": "storage.rules"}],
    "dataconnect": {"source": "dataconnect"},
    "hosting": {"public": "out"},
}
TARGETS = {"projects": {"default": "demo"}, "targets": {"demo": {"database": {"main": ["demo-rtdb"]}}}}


def test_firebase_json_names_the_database_of_each_file(tmp_path: Path) -> None:
    files = {
        "firebase.json": "// the project\n" + json.dumps(FIREBASE),
        ".firebaserc": json.dumps(TARGETS),
        "firestore.rules": FIRESTORE, "logs.rules": FIRESTORE, "database.rules.json": RTDB, "eu.json": RTDB,
        "storage.rules": STORAGE, "old.rules": FIRESTORE,
        "dataconnect/dataconnect.yaml": "serviceId: a",
        "dataconnect/web/connector.yaml": "connectorId: web",
        "dataconnect/web/q.gql": "query Q @auth(level: PUBLIC) { a { id } }",
    }  # fmt: skip
    assert described(write(tmp_path, files)) == [
        ("firebase-rules", ["firestore.rules"], "Firestore (default)"),
        ("firebase-rules", ["logs.rules"], "Firestore logs"),
        ("firebase-rtdb", ["database.rules.json"], "Realtime Database target main (demo-rtdb)"),
        ("firebase-rtdb", ["eu.json"], "Realtime Database eu"),
        ("firebase-rules", ["storage.rules"], "Storage photos"),
        (
            "firebase-sql-connect",
            ["dataconnect/dataconnect.yaml", "dataconnect/web/connector.yaml", "dataconnect/web/q.gql"],
            "SQL Connect dataconnect",
        ),
    ]


@pytest.mark.parametrize("name", ["gone.rules", "../outside.rules", "/etc/hostname", "link.rules", "folder"])
def test_rules_outside_of_the_folder_are_not_read(tmp_path: Path, name: str) -> None:
    root = write(tmp_path / "project", {"firebase.json": json.dumps({"firestore": {"rules": name}}), "folder/x": ""})
    (tmp_path / "outside.rules").write_text(FIRESTORE)
    (root / "link.rules").symlink_to(tmp_path / "outside.rules")
    assert described(root) == [("error", [f"Firestore (default): {name} is not a file of this folder"], "")]


def test_one_database_without_a_list(tmp_path: Path) -> None:
    config = {"firestore": {"rules": "a.rules"}, "database": {"rules": "b.json"}, "storage": {"rules": "c.rules"}}
    files = {"firebase.json": json.dumps(config), "a.rules": FIRESTORE, "b.json": RTDB, "c.rules": STORAGE}
    assert [part[2] for part in described(write(tmp_path, files))] == [
        "Firestore (default)", "Realtime Database (default instance)", "Storage",
    ]  # fmt: skip


def test_a_broken_firebase_json_is_one_error(tmp_path: Path) -> None:
    (error,) = parts_of(write(tmp_path, {"firebase.json": "{"}))
    assert isinstance(error, InputError)
    assert error.where == f"{tmp_path / 'firebase.json'}:1:2"


CONVEX = (
    'import { query } from "./_generated/server";\nexport const f = query(async (ctx) => ctx.db.query("a").collect());'
)
AMPLIFY = (
    "import { a } from '@aws-amplify/backend';\nconst s = a.schema({ P: "
    "a.model({}).authorization(allow => [allow.guest()]) });"
)
PLATFORMS: list[tuple[dict[str, str], str, int]] = [
    ({"app/convex/f.ts": CONVEX, "app/convex/f.test.ts": "x", "app/convex/_generated/server.js": "x"}, "convex", 1),
    ({"amplify/data/resource.ts": AMPLIFY, "amplify/backend.ts": "1"}, "amplify", 2),
    ({"src/instant.perms.ts": "export default {};", "src/instant.schema.ts": "1"}, "instantdb", 2),
    ({"pb_migrations/1_a.js": "migrate(() => {})", "pb_migrations/2_b.js": "migrate(() => {})"}, "pocketbase", 2),
    ({"pb_schema.json": "[]"}, "pocketbase", 1),
    ({"appwrite.config.json": "{}", "appwrite.json": "{}"}, "appwrite", 1),
    ({"metadata/version.yaml": "version: 3", "metadata/databases/databases.yaml": "[]", ".env": "A=b"}, "hasura", 3),
    ({"hasura_metadata.json": '{"select_permissions": []}'}, "hasura", 1),
    ({"directus/permissions.json": '[{"action": "read"}]', "directus/policies.json": "[]"}, "directus", 2),
    ({"dataconnect/dataconnect.yaml": "a: b", "dataconnect/web/q.gql": "query Q { a }"}, "firebase-sql-connect", 2),
]


@pytest.mark.parametrize(("files", "kind", "count"), PLATFORMS, ids=[" ".join(files) for files, _, _ in PLATFORMS])
def test_platforms_are_recognised_by_their_files(tmp_path: Path, files: dict[str, str], kind: str, count: int) -> None:
    ((found, paths, _),) = described(write(tmp_path, files))
    assert (found, len(paths)) == (kind, count)


def test_the_folder_of_a_platform_itself_is_recognised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"convex/f.ts": CONVEX})
    monkeypatch.chdir(tmp_path / "convex")
    (part,) = parts_of(Path())
    assert isinstance(part, RulesPart)
    assert part.kind == "convex"
    (answer,) = audit_rules(part, [Requester.ANONYMOUS])
    assert (answer.path, answer.read, answer.certain) == ("f:f", True, True)


def test_several_platforms_of_one_folder(tmp_path: Path) -> None:
    files = {
        "supabase/migrations/1.sql": "create table a (b int);", "convex/f.ts": CONVEX, "appwrite.json": "{}",
        "node_modules/x/convex/f.ts": CONVEX, ".hidden/appwrite.json": "{}",
    }  # fmt: skip
    assert [(kind, paths) for kind, paths, _ in described(write(tmp_path, files))] == [
        ("appwrite", ["appwrite.json"]), ("convex", ["convex/f.ts"]), ("path", ["."]),
    ]  # fmt: skip


def test_a_supabase_folder_deeper_in_a_project(tmp_path: Path) -> None:
    files = {"apps/api/supabase/migrations/1.sql": "create table a (b int);"}
    assert described(write(tmp_path, files)) == [("path", ["apps/api/supabase"], "")]


def test_files_are_recognised_by_content_if_there_is_no_project(tmp_path: Path) -> None:
    files = {"a.rules": FIRESTORE, "readme.txt": "hello", "redis.conf": "protected-mode no\nappendonly yes"}
    assert [paths for _, paths, _ in described(write(tmp_path, files))] == [["a.rules"], ["redis.conf"]]


def test_a_folder_without_rules_is_an_error_that_names_the_known_ones(tmp_path: Path) -> None:
    (error,) = expand([write(tmp_path, {"readme.md": "hello"})])
    assert isinstance(error, InputError)
    assert "firebase.json, supabase/, convex/" in error.advice


def test_large_folders_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MAX_ENTRIES", 3)
    write(tmp_path, {f"{name}.txt": "" for name in "abcd"})
    with pytest.raises(InputError, match="more than 3 files"):
        list(parts_of(tmp_path))


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", {"convex/f.ts": CONVEX})
    root = write(tmp_path / "project", {"readme.md": ""})
    (root / "convex").symlink_to(outside / "convex")
    with pytest.raises(InputError, match="no rules are recognised"):
        list(parts_of(root))


def test_answers_of_a_part_name_its_database(tmp_path: Path) -> None:
    files = {"firebase.json": json.dumps({"firestore": {"rules": "a.rules"}}), "a.rules": FIRESTORE}
    (part,) = parts_of(write(tmp_path, files))
    assert isinstance(part, RulesPart)
    (answer,) = audit_rules(part, [Requester.ANONYMOUS])
    assert (answer.database, answer.kind, answer.file) == (
        "Firestore (default)", "firebase-rules", str(tmp_path / "a.rules"),
    )  # fmt: skip
