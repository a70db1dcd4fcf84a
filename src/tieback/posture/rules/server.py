"""Server configurations: one resource, with the same result for every identity.

An unknown requester cannot create an account on such a server, so any signed-in user counts as anonymous here.
"""

import ipaddress
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tieback.posture.rules.interface import Permit, Stranger, Verdict

_PORT = re.compile(r":\d{1,5}$")


@dataclass(frozen=True, slots=True)
class ServerPolicy:
    """Access that a server configuration grants to unknown requesters."""

    read: Permit
    write: Permit

    def paths(self) -> Iterator[str]:
        """Yield the whole server."""
        yield "/"

    def ask(self, who: Stranger, path: str) -> Verdict:  # noqa: ARG002 - every stranger and path is alike
        """Return the same access for every identity and path."""
        return Verdict(self.read, self.write)


def server(permit: Permit) -> ServerPolicy:
    """Create a policy with the same permit for reading and writing."""
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


def lines(text: str, comments: str = "#", between: str | None = None) -> Iterator[Setting]:
    """Yield the settings of a line-based configuration: a name and words, quoted if they contain spaces.

    Args:
        text: the file.
        comments: characters that start a comment line.
        between: separator of name and value, such as ``=``; white space if ``None``.
    """
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip()
        if not line or line[0] in comments:
            continue
        if between is None:
            words = [word.strip("\"'") for word in re.findall(r'"[^"]*"|\'[^\']*\'|\S+', line)]
            yield Setting(words[0].lower(), tuple(words[1:]), number, line)
        else:
            name, _, value = line.partition(between)
            value = re.split(r"\s[#;]", value, maxsplit=1)[0].strip().strip("\"'")
            yield Setting(name.strip().lower(), (value,) if value else (), number, line)


def last(settings: Sequence[Setting], name: str) -> Setting | None:
    """Return the effective setting of a name: the last one."""
    return next((setting for setting in reversed(settings) if setting.name == name), None)


def local(address: str) -> bool:
    """True if a listening address is reachable only from this machine: loopback, or a file system socket."""
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
