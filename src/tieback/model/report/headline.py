"""The main figures of a report."""

import msgspec

from tieback.model.exposure import PeopleRange
from tieback.model.figure import Figure
from tieback.model.pii import OwnPeople
from tieback.model.report.groups import StoreKind


class Campaign(msgspec.Struct, frozen=True):
    """Stores whose ransom notes contain the same wallet or contact."""

    id: str
    """Derived from the common marks; stable over runs of a workspace with the same marks."""
    exposures: tuple[str, ...]
    """IDs, sorted; two or more."""
    marks: tuple[str, ...]
    """Salted digests of all marks in their notes, sorted."""


class Duty(msgspec.Struct, frozen=True):
    """A notification that may be due: advice for the owner of the data, not a legal opinion."""

    rule: str
    """For example ``gdpr-33``."""
    title: str
    """For example ``GDPR Art. 33``."""
    advice: str
    """What is required, and by when."""
    reason: str
    """Why it may apply here."""
    source: str
    """Reference to the legal text."""


class Headline(msgspec.Struct, frozen=True):
    """The figures at the top of a report, without system containers. Described stores are not added a second time.

    Numbers of stores and affected apps are of what was probed. If nothing was probed, they are 0 and say nothing: then
    ``records`` is a lower bound of 0.
    """

    apps_analysed: int
    apps_affected: int
    """Apps that lead to a store with unauthenticated access, of what was probed."""
    stores_answering: int
    """Stores that answered, of what was probed."""
    stores_exposed: int
    """Stores with unauthenticated access, of what was probed."""
    stores_ransomed: int | None
    """``None`` if the audience must not see it."""
    records: Figure
    """Records of the exposed stores; here and in ``bytes`` a lower bound of 0 if nothing was probed."""
    bytes: Figure
    kinds: tuple[StoreKind, ...]
    pii: tuple[tuple[str, Figure], ...]
    """Class, and the records of the containers with it; most records first."""
    honeypots: int | None = 0
    """Stores that are probably honeypots; excluded from all other figures. ``None`` if the audience must not see it."""
    by_value: tuple[str, ...] | None = None
    """Classes supported by values in some store, sorted; the others are based on field names.
    ``None`` if the audience must not see it."""
    people: PeopleRange | None = None
    """Over all exposed stores. The lower bound is that of the largest store, as others may contain the same people."""
    own_people: OwnPeople | None = None
    """People at the workspace's own e-mail domains in the exposed store with most of them; ``None`` if not compared."""
    duties: tuple[Duty, ...] = ()
    """Notices that laws and contracts may require, as advice."""
    campaigns: tuple[Campaign, ...] = ()
    """Stores with a ransom note of the same attacker, the largest group first."""
    apps_partly_read: int | None = 0
    """Analysed apps with parts that were not read, such as encrypted or downloaded code.
    ``None`` here and below if the audience must not see it."""
    affected_partly_read: int | None = 0
    """Affected apps among them; the other affected apps were fully read."""
    apps_damaged: int | None = 0
    """Apps among them whose package is cut off or damaged."""
    captures_partly_read: int | None = 0
    """Captures, archives and logs with parts that were not read."""
    captures_damaged: int | None = 0
    """Captures among them that are cut off or damaged."""
    inputs_failed: int | None = 0
    """Inputs of which nothing could be read; ``problems`` has the reasons."""
    files_skipped: int | None = 0
    """Files of the inputs that were passed over, also copies of another input; ``problems`` has the reasons."""
    damaged_parts: int = 0
    """Damaged parts of the stored results, which were ignored: apps and stores may be missing."""
    undecided: int | None = 0
    """Stores that answered, but are known neither as open nor as closed. ``None`` if the audience must not see it."""
    stores_answering_at_most: int | None = None
    """Stores if all addresses that only look alike are different stores; ``None`` here and below if this changes
    nothing, or if the audience must not see it. The fields without ``at_most`` count such addresses once."""
    stores_exposed_at_most: int | None = None
    records_at_most: Figure | None = None
    bytes_at_most: Figure | None = None


class PopulationEstimate(msgspec.Struct, frozen=True):
    """Estimate for the whole population, with its interval, if the inputs are a random sample."""

    population: int
    """Number of apps that the inputs were sampled from, as given by the user."""
    share: float
    """Share of affected apps among the analysed ones, 0 to 1."""
    low: float
    high: float
    """Limits of the 95 % confidence interval of the share (Wilson, with finite population correction)."""
    affected: Figure
    """Estimated number of affected apps in the population."""
    affected_low: int
    affected_high: int
