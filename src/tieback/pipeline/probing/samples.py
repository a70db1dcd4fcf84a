"""Read a few records per container if the grant's depth is ``sample``, classify their values, and discard them.

At most 50 records of at most 12 containers per store are read; containers with the most records come first. Values stay
in memory until their column is judged. What remains are classes, counts, masked examples, and a lower bound of distinct
people, counted by fingerprints with a salt of this run. The salt is not stored either. Addresses are compared with the
organisation's own e-mail domains; only the number of matches remains.
"""

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from tieback.assess.intrusion import MAX_REASONS, IntrusionSigns, builtin_traces
from tieback.assess.leaves import leaf_containers
from tieback.assess.people import IDENTIFYING_CLASSES
from tieback.assess.ransom import RansomSigns
from tieback.model.figure import lower_bound
from tieback.model.grant import Depth
from tieback.model.mail_domain import ADDRESS, is_at
from tieback.model.pii import Classification, Column, OwnPeople, SampledField, SampledRecords
from tieback.model.probe import Container, Field, Outcome, ProbeReport
from tieback.pii.names import NameDetector
from tieback.pii.values import ValueDetector, classify_columns
from tieback.pipeline.rule_sets import name_words, ransom_signs
from tieback.probes.choose import sampler
from tieback.probes.interface import MAX_SAMPLED, SampledColumn
from tieback.probes.wire.columns import NAMES_OF_KEYS
from tieback.scope.conversation import Fault, Target, Traffic
from tieback.scope.dialer import Dialer
from tieback.scope.replay import ReplayDialer

if TYPE_CHECKING:
    from tieback.userrules.model import UserRules

NOTHING_READ = "no records were read: the store returned none within the limits"
_ADDRESSES = 4
"""Maximum number of addresses of one value that are compared."""
_FILLED = 0.5
"""Share of records that need a value in a column before the column can distinguish people."""

type _Paths = Mapping[tuple[str, ...], Sequence[SampledColumn]]


