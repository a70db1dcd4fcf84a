"""The sentence about a finding whose app has the identifier of a template."""

from tieback.model.count_text import count_text
from tieback.model.exposure import Finding


def shared_identifier_text(finding: Finding) -> str:
    """Say that unrelated apps share the identifier, and so the finding; empty for other findings."""
    if not (name := finding.shared_identifier):
        return ""
    packages = f" It is about {count_text(len(finding.apps), 'package')} here." if len(finding.apps) > 1 else ""
    return (
        f"The app identifier {name} is that of a template. Unrelated apps with it share this finding: "
        f"a suppression or a baseline of one covers all of them.{packages}"
    )
