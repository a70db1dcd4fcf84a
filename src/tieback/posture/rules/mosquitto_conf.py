"""``mosquitto.conf``: anonymous clients, listeners, access lists.

Source: https://mosquitto.org/man/mosquitto-conf-5.html. Defaults are those of version 2.0 and later.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tieback.posture.rules import interface
from tieback.posture.rules.interface import Permission, RulesReaderMeta
from tieback.posture.rules.server import (
    ServerPolicy,
    Setting,
    is_local_address,
    last_setting,
    read_settings,
    server_policy,
    setting_names,
)
from tieback.posture.rules.source import RulesText

_REQUEST = "mosquitto_sub -h <host> -p <port> -t '#'"
_KNOWN = {"allow_anonymous", "listener", "password_file", "acl_file", "per_listener_settings", "persistence"}


@dataclass(slots=True)
class _Listener:
    setting: Setting
    own: list[Setting] = field(default_factory=list)

    @property
    def local(self) -> bool:
        address = self.setting.words[1] if len(self.setting.words) > 1 else ""
        bound = last_setting(self.own, "bind_address")
        return self.setting.value == "0" or is_local_address(address or (bound.value if bound else ""))


class MosquittoConf:
    """Reads the configuration of a broker."""

    meta = RulesReaderMeta("mosquitto", "Mosquitto", "https://mosquitto.org/man/mosquitto-conf-5.html")

    def recognises(self, text: RulesText) -> bool:
        """True if the name of the file is that of the product, or if it has two of its settings."""
        if text.name.startswith("mosquitto") and text.name.endswith(".conf"):
            return True
        return len(setting_names(text.text[:100_000]) & _KNOWN) >= 2

    def read(self, text: RulesText) -> ServerPolicy:
        """Read all settings."""
        common: list[Setting] = []
        listeners: list[_Listener] = []
        for setting in read_settings(text.text, where=str(text.path)):
            if setting.name in {"listener", "port"}:
                listeners.append(_Listener(setting))
            elif listeners:
                listeners[-1].own.append(setting)
            common.append(setting)
        outside = [one for one in listeners if not one.local]
        if not listeners:
            return server_policy(interface.deny("listens only on this machine if no listener is set (2.0 and newer)"))
        if not outside:
            first = listeners[0].setting
            return server_policy(interface.deny("listens only on this machine", first.line, first.text))
        apart = last_setting(common, "per_listener_settings")
        each = apart is not None and apart.value == "true"
        permits = [_permit(one, one.own if each else common) for one in outside]
        best = next((one for one in permits if one.allowed and one.certain), None)
        return server_policy(best or next((one for one in permits if one.allowed), permits[0]))


def _permit(listener: _Listener, settings: Sequence[Setting]) -> Permission:
    certificate = last_setting(listener.own, "require_certificate")
    if certificate is not None and certificate.value == "true":
        return interface.deny("a client certificate is required", certificate.line, certificate.text)
    anonymous = last_setting(settings, "allow_anonymous")
    if anonymous is None or anonymous.value != "true":
        where = anonymous or listener.setting
        reason = "a login is required" if anonymous is not None else "a login is required by default (2.0 and newer)"
        return interface.deny(reason, where.line, where.text, certain=anonymous is not None)
    access = (
        last_setting(settings, "acl_file") or last_setting(settings, "plugin") or last_setting(settings, "auth_plugin")
    )
    if access is not None:
        reason = f"{access.name} restricts the topics of anonymous clients"
        return interface.allow(anonymous.line, anonymous.text, _REQUEST, reason=reason, certain=False)
    return interface.allow(anonymous.line, anonymous.text, _REQUEST)
