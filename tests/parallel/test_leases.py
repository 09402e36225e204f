"""Leases in a folder: one holder at a time, whoever asks, whatever became of the one before."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.parallel.lease_files import clear, lease_file, now, statuses
from harness.parallel.leases import LeaseLostError, Leases, open_leases

SECONDS = 0.6


@pytest.fixture
def leases(tmp_path: Path) -> Leases:
    """Return the leases of a folder, as one process sees them."""
    return open_leases(tmp_path / "leases", "first", SECONDS)


@pytest.fixture
def others(leases: Leases) -> Leases:
    """Return the same leases, as another process sees them."""
    return open_leases(leases.folder, "second", SECONDS)


def test_one_process_alone_gets_a_lease(tmp_path: Path) -> None:
    """Of eight that claim forty leases at the same time, each lease has one holder."""
    leases, names = open_leases(tmp_path, "first"), [f"work {i}" for i in range(40)]
    with ThreadPoolExecutor(8) as threads:
        claimed = list(threads.map(lambda name: (name, leases.claim(name)), names * 8))
    assert sorted(names) == sorted(name for name, lease in claimed if lease)


def test_one_process_alone_takes_an_expired_lease_over(leases: Leases) -> None:
    """Of eight that see it expired, one gets it."""
    assert leases.claim("work") is not None
    time.sleep(1.5 * SECONDS)
    with ThreadPoolExecutor(8) as threads:
        claimed = list(threads.map(leases.claim, ["work"] * 8))
    assert 1 == sum(lease is not None for lease in claimed)


def test_a_lease_that_is_renewed_stays_with_its_holder(tmp_path: Path) -> None:
    """Work may take longer than the time after which a lease expires."""
    lease = open_leases(tmp_path, "first", 2.0).claim("work")
    assert lease is not None
    with lease:
        time.sleep(3.0)
        assert open_leases(tmp_path, "second", 2.0).claim("work") is None
        lease.check()


def test_a_holder_that_was_replaced_is_refused_before_it_writes(leases: Leases, others: Leases) -> None:
    """It was silent for too long, and another has the lease since."""
    lease = leases.claim("work")
    assert lease is not None
    time.sleep(1.5 * SECONDS)
    assert others.claim("work") is not None
    with pytest.raises(LeaseLostError, match=r"^work: another process has taken it over$"):
        lease.check()


def test_a_renewal_sees_that_the_lease_was_taken_over(leases: Leases, others: Leases) -> None:
    """A machine that was paused begins to renew again: its renewal does not bring the lease back."""
    lease = leases.claim("work")
    assert lease is not None
    time.sleep(1.5 * SECONDS)
    other = others.claim("work")
    assert other is not None
    with lease, other:
        time.sleep(SECONDS)
        other.check()
        with pytest.raises(LeaseLostError):
            lease.check()


def test_a_holder_that_nobody_replaced_goes_on(leases: Leases, others: Leases) -> None:
    """It creates the lease's next file, so that no other process can."""
    lease = leases.claim("work")
    assert lease is not None
    time.sleep(1.5 * SECONDS)
    lease.check()
    assert others.claim("work") is None
    assert lease_file(leases.folder, "work", 2).exists()


def test_work_that_ended_is_not_done_again(leases: Leases, others: Leases) -> None:
    """Until a process asks that began later: its cells may be out of date by then."""
    lease = leases.claim("work")
    assert lease is not None
    with lease:
        lease.end()
    assert ("ended", None) == (others.state("work"), others.claim("work"))
    assert open_leases(leases.folder, "third", SECONDS).claim("work") is not None


def test_an_error_frees_the_lease_at_once(leases: Leases, others: Leases) -> None:
    """Nobody waits until it expires."""
    lease = leases.claim("work")
    assert lease is not None
    with pytest.raises(KeyboardInterrupt), lease:
        raise KeyboardInterrupt
    assert others.claim("work") is not None


def test_a_lease_whose_note_is_being_written_is_held(leases: Leases) -> None:
    """Its file is there, empty."""
    lease_file(leases.folder, "work", 1).touch()
    assert ("held", None) == (leases.state("work"), leases.claim("work"))


def test_times_are_those_of_the_folder(leases: Leases, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host whose clock is a day off neither takes a lease over nor loses its own."""
    lease = leases.claim("work")
    assert lease is not None
    monkeypatch.setattr(time, "time", lambda: 86_400.0)
    assert "held" == leases.state("work")
    lease.check()
    assert abs(now(leases.folder) - lease_file(leases.folder, "work", 1).stat().st_mtime) < SECONDS


def test_the_status_says_who_works_where(leases: Leases) -> None:
    """Each lease has its work, holder and process; what expired is said to be."""
    silent = leases.claim("old work")
    assert silent is not None
    time.sleep(1.5 * SECONDS)
    lease = leases.claim("work")
    assert lease is not None
    listed = [
        (status.note["name"], status.note["holder"], status.state) for status in statuses(leases.folder)
    ]
    assert [("old work", "first", "expired"), ("work", "first", "held")] == listed
    assert [] == statuses(leases.folder / "absent")


def test_leases_of_work_that_ended_are_removed(leases: Leases) -> None:
    """Those that are held stay, with all files of before."""
    for name in ("done", "held"):
        assert leases.claim(name) is not None
    time.sleep(1.5 * SECONDS)
    done, held = leases.claim("done"), leases.claim("held")
    assert done is not None
    assert held is not None
    with done:
        done.end()
    clear(leases.folder)
    assert ["held", "held"] == [
        "held"
        for path in leases.folder.iterdir()
        if path.name.startswith(lease_file(leases.folder, "held", 1).stem)
    ]
    assert 2 == len(list(leases.folder.iterdir()))
