"""One service alone probes under a grant, wherever its audit log is."""

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import msgspec
import pytest

from tieback.model.errors import WorkspaceError
from tieback.model.grant import ExcludeRule, Grant, Signatures
from tieback.scope.grant import parse_grant, render_grant
from tieback.scope.lease import LEASE_FOLDER, digest_of, hold_lease
from tieback.storage.workspace import Workspace

GRANT = Grant("Office", "sec@example.test", date(2099, 1, 1))
OTHER = msgspec.structs.replace(GRANT, dns=True)
HOLD = """
import sys, time
from datetime import date
from pathlib import Path
from tieback.model.grant import Grant
from tieback.scope.lease import hold_lease
with hold_lease(Grant("Office", "sec@example.test", date(2099, 1, 1)), Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_lease_names_its_holder_and_dies_with_the_process(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        busy = rf"another process \({holder.pid}, since 2\d\d\d-\d\d-\d\d \d\d:\d\d UTC\) is probing under this grant"
        with pytest.raises(WorkspaceError, match=busy) as caught, hold_lease(GRANT, tmp_path):
            pass
        assert len(caught.value.diagnostics().splitlines()) == 1
        with pytest.raises(WorkspaceError, match=busy), hold_lease(GRANT, tmp_path / "elsewhere"):
            pass
        with hold_lease(OTHER, tmp_path):
            pass
        holder.kill()
    with hold_lease(GRANT, tmp_path):
        pass


def test_a_workspace_and_a_command_beside_it_know_of_each_other(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace:
        busy = rf"another process \({os.getpid()}, since"
        with (
            workspace.grant_lease(digest_of(GRANT)),
            pytest.raises(WorkspaceError, match=busy),
            hold_lease(GRANT, tmp_path),
        ):
            pass
        with (
            hold_lease(GRANT, tmp_path),
            pytest.raises(WorkspaceError, match="another process"),
            workspace.grant_lease(digest_of(GRANT)),
        ):
            pass
    assert not (tmp_path / LEASE_FOLDER).exists()


def test_two_workspaces_know_of_each_other(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "a") as one, Workspace.open(tmp_path / "b") as other:
        with (
            one.grant_lease(digest_of(GRANT)),
            pytest.raises(WorkspaceError, match="is probing under this grant"),
            other.grant_lease(digest_of(GRANT)),
        ):
            pass
        with other.grant_lease(digest_of(GRANT)):
            pass


def test_users_with_a_common_folder_exclude_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with hold_lease(GRANT, tmp_path):
        monkeypatch.setenv("TIEBACK_STATE", str(tmp_path / "other user"))
        with pytest.raises(WorkspaceError, match="is probing under this grant"), hold_lease(GRANT, tmp_path):
            pass


def test_a_folder_that_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / LEASE_FOLDER).write_text("a file")
    with pytest.raises(WorkspaceError, match=re.escape("cannot lock the grant")), hold_lease(GRANT, tmp_path):
        pass
    monkeypatch.setenv("TIEBACK_STATE", str(tmp_path / LEASE_FOLDER / "state"))
    with pytest.raises(WorkspaceError, match="the folder for your state cannot be used"), hold_lease(GRANT, tmp_path):
        pass


def test_digest_depends_only_on_the_values() -> None:
    rendered = render_grant(GRANT)
    bare = "\n".join(line for line in rendered.splitlines() if not line.startswith("#"))
    assert bare != rendered
    assert digest_of(parse_grant(bare, "")) == digest_of(parse_grant(rendered, "")) == digest_of(GRANT)
    assert digest_of(OTHER) != digest_of(GRANT)
    for change in ({"exclude": (ExcludeRule("127.0.0.9"),)}, {"signatures": Signatures(1, ("ssh-ed25519 AAAA",))}):
        assert digest_of(msgspec.structs.replace(GRANT, **change)) != digest_of(GRANT)
    one, other = ({"a.test": "127.0.0.1", "b.test": "127.0.0.2"}, {"b.test": "127.0.0.2", "a.test": "127.0.0.1"})
    first, second = (msgspec.structs.replace(GRANT, hosts=hosts) for hosts in (one, other))
    assert digest_of(first) == digest_of(second)


def test_digest_is_fixed() -> None:
    """Two releases under one grant exclude each other only if their digests are equal."""
    assert digest_of(GRANT)[:16] == "54236b617f86d5d5"
