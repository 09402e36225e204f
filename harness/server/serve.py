"""``harness serve``: a reference server of claim C6's HTTP contract, and the smoke test against it."""

from __future__ import annotations

import os
import re
import secrets
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from harness.data.arrays import read_arrays
from harness.embedding.embed import vectors
from harness.errors import BlockedError, InputError
from harness.parallel.resources import use_threads
from harness.planning.parameters import encoder_params
from harness.planning.resolve import locate
from harness.planning.shipped import suite_paths
from harness.planning.suite import load
from harness.server.app import EXPORT, build
from harness.server.aqea_files import write_aqed
from harness.server.aqed_sections import Vectors
from harness.server.models import load_models
from harness.types import Floats, Place, check_vectors
from repro.api_client import Limits
from repro.api_session import Session
from repro.api_smoketest import KEY, smoke, transcript, write

if TYPE_CHECKING:
    import uvicorn

SUITE, ENCODER, DATASET = "sample", "minilm", "lee"  # real texts and a model that any machine has
SAMPLE, LIMITS = 32, Limits(seconds=20, retries=1)


def serve(
    codecs: Sequence[Path], rows: Path | None, host: str, port: int, store: Path, show: Callable[[str], None]
) -> None:
    """Serve until interrupted; raise InputError where there is no key, no codec or no such port."""
    key = os.environ.get(KEY, "")
    if not re.fullmatch(r"[!-~]{1,512}", key):
        raise InputError(f"{KEY}: found no key, or one with spaces in it, expected the key to ask of clients")
    with prepared(codecs, rows, store, key) as server, _bound(host, port) as listening:
        shown = f"[{host}]" if ":" in host else host
        show(f"serving http://{shown}:{listening.getsockname()[1]} ({EXPORT} and the API) until interrupted")
        sys.stdout.flush()  # who started this in the background reads a file or a pipe
        with suppress(KeyboardInterrupt):  # which is how it ends
            server.run(sockets=[listening])


def check(
    codecs: Sequence[Path], rows: Path | None, out: Path, store: Path, show: Callable[[str], None]
) -> int:
    """Run the smoke test against a server on a free port of this machine, with a key made for it.

    Writes the transcript to ``out``, shows a line for each check, and returns how many failed.
    """
    key = secrets.token_urlsafe(24)
    with prepared(codecs, rows, store, key) as server, running(server) as base:
        content = smoke(Session(base, base + EXPORT, key, SAMPLE, LIMITS), show)
    write(out, transcript(content))
    failed: int = content["counts"]["FAIL"]
    return failed


@contextmanager
def prepared(codecs: Sequence[Path], rows: Path | None, store: Path, key: str) -> Iterator[uvicorn.Server]:
    """Yield a server of these codecs, of all committed ones where none is named, that does not run yet."""
    try:
        import uvicorn

        from harness.server.limits import MOST_CONNECTIONS, Bounded

        models = load_models(codecs)
        exported = _read(rows) if rows is not None else sample_vectors(store)
        use_threads()
        with tempfile.TemporaryDirectory() as folder:
            export = Path(folder) / "sample.aqed"
            write_aqed(export, Vectors(original=exported))
            config = uvicorn.Config(
                build(models, export, key),
                log_level="warning",
                access_log=False,
                lifespan="off",
                ws="none",
                http=Bounded,
                backlog=MOST_CONNECTIONS,
                timeout_graceful_shutdown=3,
            )
            yield uvicorn.Server(config)
    except ModuleNotFoundError as error:
        raise BlockedError(f"the package {error.name} is not installed", "pip install '.[serve]'") from error


@contextmanager
def running(server: uvicorn.Server) -> Iterator[str]:
    """Yield the base URL of a server that runs on a free port of the loopback, in a thread."""
    with _bound("127.0.0.1", 0) as listening:  # clients can connect from here on, and wait
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def sample_vectors(store: Path) -> Floats:
    """Return the vectors (50, 384) float32 of the documents of the suite ``sample``, kept in ``store``."""
    path = suite_paths([SUITE])[0]
    suite = load(path)
    inputs = locate(suite, str(path), Place(path.parent.resolve(), None, offline=False))
    for located in (inputs.encoders[ENCODER], inputs.datasets[DATASET]):
        if isinstance(located, BlockedError):
            raise located
    params = encoder_params(suite.encoders[ENCODER])
    use_threads()
    sets = [inputs.read(DATASET)]
    return vectors(sets, inputs.encoders[ENCODER], params, inputs.place, store)[DATASET]


def _read(path: Path) -> Floats:
    if path.suffix != ".npy":
        raise InputError(f"{path}: found the ending {path.suffix!r}, expected a .npy file of vectors")
    (rows,) = read_arrays(path).values()
    return check_vectors(rows, str(path))


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = error.strerror if error.errno is None else os.strerror(error.errno)
        raise InputError(f"--host {host} --port {port}: {reason}, expected a free address") from error
