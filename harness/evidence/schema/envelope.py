"""The envelope of a result: when, where and with what it was made; outside every content hash."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from harness.evidence.schema.model import Count, Model, Name, Sha256, Versioned


class Commit(Model):
    """The commit that the harness ran from."""

    sha: str = Field(pattern="^[0-9a-f]{40,64}$", description="Hash of the commit.")
    dirty: bool = Field(description="Whether files differed from it.")


class Numerics(Model):
    """The instructions that libraries computed with."""

    simd: Name = Field(description="Vector instructions that libraries are held to.")
    version: int = Field(ge=1, description="Version of the rules that hold them.")
    flags: list[str] = Field(description="Vector instructions that the processor has.")
    dispatch: dict[str, str] = Field(description="What each library uses.")
    overridden: dict[str, str] = Field(description="Environment variables that undo the rules.")


class Spread(Model):
    """Durations of single calls."""

    p50: float = Field(ge=0, description="Median, milliseconds.")
    p95: float = Field(ge=0, description="95th percentile, milliseconds.")
    per_second: float = Field(ge=0, description="Calls a second.")


class BatchSpread(Spread):
    """Durations of calls with several vectors at once."""

    vectors: int = Field(ge=1, description="Vectors a call.")


class Memory(Model):
    """Bytes of a test set's vectors in memory."""

    codes: Count = Field(description="As codes.")
    decoded: Count = Field(description="Decoded.")
    index: Count = Field(description="In the search index.")
    originals: Count = Field(description="Uncompressed.")


class Timings(Model):
    """Latency, throughput and memory on a test set, in one thread."""

    rows: int = Field(ge=1, description="Vectors that are encoded and searched.")
    encode_one_ms: Spread = Field(description="Encoding one vector.")
    encode_batch_ms: BatchSpread = Field(description="Encoding a batch.")
    encode_batch_per_second: float = Field(ge=0, description="Vectors a second, all of them at once.")
    index_build_seconds: float = Field(ge=0, description="Building the search index.")
    search_ms: dict[str, Spread] = Field(description="A query, by the number of stages.")
    bytes: Memory = Field(description="Bytes in memory.")


class Cost(Model):
    """CPU time that encoding and searching a test set took, in one thread."""

    vectors: Count = Field(description="Vectors that were encoded and decoded.")
    encode_seconds: float = Field(ge=0, description="Encoding all of them.")
    decode_seconds: float = Field(ge=0, description="Decoding all of them.")
    products: Count = Field(description="Pairs of a query and a vector that were compared.")
    search_seconds: float = Field(ge=0, description="Comparing and ranking them.")


class Envelope(Versioned):
    """The volatile facts of a measurement."""

    made: Name = Field(description="When it ended, in UTC, ISO 8601.")
    seconds: float = Field(ge=0, description="How long the cell took.")
    training_seconds: float | None = Field(
        default=None,
        ge=0,
        description="How long fitting took, where no other cell had fitted the first step.",
    )
    peak_memory_bytes: Count = Field(
        description="Most memory that the process held: during the cell on Linux, so far elsewhere."
    )
    commit: Commit | None = Field(description="Commit of the harness; null outside a checkout.")
    claims_lock: Sha256 | None = Field(
        description="sha256 of the lock of the claims that the result was made under: locks/<sha256>.json;"
        " null for none."
    )
    python: Name = Field(description="Version of Python.")
    platform: Name = Field(description="System and architecture.")
    processor: str = Field(description="Name of the processor.")
    cores: int | None = Field(description="Processors of the machine.")
    threads: int = Field(ge=1, description="Threads that libraries used.")
    device: Name = Field(default="cpu", description="What trained and multiplied: cpu, or a CUDA device.")
    numerics: Numerics = Field(description="Instructions that libraries computed with.")
    packages: dict[str, str] = Field(description="Versions of libraries.")
    costs: dict[str, Cost] = Field(default={}, description="CPU time to encode and search, by test set.")
    timings: dict[str, Timings] = Field(
        default={}, description="Latency and memory by test set, where the suite asks for them."
    )

    @property
    def machine(self) -> str:
        """Return the machine that the measurement ran on, in words."""
        return f"{self.processor}, {self.cores} cores, {self.platform}"


def number_at(part: Any, path: str) -> float | None:
    """Return the number at ``path`` in an envelope, keys parted by full stops; None where there is none.

    ``*`` stands for the only key of a table.
    """
    for key in path.split("."):
        if isinstance(part, Model):
            part = getattr(part, key, None)
        elif isinstance(part, dict):
            part = next(iter(part.values()), None) if key == "*" else part.get(key)
        else:
            return None
    return float(part) if isinstance(part, int | float) else None
