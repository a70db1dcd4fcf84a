"""Defaults of options from two TOML files: the user's configuration, and the ``tieback.toml`` of a project.

The user's file is ``$XDG_CONFIG_HOME/tieback/config.toml`` (``~/.config/tieback/config.toml``). It may set any option.
A project's file is read in the working directory. Everyone who may change the project may change that file, so it sets
only output formats and files inside the project. Any other key is an error: a gate that looks set, but is not, is worse
than a failed command.

A key is the name of an option without its dashes. The table ``[defaults]`` applies to every command that has this
option, ``[scan]`` to one command, ``[case]`` to a group, ``[case.list]`` to a command of a group. The inner value wins;
a project's file wins over the user's; the environment and the command line win over both.
"""

import difflib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from tieback.cli.formats import FORMATS as FORMAT_NAMES
from tieback.cli.formats import OLD_NAMES
from tieback.model.errors import UsageError
from tieback.user_state import expand_home, home_folder

MAX_FILE = 64 * 1024
PROJECT_FILE = Path("tieback.toml")
DEFAULTS = "defaults"
"""Table of options for all commands; no command has this name."""
FORMATS = frozenset({"format", "as"})
"""Options of output formats; a project may set them."""
PATHS = frozenset({"out", "report"})
"""Options of files and folders to write; a project may set them to places inside the project."""
NOT_OPTIONS = frozenset({"help", "version", "install-completion", "show-completion", "no-project-file"})
PLUGINS = frozenset({"plugins.readers", "plugins.renderers"})
"""Keys of the user's file that are no options: which plug-ins may run (``pipeline.plugins``)."""
SHARED = frozenset({"workspace", "format", "out", "data", "grant", "workers", "policy", "by", "run"})
"""Options that many commands have: ``[defaults]`` is not checked against all commands each time."""
_HEADER = re.compile(r"^\s*\[\[?([^\[\]]+)\]\]?\s*(?:#.*)?$")
_ASSIGNMENT = re.compile(r"^\s*([\w\"'.-]+)\s*=")


class Origin(StrEnum):
    """Where a value comes from, weakest first."""

    DEFAULT = "default"
    USER = "user file"
    PROJECT = "project file"
    ENVIRONMENT = "environment"
    OPTION = "option"


class Setting(NamedTuple):
    """One key of a configuration file."""

    path: tuple[str, ...]
    """The tables around the key: words of a command; empty for ``[defaults]``."""
    option: str
    """Name of the option, without dashes."""
    value: Any
    """The value in TOML."""
    origin: Origin
    file: Path
    line: int
    """1-based; 0 if unknown."""

    @property
    def key(self) -> str:
        """The whole key, such as ``scan.fail-on``."""
        return ".".join((*(self.path or (DEFAULTS,)), self.option))

    @property
    def where(self) -> str:
        """File, line and key, for errors."""
        return f"{self.file}:{self.line}: {self.key}" if self.line else f"{self.file}: {self.key}"


def user_file(environment: Mapping[str, str]) -> Path:
    """Path of the user's configuration. A relative ``XDG_CONFIG_HOME`` is ignored, as its specification says."""
    folder = Path(environment.get("XDG_CONFIG_HOME", ""))
    if not folder.is_absolute():
        folder = home_folder(environment) / ".config"
    return folder / "tieback" / "config.toml"


def load_settings(environment: Mapping[str, str], *, project: bool = True) -> list[Setting]:
    """The keys of both files, those of the user's file first.

    Args:
        environment: variables of the process.
        project: False to ignore the file of the project.

    Raises:
        UsageError: a file cannot be read, is not TOML, or sets what it must not.
    """
    found = [one for one in read_settings(user_file(environment), Origin.USER) if one.key not in PLUGINS]
    if project:
        found += check_project(read_settings(PROJECT_FILE, Origin.PROJECT), Path.cwd())
    return found


def read_settings(path: Path, origin: Origin) -> Iterator[Setting]:
    """The keys of a file, in its order; none if there is no such file.

    Raises:
        UsageError: the file cannot be read, or is not TOML.
    """
    text = _read(path, origin)
    if text is None:
        return
    import tomllib

    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"not TOML ({error})", where=str(path), advice="Correct this line") from None
    yield from _walk(tables, (), origin, path, text)


