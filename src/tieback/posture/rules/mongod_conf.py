"""``mongod.conf``: authorization and addresses, as YAML or in the older line format.

Source: https://www.mongodb.com/docs/manual/reference/configuration-options/.
"""

from tieback.posture.rules import interface
from tieback.posture.rules.interface import RulesReaderMeta
from tieback.posture.rules.server import ServerPolicy, is_local_address, read_settings, server_policy
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.tree import ConfigNode, read_yaml

_REQUEST = "mongosh --host <host> --eval 'db.adminCommand({listDatabases: 1})'"
_OLD = {"bind_ip": "net.bindIp", "auth": "security.authorization", "keyfile": "security.keyFile", "port": "net.port"}


class MongodConf:
    """Reads the configuration of mongod and mongos."""

    meta = RulesReaderMeta("mongodb", "MongoDB", "https://www.mongodb.com/docs/manual/reference/configuration-options/")

    def recognises(self, text: RulesText) -> bool:
        """True if the name of the file or its sections are those of the program."""
        if text.name.startswith(("mongod", "mongos", "mongodb")) and text.name.endswith(
            (".conf", ".cfg", ".yml", ".yaml")
        ):
            return True
        head = text.text[:100_000]
        return "bindIp" in head or ("storage:" in head and "dbPath:" in head)

    def read(self, text: RulesText) -> ServerPolicy:
        """Read all settings. Raises ``InputError``."""
        root = _old(text) or read_yaml(text)
        security, net = root.get("security") or ConfigNode({}, 0), root.get("net") or ConfigNode({}, 0)
        address, everywhere = net.get("bindIp"), net.get("bindIpAll")
        if everywhere is None or not everywhere.on:
            if address is None:
                return server_policy(interface.deny("listens only on this machine by default (3.6 and newer)"))
            if all(is_local_address(part) for part in address.text.split(",")):
                return server_policy(
                    interface.deny("listens only on this machine", address.line, f"bindIp: {address.text}")
                )
        lenient = security.get("transitionToAuth")
        if lenient is None or not lenient.on:
            for name, wanted in (("authorization", {"enabled"}), ("keyFile", None), ("clusterAuthMode", None)):
                found = security.get(name)
                if found is not None and found.text and (wanted is None or found.text in wanted):
                    return server_policy(interface.deny("a login is required", found.line, f"{name}: {found.text}"))
        tls = net.get("tls") or net.get("ssl")
        if tls is not None and _wants_certificate(tls):
            return server_policy(interface.deny("a client certificate is required", tls.line, "net.tls"))
        where = lenient or security.get("authorization") or everywhere or address
        line, rule = (where.line, _shown(root, where)) if where is not None else (0, "")
        return server_policy(interface.allow(line, rule, _REQUEST, reason="authorization is not enabled"))


def _wants_certificate(tls: ConfigNode) -> bool:
    mode, authority, lenient = tls.get("mode"), tls.get("CAFile"), tls.get("allowConnectionsWithoutCertificates")
    strict = mode is not None and mode.text in {"requireTLS", "requireSSL"}
    return strict and authority is not None and (lenient is None or not lenient.on)


def _shown(root: ConfigNode, wanted: ConfigNode) -> str:
    for section in ("security", "net"):
        for name, node in (root.get(section) or ConfigNode({}, 0)).items():
            if node is wanted:
                return f"{section}.{name}: {node.text}"
    return ""


def _old(text: RulesText) -> ConfigNode | None:
    """Settings such as ``bind_ip = 0.0.0.0`` in the current section format."""
    settings = list(read_settings(text.text, between="="))
    if not settings or any(":" in setting.name for setting in settings) or not all("=" in one.text for one in settings):
        return None
    sections: dict[str, ConfigNode] = {}
    for setting in settings:
        section, _, name = _OLD.get(setting.name, "").partition(".")
        if not section:
            continue
        value = setting.value
        if name == "authorization":
            value = "enabled" if value in {"true", "1", "yes"} else "disabled"
        members = sections.setdefault(section, ConfigNode({}, setting.line)).value
        members[name] = ConfigNode(value, setting.line)
    return ConfigNode(sections, 1)
