"""Data, rules and plug-ins that a run used."""

import msgspec


class DataUsed(msgspec.Struct, frozen=True):
    """Imported address data from which a run derived providers, regions and countries."""

    name: str
    date: str
    """Date stated in the data, ISO 8601; empty if there is none."""
    imported: str
    """Date of import; for built-in data, its own date."""
    sha256: str

    @property
    def cited(self) -> str:
        """Name, date and first digits of the hash."""
        dated = f"of {self.date}" if self.date else f"undated, imported {self.imported}"
        return f"{self.name} {dated} (sha256 {self.sha256[:12]})"


class RulesUsed(msgspec.Struct, frozen=True):
    """A file with rules of a user that were active in a run."""

    name: str
    """Name of the file, without folders."""
    origin: str
    """Folder of the file: ``option`` (``--rules``), ``user`` (configuration) or ``workspace``."""
    sha256: str
    rules: int
    """Number of rules in the file."""

    @property
    def cited(self) -> str:
        """Name, number of rules and first digits of the hash."""
        return f"{self.name} ({self.rules} rule{'s'[: self.rules != 1]}, sha256 {self.sha256[:12]})"


class PluginUsed(msgspec.Struct, frozen=True):
    """A Python plug-in that may read files or render reports. It never probes."""

    name: str
    kind: str
    """``reader`` or ``renderer``."""
    version: str
    """Of its distribution."""
    distribution: str

    @property
    def cited(self) -> str:
        """Kind, name, distribution and version."""
        return f"{self.kind} {self.name} ({self.distribution} {self.version})"