def _read(path: Path, origin: Origin) -> str | None:
    try:
        if origin is Origin.PROJECT and path.is_symlink():
            raise UsageError("a symbolic link is not read", where=str(path), advice="Replace it by a regular file")
        # Not blocking: the file could be a pipe.
        number = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UsageError(f"cannot be read ({error.strerror})", where=str(path), advice="Check permissions") from None
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise UsageError("not a regular file", where=str(path), advice="Replace or remove it")
    with os.fdopen(number, "rb") as file:
        data = file.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise UsageError(f"longer than {MAX_FILE // 1024} KiB", where=str(path), advice="Remove what is not needed")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise UsageError("not UTF-8", where=str(path), advice="Save it as UTF-8") from None


def _walk(table: Mapping[str, Any], path: tuple[str, ...], origin: Origin, file: Path, text: str) -> Iterator[Setting]:
    for key, value in table.items():
        if isinstance(value, dict):
            if len(path) == 2:
                where = f"{file}:{find_line(text, path, key)}: {'.'.join((*path, key))}"
                raise UsageError("this table is too deep", where=where, advice="Write [group.command] at most")
            yield from _walk(value, (*path, key), origin, file, text)
        else:
            one = Setting(() if path == (DEFAULTS,) else path, key, value, origin, file, find_line(text, path, key))
            if not path:
                where = f"{file}:{one.line}: {key}"
                raise UsageError("a key outside of all tables", where=where, advice=f"Write it below [{DEFAULTS}]")
            yield one


def find_line(text: str, path: tuple[str, ...], key: str) -> int:
    """The line of a key in TOML text; 0 if it is written in another way, such as an inline table."""
    wanted = ".".join((*path, key))
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _plain(header[1].strip())
            if table == wanted:
                return number
        elif (found := _ASSIGNMENT.match(line)) and ".".join(filter(None, (table, _plain(found[1])))) == wanted:
            return number
    return 0


def _plain(key: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in key.split("."))


def check_project(settings: Iterable[Setting], project: Path) -> Iterator[Setting]:
    """The same settings, if a project may set them.

    Raises:
        UsageError: one is neither a format nor a file inside the project.
    """
    for one in settings:
        if one.option in PATHS:
            for path in one.value if isinstance(one.value, list) else [one.value]:
                _check_inside(one, path, project)
        elif one.option not in FORMATS:
            raise UsageError(
                "a project's file must not set this option",
                where=one.where,
                advice=f"It may set {', '.join(sorted(FORMATS | PATHS))}. Use the command line, or your own file "
                "~/.config/tieback/config.toml",
            )
        yield one


def _check_inside(one: Setting, path: object, project: Path) -> None:
    """Refuse a path that leaves the project, or that leads to a hidden file such as ``.git/config`` or a workspace."""
    what = ""
    if not isinstance(path, str) or not path or not path.isprintable():
        what = "not a path"
    elif Path(path).is_absolute() or path.startswith("~") or ".." in Path(path).parts:
        what = "this path leaves the project"
    elif any(part.startswith(".") for part in Path(path).parts):
        what = "this path is hidden (a name begins with a dot)"
    else:
        try:
            inside = (project / path).resolve().is_relative_to(project.resolve())
        except (OSError, RuntimeError, ValueError):
            inside = False
        if not inside:
            what = "this path leaves the project through a symbolic link"
    if what:
        raise UsageError(f"{what}: {path!r:.80}", where=one.where, advice="Write a path inside the project")


def check_commands(settings: Iterable[Setting], names: Iterable[str]) -> None:
    """Check the tables of a file against the names of commands.

    Raises:
        UsageError: there is no such command.
    """
    known = list(names)
    for one in settings:
        if one.path and one.path[0] not in known:
            raise UsageError("no such command", where=one.where, advice=suggestion(one.path[0], known))


