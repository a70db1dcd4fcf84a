"""Configuration of a server: one resource, and the same answer for every external requester.

External requesters cannot create an account on such a server, so any signed-in user counts as anonymous.
"""

import ipaddress
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from tieback.model.errors import InputError
from tieback.posture.rules.interface import PathPermissions, Permission, Requester

MAX_WORDS = 10_000
"""Most words of one line."""
_PORT = re.compile(r":\d{1,5}$")
_WORD = re.compile(r'"[^"]*"|\'[^\']*\'|\S+')


@dataclass(frozen=True, slots=True)
class ServerPolicy:
    """Access of external requesters by the configuration of a server."""

    read: Permission
    write: Permission

    def paths(self) -> Iterator[str]:
        """Yield the whole server."""
        yield "/"

    def ask(self, who: Requester, path: str) -> PathPermissions:  # noqa: ARG002 - the same for every requester and path
        """The same answer for every path."""
        return PathPermissions(self.read, self.write)


def server_policy(permit: Permission) -> ServerPolicy:
    """A server that allows external read and write access, or denies both."""
    return ServerPolicy(permit, permit)


@dataclass(frozen=True, slots=True)
class Setting:
    """A line of a configuration file."""

    name: str
    words: tuple[str, ...]
    line: int
    text: str

    @property
    def value(self) -> str:
        """The first word after the name; empty if there is none."""
        return self.words[0] if self.words else ""


def read_settings(text: str, comments: str = "#", between: str | None = None, where: str = "") -> Iterator[Setting]:
    """The settings of a line-based configuration: a name and words, in quotes if they contain spaces.

    Args:
        text: the file.
        comments: characters that begin a comment line.
        between: separator of name and value, such as ``=``; white space if ``None``.
        where: the file, for messages.

    Raises:
        InputError: a line has more than ``MAX_WORDS`` words. The last ones could decide, so none is left out.
    """
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip()
        if not line or line[0] in comments:
            continue
        if between is None:
            words = [found[0].strip("\"'") for found in islice(_WORD.finditer(line), MAX_WORDS + 1)]
            if len(words) > MAX_WORDS:
                raise InputError(f"line {number:,} has more than {MAX_WORDS:,} words", where=where, advice="Shorten it")
            yield Setting(words[0].lower(), tuple(words[1:]), number, line)
        else:
            name, _, value = line.partition(between)
            value = re.split(r"\s[#;]", value, maxsplit=1)[0].strip().strip("\"'")
            yield Setting(name.strip().lower(), (value,) if value else (), number, line)


def setting_names(text: str) -> set[str]:
    """The names of the settings in a part of a configuration without separator."""
    lines = (line.split(maxsplit=1) for line in text.split("\n"))
    return {words[0].lower() for words in lines if words and not words[0].startswith("#")}


def last_setting(settings: Sequence[Setting], name: str) -> Setting | None:
    """The setting of that name that applies: the last one."""
    return next((setting for setting in reversed(settings) if setting.name == name), None)


NO_ADDRESS = "the list of addresses is empty: what the product does then is not known"
"""Reason for an empty list of listen addresses, which is not "only this machine"."""


def is_local_address(address: str) -> bool:
    """True if a listen address accepts only connections from this machine: loopback, or a Unix socket."""
    address = address.strip().strip("[]").removeprefix("-").lower()
    if address.startswith(("/", "unix:", "unixs:")) or address in {"localhost", "_local_", "none"}:
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def host_of(url: str) -> str:
    """Return the host of ``http://host:port`` or ``host:port``."""
    host = url.partition("://")[2] or url
    return _PORT.sub("", host.partition("/")[0]).strip("[]")
