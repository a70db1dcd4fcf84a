"""Folders with rule files: which files count, and in which order."""

import os
from pathlib import Path

import pytest

from tests.unit.userrules.test_parse import ALL, RANSOM, SDK
from tieback.model.errors import UsageError
from tieback.userrules.folders import MAX_FILES, RuleFolder, load_rules, read_rules


def folder(path: Path, **files: str) -> RuleFolder:
    path.mkdir(exist_ok=True)
    for name, text in files.items():
        (path / f"{name}.toml").write_text(text)
    return RuleFolder(path, "option")


def test_the_rules_of_all_files_are_one_set(tmp_path: Path) -> None:
    one = folder(tmp_path / "one", b=RANSOM)
    two = folder(tmp_path / "two", a=SDK)
    rules = load_rules([one, two])
    assert [Path(file.path).name for file in rules.files] == ["b.toml", "a.toml"]
    assert [file.rules for file in rules.files] == [1, 1]
    assert [rule.id for rule in rules.ransom] == ["acme-notes"]
    assert [rule.id for rule in rules.sdk_hosts] == ["acme-ads"]
    assert rules.places["acme-ads"] == f"{tmp_path / 'two' / 'a.toml'}, line 2"


def test_the_hash_changes_with_the_content(tmp_path: Path) -> None:
    first = load_rules([folder(tmp_path / "one", a=ALL)])
    again = load_rules([folder(tmp_path / "two", a=ALL)])
    other = load_rules([folder(tmp_path / "three", a=ALL.replace("zz_pay_us", "zz_pay_me"))])
    assert first.sha256 == again.sha256 != other.sha256


def test_an_id_is_used_once_in_all_files(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        load_rules([folder(tmp_path / "one", a=SDK), folder(tmp_path / "two", a=SDK)])
    assert "the id `acme-ads` is used twice" in refused.value.what
    assert str(tmp_path / "one" / "a.toml") in refused.value.what


def test_other_files_hidden_files_and_folders_below_are_not_read(tmp_path: Path) -> None:
    place = folder(tmp_path / "one", a=SDK)
    (tmp_path / "one" / "notes.txt").write_text("x")
    (tmp_path / "one" / ".old.toml").write_text("x")
    (tmp_path / "one" / "below").mkdir()
    (tmp_path / "one" / "below" / "b.toml").write_text("x")
    assert len(load_rules([place]).files) == 1


def test_links_pipes_and_folders_with_a_name_of_a_rule_file_are_mistakes(tmp_path: Path) -> None:
    outside = tmp_path / "outside.toml"
    outside.write_text(SDK)
    place = folder(tmp_path / "one")
    (tmp_path / "one" / "a.toml").symlink_to(outside)
    os.mkfifo(tmp_path / "one" / "b.toml")
    (tmp_path / "one" / "c.toml").mkdir()
    reading = read_rules([place])
    assert reading.rules.files == ()
    assert [one.what.split(";")[0] for one in reading.mistakes] == ["is a link"] + ["is not a regular file"] * 2


def test_a_file_in_a_workspace_that_others_can_write_is_a_mistake(tmp_path: Path) -> None:
    place = RuleFolder(folder(tmp_path / "one", a=SDK).path, "workspace")
    assert read_rules([place]).mistakes == ()
    (tmp_path / "one" / "a.toml").chmod(0o666)
    assert "can be written by others" in read_rules([place]).mistakes[0].what


def test_too_many_files_are_a_mistake(tmp_path: Path) -> None:
    place = folder(tmp_path / "one", **{f"f{n:03}": "" for n in range(MAX_FILES + 1)})
    assert [one.what for one in read_rules([place]).mistakes] == [f"has more than {MAX_FILES} rule files"]


def test_a_missing_folder_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the folder cannot be read"):
        load_rules([RuleFolder(tmp_path / "none", "option")])


def test_files_that_are_no_rule_files_are_counted(tmp_path: Path) -> None:
    place = folder(tmp_path / "one", a=SDK)
    for name in ("b.tml", "README.md", ".hidden.toml"):
        (tmp_path / "one" / name).write_text(SDK)
    (tmp_path / "one" / "below").mkdir()
    reading = read_rules([place])
    assert {one.text for one in reading.skipped} == {
        ".hidden.toml was not read: hidden",
        "below was not read: folder in a folder of rules",
        "2 files were not read, such as README.md: not rule files (.toml)",
    }
    assert len(reading.rules.files) == 1
    assert read_rules([folder(tmp_path / "two", a=SDK)]).skipped == ()
