"""Accounts of the maker at services for source code, by repositories with the name of the app, or by the signer.

An app often links to its own repository, to its releases or to a file there:
``https://github.com/acmesystems/fit-android/releases`` for the app Fit. The account is then its maker's, and a domain
with the name of the account too. Words for the platform or the kind of program may follow the name of the app. An
account with the first and the last word of the signer's name is his own. Bound: 256 links.

Sources: https://docs.github.com/repositories/creating-and-managing-repositories/about-repositories,
https://docs.github.com/rest/repos/repos.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice

from tieback.recognise.makers.domains import PAGES, registrable_domain
from tieback.recognise.makers.name_forms import first_label
from tieback.recognise.makers.names import MakerNames
from tieback.recognise.rules import RuleFiles

MAX_LINKS = 256
MIN_ACCOUNT = 5
"""Least number of letters and digits of an account that names a domain."""
_REPOSITORY = re.compile(
    r"https?://(?:raw\.githubusercontent\.com|api\.github\.com/repos|(?:www\.)?(?:github|gitlab)\.com|codeberg\.org"
    r"|gitee\.com)"
    r"/([A-Za-z0-9][\w.-]{0,63})/([A-Za-z0-9][\w.-]{0,99})(?![\w.-])"
)


def repository(address: str) -> tuple[str, str]:
    """The account and the name of the repository in an address; empty if it is none."""
    found = _REPOSITORY.match(address)
    return (found[1].lower(), found[2].lower().removesuffix(".git")) if found is not None else ("", "")


def own_accounts(addresses: Iterable[str], names: MakerNames) -> Iterator[tuple[str, str]]:
    """Each account with a repository that has the name of the app, or of the signer, and this repository.

    Args:
        addresses: links of the app.
        names: the names of the maker.
    """
    found: dict[str, str] = {}
    links = (one for one in map(repository, addresses) if one[0])
    for account, name in islice(links, MAX_LINKS):
        if names.names_repository(name) or names.names_account(account):
            found.setdefault(account, name)
    yield from found.items()


def account_hosts(accounts: Mapping[str, str], hosts: Collection[str], rules: RuleFiles) -> Iterator[tuple[str, str]]:
    """Each host with the pages of an account, or below a domain with its name, and the reason.

    Args:
        accounts: accounts of the maker, each with a repository.
        hosts: hosts of unknown owners.
        rules: rule files.
    """
    for account, name in accounts.items():
        letters = account.replace("-", "")
        pages = [f"{account}{end}" for end in PAGES]
        for host in hosts:
            named = len(letters) >= MIN_ACCOUNT and first_label(registrable_domain(host, rules)) == letters
            if named or host in pages:
                yield host, f"a host with the name of {account}, the account with the repository {name}"
