"""The source of a decoder that needs NumPy alone: printed in a codec's card, and exported as a file.

It reads ``codec.safetensors`` itself (a header of JSON behind its length, then the arrays' bytes) and does
what ``decode`` of the last step does. Earlier steps are not needed to decode.
"""

from __future__ import annotations

import textwrap

from harness.codecs.pipeline import Pipeline
from harness.deploy.decoder_bodies import body_of
from harness.deploy.notation import pipeline_text

_MODULE = '''"""Decodes the codes of "{pipeline}" with NumPy alone."""

import json

import numpy as np


def load(path="codec.safetensors"):
    """Return the arrays of the last step, by name."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    types = {{"F32": "<f4", "I64": "<i8"}}
    return {{
        name.partition(".")[2]: np.frombuffer(
            data[slice(*entry["data_offsets"])], types[entry["dtype"]]
        ).reshape(entry["shape"])
        for name, entry in header.items()
        if name.startswith("{last}.")
    }}


{helper}def decode(codes, arrays):
    """Return vectors (n, {dimension}) float32 of codes (n, {width}) uint8."""
{body}
'''

_UNPACK = '''def unpack(codes, levels):
    """Return the symbols (n,) of each position: digits of numbers in mixed radix, highest bits first."""
    bits, symbols = np.unpackbits(codes, axis=1).astype(np.int64), []
    while levels:
        count, values = 0, 1
        while count < len(levels) and values * levels[count] <= 2**62:
            values, count = values * levels[count], count + 1
        width = (values - 1).bit_length()
        number, digits = bits[:, :width] @ (1 << np.arange(width)[::-1]), []
        for size in reversed(levels[:count]):
            number, digit = np.divmod(number, size)
            digits.insert(0, digit)
        symbols, bits, levels = symbols + digits, bits[:, width:], levels[count:]
    return symbols


'''


def numpy_decoder(pipeline: Pipeline, dimension: int, width: int) -> str | None:
    """Return the source of a module whose ``decode(codes, load())`` is the pipeline's ``decode``.

    ``dimension`` is that of decoded vectors, ``width`` the bytes of a code. None for a last step whose
    decoding is not written here.
    """
    body = body_of(pipeline.codecs[-1], dimension)
    if body is None:
        return None
    return _MODULE.format(
        pipeline=pipeline_text(pipeline.steps).replace('"', "'"),
        last=len(pipeline.steps) - 1,
        helper=_UNPACK if "unpack(" in body else "",
        dimension=dimension,
        width=width,
        body=textwrap.indent(body, "    "),
    )
