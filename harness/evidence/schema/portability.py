"""Which small steps gave the same bytes under emulated processors."""

from __future__ import annotations

from pydantic import Field

from harness.evidence.schema.model import Model, Name, Versioned


class PortableStep(Model):
    """A step that was run as it is and under each emulated processor."""

    kind: Name = Field(description="Kind of the step, such as 'compressors'.")
    step: Name = Field(description="Name of the step.")
    digest: Name = Field(description="Digest of its bytes without emulation.")
    pinned: bool = Field(description="Whether a setting holds its bytes.")
    same: dict[str, bool] = Field(description="Whether an emulated processor gave the same bytes.")


class PinnedNumerics(Model):
    """The instructions that libraries are held to."""

    simd: Name = Field(description="Vector instructions.")
    version: int = Field(ge=1, description="Version of the rules that hold them.")


class Portability(Versioned):
    """Steps under emulated processors."""

    models: list[Name] = Field(description="Emulated processors.")
    numerics: PinnedNumerics = Field(description="Instructions that libraries are held to.")
    plain_flags: list[str] = Field(description="Vector instructions of the processor without emulation.")
    libraries: dict[str, str] = Field(description="Versions of libraries.")
    code: dict[str, str] = Field(description="Digest of code, libraries and weights, by kind.")
    steps: list[PortableStep] = Field(description="The steps.")
