"""CouchDB: ``local.ini``, and the ``_security`` object of one database.

Source: https://docs.couchdb.org/en/stable/config/auth.html and https://docs.couchdb.org/en/stable/api/database/security.html.
"""

import re

from tieback.posture.rules import interface
from tieback.posture.rules.interface import RulesReaderMeta
from tieback.posture.rules.server import ServerPolicy, Setting, is_local_address, read_settings, server_policy
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.tree import ConfigNode, read_json

_SECTION = re.compile(r"\[([^\]]{1,100})\]")
_REQUEST = "GET http://<host>:5984/_all_dbs"
_DATABASE = "GET http://<host>:5984/<database>/_all_docs"
_SECTIONS = ("[couchdb]", "[chttpd]", "[httpd]", "[couch_httpd_auth]", "[chttpd_auth]", "[couch_peruser]")


class CouchdbIni:
    """Reads both files; the content shows which one it is."""

    meta = RulesReaderMeta("couchdb", "CouchDB", "https://docs.couchdb.org/en/stable/config/auth.html")

    def recognises(self, text: RulesText) -> bool:
        """True for sections of CouchDB, or an object of members and admins."""
        head = text.text[:100_000]
        if head.lstrip().startswith("{"):
            return '"members"' in head and ('"names"' in head or '"roles"' in head)
        return any(section in head for section in _SECTIONS)

    def read(self, text: RulesText) -> ServerPolicy:
        """Read the file. Raises ``InputError``."""
        return _security(read_json(text)) if text.text.lstrip().startswith("{") else _local(text)


def _security(root: ConfigNode) -> ServerPolicy:
    members = root.get("members") or ConfigNode({}, root.line)
    names, roles = members.get("names") or ConfigNode([], 0), members.get("roles") or ConfigNode([], 0)
    if names.texts() or roles.texts():
        reason = (
            "only members may read" if roles.texts() != ["_admin"] or names.texts() else "only administrators may read"
        )
        return server_policy(interface.deny(reason, members.line, '"members": …'))
    return server_policy(
        interface.allow(members.line, '"members": none', _DATABASE, reason="a database without members is public")
    )


def _local(text: RulesText) -> ServerPolicy:
    settings = {(section, setting.name): setting for section, setting in _sections(text)}
    address = settings.get(("chttpd", "bind_address")) or settings.get(("httpd", "bind_address"))
    if address is None:
        return server_policy(interface.deny("listens only on this machine by default"))
    if is_local_address(address.value):
        return server_policy(interface.deny("listens only on this machine", address.line, address.text))
    admins = [setting for (section, _), setting in settings.items() if section == "admins" and setting.value]
    if not admins:
        return server_policy(
            interface.allow(
                address.line, address.text, _REQUEST, certain=False,
                reason="no administrator: before 3.0 everyone is an administrator; newer versions do not start",
            )
        )  # fmt: skip
    for section in ("chttpd", "chttpd_auth", "couch_httpd_auth"):
        wanted = settings.get((section, "require_valid_user"))
        if wanted is not None and wanted.value.lower() == "true":
            return server_policy(interface.deny("a login is required for every request", wanted.line, wanted.text))
    reason = "the _security object of each database decides; since 3.0 a new one allows only administrators"
    read = interface.allow(admins[0].line, "[admins]", _REQUEST, reason=reason, certain=False)
    return ServerPolicy(read, read)


def _sections(text: RulesText) -> "list[tuple[str, Setting]]":
    found: list[tuple[str, Setting]] = []
    section = ""
    for setting in read_settings(text.text, comments="#;", between="="):
        header = _SECTION.fullmatch(setting.text)
        if header:
            section = header.group(1).strip().lower()
        elif "=" not in setting.text:
            raise text.line_error(setting.line, 'expected "[section]" or "name = value"')
        else:
            found.append((section, setting))
    return found
