"""``tieback workspace``, as a user sees it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tieback.cli.workspace import app
from tieback.model.errors import UsageError, WorkspaceError
from tieback.model.unit import Unit
from tieback.pipeline.accounts.problems import NoSuchAccountError
from tieback.storage.ledger.accounts import StoredUser
from tieback.storage.workspace import SCHEMA, Workspace


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_where_the_ledger_is(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace:
        workspace.ledger.claim([Unit("a" * 64, "v1", "a.apk", 1)], "run", 60)
    shown = run("show", "-w", tmp_path)
    assert shown.stdout == f"ledger: {tmp_path}/ledger.db (schema {SCHEMA})\nunits:  1 leased\n"
    told = json.loads(run("show", "-w", tmp_path, "--format", "json").stdout)
    assert (told["ledger"], told["units"]) == (f"{tmp_path}/ledger.db", {"leased": 1})


def test_show_creates_no_workspace(tmp_path: Path) -> None:
    result = run("show", "-w", tmp_path / "none")
    assert isinstance(result.exception, WorkspaceError)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("words", [("--help",), ("show", "--help")])
def test_help_describes_the_workspace(words: tuple[str, ...]) -> None:
    assert "ledger" in run(*words).stdout


def test_own_domains_are_set_shown_and_removed(tmp_path: Path) -> None:
    Workspace.open(tmp_path).close()
    assert run("domains", "-w", tmp_path).stdout == ""
    assert run("domains", "-w", tmp_path, "B\u00fccher.test", "@Acme.Test").stdout == "acme.test\nxn--bcher-kva.test\n"
    told = json.loads(run("domains", "-w", tmp_path, "--format", "json").stdout)
    assert told["domains"] == ["acme.test", "xn--bcher-kva.test"]
    assert (tmp_path / "domains.toml").stat().st_mode & 0o777 == 0o600
    assert run("domains", "-w", tmp_path, "--none").stdout == ""
    assert run("domains", "-w", tmp_path).stdout == ""


@pytest.mark.parametrize("words", [("acme",), ("a b.test",), ("192.0.2.1",), ("",), ("acme.test", "--none")])
def test_what_is_no_domain_changes_nothing(tmp_path: Path, words: tuple[str, ...]) -> None:
    Workspace.open(tmp_path).close()
    run("domains", "-w", tmp_path, "acme.test")
    result = run("domains", "-w", tmp_path, *words)
    assert isinstance(result.exception, UsageError)
    assert run("domains", "-w", tmp_path).stdout == "acme.test\n"


@pytest.mark.parametrize("content", ["domains = 1", "other = []", "[", 'domains = ["acme"]', "\xff"])
def test_a_damaged_list_of_domains_is_an_error(tmp_path: Path, content: str) -> None:
    Workspace.open(tmp_path).close()
    (tmp_path / "domains.toml").write_bytes(content.encode("latin-1"))
    assert isinstance(run("domains", "-w", tmp_path).exception, WorkspaceError)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    Workspace.open(tmp_path / "w").close()
    (tmp_path / "else.toml").write_text('domains = ["acme.test"]')
    (tmp_path / "w" / "domains.toml").symlink_to(tmp_path / "else.toml")
    assert isinstance(run("domains", "-w", tmp_path / "w").exception, WorkspaceError)


def _with_users(path: Path) -> None:
    with Workspace.open(path) as workspace:
        for key, name, role, issuer in (("u1", "root", "admin", None), ("u2", "ben@idp.test", "viewer", "https://idp")):
            user = StoredUser(
                id=key, name=name, display="\x1b[31m" + name, role=role, issuer=issuer, subject=issuer, created=1.0
            )
            workspace.ledger.accounts.add_user(user, [])


def test_users_are_listed(tmp_path: Path) -> None:
    Workspace.open(tmp_path).close()
    assert "the link for the first administrator" in run("users", "-w", tmp_path).stderr
    _with_users(tmp_path)
    shown = run("users", "-w", tmp_path).stdout
    assert "\x1b" not in shown
    assert -1 < shown.index("ben@idp.test") < shown.index("admin")
    first, _ = (json.loads(line) for line in run("users", "-w", tmp_path, "--format", "json").stdout.splitlines())
    assert (first["name"], first["role"], first["provider"]) == ("ben@idp.test", "viewer", True)
    assert "password" in first
    assert isinstance(first["password"], bool)


def test_a_user_is_removed_and_the_last_administrator_is_not(tmp_path: Path) -> None:
    _with_users(tmp_path)
    unsure = run("remove-user", "ben@idp.test", "-w", tmp_path)
    assert isinstance(unsure.exception, UsageError)
    assert "creates this user again" in unsure.stderr
    done = run("remove-user", "ben@idp.test", "--yes", "-w", tmp_path)
    assert (done.exit_code, "the audit log keeps the name" in done.stderr) == (0, True)
    last = run("remove-user", "root", "--yes", "-w", tmp_path)
    assert "last administrator" in str(last.exception)
    assert isinstance(run("remove-user", "eve", "--yes", "-w", tmp_path).exception, NoSuchAccountError)
    with Workspace.open(tmp_path, create=False) as workspace:
        assert [user.name for user in workspace.ledger.accounts.users()] == ["root"]
        (line,) = workspace.ledger.accounts.log()
        assert (line.event, line.by, line.fields["user"]) == ("user removed", "terminal of the server", "ben@idp.test")
