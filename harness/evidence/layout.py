"""The layout that ``out/`` and ``artifacts/`` share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

# Folders of stamped evidence that belongs to no cell: published whole, and required once committed.
EXTRAS = ("transcripts", "means", "portability", "jitter", "labels", "noise", "peers", "bench")


@dataclass(frozen=True, slots=True)
class Tree:
    """Paths below one evidence folder."""

    root: Path

    def result(self, suite: str, cell: str) -> Path:
        """Return a cell's stamped result.

        >>> Tree(Path("out")).result("sample", "minilm.lee.pca.s0").as_posix()
        'out/results/sample/minilm.lee.pca.s0.json'
        """
        return self.root / "results" / suite / f"{cell}.json"

    def results(self, suite: str | None = None) -> list[Path]:
        """Return the results of one suite, or of all, in the order of their paths."""
        folder = self.root / "results"
        return sorted(folder.glob("*/*.json") if suite is None else (folder / suite).glob("*.json"))

    def scores(self, suite: str, name: str) -> Path:
        """Return the per-pair similarities of a cell, or (by the encoder's name) before compression."""
        return self.root / "scores" / suite / f"{name}.npz"

    def codec(self, suite: str, cell: str) -> Path:
        """Return a cell's saved codec."""
        return self.root / "codecs" / suite / f"{cell}.safetensors"

    def envelope(self, suite: str, cell: str) -> Path:
        """Return the volatile facts of a cell: time, host, versions, durations."""
        return self.root / "envelopes" / suite / f"{cell}.json"

    def jitter(self, suite: str) -> Path:
        """Return how far a suite's values move when vectors are disturbed in the last place, stamped."""
        return self.root / "jitter" / f"{suite}.json"

    def portability(self) -> Path:
        """Return which small steps gave the same bytes under emulated processors, stamped."""
        return self.root / "portability" / "portability.json"

    def noise(self) -> Path:
        """Return how far the values of a sample of cells move with threads and seeds, stamped."""
        return self.root / "noise" / "noise.json"

    def benches(self) -> list[Path]:
        """Return the stamped measurements of a machine, a file a group, in the order of their paths."""
        return sorted((self.root / "bench").glob("*.json"))

    def bench(self, name: str) -> Path:
        """Return what work takes on a machine, by the group of measurements, stamped."""
        return self.root / "bench" / f"{name}.json"

    def comparisons(self) -> list[Path]:
        """Return the stamped comparisons of planners, in the order of their paths."""
        return sorted((self.root / "peers").glob("*.json"))

    def comparison(self, name: str) -> Path:
        """Return what planners recommend for a file and what it comes to, stamped."""
        return self.root / "peers" / f"{name}.json"

    def planning_times(self, name: str) -> Path:
        """Return how long the planners of a comparison took on one machine, stamped."""
        return self.root / "peers" / "times" / f"{name}.json"

    def suite(self, suite: str) -> Path:
        """Return the stamped record of a suite: what it says of itself, and its cells that could not run."""
        return self.root / "results" / f"{suite}.suite.json"

    def means(self, suite: str) -> Path:
        """Return the stamped means over seeds of a suite, and the comparisons of methods."""
        return self.root / "means" / f"{suite}.json"

    def labels(self, suite: str) -> Path:
        """Return the stamped index of what a suite's values depend on beside score files."""
        return self.root / "labels" / f"{suite}.json"

    def transcript(self, server: str) -> Path:
        """Return the stamped transcript of what the smoke test saw of a server."""
        return self.root / "transcripts" / f"{server}.json"

    def extras(self) -> list[Path]:
        """Return every file of the EXTRAS, in order, without what an interrupted write left."""
        return sorted(
            path
            for name in EXTRAS
            for path in (self.root / name).rglob("*")
            if path.is_file() and not path.name.startswith(".")
        )

    def lock(self, sha256: str) -> Path:
        """Return a lock of the claims that results were made under, by its own sha256."""
        return self.root / "locks" / f"{sha256}.json"

    def report(self) -> Path:
        """Return the folder of everything rendered."""
        return self.root / "report"
