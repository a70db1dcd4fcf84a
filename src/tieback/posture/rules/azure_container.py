"""Azure Blob Storage: anonymous access settings of an account and of its containers.

Source: https://learn.microsoft.com/azure/storage/blobs/anonymous-read-access-configure. Files are outputs of ``az
storage account show``, ``az storage container list`` and ``show-permission``, as separate files or in one document.
Write access requires a key, a signature or a role. A user of another tenant counts as anonymous.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tieback.posture.rules import interface
from tieback.posture.rules.interface import PathPermissions, Permission, Requester, RulesReaderMeta
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.tree import ConfigNode, read_json

_NO_WRITING = interface.deny("anonymous access is read-only")


@dataclass(frozen=True, slots=True)
class _Container:
    name: str
    access: str
    """``container``, ``blob`` or empty."""
    line: int


class AzureContainer:
    """Reads accounts and containers."""

    meta = RulesReaderMeta(
        "azure-blob",
        "Azure Blob Storage access levels",
        "https://learn.microsoft.com/azure/storage/blobs/anonymous-read-access-configure",
    )

    def recognises(self, text: RulesText) -> bool:
        """True for the names of the settings."""
        head = text.text[:200_000]
        return head.lstrip()[:1] in {"{", "["} and ("allowBlobPublicAccess" in head or '"publicAccess"' in head)

    def read(self, text: RulesText) -> "AzurePolicy":
        """Read the document. Raises ``InputError``."""
        root = read_json(text)
        account = next((one for one in root.each() if one.get("allowBlobPublicAccess") is not None), ConfigNode({}, 0))
        listed = root.get("containers") or root
        containers = [found for one in listed.each() if (found := _container(one)) is not None]
        return AzurePolicy(containers, account)


def _container(node: ConfigNode) -> _Container | None:
    access = node.get("properties", "publicAccess") or node.get("publicAccess")
    if access is None:
        return None
    name = node.get("name")
    level = access.text.lower()
    return _Container(
        name.text if name is not None else "*", level if level in {"container", "blob"} else "", access.line
    )


class AzurePolicy:
    """Containers of an account."""

    def __init__(self, containers: Sequence[_Container], account: ConfigNode) -> None:
        self._containers = containers
        self._account = account

    def paths(self) -> Iterator[str]:
        """The names of the containers."""
        names = [one.name for one in self._containers] or ["/"]
        yield from names[: interface.MAX_PATHS]

    def ask(self, who: Requester, path: str) -> PathPermissions:  # noqa: ARG002 - users of other tenants are anonymous here
        """Evaluate a container (listing) or ``container/blob`` (reading)."""
        name, _, blob = path.strip("/").partition("/")
        return PathPermissions(self._read(name, blob), _NO_WRITING)

    def _read(self, name: str, blob: str) -> Permission:
        closed = self._closed()
        if closed is not None:
            return closed
        for one in self._containers:
            if one.name not in {name, "*"} and name:
                continue
            if one.access == "container" or (one.access == "blob" and blob):
                path = f"{one.name}/{blob}" if blob else f"{one.name}?restype=container&comp=list"
                request = f"GET https://<account>.blob.core.windows.net/{path}"
                reason = "" if self._account.value else "unless the account, which is not in the file, forbids it"
                return interface.allow(one.line, f"publicAccess: {one.access}", request, reason=reason)
            if one.name == name:
                reason = "blobs can be read by name, but not listed" if one.access else "the container is private"
                return interface.deny(reason, one.line, f"publicAccess: {one.access or 'none'}")
        if not self._containers and self._account.value:
            reason = "the account allows anonymous access; the access level of each container decides"
            return interface.allow(self._account.line, "allowBlobPublicAccess: true", reason=reason, certain=False)
        return interface.deny("a container is private by default")

    def _closed(self) -> Permission | None:
        anonymous = self._account.get("allowBlobPublicAccess")
        if anonymous is not None and not anonymous.on:
            return interface.deny(
                "the account allows no anonymous access", anonymous.line, "allowBlobPublicAccess: false"
            )
        network = self._account.get("publicNetworkAccess")
        if network is not None and network.text.lower() in {"disabled", "securedbyperimeter"}:
            return interface.deny("the account is not reachable from the Internet", network.line, "publicNetworkAccess")
        rules = self._account.get("networkRuleSet", "defaultAction") or self._account.get(
            "networkAcls", "defaultAction"
        )
        if rules is not None and rules.text.lower() == "deny":
            return interface.deny("the account's network rules deny by default", rules.line, "defaultAction: Deny")
        return None
