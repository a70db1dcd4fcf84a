"""``redis.conf`` and ``valkey.conf``: password, ACL of the default user, protected mode, addresses.

Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/ and the comments of ``redis.conf``.
"""

from collections.abc import Sequence

from tieback.posture.rules import interface
from tieback.posture.rules.interface import Permission, RulesReaderMeta
from tieback.posture.rules.server import ServerPolicy, Setting, is_local_address, last_setting, read_settings
from tieback.posture.rules.source import RulesText

_KNOWN = {"requirepass", "protected-mode", "appendonly", "maxmemory", "dbfilename", "tls-port", "aclfile", "save"}
_REQUEST = "redis-cli -h <host> -p <port> DBSIZE"
_WRITES = ("@all", "@write", "allcommands", "set", "@dangerous", "flushall")
_READS = ("@all", "@read", "allcommands", "get", "scan", "@keyspace")


class RedisConf:
    """Reads the configuration of Redis, Valkey and KeyDB."""

    meta = RulesReaderMeta(
        "redis", "Redis, Valkey", "https://redis.io/docs/latest/operate/oss_and_stack/management/security/"
    )

    def recognises(self, text: RulesText) -> bool:
        """True if the name of the file is that of the product, or if it has two of its directives."""
        if text.name.startswith(("redis", "valkey", "keydb")) and text.name.endswith(".conf"):
            return True
        return len({setting.name for setting in read_settings(text.text[:100_000])} & _KNOWN) >= 2

    def read(self, text: RulesText) -> ServerPolicy:
        """Read all directives; the last one of each name applies."""
        settings = list(read_settings(text.text))
        refused = _unreachable(settings) or _password(settings) or _protected(settings)
        if refused is not None:
            return ServerPolicy(refused, refused)
        return _by_acl(settings)


def _unreachable(settings: Sequence[Setting]) -> Permission | None:
    bind = last_setting(settings, "bind")
    if bind is not None and bind.words and all(is_local_address(word) for word in bind.words):
        return interface.deny("listens only on this machine", bind.line, bind.text)
    port, tls = last_setting(settings, "port"), last_setting(settings, "tls-port")
    secure = tls is not None and tls.value not in {"", "0"}
    if port is not None and port.value == "0":
        if not secure:
            return interface.deny("listens on no TCP port", port.line, port.text)
        clients = last_setting(settings, "tls-auth-clients")
        if clients is None or clients.value == "yes":
            return interface.deny(
                "a client certificate is required",
                clients.line if clients else port.line,
                clients.text if clients else port.text,
            )
    return None


def _password(settings: Sequence[Setting]) -> Permission | None:
    setting = last_setting(settings, "requirepass")
    if setting is not None and setting.value:
        return interface.deny("a password is required", setting.line, "requirepass …")
    return None


def _protected(settings: Sequence[Setting]) -> Permission | None:
    """Protected mode refuses connections from other machines while the default user has no password."""
    mode, bind = last_setting(settings, "protected-mode"), last_setting(settings, "bind")
    default = _default_user(settings)
    if (mode is not None and mode.value == "no") or (default is not None and "nopass" not in default.words):
        return None
    line, text = (mode.line, mode.text) if mode is not None else (0, "protected-mode yes (default)")
    if bind is not None and bind.words:
        return interface.deny("protected mode; before Redis 7, bind disables it", line, text, certain=False)
    return interface.deny("protected mode rejects remote connections", line, text)


def _default_user(settings: Sequence[Setting]) -> Setting | None:
    return next((one for one in reversed(settings) if one.name == "user" and one.value == "default"), None)


def _by_acl(settings: Sequence[Setting]) -> ServerPolicy:
    user = _default_user(settings)
    mode = last_setting(settings, "protected-mode")
    if user is None:
        aclfile = last_setting(settings, "aclfile")
        if aclfile is not None:
            open_ = interface.allow(aclfile.line, aclfile.text, _REQUEST, reason="the ACL file decides", certain=False)
        else:
            open_ = interface.allow(
                mode.line if mode else 0,
                mode.text if mode else "",
                _REQUEST,
                reason="no password, and protected mode is off",
            )
        return ServerPolicy(open_, open_)
    rules = [word.lower() for word in user.words[1:]]
    if "off" in rules or ("on" in rules and "nopass" not in rules):
        closed = interface.deny("the default user cannot log in without a password", user.line, "user default …")
        return ServerPolicy(closed, closed)
    return ServerPolicy(_command(user, rules, _READS), _command(user, rules, _WRITES))


def _command(user: Setting, rules: Sequence[str], names: Sequence[str]) -> Permission:
    granted = any(rule in {"allcommands", *(f"+{name}" for name in names)} for rule in rules)
    keys = any(rule.startswith(("~", "%", "allkeys")) for rule in rules)
    if granted and keys:
        return interface.allow(user.line, user.text, _REQUEST, reason="the default user needs no password")
    return interface.deny("the default user has no permission", user.line, user.text)
