"""Who must sign a grant: its own list, and those of the site, each for itself."""

import shutil
from datetime import date
from pathlib import Path

import msgspec
import pytest

from tests.unit.scope.policy.signers import make_key, needs_ssh_keygen, signature
from tieback.model.errors import GrantError
from tieback.model.grant import Depth, Grant, TargetRule
from tieback.scope.audit import AuditLog
from tieback.scope.dialer import Dialer
from tieback.scope.grant import load_grant
from tieback.scope.lease import digest_of
from tieback.scope.policy.approval import Approval, approve_values, load_approved_grant, require_approval

TODAY = date(2026, 11, 25)
GRANT = """
authorised_by = "Office"
contact = "sec@example.test"
not_after = 2099-01-01
"""


class Desk:
    """A grant, a site policy, and keys."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = {name: make_key(folder, name) for name in ("anna", "ben", "cleo", "dora")}
        self.grant = folder / "grant.toml"
        self.never = folder / "never.toml"

    def demand(self, need: int, *names: str) -> str:
        keys = ", ".join(f'"{self.keys[name][1]}"' for name in names)
        return f"[signatures]\nneed = {need}\nkeys = [{keys}]\n"

    def write(self, own: str = "", site: str = "", signers: str = "") -> None:
        for file in self.folder.glob("grant.toml*"):
            file.unlink()
        self.grant.write_text(GRANT + own)
        self.never.write_text(site)
        for number, name in enumerate(signers.split()):
            content = signature(self.keys[name][0], self.grant.read_bytes())
            (self.folder / f"grant.toml.{number}.sig").write_bytes(content)

    def load(self) -> list[str]:
        approved = load_approved_grant(self.grant, self.never, TODAY)
        return [signer.comment for signer in approved.approval.signers]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed")
    return Desk(tmp_path_factory.mktemp("desk"))


@pytest.mark.parametrize(
    ("own", "site", "signers", "lacks"),
    [
        ((), (), "", ""),
        ((), (), "dora", ""),
        ((2, "anna", "ben", "cleo"), (), "anna cleo", ""),
        ((2, "anna", "ben", "cleo"), (), "anna", "the grant demands 2 signatures of its 3 keys, and 1 count"),
        ((2, "anna", "ben", "cleo"), (), "anna anna", "each key counts once"),
        ((1, "anna"), (), "", "the grant demands 1 signature of its 1 key, and 0 count"),
        # The grant cannot choose its own signers if the site lists them.
        ((1, "dora"), (1, "anna", "ben"), "dora", "never.toml demands 1 signature of its 2 keys, and 0 count"),
        ((), (1, "anna", "ben"), "dora", "never.toml demands 1 signature"),
        ((), (2, "anna", "ben"), "anna ben", ""),
        ((1, "dora"), (1, "anna"), "dora anna", ""),
        ((1, "dora"), (1, "anna"), "anna", "the grant demands 1 signature"),
        ((1, "anna"), (1, "anna"), "anna", ""),
    ],
)
def test_each_list_is_satisfied_for_itself(
    desk: Desk, own: tuple[object, ...], site: tuple[object, ...], signers: str, lacks: str
) -> None:
    desk.write(desk.demand(*own) if own else "", desk.demand(*site) if site else "", signers)  # type: ignore[arg-type]
    if not lacks:
        assert sorted(desk.load()) == (sorted(signers.split()) if own or site else [])
        return
    with pytest.raises(GrantError) as caught:
        desk.load()
    assert lacks in str(caught.value)
    assert "tieback grant verify grant.toml" in caught.value.advice


def test_an_edit_needs_new_signatures(desk: Desk) -> None:
    desk.write(desk.demand(1, "anna"), signers="anna")
    assert desk.load() == ["anna"]
    desk.grant.write_text(desk.grant.read_text() + "# a comment\n")
    with pytest.raises(GrantError, match="it was changed after signing"):
        desk.load()


@needs_ssh_keygen
def test_the_dialer_refuses_a_grant_that_was_not_checked(desk: Desk, tmp_path: Path) -> None:
    desk.write(desk.demand(1, "anna"), signers="anna")
    grant = load_grant(desk.grant)
    with AuditLog(tmp_path / "audit.jsonl") as audit:
        with pytest.raises(GrantError, match="the grant demands signatures, and they were not checked"):
            Dialer(grant, audit)
        approved = load_approved_grant(desk.grant, None, TODAY)
        assert Dialer(grant, audit, approval=approved.approval).window() > 0
        deeper = msgspec.structs.replace(grant, target=(TargetRule("127.0.0.1", "any", Depth.SAMPLE),))
        with pytest.raises(GrantError, match="the approval belongs to another grant"):
            Dialer(deeper, audit, approval=approved.approval)


def test_a_grant_without_demands_is_approved() -> None:
    grant = Grant("O", "c@x.test", date(2099, 1, 1))
    assert approve_values(grant) == require_approval(grant, None) == Approval(digest_of(grant))
