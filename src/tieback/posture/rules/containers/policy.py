"""Access to the data stores of a file with containers."""

from collections.abc import Iterator, Sequence
from itertools import islice

from tieback.model.errors import InputError
from tieback.posture.rules import interface
from tieback.posture.rules.containers.images import container_access, is_store
from tieback.posture.rules.containers.service import ContainerService
from tieback.posture.rules.interface import PathPermissions, Requester
from tieback.posture.rules.source import RulesText


class ContainerPolicy:
    """One answer for each data store. Every external requester has the same: none has an account."""

    def __init__(self, text: RulesText, services: Sequence[ContainerService]) -> None:
        """Raises ``InputError`` if no service is a data store: silence would look like *closed*."""
        self._stores = {one.name: one for one in services if is_store(one)}
        if not self._stores:
            raise InputError(
                f"no container in it is a known data store (containers: {len(services):,})",
                where=text.path,
                advice="Pass the configuration of the server itself, or probe the server",
            )

    def paths(self) -> Iterator[str]:
        """Yield the data stores in the order of the file."""
        return islice(iter(self._stores), interface.MAX_PATHS)

    def ask(self, who: Requester, path: str) -> PathPermissions:  # noqa: ARG002 - the same for every requester
        """Access to one data store."""
        store = self._stores.get(path)
        if store is None:
            unknown = interface.deny("this file has no such data store", certain=False)
            return PathPermissions(unknown, unknown)
        permit = container_access(store)
        return PathPermissions(permit, permit)
