"""Codecs in use: fitted on your own vectors, stored as a folder, and applied to arrays and to files.

>>> import numpy as np
>>> vectors = np.random.default_rng(0).standard_normal((300, 32)).astype(np.float32)
>>> codec = fit(vectors, parse_pipeline("pca dims=16 | scalar bits=4"))
>>> codec.encode(vectors).shape
(300, 8)
"""

from harness.deploy.card import Card, DataCard, Measured
from harness.deploy.codec import Codec
from harness.deploy.files import compress_file, decompress_file, similarity_file
from harness.deploy.fit_file import fit_file
from harness.deploy.fitting import fit
from harness.deploy.notation import parse_pipeline, pipeline_text

__all__ = [
    "Card",
    "Codec",
    "DataCard",
    "Measured",
    "compress_file",
    "decompress_file",
    "fit",
    "fit_file",
    "parse_pipeline",
    "pipeline_text",
    "similarity_file",
]
