"""Commands that are imported only when they run, and Typer's help without the parts of Rich that it does not use.

``tieback --help`` and shell completion need a name, one sentence and a panel per command. Importing all commands for
that would take longer than many commands run.
"""

import inspect
import sys
from functools import cached_property
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand
from typer.main import get_command, get_group

_OWN_LINE = frozenset("-* \b")
"""First characters of lines that stand alone in a help text."""


class CommandEntry(NamedTuple):
    """What is known about a command before it is imported."""

    name: str
    place: str
    """``module:attribute`` of a function, or of a ``typer.Typer`` for a group."""
    help: str
    """The first paragraph of the command's own help; a test compares the two."""
    panel: str | None = None
    """Title of its panel in ``tieback --help``; ``None`` for the default one."""
    hidden: bool = False


class LazyCommand(TyperCommand):
    """Represents a command in lists of commands; imports the command when it is parsed or run."""

    def __init__(self, entry: CommandEntry) -> None:
        super().__init__(name=entry.name, help=entry.help, hidden=entry.hidden, rich_help_panel=entry.panel)
        self._entry = entry

    @cached_property
    def loaded(self) -> Any:
        """The command or group itself."""
        module, _, attribute = self._entry.place.partition(":")
        found = getattr(import_module(module), attribute)
        if isinstance(found, typer.Typer):
            group = get_group(found)
            group.name, group.rich_help_panel = self._entry.name, self._entry.panel
            return _unwrap(group)
        alone = typer.Typer(add_completion=False)
        alone.command(self._entry.name, hidden=self._entry.hidden, rich_help_panel=self._entry.panel)(found)
        return _unwrap(get_command(alone))

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Parse the arguments of the command itself. Its context, not this object, runs it."""
        return self.loaded.make_context(info_name, args, parent=parent, **extra)


def _unwrap(command: Any) -> Any:
    """The command, with each paragraph of its help as one line: the terminal breaks it to its own width."""
    command.help = "\n\n".join(map(one_line, inspect.cleandoc(command.help or "").split("\n\n")))
    for below in getattr(command, "commands", {}).values():
        _unwrap(below)
    return command


def one_line(paragraph: str) -> str:
    """A paragraph without the line breaks of the source. A list, or indented text, keeps its lines."""
    lines = paragraph.split("\n")
    return paragraph if any(line[:1] in _OWN_LINE for line in lines) else " ".join(lines)


def load_all(group: Any) -> Any:
    """Replace the lazy commands of a group by the commands themselves, for readers of the whole command tree."""
    for name, command in group.commands.items():
        if isinstance(command, LazyCommand):
            group.commands[name] = command.loaded
    return group


_UNUSED = (("rich.markdown", "Markdown"), ("rich.traceback", "Traceback"))
"""Modules that Typer's renderer of help and errors imports, and the one class that it takes from each."""


def import_help_renderer() -> None:
    """Import Typer's renderer of help and errors in half the time: without Markdown, syntax colours and tracebacks.

    A class that is used after all is imported then. Each command may call this; the second call does nothing.
    """
    if "typer.rich_utils" in sys.modules:
        return
    placed = [name for name, attribute in _UNUSED if name not in sys.modules and _place(name, attribute)]
    try:
        import_module("typer.rich_utils")
    except ImportError:  # another release of Typer needs more of these modules
        for name in placed:
            del sys.modules[name]
        placed = []
    for name in placed:
        del sys.modules[name]


def _place(name: str, attribute: str) -> bool:
    """Register a module whose only class creates objects of the real class."""

    def create(_cls: type, *args: Any, **options: Any) -> Any:
        return getattr(import_module(name), attribute)(*args, **options)

    module = ModuleType(name)
    setattr(module, attribute, type(attribute, (), {"__new__": create}))
    sys.modules[name] = module
    return True
