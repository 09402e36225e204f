"""Archives of arrays whose bytes follow from the arrays alone.

``numpy.savez`` leaves the container to ``zipfile``, whose headers change with Python's patch version. Here
every header field is fixed: stored and not deflated, 1 January 1980, no attributes, no zip64. ``numpy.load``
reads the result. ``container`` needs the standard library alone, so that other versions of Python can be
asked. Format: PKWARE's APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

_VERSION = 20  # of the format: what a plain stored file needs
_UTF8_NAMES = 0x800
_TIME, _DATE = 0, (1 << 5) | 1  # midnight, 1 January 1980: the first that the format has
_MOST_BYTES, _MOST_FILES = 0xFFFFFFFF - (1 << 20), 0xFFFF  # without zip64, the directory's end included


def dumps(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return the bytes of a ``.npz`` of the arrays, in the order given; raise ValueError for objects."""
    import numpy as np

    files = {}
    for name, array in arrays.items():
        buffer = io.BytesIO()
        np.lib.format.write_array(buffer, np.asanyarray(array), version=(1, 0), allow_pickle=False)
        files[name + ".npy"] = buffer.getvalue()
    return container(files)


def container(files: Mapping[str, bytes]) -> bytes:
    """Return the bytes of a zip archive of the files, in the order given.

    Raises ValueError for 65,536 files or more and where the archive would reach 4 GiB: those need zip64.
    """
    if len(files) > _MOST_FILES:
        raise ValueError(f"found an archive of {len(files)} files, expected at most {_MOST_FILES}")
    body, directory = bytearray(), bytearray()
    for name, data in files.items():
        encoded, start = name.encode(), len(body)
        if start + len(data) + len(directory) > _MOST_BYTES:
            raise ValueError(f"{name}: found an archive of 4 GiB or more, expected less")
        common = struct.pack(
            "<5H3I2H",
            *(_VERSION, _UTF8_NAMES, 0, _TIME, _DATE),
            *(zlib.crc32(data), len(data), len(data)),
            *(len(encoded), 0),
        )
        body += b"PK\x03\x04" + common + encoded + data
        directory += b"PK\x01\x02" + struct.pack("<H", _VERSION) + common
        directory += struct.pack("<3H2I", 0, 0, 0, 0, start) + encoded
    end = struct.pack("<4H2IH", 0, 0, len(files), len(files), len(directory), len(body), 0)
    return bytes(body + directory + b"PK\x05\x06" + end)