def suggestion(word: str, known: Iterable[str]) -> str:
    """An advice that names the most similar words, or all of them."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, 1)
    return f"Did you mean {near[0]}?" if near else f"Choose one of {', '.join(names)}"


def options_of(command: Any) -> dict[str, Any]:
    """The options of a command that a file may set, by their long names without dashes."""
    found = {}
    for parameter in command.params:
        names = [name[2:] for name in parameter.opts if name.startswith("--")]
        shown = parameter.param_type_name == "option" and not getattr(parameter, "hidden", False)
        if shown and names and names[0] not in NOT_OPTIONS:
            found[names[0]] = parameter
    return found


def words_to_values(one: Setting, parameter: Any, context: Any) -> Any:
    """The value in the form in which the command line would pass it, after a check that the command accepts it.

    Raises:
        UsageError: the option does not accept this value.
    """
    try:
        value = _as_words(one.value, parameter)
        parameter.process_value(context, value)
    except UsageError as error:
        raise UsageError(error.what, where=one.where, advice=error.advice) from None
    except Exception as error:
        # Typer's own class of errors differs between its releases; all of them have a message.
        said = str(getattr(error, "message", "")).removeprefix("Value error, ").rstrip(".")
        if not said:
            raise
        raise UsageError(said, where=one.where, advice=f"See --{one.option} in --help") from None
    return value


def _as_words(value: Any, parameter: Any) -> Any:
    flag = getattr(parameter, "is_flag", False)
    if flag or isinstance(value, bool):
        if not flag or not isinstance(value, bool):
            needed = "true or false" if flag else "no true or false"
            raise UsageError(f"this option takes {needed}", advice="Correct the value")
        return value
    several = parameter.multiple
    if isinstance(value, list):
        if not several:
            raise UsageError("this option takes one value, not a list", advice="Write one value without brackets")
        return [_word(part) for part in value]
    return [_word(value)] if several else _word(value)


def _word(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bool | dict | list) or not isinstance(value, str | int | float):
        raise UsageError("not a text or number", advice="Correct the value")
    text = str(value)
    return str(expand_home(text)) if text.startswith("~/") else text


def values_for(
    path: tuple[str, ...], command: Any, settings: Iterable[Setting], context: Any
) -> dict[str, tuple[Any, Setting]]:
    """The values of one command by parameter name, each with its setting.

    Args:
        path: words of the command.
        command: the command.
        settings: the keys of the files, weakest file first.
        context: a context of the command line.

    Raises:
        UsageError: a table of this command has an unknown key, or a value is not accepted.
    """
    options = options_of(command)
    groups = set(getattr(command, "commands", ()))
    found: dict[str, tuple[Any, Setting]] = {}
    for one in sorted(settings, key=lambda one: (one.origin is Origin.PROJECT, len(one.path))):
        if one.path != path[: len(one.path)]:
            continue
        parameter = options.get(one.option)
        if parameter is None:
            if one.path == path and not groups:
                advice = suggestion(one.option, options)
                raise UsageError(f"`tieback {' '.join(path)}` has no such option", where=one.where, advice=advice)
            continue
        try:
            found[parameter.name] = words_to_values(one, parameter, context), one
        except UsageError:
            # A format of an outer table applies to the commands that have it.
            if one.path == path or one.option != "format" or one.value not in {*FORMAT_NAMES, *OLD_NAMES}:
                raise
    return found


def default_map(name: str, command: Any, settings: list[Setting], context: Any, *path: str) -> dict[str, Any]:
    """The defaults of a command and of its sub-commands, in the shape of Click's ``default_map``.

    Raises:
        UsageError: as ``values_for``, or a key or table of a group fits none of its commands.
    """
    here = (*path, name)
    values: dict[str, Any] = {key: value for key, (value, _) in values_for(here, command, settings, context).items()}
    inner = getattr(command, "commands", {})
    for sub, its in inner.items():
        values[sub] = default_map(sub, its, settings, context, *here)
    if inner:
        known = {option for its in (command, *inner.values()) for option in options_of(its)}
        for one in settings:
            if one.path == here and one.option not in known:
                what = f"no command of `tieback {' '.join(here)}` has this option"
                raise UsageError(what, where=one.where, advice=suggestion(one.option, known))
            if one.path[:-1] == here and one.path[-1] not in inner:
                raise UsageError("no such command", where=one.where, advice=suggestion(one.path[-1], inner))
    return values


def every_option(group: Any) -> Iterator[str]:
    """The names of the options of a group and of all its commands."""
    yield from options_of(group)
    for command in getattr(group, "commands", {}).values():
        yield from every_option(command)


def check_top(settings: Iterable[Setting], known: Iterable[str]) -> None:
    """Check the keys of ``[defaults]`` against the names of all options.

    Raises:
        UsageError: no command has this option.
    """
    names = frozenset(known)
    for one in settings:
        if not one.path and one.option not in names:
            raise UsageError("no command has this option", where=one.where, advice=suggestion(one.option, names))
