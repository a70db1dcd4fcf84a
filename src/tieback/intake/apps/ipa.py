"""IPA: identity by ``Info.plist``, signer by the provisioning profile.

Sources: Apple, Information Property List; Apple TN3125 (provisioning profiles: a CMS message whose content is an XML
property list). The profile is read for names, its signature is not checked: it says who claims the app.
"""

import re
from typing import Any

from tieback.intake.apps.directory import Entry
from tieback.intake.apps.interface import Artifact, Source
from tieback.intake.apps.names import printable
from tieback.intake.apps.plist import MAX_PLIST, read_values
from tieback.intake.apps.signer import certificate_signer, organisation
from tieback.intake.apps.stringpool import MalformedError
from tieback.model.app import App, Platform, Signer

MAX_TEXT = 300
_INFO = re.compile(r"Payload/[^/]+\.app/Info\.plist")


class Ipa:
    """What is particular about IPAs: see ``package.Format``."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def identify(self, sha256: str) -> App | None:
        """The identity; ``None``, with a problem, where ``Info.plist`` is missing or damaged."""
        problems = self._source.problems
        entry = _info(self._source)
        if entry is None:
            problems.note("no Info.plist: the app cannot be named", "")
            return None
        try:
            values = read_values(bytes(self._source.read(entry, MAX_PLIST + 1)))
        except MalformedError as error:
            problems.note(str(error), entry.name)
            return None
        bundle_id = _text(values, "CFBundleIdentifier")
        if not bundle_id:
            problems.note("Info.plist names no bundle identifier", entry.name)
            return None
        signer, team = self._signer(entry.name.removesuffix("Info.plist") + "embedded.mobileprovision")
        return App(
            Platform.IOS,
            bundle_id,
            sha256,
            name=_text(values, "CFBundleDisplayName") or _text(values, "CFBundleName"),
            version_name=_text(values, "CFBundleShortVersionString"),
            version_code=_text(values, "CFBundleVersion"),
            min_sdk=_text(values, "MinimumOSVersion"),
            target_sdk=_text(values, "DTPlatformVersion"),
            signer=signer,
            vendor=team or (organisation(signer.subject) if signer else ""),
        )

    def special(self, name: str) -> Artifact | None:
        """Every entry of an IPA is read by its content."""
        del name
        return None

    def _signer(self, profile: str) -> tuple[Signer | None, str]:
        """The first certificate of the provisioning profile, and the name of the team."""
        entry = self._source.find(profile)
        if entry is None:
            return None, ""
        data = bytes(self._source.read(entry, MAX_PLIST))
        start, stop = data.find(b"<?xml"), data.rfind(b"</plist>")
        if start < 0 or stop < start:
            self._source.problems.note("the provisioning profile has no property list", profile)
            return None, ""
        try:
            values = read_values(data[start : stop + 8])
        except MalformedError as error:
            self._source.problems.note(str(error), profile)
            return None, ""
        certificates = values.get("DeveloperCertificates")
        first = certificates[0] if isinstance(certificates, list) and certificates else None
        return (certificate_signer(first, "code-signature") if isinstance(first, bytes) else None), _text(
            values, "TeamName"
        )


def is_ipa(source: Source) -> bool:
    """Whether there is an app where iOS looks for it."""
    return any(entry.name.startswith("Payload/") and ".app/" in entry.name for entry in source.entries)


def _info(source: Source) -> Entry | None:
    return next((entry for entry in source.entries if _INFO.fullmatch(entry.name)), None)


def _text(values: dict[str, Any], key: str) -> str:
    value = values.get(key)
    return printable(str(value), MAX_TEXT) if isinstance(value, str | int | float) else ""
