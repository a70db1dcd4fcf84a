"""A Supabase project or a folder of migrations as one state: all files in their order, and ``config.toml``.

Source: https://supabase.com/docs/guides/local-development/overview and
https://supabase.com/docs/guides/local-development/cli/config. Migrations run in the order of their names. Declarative
schemas (``schemas/``) are read only if there are no migrations, because migrations contain them.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tieback.model.errors import InputError
from tieback.posture.rules.source import RulesText, load_text
from tieback.posture.rules.sql import supabase
from tieback.posture.rules.sql.schema import Problem
from tieback.posture.rules.sql.settings import ProjectSettings, read_settings
from tieback.posture.rules.sql.statements import apply
from tieback.posture.rules.sql_policies import SqlSchema

MAX_FILES = 5_000
MAX_BYTES = 64 << 20
"""Maximum bytes of all files of a project."""
_NUMBERED = re.compile(r"\d+[_-].*\.sql$", re.IGNORECASE)


@dataclass(slots=True)
class ProjectRules:
    """What was read."""

    schema: SqlSchema
    texts: list[RulesText]
    errors: list[InputError] = field(default_factory=list)
    """Files that could not be read."""


class _Lines:
    """Lines of all files, one after another."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._files: list[str] = []
        self._next = 1

    def add(self, path: str, count: int) -> int:
        """Add a file; returns the number before its first line."""
        begin = self._next
        self._starts.append(begin)
        self._files.append(path)
        self._next += count + 1
        return begin - 1

    def locate(self, line: int) -> tuple[str, int]:
        """File and line of a line."""
        at = bisect_right(self._starts, line) - 1
        if at < 0:
            return "", 0
        return self._files[at], line - self._starts[at] + 1


def is_project(folder: Path) -> bool:
    """True if a folder is a Supabase project or contains SQL files."""
    return bool(sql_files(folder)) or config_file(folder) is not None


def root_of(folder: Path) -> Path:
    """The ``supabase`` folder of a project, or the folder itself."""
    inner = folder / "supabase"
    return inner if inner.is_dir() and not (folder / "migrations").is_dir() else folder


def config_file(folder: Path) -> Path | None:
    """The project's ``config.toml``."""
    root = root_of(folder)
    for place in (root, root.parent if root.name == "migrations" else root):
        found = place / "config.toml"
        if found.is_file() and (place.name == "supabase" or (place / "migrations").is_dir()):
            return found
    return None


def sql_files(folder: Path) -> list[Path]:
    """The SQL files of a project in the order in which they are executed."""
    root = root_of(folder)
    found = [*_sql(root, "roles.sql"), *_migrations(root / "migrations")]
    if not _migrations(root / "migrations"):
        found += sorted((root / "schemas").rglob("*.sql")) if (root / "schemas").is_dir() else []
    if len(found) <= len(_sql(root, "roles.sql")) and root.name != "supabase":
        found = sorted(path for path in root.glob("*.sql") if path.is_file())
    else:
        found += _sql(root, "seed.sql")
        found += sorted((root / "seeds").glob("*.sql")) if (root / "seeds").is_dir() else []
    return [path for path in found if not path.is_symlink()][:MAX_FILES]


def _sql(root: Path, name: str) -> list[Path]:
    return [root / name] if (root / name).is_file() else []


def _migrations(folder: Path) -> list[Path]:
    """Migrations in a folder, or in folders in it (``20240101_name/migration.sql``)."""
    if not folder.is_dir():
        return []
    plain = [path for path in folder.glob("*.sql") if not path.name.endswith(".down.sql")]
    nested = list(folder.glob("*/migration.sql")) or list(folder.glob("*/up.sql"))
    return sorted(plain or nested)


def grouped(files: Sequence[Path]) -> list[Path | tuple[Path, ...]]:
    """Files to audit; migrations of one folder are one item.

    Files are migrations if their folder is named ``migrations`` or all their names begin with a number.
    """
    by_folder: dict[Path, list[Path]] = {}
    for file in files:
        if file.suffix.lower() == ".sql":
            by_folder.setdefault(file.parent, []).append(file)
    together = {
        folder: tuple(sorted(each))
        for folder, each in by_folder.items()
        if len(each) > 1 and (folder.name == "migrations" or all(_NUMBERED.match(one.name) for one in each))
    }
    found: list[Path | tuple[Path, ...]] = []
    done: set[Path] = set()
    for file in files:
        group = together.get(file.parent) if file.suffix.lower() == ".sql" else None
        if group is None:
            found.append(file)
        elif file.parent not in done:
            done.add(file.parent)
            found.append(group)
    return found


def read_folder(folder: Path) -> ProjectRules:
    """Read a project.

    Raises:
        InputError: it has no SQL files, or more than can be read.
    """
    files = sql_files(folder)
    config = config_file(folder)
    if not files and config is None:
        raise InputError(
            "the folder has no SQL files and no supabase/config.toml",
            where=str(folder),
            advice="Name a Supabase project, a folder of migrations, or the files",
        )
    return read_files(files, config)


def read_files(files: Sequence[Path], config: Path | None = None) -> ProjectRules:
    """Read files as one state, in their order.

    Raises:
        InputError: they are longer than ``MAX_BYTES``.
    """
    lines = _Lines()
    texts: list[RulesText] = []
    errors: list[InputError] = []
    total = 0
    for file in files:
        try:
            text = load_text(file)
        except InputError as error:
            errors.append(error)
            continue
        total += len(text.text)
        if total > MAX_BYTES:
            raise InputError(f"longer than {MAX_BYTES >> 20} MiB in all", where=str(file), advice="Name fewer files")
        texts.append(text)
    database = supabase.database_for("\n".join(text.text for text in texts))
    for text in texts:
        before = lines.add(text.path, text.text.count("\n") + 1)
        try:
            apply.load(database, text, before)
        except InputError as error:
            errors.append(error)
            database.problems.append(Problem(before + 1, str(error), "all", matters=True))
    database.problems += [Problem(0, str(one), "all", matters=True) for one in errors if not one.where.count(":")]
    settings = _settings(config, lines, errors) if config is not None else ProjectSettings()
    for bucket in settings.buckets:
        database.buckets[bucket.name] = bucket
    schema = SqlSchema(database, settings, lines.locate)
    return ProjectRules(schema, texts, errors)


def _settings(config: Path, lines: _Lines, errors: list[InputError]) -> ProjectSettings:
    """The settings of ``config.toml``; without them if it cannot be read."""
    try:
        text = load_text(config)
        return read_settings(text, lines.add(text.path, text.text.count("\n") + 1))
    except tomllib.TOMLDecodeError as error:
        errors.append(InputError(str(error), where=str(config), advice="Fix the file"))
    except RecursionError:
        errors.append(InputError("nested too deeply", where=str(config)))
    except InputError as error:
        errors.append(error)
    return ProjectSettings()
