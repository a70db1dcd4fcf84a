"""Rules files that one reader reads as one state."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RulesPart:
    """The files, and what they are for."""

    kind: str
    """Name of the reader."""
    files: tuple[Path, ...]
    place: Path
    """The folder of the files."""
    database: str = ""
    """The database, instance or bucket that a project file names."""

    @property
    def label(self) -> Path:
        """The only file, or the folder of all files."""
        return self.files[0] if len(self.files) == 1 else self.place
