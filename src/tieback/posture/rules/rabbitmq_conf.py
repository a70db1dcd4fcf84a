"""``rabbitmq.conf``: access of the built-in user and of anonymous clients from other machines.

Source: https://www.rabbitmq.com/docs/access-control and https://www.rabbitmq.com/docs/mqtt.
"""

from tieback.posture.rules import interface
from tieback.posture.rules.interface import RulesReaderMeta
from tieback.posture.rules.server import (
    ServerPolicy,
    host_of,
    is_local_address,
    last_setting,
    read_settings,
    server_policy,
)
from tieback.posture.rules.source import RulesText

_REQUEST = "AMQP login by the mechanism ANONYMOUS"


class RabbitmqConf:
    """Reads the configuration of a node."""

    meta = RulesReaderMeta("rabbitmq", "RabbitMQ", "https://www.rabbitmq.com/docs/access-control")

    def recognises(self, text: RulesText) -> bool:
        """True if the name of the file or its settings are those of the product."""
        head = text.text[:100_000]
        return text.name == "rabbitmq.conf" or any(
            key in head for key in ("loopback_users", "listeners.tcp", "auth_mechanisms.", "anonymous_login_user")
        )

    def read(self, text: RulesText) -> ServerPolicy:
        """Read all settings. Raises ``InputError``."""
        settings = list(read_settings(text.text, between="="))
        for setting in settings:
            if "=" not in setting.text:
                raise text.line_error(setting.line, 'expected "name = value"')
        listeners = [one for one in settings if one.name.startswith("listeners.tcp")]
        if listeners and all(
            one.value == "none" or (":" in one.value and is_local_address(host_of(one.value))) for one in listeners
        ):
            return server_policy(interface.deny("listens only on this machine", listeners[0].line, listeners[0].text))
        mqtt = last_setting(settings, "mqtt.allow_anonymous")
        loopback = last_setting(settings, "loopback_users.guest") or last_setting(settings, "loopback_users")
        anonymous = last_setting(settings, "anonymous_login_user")
        mechanisms = [one for one in settings if one.name.startswith("auth_mechanisms.")]
        if anonymous is not None and anonymous.value == "none":
            return server_policy(interface.deny("anonymous clients are refused", anonymous.line, anonymous.text))
        if mechanisms and not any(one.value.upper() == "ANONYMOUS" for one in mechanisms):
            return server_policy(interface.deny("a login is required", mechanisms[0].line, mechanisms[0].text))
        if anonymous is not None and anonymous.value != "guest":
            reason = f"anonymous clients log in as {anonymous.value}; the permissions of that user decide"
            return server_policy(
                interface.allow(anonymous.line, anonymous.text, _REQUEST, reason=reason, certain=False)
            )
        if loopback is not None and loopback.value in {"false", "none"}:
            reason = "since 4.0 anonymous clients log in as guest, which may connect from anywhere here"
            return server_policy(interface.allow(loopback.line, loopback.text, _REQUEST, reason=reason, certain=False))
        if mqtt is not None and mqtt.value == "true":
            reason = "anonymous MQTT clients log in as guest, which may connect only from this machine"
            return server_policy(interface.deny(reason, mqtt.line, mqtt.text))
        return server_policy(interface.deny("guest may connect only from this machine by default"))
