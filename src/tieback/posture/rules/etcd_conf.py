"""etcd: the configuration file as YAML, or the environment file of a package.

Source: https://etcd.io/docs/v3.6/op-guide/configuration/. Users and roles are stored in etcd, not in a file.
"""

import re

from tieback.posture.rules import interface
from tieback.posture.rules.interface import RulesReaderMeta
from tieback.posture.rules.server import (
    NO_ADDRESS,
    ServerPolicy,
    host_of,
    is_local_address,
    read_settings,
    server_policy,
)
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.tree import ConfigNode, read_yaml

_REQUEST = "etcdctl --endpoints <host>:2379 get --prefix '' --keys-only"
_ENVIRONMENT = re.compile(r"^\s*(?:export\s+)?ETCD_[A-Z_]+=", re.MULTILINE)


class EtcdConf:
    """Reads the configuration of a member."""

    meta = RulesReaderMeta("etcd", "etcd", "https://etcd.io/docs/v3.6/op-guide/configuration/")

    def recognises(self, text: RulesText) -> bool:
        """True for settings of etcd."""
        head = text.text[:100_000]
        return "listen-client-urls" in head or _ENVIRONMENT.search(head) is not None

    def read(self, text: RulesText) -> ServerPolicy:
        """Read all settings. Raises ``InputError``."""
        root = _environment(text) if _ENVIRONMENT.search(text.text) else read_yaml(text)
        urls = root.get("listen-client-urls")
        if urls is None:
            return server_policy(interface.deny("listens only on this machine by default"))
        parts = [part for url in urls.texts() for part in url.split(",")]
        rule = f"listen-client-urls: {','.join(parts)}"
        if not parts:
            return server_policy(interface.deny(NO_ADDRESS, urls.line, rule, certain=False))
        if all(is_local_address(host_of(part)) for part in parts):
            return server_policy(interface.deny("listens only on this machine", urls.line, rule))
        transport = root.get("client-transport-security") or ConfigNode({}, 0)
        wanted = transport.get("client-cert-auth") or root.get("client-cert-auth")
        secure = all(part.strip().startswith(("https:", "unixs:")) for part in parts)
        if wanted is not None and wanted.on and secure:
            return server_policy(
                interface.deny("a client certificate is required", wanted.line, "client-cert-auth: true")
            )
        return server_policy(
            interface.allow(
                urls.line, rule, _REQUEST, certain=False, reason="open unless authentication was enabled in etcd itself"
            )
        )


def _environment(text: RulesText) -> ConfigNode:
    found: dict[str, ConfigNode] = {}
    for setting in read_settings(text.text, between="="):
        name = setting.name.removeprefix("export ").strip().removeprefix("etcd_").replace("_", "-")
        found[name] = ConfigNode(setting.value, setting.line)
    return ConfigNode(found, 1)
