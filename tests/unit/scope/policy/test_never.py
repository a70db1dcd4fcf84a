"""Site policies: they only add, and a damaged one stops everything."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.model.errors import GrantError
from tieback.scope.policy import never
from tieback.scope.policy.never import load_site_policy, policy_places
from tieback.user_state import configuration_folder

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKLeJfv4Jg0QqYNZZyt7PiTCpp1nHjLXe7fC9ZHoxOjf anna"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A system folder and a user's folder; the environment."""
    monkeypatch.setattr(never, "SYSTEM_FOLDER", tmp_path / "etc")
    (tmp_path / "etc").mkdir()
    (tmp_path / "home" / ".config" / "tieback").mkdir(parents=True)
    return {"HOME": str(tmp_path / "home")}


def test_all_files_count(tmp_path: Path, site: dict[str, str]) -> None:
    assert load_site_policy(environment=site).rules == ()
    (tmp_path / "etc" / "never.toml").write_text('# ours\n[[exclude]]\nmatch = "10.0.0.0/8"\nreason = "wards"\n')
    (tmp_path / "home/.config/tieback/never.toml").write_text(
        '[[exclude]]\nmatch = "a.test"\n[[exclude]]\nmatch="*.b.test"'
    )
    (tmp_path / "more.toml").write_text('[[exclude]]\nports = [22]\nmatch = "::1"\n')
    found = load_site_policy(tmp_path / "more.toml", site)
    assert [(rule.rule.match, rule.where) for rule in found.rules] == [
        ("10.0.0.0/8", f"{tmp_path}/etc/never.toml line 3"),
        ("a.test", "~/.config/tieback/never.toml line 2"),
        ("*.b.test", "~/.config/tieback/never.toml line 4"),
        ("::1", f"{tmp_path}/more.toml line 3"),
    ]
    assert [len(file.sha256) for file in found.files] == [64, 64, 64]


def test_no_source_replaces_another(tmp_path: Path, site: dict[str, str]) -> None:
    for name in ("variable.toml", "option.toml"):
        (tmp_path / name).write_text(f'[[exclude]]\nmatch = "{name}.test"\n')
    environment = site | {"TIEBACK_NEVER": str(tmp_path / "variable.toml")}
    found = load_site_policy(tmp_path / "option.toml", environment)
    assert [rule.rule.match for rule in found.rules] == ["variable.toml.test", "option.toml.test"]
    with pytest.raises(GrantError, match=r"gone\.toml: cannot be read"):
        load_site_policy(None, site | {"TIEBACK_NEVER": str(tmp_path / "gone.toml")})


def test_every_file_can_forbid_a_permission(tmp_path: Path, site: dict[str, str]) -> None:
    assert load_site_policy(environment=site).forbids == frozenset()
    (tmp_path / "etc" / "never.toml").write_text('forbid = ["mcp"]\n')
    (tmp_path / "option.toml").write_text('forbid = ["scans", "mcp"]\n')
    found = load_site_policy(tmp_path / "option.toml", site)
    assert [sorted(file.forbids) for file in found.files] == [["mcp"], ["mcp", "scans"]]
    assert found.forbids == {"mcp", "scans"}