class SampleJudge:
    """Reads and judges samples. For one event loop; compiles its rules at the first sample."""

    def __init__(
        self,
        salt: bytes | None = None,
        own_domains: Collection[str] = (),
        added: "UserRules | None" = None,
    ) -> None:
        """Set up.

        Args:
            salt: for the fingerprints; default: a new one.
            own_domains: e-mail domains of the organisation, with which sampled addresses are compared.
            added: the rules of users.
        """
        self._added = added
        self._salt = salt if salt is not None else secrets.token_bytes(32)
        self._own = frozenset(own_domains)

    async def read(
        self, report: ProbeReport, target: Target, depth: Depth, dialer: Dialer | ReplayDialer
    ) -> ProbeReport:
        """The report with the classes of a few records of its containers.

        Args:
            report: report of the store; returned unchanged if access is denied or the probe reads no records.
            target: the probed target.
            depth: maximum probe depth for this target; records are read only at ``sample``.
            dialer: opens the connection.

        Raises:
            WorkspaceError: the audit log cannot be written.
        """
        probe = sampler(report.probe)
        if probe is None or report.outcome is not Outcome.OK or not report.access.exposed or depth is not Depth.SAMPLE:
            return report
        chosen = _chosen(report.containers, self._signs.note_paths(report.containers))
        if not chosen:
            return report
        place = msgspec.structs.replace(target, tls=True if report.tls is not None else target.tls)
        try:
            columns, traffic = await dialer.converse(
                place,
                probe.sample(place, chosen, report.account),
                probe.meta.sends,
                depth=depth,
                probe=sample_label(probe.meta.name),
                sample=True,
            )
        except Fault as fault:
            problem = f"no records were read: {fault.detail}"
            return msgspec.structs.replace(report, problems=(*report.problems, problem))
        if not columns:
            report = msgspec.structs.replace(report, problems=(*report.problems, NOTHING_READ))
        return with_cost(self.with_samples(report, columns), traffic)

    def with_samples(self, report: ProbeReport, columns: Iterable[SampledColumn]) -> ProbeReport:
        """The report with a verdict on each column; the columns can be discarded afterwards."""
        by_path: defaultdict[tuple[str, ...], list[SampledColumn]] = defaultdict(list)
        for column in columns:
            by_path[column.container].append(column)
        told: defaultdict[str, set[bytes]] = defaultdict(set)
        containers = tuple(self._judge(container, by_path, told) for container in report.containers)
        people = max(map(len, told.values()), default=0)
        own = self._count_own(by_path.values(), people) if self._own and by_path else None
        wrote = (
            reason
            for container in report.containers
            for column in by_path.get(container.path, ())
            for reason in self._intrusion.of_values(container, column.field, column.values)
        )
        intrusion = tuple(dict.fromkeys((*report.intrusion, *wrote)))[:MAX_REASONS]
        return msgspec.structs.replace(
            report, containers=containers, people=people, own_people=own, intrusion=intrusion
        )

    def _count_own(self, containers: Iterable[Sequence[SampledColumn]], people: int) -> OwnPeople:
        """Count distinct addresses at our own domains. Of each container, only one column counts.

        A person may have one address in each of several columns, but hardly two in the same one.
        """
        ours: set[bytes] = set()
        known: set[bytes] = set()
        for columns in containers:
            found = [self._addresses(column) for column in columns]
            ours |= max((at_home for at_home, _ in found), key=len, default=set())
            known |= max((every for _, every in found), key=len, default=set())
        # Those of another column may not be among them.
        return OwnPeople(len(ours), max(people, len(known), len(ours)), len(known | ours))

    def _addresses(self, column: SampledColumn) -> tuple[set[bytes], set[bytes]]:
        """Fingerprints of the addresses of a column that are at our own domains, and of all."""
        ours: set[bytes] = set()
        every: set[bytes] = set()
        for value in column.values:
            for match in islice(ADDRESS.finditer(value), _ADDRESSES):
                mark = self._fingerprint(match[0])
                every.add(mark)
                if is_at(match[1], self._own):
                    ours.add(mark)
        return ours, every

    @cached_property
    def _signs(self) -> RansomSigns:
        return ransom_signs(self._added)

    @cached_property
    def _intrusion(self) -> IntrusionSigns:
        return builtin_traces()

    @cached_property
    def _names(self) -> NameDetector:
        return NameDetector(name_words(self._added))

    @cached_property
    def _values(self) -> ValueDetector:
        return ValueDetector()

    def _judge(self, container: Container, columns: _Paths, told: dict[str, set[bytes]]) -> Container:
        own = columns.get(container.path, ())
        if not own:
            return container
        types = {field.name: field.type for field in container.fields}
        names = tuple(dict.fromkeys(column.field for column in own))
        asked = [
            Column(one.field, container.name, types.get(one.field, ""), names, tuple(filter(None, one.values)))
            for one in own
        ]
        verdicts = list(classify_columns(asked, self._names, self._values))
        fields = tuple(
            SampledField(column.field, verdict, len(column.values), len(set(column.values)))
            for column, verdict in zip(asked, verdicts, strict=True)
        )
        records = max(len(column.values) for column in own)
        people = self._tell_apart(own, verdicts, records, told)
        # Some stores show names of fields, or all of them, only in their records.
        more = (name for name in names if name not in types and not name.endswith(NAMES_OF_KEYS))
        shown = (*container.fields, *map(Field, more))
        counted = container.records or lower_bound(records, "records read at depth sample")
        return msgspec.structs.replace(
            container, records=counted, fields=shown, sampled=SampledRecords(records, fields, people)
        )

    def _tell_apart(
        self,
        columns: Sequence[SampledColumn],
        verdicts: Sequence[Classification],
        records: int,
        told: dict[str, set[bytes]],
    ) -> int:
        """Lower bound of distinct people in the records of one container; adds their fingerprints to ``told``.

        Only one class is used, so that a person with a name and an address does not count twice. People share phone
        numbers and names and have several addresses: of the columns of that class, the one with the fewest distinct
        values counts.
        """
        for pii_class in IDENTIFYING_CLASSES:
            marks = [
                {self._fingerprint(value) for value in column.values if value.strip()}
                for column, verdict in zip(columns, verdicts, strict=True)
                if verdict.pii_class == pii_class
                and sum(bool(value.strip()) for value in column.values) >= _FILLED * records
            ]
            if marks:
                fewest = min(marks, key=len)
                told[pii_class] |= fewest
                return len(fewest)
        return 0

    def _fingerprint(self, value: str) -> bytes:
        text = value.strip().casefold().encode("utf-8", "surrogatepass")
        return blake2b(text, digest_size=8, key=self._salt).digest()


def _chosen(containers: Sequence[Container], notes: frozenset[tuple[str, ...]]) -> tuple[Container, ...]:
    """The non-empty leaf containers without ransom notes; those with the most records first."""
    held = [
        leaf
        for leaf in leaf_containers(containers)
        if not leaf.system and leaf.path not in notes and (leaf.records is None or leaf.records.value)
    ]
    held.sort(key=lambda leaf: -(leaf.records.value if leaf.records is not None else 0))
    return tuple(held[:MAX_SAMPLED])


def sample_label(probe: str) -> str:
    """Name of the conversation that reads records, per probe."""
    return f"{probe}-sample"


def with_cost(report: ProbeReport, traffic: Traffic) -> ProbeReport:
    """The report with the traffic of reading records."""
    return msgspec.structs.replace(
        report,
        bytes_sent=report.bytes_sent + traffic.bytes_sent,
        bytes_read=report.bytes_read + traffic.bytes_read,
        seconds=round(report.seconds + traffic.seconds, 6),
    )
