"""Seeds of the fuzzer: every recorded conversation is one, and files are valid."""

from collections import Counter
from pathlib import Path

from bench.fuzz import files
from bench.fuzz.interface import RECORDED
from bench.fuzz.readers import probes
from tieback.backends.rdap import read_rdap
from tieback.cases.letters.language import load_language
from tieback.cases.policy import load_policy
from tieback.intake.traffic.log_formats import read_columns
from tieback.pipeline.disclosure.watch import load_webhooks
from tieback.probes import PROBES
from tieback.report.diff.past import read_past
from tieback.scope.audit_check import verify
from tieback.scope.grant import parse_grant
from tieback.scope.policy.never import load_site_policy
from tieback.scope.transcript import read_transcripts
from tieback.storage.checkout import index_names
from tieback.storage.lake.parquet_check import file_damage


def test_every_recording_is_a_seed_of_its_probe() -> None:
    recorded = Counter(path.stem.partition("-")[0] for path in RECORDED.iterdir())
    assert recorded.total() > 0
    assert recorded.keys() <= {probe.meta.name for probe in PROBES}
    seeds = {reader.name: reader.seeds for reader in probes().readers}
    for name, count in recorded.items():
        assert len(seeds[name]) >= count, name


def test_every_probe_never_raises_on_its_seeds() -> None:
    for reader in probes().readers:
        for seed in reader.seeds:
            reader.read(seed)


def test_seeds_of_files_are_accepted(tmp_path: Path) -> None:
    """A seed that is rejected at once reaches nothing behind the first check."""
    seeds = {reader.name: reader.seeds[0] for room in (files.settings(), files.records()) for reader in room.readers}

    def written(reader: str, name: str = "seed") -> Path:
        (tmp_path / name).write_bytes(seeds[reader])
        return tmp_path / name

    assert len(parse_grant(seeds["grant"].decode(), "seed").exclude) == 1
    assert load_site_policy(written("never"), {"HOME": "/nonexistent"}).files[0].signatures is not None
    assert load_policy(written("case-policy")).days
    assert load_language("fr", written("letters", "fr.toml").parent).words
    assert read_columns(written("columns"))
    assert load_webhooks(written("webhooks"))
    assert verify(written("audit-log")).checkpoints == 1
    assert list(read_transcripts(written("transcripts")))
    assert read_past(written("past-report", "past.json")).created.year == 2026
    assert index_names(seeds["git-index"]) == [b"abc"]
    assert read_rdap(seeds["rdap"]).objects
    assert file_damage(written("lake-part"), whole=True) == ""
