"""Seeds of the fuzzer: every recorded conversation is one."""

from collections import Counter

from bench.fuzz.readers import RECORDED, probes
from tieback.probes import PROBES


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
