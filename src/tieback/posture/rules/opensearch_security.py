"""Files of OpenSearch's security plugin: ``config.yml`` (anonymous access) and ``roles_mapping.yml``.

Source: https://docs.opensearch.org/latest/security/access-control/anonymous-authentication/.
"""

from collections.abc import Iterator, Mapping

from tieback.posture.rules import interface
from tieback.posture.rules.interface import PathPermissions, Permission, Requester, RulesReaderMeta
from tieback.posture.rules.server import ServerPolicy, server_policy
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.tree import ConfigNode, read_yaml

_ANONYMOUS = frozenset(("opendistro_security_anonymous", "opendistro_security_anonymous_backendrole"))
_READERS = frozenset(("readall", "readall_and_monitor", "kibana_read_only"))
_WRITERS = frozenset(("all_access", "security_manager", "manage_snapshots", "own_index"))
_REQUEST = "GET https://<host>:9200/_cat/indices"


class OpensearchSecurity:
    """Reads both files; the content shows which one it is."""

    meta = RulesReaderMeta(
        "opensearch-security",
        "OpenSearch security plugin",
        "https://docs.opensearch.org/latest/security/access-control/anonymous-authentication/",
    )

    def recognises(self, text: RulesText) -> bool:
        """True if the header of the plugin names the kind of file."""
        head = text.text[:100_000]
        return (
            "anonymous_auth_enabled" in head
            or 'type: "rolesmapping"' in head
            or ("_meta:" in head and "rolesmapping" in head)
        )

    def read(self, text: RulesText) -> "ServerPolicy | RolesMapping":
        """Read the file. Raises ``InputError``."""
        root = read_yaml(text)
        http = root.get("config", "dynamic", "http")
        if http is None:
            return RolesMapping({name: node for name, node in root.items() if name != "_meta"})
        setting = http.get("anonymous_auth_enabled")
        if setting is None or not setting.on:
            line, rule = (setting.line, "anonymous_auth_enabled: false") if setting is not None else (0, "")
            return server_policy(interface.deny("a login is required", line, rule))
        reason = "anonymous requests are accepted; roles_mapping.yml defines their permissions"
        return server_policy(
            interface.allow(setting.line, "anonymous_auth_enabled: true", _REQUEST, reason=reason, certain=False)
        )


class RolesMapping:
    """Roles of anonymous requests, and of every signed-in user."""

    def __init__(self, roles: Mapping[str, ConfigNode]) -> None:
        self._roles = roles

    def paths(self) -> Iterator[str]:
        """The names of roles."""
        yield from list(self._roles)[: interface.MAX_PATHS]

    def ask(self, who: Requester, path: str) -> PathPermissions:
        """Access of a requester by a role; ``/`` stands for all roles."""
        wanted = path.strip("/")
        read = write = interface.deny("no role is mapped to this identity")
        for name, node in self._roles.items():
            if (wanted and name != wanted) or not _mapped(node, who):
                continue
            found = _permit(name, node)
            read = found if not read.allowed or not read.certain else read
            if name not in _READERS:
                write = found if not write.allowed or not write.certain else write
        return PathPermissions(read, write)


def _mapped(node: ConfigNode, who: Requester) -> bool:
    names = {text for key in ("users", "backend_roles") for text in ((node.get(key) or ConfigNode([], 0)).texts())}
    return bool(names & _ANONYMOUS) or ("*" in names and who is Requester.ANY_USER)


def _permit(name: str, node: ConfigNode) -> Permission:
    known = name in _READERS or name in _WRITERS
    reason = "" if known else "roles.yml defines the permissions of the role"
    return interface.allow(node.line, f"{name}: …", _REQUEST, reason=reason, certain=known)
