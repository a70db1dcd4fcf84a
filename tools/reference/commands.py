"""Pages of the commands, their options, the exit codes, and the keys of configuration files."""

import re
from collections.abc import Iterator
from typing import Any

import typer
from tools.reference.text import code, field_texts, page, plain, table

from tieback.cli.commands import COMMANDS
from tieback.cli.lazy import load_all
from tieback.cli.main import build
from tieback.cli.process import INTERRUPTED
from tieback.cli.settings import FORMATS, PATHS, options_of
from tieback.cli.terminal import ExitCode

FOLDER = "docs/reference/commands"
_EXAMPLE = re.compile(r"(?s)^Examples?: (.*)$")


def pages() -> dict[str, str]:
    """Path to text of each page."""
    root = load_all(typer.main.get_command(build()))
    shown = {entry.name: root.commands[entry.name] for entry in COMMANDS if not entry.hidden}
    found = {f"{FOLDER}/{name}.md": _command_page(name, command) for name, command in shown.items()}
    return {
        f"{FOLDER}.md": _index(root, shown),
        "docs/reference/exit-codes.md": _exit_codes(),
        "docs/reference/settings.md": _settings(root),
        **found,
    }


def walk(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """A command and the visible ones below it."""
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        if not below.hidden:
            yield from walk(below, (*path, name))


def _index(root: Any, shown: dict[str, Any]) -> str:
    panels: dict[str, list[tuple[str, str]]] = {}
    for entry in COMMANDS:
        if not entry.hidden:
            row = f"[`tieback {entry.name}`](commands/{entry.name}.md)", _first(shown[entry.name].help)
            panels.setdefault(entry.panel or "", []).append(row)
    sections = [f"## {panel}\n\n{table(('command', 'what it does'), rows)}" for panel, rows in panels.items()]
    everywhere = "## Options of every command\n\n" + _options(root)
    return page(
        "Commands",
        "For users of the command line. It lists every command; the page of a command has its options with their "
        "defaults, and an example. [Exit codes](exit-codes.md) and [settings](settings.md) have pages of their own.",
        *sections,
        everywhere,
    )


def _first(text: str) -> str:
    return plain(text.split("\n\n", maxsplit=1)[0].replace("\\[", "["))


def _command_page(name: str, command: Any) -> str:
    sections = []
    for path, one in walk(command, (name,)):
        texts = [part for part in f"{one.help}\n\n{one.epilog or ''}".split("\n\n") if part.strip()]
        prose = [plain(text.replace("\\[", "[")) for text in texts if not _EXAMPLE.match(text)]
        examples = [found[1] for text in texts if (found := _EXAMPLE.match(text))]
        lines = [
            *prose,
            *(f"```sh\n{' '.join(example.replace(chr(92) + '[', '[').split())}\n```" for example in examples),
        ]
        if below := [key for key, value in getattr(one, "commands", {}).items() if not value.hidden]:
            lines.append(
                "Commands: " + ", ".join(f"[`{key}`](#{'-'.join(('tieback', *path, key))})" for key in below) + "."
            )
        lines.append(_options(one))
        head = "" if path == (name,) else f"## tieback {' '.join(path)}\n\n"
        sections.append(head + "\n\n".join(filter(None, lines)))
    return page(f"tieback {name}", f"Reference of `tieback {name} --help`.", *sections)


def _options(command: Any) -> str:
    """The table of arguments and options."""
    rows = [_row(one) for one in command.params if not getattr(one, "hidden", False) and one.name != "help"]
    return table(("argument or option", "default", "meaning"), rows) if rows else ""


def _row(parameter: Any) -> tuple[str, str, str]:
    if parameter.param_type_name == "argument":
        names = code(parameter.metavar or parameter.name.upper())
    else:
        names = ", ".join(code(name) for name in (*parameter.opts, *parameter.secondary_opts))
        names += f" {code(parameter.metavar)}" if parameter.metavar else ""
    more = [] if not getattr(parameter, "multiple", False) else ["May be repeated."]
    if parameter.envvar:
        more.append(f"Variable: {code(parameter.envvar)}.")
    text = plain((parameter.help or "").replace("\\[", "["))
    if "repeatable" in text:
        more = [one for one in more if one != "May be repeated."]
    return names, "required" if parameter.required else _default(parameter), " ".join([text, *more])


def _default(parameter: Any) -> str:
    value = parameter.default
    if value in (None, "", (), [], False) or callable(value):
        return ""
    if value is True:
        return "on"
    if isinstance(value, (list, tuple)):
        return ", ".join(code(str(getattr(one, "value", one))) for one in value)
    return code(str(getattr(value, "value", value)))


_INTERRUPTED = (
    "Interrupted by Ctrl-C, as shells report it. Commands that run until Ctrl-C, such as `capture` and `serve`, "
    "end with their usual code."
)


def _exit_codes() -> str:
    texts = field_texts()["ExitCode"]
    rows = [(str(int(one)), code(one.name), plain(texts[one.name])) for one in ExitCode]
    rows.append((str(INTERRUPTED), "", _INTERRUPTED))
    rows.sort(key=lambda row: int(row[0]))
    return page(
        "Exit codes",
        "For scripts and build pipelines. The codes are a contract: their meaning does not change. How a build uses "
        "them is in [builds](../howto/ci.md).",
        table(("code", "name", "meaning"), rows),
        "The help of a command states what it returns in special cases. No failure has the code of findings.",
    )


def _settings(root: Any) -> str:
    found: dict[str, list[str]] = {}
    lists: dict[str, str] = {}
    for path, command in walk(root):
        for name, parameter in options_of(command).items():
            if path:
                found.setdefault(name, []).append(" ".join(path))
                kind = (
                    "true or false"
                    if getattr(parameter, "is_flag", False)
                    else "list"
                    if parameter.multiple
                    else "value"
                )
                lists[name] = kind if lists.get(name, kind) == kind else "value or list"
    rows = []
    for name in sorted(found):
        project = "yes" if name in FORMATS | PATHS else "no"
        whole = found[name]
        where = ", ".join(map(code, whole)) if len(whole) < 20 else f"{len(whole)} commands, such as {code(whole[0])}"
        rows.append((code(name), lists[name], project, where))
    return page(
        "Settings",
        "For users who write [configuration files](configuration.md). Each key below sets the option of the same name. "
        "It may be in `[defaults]`, in the table of a command such as `[scan]`, or in the table of a group and command "
        "such as `[case.list]`. The meaning of a key is on the page of the [command](commands.md).",
        table(("key", "takes", "a project may set it", "commands"), rows),
    )
