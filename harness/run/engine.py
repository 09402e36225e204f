"""Where a run's work is done: in processes of this machine, or elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from harness.embedding.units import OnRows
from harness.evaluation import context
from harness.evaluation.context import EncoderSpec
from harness.parallel.workers import Retry, in_processes


class Engine(Protocol):
    """Encodes texts, and does pieces of work that do not depend on one another."""

    def embed(self, spec: EncoderSpec, on_rows: OnRows) -> None:
        """Encode what the store lacks of an encoder's sets."""

    def spread(
        self, work: Callable[..., Any], items: Sequence[Any], jobs: int, retry: Retry[Any, Any] | None = None
    ) -> Generator[Any, None, None]:
        """Yield ``work(item)`` for each item as it ends; ``retry`` says what follows where a worker dies."""


@dataclass(frozen=True, slots=True)
class Processes:
    """``jobs`` processes of this machine."""

    jobs: int

    def embed(self, spec: EncoderSpec, on_rows: OnRows) -> None:
        """Encode what the store lacks of an encoder's sets."""
        context.embed(spec, on_rows, self.jobs)

    def spread(
        self, work: Callable[..., Any], items: Sequence[Any], jobs: int, retry: Retry[Any, Any] | None = None
    ) -> Generator[Any, None, None]:
        """Yield ``work(item)`` for each item as it ends."""
        return in_processes(work, items, jobs, retry)
