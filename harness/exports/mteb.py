"""A codec in mteb: an encoder whose vectors are encoded and decoded before mteb scores them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from harness.deploy import Codec
from harness.types import Floats

if TYPE_CHECKING:
    from mteb.models import EncoderProtocol, ModelMeta


class CompressedEncoder:
    """An encoder of mteb, ``model``, behind a codec that was fitted on vectors of the same model.

    Every vector is encoded and decoded by the codec; cosines of what comes out are the similarity. mteb
    stores the results as an experiment of the model, so that they never stand for those of the model itself.

    Example: ``mteb.evaluate(CompressedEncoder(mteb.get_model(name), Codec.load("codec")), tasks)``.
    """

    def __init__(self, model: EncoderProtocol, codec: Codec) -> None:
        self.model = model
        self.codec = codec

    @property
    def mteb_model_meta(self) -> ModelMeta:
        """Return the model's own description, with the codec as the parameters of an experiment."""
        from mteb.models.model_meta import ScoringFunction

        meta, card = self.model.mteb_model_meta, self.codec.card
        experiment = {
            **(meta.experiment_kwargs or {}),
            "codec": card.pipeline,
            "bytes_per_vector": card.bytes_per_vector,
            "arrays": card.arrays_sha256[:12],
        }
        return meta.model_copy(
            update={
                "experiment_kwargs": experiment,
                "embed_dim": card.decoded_dimension,
                "similarity_fn_name": ScoringFunction.COSINE,
            }
        )

    def encode(self, inputs: Any, **options: Any) -> Floats:
        """Return the decoded vectors (n, d) float32 of a data loader's rows; options go to the model."""
        vectors = np.asarray(self.model.encode(inputs, **options), dtype=np.float32)
        return self.codec.decode(self.codec.encode(vectors))

    def similarity(self, embeddings1: Any, embeddings2: Any) -> Any:
        """Return the cosines (n, m) of all pairs of rows."""
        from mteb.similarity_functions import cos_sim

        return cos_sim(embeddings1, embeddings2)

    def similarity_pairwise(self, embeddings1: Any, embeddings2: Any) -> Any:
        """Return the cosines (n,) of each row with the same row of the other."""
        from mteb.similarity_functions import pairwise_cos_sim

        return pairwise_cos_sim(embeddings1, embeddings2)