def test_places(tmp_path: Path, site: dict[str, str]) -> None:
    user = tmp_path / "home/.config/tieback/never.toml"
    assert policy_places(None, site) == [tmp_path / "etc" / "never.toml", user]
    assert policy_places(None, site | {"XDG_CONFIG_HOME": "/x"})[1] == Path("/x/tieback/never.toml")
    assert policy_places(None, site | {"XDG_CONFIG_HOME": "x"})[1] == user
    assert configuration_folder({}) == Path.home() / ".config" / "tieback"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[exclude]]\nmatch = "10.0.0.1/8"\n', ", line 2: `match` in exclude 1: '10.0.0.1/8' has bits set"),
        ('[[exclude]]\nmatch = "10.0.0.0/8"\nport = [1]\n', ", line 3: unknown key `port` in exclude 1"),
        ('[[exclude]]\nreason = "x"\n', ", line 1: missing key `match` in exclude 1"),
        ("[[excludes]]\n", ", line 1: unknown key `excludes` (did you mean `exclude`?)"),
        ("[exclude]\n", "write [[exclude]] with two brackets"),
        ("exclude = 1\n", "`exclude`"),
        ('[[exclude]]\nmatch = "a.test"\nreason = "a\\nb"\n', ", line 3: `reason` in exclude 1: must be one line"),
        ('[[target]]\nmatch = "a.test"\n', "unknown key `target`"),
        ("signatures = 1\n", "`signatures`"),
        ("[signatures]\nneed = 1\n", ", line 1: missing key `keys` in [signatures]"),
        (f'[signatures]\nneed = 2\nkeys = ["{KEY}"]\n', ", line 2: `need` in [signatures]: 2 is not between 1 and"),
        (f'[signatures]\nneed = 0\nkeys = ["{KEY}"]\n', "`need` in [signatures]: 0 is not between 1 and"),
        (f'[signatures]\nneed = 1\nkeys = ["{KEY}", "{KEY} b"]\n', "is listed twice; each key counts once"),
        (
            '[signatures]\nneed = 1\nkeys = ["x"]\n',
            "`keys` in [signatures]: 'x' is not a line of an OpenSSH public key",
        ),
        ('forbid = ["writes"]\n', ", line 1: `forbid`"),
        ('forbid = "mcp"\n', ", line 1: `forbid`"),
        ("= 1", ", line 1: is not TOML"),
        ("\x00", "is not TOML"),
    ],
)
@pytest.mark.parametrize("place", ["etc/never.toml", "home/.config/tieback/never.toml", "named.toml"])
def test_a_damaged_file_is_an_error(tmp_path: Path, site: dict[str, str], place: str, text: str, says: str) -> None:
    (tmp_path / place).write_text(text)
    with pytest.raises(GrantError) as caught:
        load_site_policy(tmp_path / place if place == "named.toml" else None, site)
    said = caught.value.diagnostics()
    assert said.startswith(f"{tmp_path}/{place}")
    assert says in said
    assert said.endswith("Nothing is contacted until this file can be read and is correct")


def test_what_cannot_be_read_is_an_error(tmp_path: Path, site: dict[str, str]) -> None:
    place = tmp_path / "etc" / "never.toml"
    place.write_bytes(b"\xff")
    with pytest.raises(GrantError, match="is not UTF-8"):
        load_site_policy(environment=site)
    place.write_bytes(b"#" * (4 * 1024 * 1024 + 1))
    with pytest.raises(GrantError, match="is larger than"):
        load_site_policy(environment=site)
    place.unlink()
    place.symlink_to(tmp_path / "gone")
    with pytest.raises(GrantError, match="No such file"):
        load_site_policy(environment=site)
    place.unlink()
    for make in (Path.mkdir, os.mkfifo):
        make(place)
        with pytest.raises(GrantError, match="is not a regular file"):
            load_site_policy(environment=site)
        place.rmdir() if place.is_dir() else place.unlink()
    with pytest.raises(GrantError, match=r"gone\.toml: cannot be read"):
        load_site_policy(tmp_path / "gone.toml", site)


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from(["[[exclude]]", 'match = "a.test"', "ports = [1]", "[signatures]"])).map("\n".join)
)
@settings(max_examples=examples(100), deadline=None)
def test_any_text_is_a_policy_or_one_error_line(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("never") / "never.toml"
    path.write_text(text, encoding="utf-8", errors="replace")
    try:
        found = load_site_policy(path, {"HOME": str(path.parent)})
    except GrantError as error:
        assert len(error.diagnostics().splitlines()) == 1  # noqa: PT017 - either outcome is right
    else:
        assert [len(file.sha256) for file in found.files][-1:] == [64]
