"""The rules of folders: every ``*.toml`` in them, not in folders below. Links are refused: a file counts as it is.

A rule never changes a rule of another file: ids are unique over all files.
"""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from tieback.model.errors import UsageError
from tieback.model.skipped import HIDDEN, OnSkipped, SkippedCount, SkippedFiles
from tieback.model.unit import path_text
from tieback.userrules.model import RuleFile, UserRules
from tieback.userrules.parse import FIELDS, MAX_FILE_BYTES, MAX_RULES, FileRule, RuleMistake, parse_rules

MAX_FILES = 100
"""Most rule files of one folder."""
_MAX_ENTRIES = 2000
_SHOWN = 5
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


class RuleFolder(msgspec.Struct, frozen=True):
    """A folder with rule files."""

    path: Path
    origin: Literal["option", "user", "workspace"]


class RuleReading(msgspec.Struct, frozen=True):
    """The rules of some folders, and the mistakes in them."""

    rules: UserRules
    mistakes: tuple[RuleMistake, ...]
    skipped: tuple[SkippedFiles, ...] = ()
    """Files of the folders that are no rule files, by folder and reason."""


def read_rules(folders: Iterable[RuleFolder]) -> RuleReading:
    """Read all rule files of the folders, in the order of the folders and of the names."""
    found: dict[str, list[Any]] = {field: [] for field in FIELDS.values()}
    files: list[RuleFile] = []
    mistakes: list[RuleMistake] = []
    skipped: list[SkippedFiles] = []
    places: dict[str, str] = {}
    whole = hashlib.sha256()
    for folder in folders:
        for path in _files(folder, mistakes, skipped.append):
            data = _read(path, folder, mistakes)
            if data is None:
                continue
            count = 0
            for one in parse_rules(data, str(path)):
                if isinstance(one, FileRule) and one.rule.id in places:
                    what = f"the id `{one.rule.id}` is used twice; the other one is in {places[one.rule.id]}"
                    mistakes.append(RuleMistake(str(path), one.line, what, one.rule.id))
                elif isinstance(one, FileRule):
                    places[one.rule.id] = f"{path}, line {one.line}"
                    found[FIELDS[one.table]].append(one.rule)
                    count += 1
                else:
                    mistakes.append(one)
            digest = hashlib.sha256(data).hexdigest()
            whole.update(digest.encode())
            files.append(RuleFile(str(path), folder.origin, digest, count))
    if len(places) > MAX_RULES:
        mistakes.append(RuleMistake(files[-1].path, 0, f"with this file there are more than {MAX_RULES:,} rules"))
    rules = UserRules(
        files=tuple(files),
        sha256=whole.hexdigest(),
        places=places,
        **{field: tuple(values) for field, values in found.items()},
    )
    return RuleReading(rules, tuple(mistakes), tuple(skipped))


def load_rules(folders: Iterable[RuleFolder]) -> UserRules:
    """The rules of the folders.

    Raises:
        UsageError: a folder or a file cannot be read, or has a mistake.
    """
    reading = read_rules(folders)
    refuse(reading.mistakes)
    return reading.rules


def refuse(mistakes: tuple[RuleMistake, ...]) -> None:
    """Stop at mistakes in rule files.

    Raises:
        UsageError: there is one.
    """
    if not mistakes:
        return
    first, *others = mistakes[:_SHOWN]
    rest = "".join(f"; {one.where}: {one.what}" for one in others)
    more = f"; and {len(mistakes) - _SHOWN} more" if len(mistakes) > _SHOWN else ""
    raise UsageError(
        f"{first.what}{rest}{more}", where=first.where, advice="Correct it, and check with `tieback rules check`"
    )


def _files(folder: RuleFolder, mistakes: list[RuleMistake], skipped: OnSkipped) -> Iterator[Path]:
    try:
        with os.scandir(folder.path) as entries:
            found = {
                entry.name: entry.is_dir(follow_symlinks=False)
                for _, entry in zip(range(_MAX_ENTRIES), entries, strict=False)
            }
    except OSError as error:
        mistakes.append(RuleMistake(str(folder.path), 0, f"the folder cannot be read ({error.strerror or error})"))
        return
    names = sorted(name for name in found if name.endswith(".toml") and not name.startswith("."))
    passed = SkippedCount()
    for name in sorted(found.keys() - set(names)):
        why = "folders in a folder of rules" if found[name] else "not rule files (.toml)"
        passed.add(HIDDEN if name.startswith(".") else why, path_text(Path(name)))
    passed.report(path_text(folder.path), skipped)
    if not names and folder.origin == "option":
        mistakes.append(RuleMistake(str(folder.path), 0, "the folder has no rule file (a file that ends in .toml)"))
    if len(names) > MAX_FILES:
        mistakes.append(RuleMistake(str(folder.path), 0, f"has more than {MAX_FILES} rule files"))
    yield from (folder.path / name for name in names[:MAX_FILES])


def _read(path: Path, folder: RuleFolder, mistakes: list[RuleMistake]) -> bytes | None:
    """The content of a regular file; otherwise ``None``, and why."""
    try:
        # Not blocking: the file could be a pipe.
        number = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
        try:
            what = _refusal(os.fstat(number), folder)
            if not what:
                with open(number, "rb", closefd=False) as file:
                    return file.read(MAX_FILE_BYTES + 1)
        finally:
            os.close(number)
    except OSError as error:
        what = "is a link; copy the file" if path.is_symlink() else f"cannot be read ({error.strerror or error})"
    mistakes.append(RuleMistake(str(path), 0, what))
    return None


def _refusal(status: os.stat_result, folder: RuleFolder) -> str:
    if not stat.S_ISREG(status.st_mode):
        return "is not a regular file; remove it"
    if folder.origin == "workspace" and (status.st_uid != os.geteuid() or status.st_mode & _OTHERS_WRITE):
        return "can be written by others; make it yours, with mode 0600"
    return ""
