"""The card of a codec: what it is, what it was fitted on, and what was measured of it."""

from __future__ import annotations

from pydantic import Field

from harness.evidence.schema.model import Count, Model, Name, Sha256, Versioned


class DataCard(Model):
    """The vectors that a codec was fitted on."""

    name: Name = Field(description="Name of the file, without folders.")
    sha256: Sha256 = Field(description="Hex sha256 of the file, or of an array's float32 bytes.")
    rows: int = Field(ge=1, description="Vectors in the file.")
    broken: Count = Field(default=0, description="Rows left out because they are no vectors.")
    fitted_rows: int = Field(ge=1, description="Vectors that the codec was fitted on.")
    held_out_rows: Count = Field(default=0, description="Further vectors that it was measured on.")
    sample_seed: int | None = Field(
        default=None, description="Seed of the random sample of these rows; null where all rows were read."
    )


class Measured(Model):
    """A value measured of the codec, with its 95 % interval."""

    metric: Name = Field(description="Metric, such as 'knn-recall@10'.")
    value: float = Field(description="Point estimate; shares and correlations are fractions.")
    low: float = Field(description="Lower end of the interval.")
    high: float = Field(description="Upper end of the interval.")
    n: int = Field(ge=1, description="Items behind the value: pairs or queries.")
    protocol: Name = Field(description="What was measured, in a short sentence.")


class Card(Versioned):
    """The card of a codec."""

    pipeline: Name = Field(description="The steps, as harness fit --pipeline takes them.")
    seed: int = Field(ge=0, description="Seed of the fit.")
    arrays_sha256: Sha256 = Field(description="Hex sha256 of codec.safetensors.")
    dimension: int = Field(ge=1, description="Dimensions of the vectors that it encodes.")
    decoded_dimension: int = Field(ge=1, description="Dimensions of the vectors that it decodes to.")
    reconstructs: bool = Field(description="Whether decoded vectors lie in the space of the encoded ones.")
    bytes_per_vector: int = Field(ge=1, description="Bytes of a code, side information included.")
    side_bytes: Count = Field(description="Bytes of a code that are side information, such as a scale.")
    state_bytes: Count = Field(description="Bytes of the codec's arrays, which all vectors share.")
    data: DataCard = Field(description="The vectors that it was fitted on.")
    measured: list[Measured] = Field(default=[], description="Measured quality.")
    advice: list[str] = Field(default=[], description="What an audit advises, a sentence a line.")
    decoder: str | None = Field(default=None, description="Source of a decoder that needs NumPy alone.")
