"""Site policies for hosts that the user configured: webhooks, EMM APIs, inputs by URL, object stores, the database of
the ledger, the scheduler of a cluster, and what the capture proxy forwards to.

No grant covers these hosts, but ``never.toml`` does: what it excludes is not contacted. The requested name, the
canonical name that DNS gives, and the address of the connection are checked when it is made, as by the dialer.
"""

import socket
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path
from typing import Self

import msgspec

from tieback.scope.policy.exclude import Exclusions, SourcedRule
from tieback.scope.policy.never import load_site_policy

CANONICAL_NAME = int(socket.AI_CANONNAME)
"""Flag of getaddrinfo(3): the answer has the canonical name, too."""
ADVICE = "Change the site policy, or configure another host"


class ExcludedServiceError(OSError):
    """A site policy excludes the host; the text is the reason."""


class ServiceAddress(msgspec.Struct, frozen=True):
    """An address that may be contacted."""

    family: int
    ip: str
    port: int


class ServiceGuard:
    """The exclusions of all site policies."""

    def __init__(self, rules: Iterable[SourcedRule] = ()) -> None:
        self._exclusions = Exclusions(rules)

    @classmethod
    def load(cls, named: Path | None = None) -> Self:
        """Read the site policies, as ``load_site_policy``.

        Raises:
            GrantError: a file is damaged or cannot be read.
        """
        return cls(load_site_policy(named).rules)

    def __bool__(self) -> bool:
        """True if something is excluded."""
        return bool(self._exclusions)

    def check_name(self, host: str, port: int) -> None:
        """Check a host before DNS is queried.

        Raises:
            ExcludedServiceError: its name, or the address that it is, is excluded.
        """
        try:
            reason = self._exclusions.reason([host], ip_address(host.strip("[]")), port)
        except ValueError:
            reason = self._exclusions.name_reason([host], port)
        if reason:
            raise ExcludedServiceError(reason)

    def addresses(self, host: str, port: int) -> list[ServiceAddress]:
        """Resolve a host, without excluded addresses.

        Raises:
            ExcludedServiceError: all of it is excluded.
            OSError: the name cannot be resolved.
        """
        self.check_name(host, port)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_CANONNAME)
        except UnicodeError as error:
            raise OSError(f"not a host name ({error})") from None
        names = [host, *(canonical for _, _, _, canonical, _ in found if canonical)]
        kept: list[ServiceAddress] = []
        reason = ""
        for family, _, _, _, place in found:
            ip = str(place[0])
            why = self._exclusions.reason(names, ip_address(ip), port)
            reason = reason or why
            if not why:
                kept.append(ServiceAddress(family, ip, port))
        if reason and not kept:
            raise ExcludedServiceError(reason)
        return kept

    def connect(self, host: str, port: int, seconds: float) -> socket.socket:
        """Connect to the first permitted address that answers; no name is resolved between check and connection.

        Raises:
            ExcludedServiceError: the host is excluded.
            OSError: it is unreachable.
        """
        failure: OSError = OSError("the name has no address")
        for address in self.addresses(host, port):
            try:
                return socket.create_connection((address.ip, port), seconds)
            except OSError as error:
                failure = error
        raise failure
