"""The vendor register: which vendor answers for which app.

What makes two apps of one vendor is the certificate that signs them. A name in a certificate is whatever its maker
wrote there, so it names a vendor and never joins two. Keys that everybody has (``shared_keys.toml``) sign for nobody:
those apps go by their bundle identifiers, one vendor each, until a person merges vendors.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources

import msgspec

from tieback.model.app import App
from tieback.model.case import Entry
from tieback.model.errors import UsageError
from tieback.model.vendor import Vendor

_COMMON_NAME = re.compile(r"(?:^|,|\+)\s*CN\s*=\s*((?:\\.|[^,+\\])*)")
_MAX_NAME = 200


class _Shared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    source: str
    sha256: tuple[str, ...] = ()
    common_name: tuple[str, ...] = ()


@cache
def _shared() -> tuple[frozenset[str], frozenset[str]]:
    text = resources.files("tieback.cases").joinpath("shared_keys.toml").read_text(encoding="utf-8")
    keys = msgspec.convert(tomllib.loads(text), dict[str, _Shared]).values()
    return frozenset(one for key in keys for one in key.sha256), frozenset(
        name.casefold() for key in keys for name in key.common_name
    )


def vendor_id(app: App) -> str:
    """The id that an app's vendor has, unless the register says otherwise: of the signer, else of the bundle id."""
    signer = own_signer(app)
    words = f"signer:{signer}" if signer else f"bundle:{app.platform}:{app.bundle_id}"
    return f"v-{hashlib.sha256(words.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def own_signer(app: App) -> str:
    """SHA-256 of the certificate that signs the app and is one vendor's; empty where there is none."""
    if app.signer is None or not app.signer.sha256:
        return ""
    digests, names = _shared()
    match = _COMMON_NAME.search(app.signer.subject)
    common = match[1].strip().casefold() if match else ""
    return "" if app.signer.sha256 in digests or common in names else app.signer.sha256


class Register:
    """The vendors, to ask whose an app is."""

    def __init__(self, vendors: Iterable[Vendor]) -> None:
        self._by_signer: dict[str, str] = {}
        self._by_bundle: dict[str, str] = {}
        for vendor in vendors:
            self._by_signer |= dict.fromkeys(vendor.signers, vendor.id)
            self._by_bundle |= dict.fromkeys(vendor.bundle_ids, vendor.id)

    def of(self, app: App) -> str | None:
        """Id of the vendor that answers for the app; ``None`` where it is not registered yet.

        A bundle identifier that a person gave to a vendor counts more than the signer.
        """
        return self._by_bundle.get(app.bundle_id) or self._by_signer.get(own_signer(app))


def newcomers(known: Sequence[Vendor], apps: Iterable[App]) -> list[tuple[Vendor, tuple[Entry, ...]]]:
    """Vendors of apps that the register does not know yet."""
    register = Register(known)
    found: dict[str, Vendor] = {}
    for app in apps:
        if register.of(app) is not None:
            continue
        key, signer = vendor_id(app), own_signer(app)
        name = (app.vendor if signer else "") or app.bundle_id or app.label
        vendor = found.get(key) or Vendor(key, name.encode("utf-8", "backslashreplace").decode()[:_MAX_NAME])
        if signer:
            found[key] = msgspec.structs.replace(vendor, signers=(signer,))
        else:
            found[key] = msgspec.structs.replace(vendor, bundle_ids=(app.bundle_id,))
    return [(vendor, (Entry(key, "opened", {"name": vendor.name}),)) for key, vendor in found.items()]


def merged(kept: Vendor, gone: Vendor) -> Vendor:
    """``kept`` with everything that leads to ``gone``.

    Raises:
        UsageError: both are the same.
    """
    if kept.id == gone.id:
        raise UsageError("a vendor cannot be merged with itself", where=kept.id, advice="Name two vendors")
    return msgspec.structs.replace(
        kept,
        domains=tuple(dict.fromkeys((*kept.domains, *gone.domains))),
        contacts=tuple({contact.address: contact for contact in (*kept.contacts, *gone.contacts)}.values()),
        signers=tuple(dict.fromkeys((*kept.signers, *gone.signers))),
        bundle_ids=tuple(dict.fromkeys((*kept.bundle_ids, *gone.bundle_ids))),
    )
