"""The e-mail domains of the organisation that a workspace belongs to: ``domains.toml`` in its folder.

```toml
domains = ["example.org", "example.net"]
```
"""

import os
import tomllib
from collections.abc import Iterable
from pathlib import Path

from tieback.model.errors import TiebackError, UsageError, WorkspaceError
from tieback.model.mail_domain import MAX_DOMAINS, mail_domain
from tieback.storage.failures import storage_errors
from tieback.storage.trust import DOMAINS_FILE, accept_file, require_accepted

_MAX_BYTES = 128 * 1024


def read_own_domains(directory: Path) -> frozenset[str]:
    """Return the domains of a workspace; none if it names none.

    Raises:
        WorkspaceError: the file cannot be read, is damaged, or is not as ``write_own_domains`` wrote it.
    """
    path = directory / DOMAINS_FILE
    require_accepted(directory, DOMAINS_FILE)
    if not path.exists() and not path.is_symlink():
        return frozenset()
    with storage_errors(directory), os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW), "rb") as file:
        data = file.read(_MAX_BYTES)
    try:
        content = tomllib.loads(data.decode())
        named = content["domains"]
        if set(content) != {"domains"} or not isinstance(named, list) or len(named) > MAX_DOMAINS:
            raise ValueError(DOMAINS_FILE)
        return frozenset(mail_domain(str(one)) for one in named)
    except (ValueError, KeyError, RecursionError, TiebackError):
        advice = "Set the domains again with `tieback workspace domains`"
        raise WorkspaceError("not a list of e-mail domains", where=str(path), advice=advice) from None


def write_own_domains(directory: Path, domains: Iterable[str]) -> frozenset[str]:
    """Replace the domains of a workspace. Returns them.

    Raises:
        UsageError: one of them is not a domain, or there are too many.
        WorkspaceError: the file cannot be written.
    """
    named = sorted({mail_domain(one) for one in domains})
    if len(named) > MAX_DOMAINS:
        raise UsageError(f"more than {MAX_DOMAINS} e-mail domains", advice="A domain includes its subdomains")
    lines = "".join(f'    "{one}",\n' for one in named)
    text = f"# E-mail domains of this organisation. Set with `tieback workspace domains`.\ndomains = [\n{lines}]\n"
    fresh = directory / f"{DOMAINS_FILE}.new"
    with storage_errors(directory):
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "w") as file:
            file.write(text)
        fresh.replace(directory / DOMAINS_FILE)
    accept_file(directory, DOMAINS_FILE)
    return frozenset(named)
