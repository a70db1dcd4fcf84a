"""``cassandra.yaml`` and ``scylla.yaml``: authenticator, address, client certificates.

Source: https://cassandra.apache.org/doc/latest/cassandra/managing/configuration/cass_yaml_file.html.
"""

from tieback.posture.rules import interface
from tieback.posture.rules.interface import RulesReaderMeta
from tieback.posture.rules.server import ServerPolicy, is_local_address, server_policy
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.tree import read_yaml

_REQUEST = "cqlsh <host> -e 'DESCRIBE KEYSPACES'"


class CassandraYaml:
    """Reads the configuration of a node."""

    meta = RulesReaderMeta(
        "cassandra",
        "Cassandra, ScyllaDB",
        "https://cassandra.apache.org/doc/latest/cassandra/managing/configuration/cass_yaml_file.html",
    )

    def recognises(self, text: RulesText) -> bool:
        """True if the name of the file or its settings are those of the product."""
        head = text.text[:200_000]
        return text.name in {"cassandra.yaml", "scylla.yaml"} or (
            "authenticator:" in head and "endpoint_snitch" in head
        )

    def read(self, text: RulesText) -> ServerPolicy:
        """Read all settings. Raises ``InputError``."""
        root = read_yaml(text)
        address, interface_name = root.get("rpc_address"), root.get("rpc_interface")
        if address is not None and address.text and is_local_address(address.text):
            return server_policy(
                interface.deny(
                    "clients can connect only from this machine", address.line, f"rpc_address: {address.text}"
                )
            )
        if address is None and interface_name is None:
            return server_policy(
                interface.deny(
                    "listens on the address of the node's host name, which is not in the file", certain=False
                )
            )
        clients = root.get("client_encryption_options", "require_client_auth")
        if clients is not None and clients.text in {"true", "required"}:
            return server_policy(
                interface.deny("a client certificate is required", clients.line, "require_client_auth")
            )
        found = root.get("authenticator")
        name = found.get("class_name") if found is not None and isinstance(found.value, dict) else found
        if name is not None and name.text.rpartition(".")[2] not in {"AllowAllAuthenticator", ""}:
            return server_policy(interface.deny("a login is required", name.line, f"authenticator: {name.text}"))
        line, rule = (name.line, f"authenticator: {name.text}") if name is not None else (0, "")
        return server_policy(interface.allow(line, rule, _REQUEST, reason="no authentication"))
