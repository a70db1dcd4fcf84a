"""``elasticsearch.yml`` and ``opensearch.yml``: security switch, anonymous access, listen addresses.

Sources: https://www.elastic.co/docs/reference/elasticsearch/configuration-reference/security-settings and
https://docs.opensearch.org/latest/security/configuration/disable-enable-security/.
"""

from tieback.posture.rules import interface
from tieback.posture.rules.interface import RulesReaderMeta
from tieback.posture.rules.server import NO_ADDRESS, ServerPolicy, is_local_address, server_policy
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.tree import ConfigNode, read_yaml

_REQUEST = "GET http://<host>:9200/_cat/indices"
_PLUGIN = ("plugins.security.", "opendistro_security.")
_ADDRESSES = (("http", "host"), ("http", "bind_host"), ("network", "bind_host"), ("network", "host"))


class ElasticsearchYml:
    """Reads the configuration of a node."""

    meta = RulesReaderMeta(
        "elasticsearch",
        "Elasticsearch, OpenSearch",
        "https://www.elastic.co/docs/reference/elasticsearch/configuration-reference/security-settings",
    )

    def recognises(self, text: RulesText) -> bool:
        """True if the name of the file or its settings are those of the product."""
        if text.name in {"elasticsearch.yml", "elasticsearch.yaml", "opensearch.yml", "opensearch.yaml"}:
            return True
        head = text.text[:100_000]
        return any(
            key in head for key in ("xpack.security", "plugins.security", "discovery.seed_hosts", "cluster.name:")
        )

    def read(self, text: RulesText) -> ServerPolicy:
        """Read all settings. Raises ``InputError``."""
        root = read_yaml(text)
        address = next((found for keys in _ADDRESSES if (found := root.get(*keys)) is not None), None)
        if address is None:
            return server_policy(interface.deny("listens only on this machine by default"))
        if not (parts := address.texts()):
            # An empty list says nothing: what the product makes of it is not "only this machine".
            return server_policy(
                interface.deny(NO_ADDRESS, address.line, _rule("network.host", address), certain=False)
            )
        if all(is_local_address(part) for part in parts):
            return server_policy(
                interface.deny("listens only on this machine", address.line, _rule("network.host", address))
            )
        return _opensearch(text, root, address) or _elasticsearch(root, address)


def _opensearch(text: RulesText, root: ConfigNode, address: ConfigNode) -> ServerPolicy | None:
    disabled = root.get("plugins", "security", "disabled") or root.get("opendistro_security", "disabled")
    if disabled is not None and disabled.text.startswith("${"):
        reason, rule = "a variable of the environment decides", _rule("plugins.security.disabled", disabled)
        return server_policy(interface.allow(disabled.line, rule, _REQUEST, reason=reason, certain=False))
    if disabled is not None and disabled.on:
        return server_policy(
            interface.allow(
                disabled.line, _rule("plugins.security.disabled", disabled), _REQUEST, reason="security is disabled"
            )
        )
    names = [name for name, _ in root.items()]
    if disabled is not None or root.get("plugins", "security") or any(name.startswith(_PLUGIN) for name in names):
        return server_policy(
            interface.deny("a login is required; anonymous access is configured in the plugin's config.yml")
        )
    if not text.name.startswith("opensearch"):
        return None
    reason = "no setting of the security plugin: without the plugin there is no authentication"
    return server_policy(
        interface.allow(address.line, _rule("network.host", address), _REQUEST, reason=reason, certain=False)
    )


def _elasticsearch(root: ConfigNode, address: ConfigNode) -> ServerPolicy:
    enabled = root.get("xpack", "security", "enabled")
    if enabled is not None and enabled.text.startswith("${"):
        reason, rule = "a variable of the environment decides", _rule("xpack.security.enabled", enabled)
        return server_policy(interface.allow(enabled.line, rule, _REQUEST, reason=reason, certain=False))
    if enabled is not None and not enabled.on:
        return server_policy(
            interface.allow(
                enabled.line, _rule("xpack.security.enabled", enabled), _REQUEST, reason="security is disabled"
            )
        )
    if enabled is None:
        return server_policy(
            interface.deny(
                "security is enabled by default since 8.0; 7.x and older have no authentication by default",
                address.line, _rule("network.host", address), certain=False,
            )
        )  # fmt: skip
    roles = root.get("xpack", "security", "authc", "anonymous", "roles")
    names = [name.strip() for text in (roles.texts() if roles is not None else []) for name in text.split(",")]
    if roles is None or not any(names):
        return server_policy(
            interface.deny("a login is required", enabled.line, _rule("xpack.security.enabled", enabled))
        )
    rule = _rule("xpack.security.authc.anonymous.roles", roles)
    if "superuser" in names:
        return server_policy(interface.allow(roles.line, rule, _REQUEST, reason="anonymous requests run as superuser"))
    return server_policy(
        interface.allow(
            roles.line,
            rule,
            _REQUEST,
            certain=False,
            reason="anonymous requests have roles; the permissions of these roles decide",
        )
    )


def _rule(name: str, node: ConfigNode) -> str:
    return f"{name}: {', '.join(node.texts()) if isinstance(node.value, list) else node.text}"
