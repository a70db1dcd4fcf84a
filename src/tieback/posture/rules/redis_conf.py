"""``redis.conf`` and ``valkey.conf``: password, ACL of the default user, protected mode, addresses.

Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/ and the comments of ``redis.conf``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tieback.posture.rules import interface
from tieback.posture.rules.interface import Permission, RulesReaderMeta
from tieback.posture.rules.server import (
    ServerPolicy,
    Setting,
    is_local_address,
    last_setting,
    read_settings,
    setting_names,
)
from tieback.posture.rules.source import RulesText

_KNOWN = {"requirepass", "protected-mode", "appendonly", "maxmemory", "dbfilename", "tls-port", "aclfile", "save"}
_SELECTOR = re.compile(r"\(([^()]*)\)")
_OUTSIDE = re.compile(r"\([^()]*\)")
_REQUEST = "redis-cli -h <host> -p <port> DBSIZE"
_COMMANDS = {
    "get": "read string fast", "mget": "read string fast", "hgetall": "read hash slow", "lrange": "read list slow",
    "smembers": "read set slow", "zrange": "read sortedset slow", "xrange": "read stream slow",
    "dump": "keyspace read slow", "pfcount": "read hyperloglog slow", "geopos": "read geo slow",
    "getbit": "read bitmap fast", "scan": "keyspace read slow", "keys": "keyspace read slow dangerous",
    "randomkey": "keyspace read slow", "set": "write string slow", "del": "keyspace write slow",
    "hset": "write hash fast", "lpush": "write list fast", "sadd": "write set fast", "zadd": "write sortedset fast",
    "xadd": "write stream fast", "pfadd": "write hyperloglog fast", "geoadd": "write geo slow",
    "setbit": "write bitmap slow", "flushall": "keyspace write slow dangerous",
    "flushdb": "keyspace write slow dangerous", "config": "admin slow dangerous", "replicaof": "admin slow dangerous",
    "acl": "admin slow dangerous", "shutdown": "admin slow dangerous",
}  # fmt: skip
"""Commands that stand for their categories, as ``ACL CAT`` of Redis 7 and 8 lists them."""
_LIST_NAMES = ("scan", "keys", "randomkey")
_READ_KEYS = ("get", "mget", "hgetall", "lrange", "smembers", "zrange", "xrange", "dump", "pfcount", "geopos", "getbit")
_CHANGE_ALL = ("flushall", "flushdb", "config", "replicaof", "acl", "shutdown")
"""Commands that need no key."""
_CHANGE_KEYS = ("set", "del", "hset", "lpush", "sadd", "zadd", "xadd", "pfadd", "geoadd", "setbit")
_CATEGORIES = {category for text in _COMMANDS.values() for category in text.split()}
_NOTHING_TO_READ = {"connection", "transaction", "pubsub", "blocking", "scripting"}


class RedisConf:
    """Reads the configuration of Redis, Valkey and KeyDB."""

    meta = RulesReaderMeta(
        "redis", "Redis, Valkey", "https://redis.io/docs/latest/operate/oss_and_stack/management/security/"
    )

    def recognises(self, text: RulesText) -> bool:
        """True if the name of the file is that of the product, or if it has two of its directives."""
        if text.name.startswith(("redis", "valkey", "keydb")) and text.name.endswith(".conf"):
            return True
        return len(setting_names(text.text[:100_000]) & _KNOWN) >= 2

    def read(self, text: RulesText) -> ServerPolicy:
        """Read all directives; the last one of each name applies."""
        settings = list(read_settings(text.text, where=str(text.path)))
        refused = _unreachable(settings) or _protected(settings)
        if refused is not None:
            return ServerPolicy(refused, refused)
        password = _password(settings)
        default = ServerPolicy(password, password) if password is not None else _by_default(settings)
        policies = (default, *(_of_user(user) for user in _users(settings) if user.value != "default"))
        return ServerPolicy(
            min((policy.read for policy in policies), key=_closedness),
            min((policy.write for policy in policies), key=_closedness),
        )


def _closedness(found: Permission) -> tuple[bool, bool]:
    return not found.allowed, found.allowed is not found.certain


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
    """The password of the default user; Redis ignores it beside an ACL of this user or an ACL file."""
    if _default_user(settings) is not None or last_setting(settings, "aclfile") is not None:
        return None
    setting = last_setting(settings, "requirepass")
    if setting is not None and setting.value:
        return interface.deny("a password is required", setting.line, "requirepass …")
    return None


def _protected(settings: Sequence[Setting]) -> Permission | None:
    """Protected mode refuses connections from other machines while the default user has no password."""
    mode, bind = last_setting(settings, "protected-mode"), last_setting(settings, "bind")
    default = _default_user(settings)
    if (
        (mode is not None and mode.value == "no")
        or (default is not None and "nopass" not in [word.lower() for word in default.words])
        or _password(settings) is not None
    ):
        return None
    line, text = (mode.line, mode.text) if mode is not None else (0, "protected-mode yes (default)")
    if bind is not None and bind.words:
        return interface.deny("protected mode; before Redis 7, bind disables it", line, text, certain=False)
    return interface.deny("protected mode rejects remote connections", line, text)


def _users(settings: Sequence[Setting]) -> list[Setting]:
    """The last line of each user, with its name as the value."""
    return list({one.value: one for one in settings if one.name == "user" and one.value}.values())


def _default_user(settings: Sequence[Setting]) -> Setting | None:
    return next((one for one in _users(settings) if one.value == "default"), None)


def _by_default(settings: Sequence[Setting]) -> ServerPolicy:
    """What the default user may do, whom a connection has before any login."""
    user = _default_user(settings)
    if user is not None:
        return _of_user(user)
    mode, aclfile = last_setting(settings, "protected-mode"), last_setting(settings, "aclfile")
    if aclfile is not None:
        open_ = interface.allow(aclfile.line, aclfile.text, _REQUEST, reason="the ACL file decides", certain=False)
    else:
        line, text = (mode.line, mode.text) if mode else (0, "")
        open_ = interface.allow(line, text, _REQUEST, reason="no password, and protected mode is off")
    return ServerPolicy(open_, open_)


def _of_user(user: Setting) -> ServerPolicy:
    """What anyone may do as this user: nothing if it is off or has a password."""
    rules, *selectors = _selectors(user)
    state = [rule.lower() for rule in rules if rule.lower() in {"on", "off", "nopass", "resetpass", "reset"}]
    # A `user` line starts from `reset`: off, without a password. Of each pair the last one applies.
    is_on = _last(state, "on") > max(_last(state, "off"), _last(state, "reset"))
    is_free = _last(state, "nopass") > max(_last(state, "resetpass"), _last(state, "reset"))
    has_password = _last_start(rules, (">", "#")) > max(_last_word(rules, "nopass"), _last_word(rules, "reset"))
    name = "the default user" if user.value == "default" else f"the user {user.value}"
    if not (is_on and is_free) or has_password:
        closed = interface.deny(f"{name} cannot log in without a password", user.line, f"user {user.value} …")
        return ServerPolicy(closed, closed)
    granted = [_granted(words) for words in (rules, *selectors)]
    unknown = any(one.unknown for one in granted)
    return ServerPolicy(
        _permit(user, name, [one.read for one in granted], unknown=unknown),
        _permit(user, name, [one.write for one in granted], unknown=unknown),
    )


@dataclass(frozen=True, slots=True)
class _Granted:
    """What one list of rules grants."""

    read: str
    """Empty if nothing."""
    write: str
    unknown: bool
    """True if it also grants a command or category that is not in ``_COMMANDS``."""


def _granted(rules: Sequence[str]) -> _Granted:
    """Apply the rules in their order, as Redis does."""
    commands: set[str] = set()
    readable = writable = unknown = False
    for rule in map(str.lower, rules):
        if rule in {"allcommands", "+@all"}:
            commands, unknown = set(_COMMANDS), False
        elif rule in {"nocommands", "-@all"}:
            commands, unknown = set(), False
        elif rule == "reset":
            commands, readable, writable, unknown = set(), False, False, False
        elif rule in {"allkeys", "~*"} or rule.startswith("~"):
            readable = writable = True
        elif rule == "resetkeys":
            readable = writable = False
        elif rule.startswith("%"):
            kinds = rule[1:].partition("~")[0]
            readable, writable = readable or "r" in kinds, writable or "w" in kinds
        elif rule.startswith("+@"):
            unknown = unknown or rule[2:] not in _CATEGORIES | _NOTHING_TO_READ
            commands |= {name for name, kinds in _COMMANDS.items() if rule[2:] in kinds.split()}
        elif rule.startswith("-@"):
            commands -= {name for name, kinds in _COMMANDS.items() if rule[2:] in kinds.split()}
        elif rule.startswith("+"):
            name = rule[1:].partition("|")[0]
            unknown = unknown or name not in _COMMANDS
            commands |= {name} & set(_COMMANDS)
        elif rule.startswith("-") and "|" not in rule:
            commands.discard(rule[1:])
    names = any(name in commands for name in _LIST_NAMES)
    values = readable and any(name in commands for name in _READ_KEYS)
    everything = any(name in commands for name in _CHANGE_ALL)
    keys = writable and any(name in commands for name in _CHANGE_KEYS)
    return _Granted(
        "the default user needs no password" if values else "the default user may list the names of keys" * names,
        "the default user needs no password" if keys or everything else "",
        unknown,
    )


def _permit(user: Setting, name: str, reasons: Sequence[str], *, unknown: bool) -> Permission:
    reason = next(filter(None, reasons), "")
    if reason:
        # Redis takes any password for a user that has `nopass`.
        request = _REQUEST if user.value == "default" else f"{_REQUEST} --user {user.value} --pass <any>"
        reason = reason if user.value == "default" else f"{name} needs no password; {reason}"
        return interface.allow(user.line, user.text, request, reason=reason)
    if unknown:
        reason = f"{name} may run a command that was not checked"
        return interface.deny(reason, user.line, user.text, certain=False)
    return interface.deny(f"{name} has no permission", user.line, user.text)


def _selectors(user: Setting) -> list[list[str]]:
    """The rules of the user, then those of each selector in parentheses."""
    text = " ".join(user.words[1:])
    return [_OUTSIDE.sub(" ", text).split(), *(one.split() for one in _SELECTOR.findall(text))]


def _last(words: Sequence[str], word: str) -> int:
    return max((at for at, one in enumerate(words) if one == word), default=-1)


def _last_word(rules: Sequence[str], word: str) -> int:
    return _last([rule.lower() for rule in rules], word)


def _last_start(rules: Sequence[str], starts: tuple[str, ...]) -> int:
    return max((at for at, rule in enumerate(rules) if rule.startswith(starts)), default=-1)
