"""Recordings and protein sequences to vectors, with small models of the same architectures drawn here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import huggingface_hub.constants
import numpy as np
import pytest
import torch
from pydantic import ValidationError
from safetensors.torch import load_file, save_file

from harness.data.pair_sets import paired
from harness.embedding import embed, hf_models
from harness.encoders import esm, wav2vec2
from harness.errors import BlockedError, InputError
from harness.types import Floats, PairSet, Place

SHA = "0123456789abcdef0123456789abcdef01234567"
OFFLINE = Place(Path(), None, offline=True)
# The alphabet of ESM-2 in the order of its vocab.txt.
TOKENS = ["<cls>", "<pad>", "<eos>", "<unk>", *"LAGVSERTIDPKQNFYMHWCXBUZO.-", "<null_1>", "<mask>"]
SEQUENCES = ("MKTAYIAKQR", "GA", "MKV", "WCXBUZOLLE", "ACDEFGHIKLMNPQRSTVWY", "GAV")


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Point the hub's cache to an empty folder, and forget the models of other tests."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    yield
    for module in (esm, wav2vec2):
        module._model.cache_clear()  # it goes by parameters, which tests share


def _snapshot(tmp_path: Path, repo: str) -> Path:
    folder = tmp_path / "hub" / f"models--{repo.replace('/', '--')}" / "snapshots" / SHA
    folder.mkdir(parents=True)
    return folder


# -- Proteins


@pytest.fixture
def proteins(tmp_path: Path) -> Path:
    """Return the folder of a commit with an ESM-2 of two layers, saved with its head as the hub's is."""
    from transformers import EsmConfig, EsmForMaskedLM

    folder = _snapshot(tmp_path, "who/esm")
    (folder / "vocab.txt").write_text("\n".join(TOKENS))
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "EsmTokenizer"}')
    torch.manual_seed(0)
    config = EsmConfig(
        vocab_size=len(TOKENS),
        mask_token_id=TOKENS.index("<mask>"),
        pad_token_id=TOKENS.index("<pad>"),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=1026,
        position_embedding_type="rotary",
        token_dropout=True,
    )
    EsmForMaskedLM(config).eval().save_pretrained(folder)
    return folder


def _esm(**changed: Any) -> esm.Params:
    return esm.Params(**{"dimension": 16, "repo": "who/esm", "revision": SHA, "batch": 2, **changed})


def _set(texts: tuple[str, ...] = SEQUENCES) -> PairSet:
    return PairSet("proteins", texts, None, paired(len(texts) // 2), None, {"use": "files"})


def _residue_mean(folder: Path, sequence: str) -> list[float]:
    """Return the mean over the residues of one sequence alone, added up one by one."""
    from transformers import EsmForMaskedLM

    model = EsmForMaskedLM.from_pretrained(folder).eval()
    ids = [TOKENS.index("<cls>"), *(TOKENS.index(letter) for letter in sequence), TOKENS.index("<eos>")]
    with torch.no_grad():
        states = model.esm(torch.tensor([ids])).last_hidden_state[0].tolist()
    residues = states[1:-1]
    return [sum(state[k] for state in residues) / len(residues) for k in range(16)]


def test_a_protein_is_the_mean_of_its_residues(proteins: Path) -> None:
    """Whatever it was batched with: no begin, no end, no padding is in the mean."""
    actual = esm.encode(_set(), [3, 0, 1, 4], _esm(batch=3), OFFLINE)
    assert np.float32 == actual.dtype
    np.testing.assert_allclose(
        actual, [_residue_mean(proteins, SEQUENCES[i]) for i in (3, 0, 1, 4)], atol=1e-5
    )


@pytest.mark.usefixtures("proteins")
def test_the_order_of_sequences_does_not_change_a_vector() -> None:
    """The same sequences asked for in another order have the same bits."""
    first = esm.encode(_set(), [0, 1, 2, 3, 4, 5], _esm(), OFFLINE)
    second = esm.encode(_set(), [5, 2, 0, 4, 1, 3], _esm(), OFFLINE)
    assert first[[5, 2, 0, 4, 1, 3]].tobytes() == second.tobytes()


@pytest.mark.usefixtures("proteins")
def test_a_long_protein_is_cut() -> None:
    """Of max_residues = 4 the fifth residue is no part, and the limit is part of the identity."""
    params = _esm(max_residues=4)
    actual = esm.encode(_set(("MKTAYIAKQR", "MKTAWWW", "MKTA")), [0, 1, 2], params, OFFLINE)
    np.testing.assert_allclose(actual[[0, 1]], actual[[2, 2]], atol=1e-6)
    assert 4 == esm.locate(params, OFFLINE)["max_residues"]
    assert esm.locate(params, OFFLINE) != esm.locate(_esm(), OFFLINE)


@pytest.mark.usefixtures("proteins")
@pytest.mark.parametrize(
    ("sequence", "message"),
    [("", "found an empty sequence"), ("MK-J1", "found the letters '-1J'"), ("mk", "found the letters 'km'")],
)
def test_what_is_no_protein_is_refused_by_its_row(sequence: str, message: str) -> None:
    """A gap, a digit, a small letter or nothing at all: the tokenizer would have taken them for unknown."""
    with pytest.raises(InputError, match=f"proteins: row 1: {message}, expected residues of ABC"):
        esm.encode(_set(("MKV", sequence)), [0, 1], _esm(), OFFLINE)


def test_a_tokenizer_that_splits_otherwise_is_refused(proteins: Path) -> None:
    """Without the token of a letter pair being two, the mean would be over other places."""
    (proteins / "vocab.txt").write_text("\n".join([*TOKENS, "MK"]))
    with pytest.raises(InputError, match="who/esm: the tokenizer splits otherwise"):
        esm.encode(_set(), [0], _esm(), OFFLINE)


@pytest.mark.usefixtures("proteins")
def test_the_declared_dimension_of_proteins_is_checked() -> None:
    """320 dimensions are not 16."""
    with pytest.raises(InputError, match="who/esm: found 16 dimensions, expected 320"):
        esm.encode(_set(), [0], _esm(dimension=320), OFFLINE)


def test_weights_that_are_missing_are_not_drawn_at_random(proteins: Path) -> None:
    """A file that lacks a tensor of the model is refused: transformers alone would only warn."""
    weights = load_file(proteins / "model.safetensors")
    del weights["esm.encoder.layer.1.attention.self.query.weight"]
    save_file(weights, proteins / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(InputError, match=r"1 weights are missing, the first .*query\.weight, expected all"):
        esm.encode(_set(), [0], _esm(), OFFLINE)


def test_pinned_weights_are_checked(proteins: Path) -> None:
    """The right digest is taken, another is refused."""
    digest = hashlib.sha256((proteins / "model.safetensors").read_bytes()).hexdigest()
    actual = esm.encode(_set(), [0], _esm(weights_sha256=digest), OFFLINE)
    assert esm.encode(_set(), [0], _esm(), OFFLINE).tobytes() == actual.tobytes()
    with pytest.raises(InputError, match=r"model\.safetensors: found sha256 .*, expected 0{12}"):
        esm.encode(_set(), [0], _esm(weights_sha256="0" * 64), OFFLINE)


def test_a_commit_without_safetensors_is_blocked(proteins: Path) -> None:
    """A pickled checkpoint is no way out, and the remedy says what is."""
    (proteins / "model.safetensors").rename(proteins / "pytorch_model.bin")
    with pytest.raises(
        BlockedError, match=r"model who/esm has no model\.safetensors at 0123456789ab"
    ) as raised:
        esm.encode(_set(), [0], _esm(), OFFLINE)
    assert "pull request" in raised.value.remedy


# -- Recordings


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    """Return the folder of a commit with a small wav2vec 2.0 for pre-training, group norm as in the base one.

    The weights of the convolution over positions have the names that files of the hub have.
    """
    from transformers import Wav2Vec2Config, Wav2Vec2FeatureExtractor, Wav2Vec2ForPreTraining

    folder = _snapshot(tmp_path, "who/speech")
    Wav2Vec2FeatureExtractor(return_attention_mask=False, do_normalize=True).save_pretrained(folder)
    torch.manual_seed(0)
    config = Wav2Vec2Config(
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        conv_dim=(8, 8),
        conv_kernel=(10, 3),
        conv_stride=(5, 2),
        num_conv_pos_embeddings=8,
        num_conv_pos_embedding_groups=2,
        feat_extract_norm="group",
        codevector_dim=8,
        proj_codevector_dim=8,
        num_codevectors_per_group=4,
    )
    Wav2Vec2ForPreTraining(config).eval().save_pretrained(folder)
    weights = load_file(folder / "model.safetensors")
    prefix = "wav2vec2.encoder.pos_conv_embed.conv."
    for new, old in (
        ("parametrizations.weight.original0", "weight_g"),
        ("parametrizations.weight.original1", "weight_v"),
    ):
        weights[prefix + old] = weights.pop(prefix + new)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def _speech(**changed: Any) -> wav2vec2.Params:
    return wav2vec2.Params(**{"dimension": 16, "repo": "who/speech", "revision": SHA, **changed})


def _waves(*lengths: int) -> PairSet:
    rng = np.random.default_rng(0)
    waves = tuple(rng.standard_normal(n).astype(np.float32) for n in lengths)
    return _recordings(*waves)


def _recordings(*waves: Floats) -> PairSet:
    texts = tuple(hashlib.sha256(wave.tobytes()).hexdigest() for wave in waves)
    return PairSet("speech", texts, None, paired(len(waves) // 2), None, {"use": "files"}, waves)


def _frame_mean(folder: Path, wave: Floats) -> list[float]:
    """Return the mean over the frames of one recording, scaled and added up by hand."""
    from transformers import Wav2Vec2ForPreTraining

    model = Wav2Vec2ForPreTraining.from_pretrained(folder).eval()
    x = wave.astype(np.float64)
    scaled = (x - x.mean()) / np.sqrt(x.var() + 1e-7)
    with torch.no_grad():
        frames = model.wav2vec2(torch.tensor(scaled[None], dtype=torch.float32)).last_hidden_state[0].tolist()
    assert ((len(wave) - 10) // 5 + 1 - 3) // 2 + 1 == len(frames)
    return [sum(frame[k] for frame in frames) / len(frames) for k in range(16)]


def test_a_recording_is_the_mean_of_its_frames(speech: Path) -> None:
    """Long or short, each row is what the model of that file makes of the recording alone."""
    data = _waves(4000, 200, 1601, 25)
    assert data.waves is not None
    actual = wav2vec2.encode(data, [2, 0, 3], _speech(), OFFLINE)
    assert np.float32 == actual.dtype
    np.testing.assert_allclose(actual, [_frame_mean(speech, data.waves[i]) for i in (2, 0, 3)], atol=2e-5)


@pytest.mark.usefixtures("speech")
def test_a_recording_does_not_depend_on_its_companions() -> None:
    """Beside a recording ten times as long, in another order or alone, it has the same bits."""
    data = _waves(400, 4000, 800)
    together = wav2vec2.encode(data, [0, 1, 2], _speech(), OFFLINE)
    alone = [wav2vec2.encode(data, [i], _speech(), OFFLINE)[0] for i in (2, 0, 1)]
    assert together[[2, 0, 1]].tobytes() == np.stack(alone).tobytes()


@pytest.mark.usefixtures("speech")
def test_a_long_recording_is_cut() -> None:
    """Of 0.1 seconds the first 1,600 samples count, and the limit is part of the identity."""
    data = _waves(4000, 1600)
    assert data.waves is not None
    data = _recordings(data.waves[0], data.waves[0][:1600])
    params = _speech(max_seconds=0.1)
    long, short = wav2vec2.encode(data, [0, 1], params, OFFLINE)
    assert short.tobytes() == long.tobytes()
    assert wav2vec2.locate(params, OFFLINE) != wav2vec2.locate(_speech(), OFFLINE)


@pytest.mark.usefixtures("speech")
def test_a_recording_shorter_than_a_frame_is_refused() -> None:
    """Kernels of 10 and 3 with steps of 5 and 2 need (3 - 1) 5 + 10 = 20 samples."""
    assert 1 == len(wav2vec2.encode(_waves(20), [0], _speech(), OFFLINE))
    with pytest.raises(InputError, match="speech: row 1: found 19 samples, expected at least 20"):
        wav2vec2.encode(_waves(20, 19), [0, 1], _speech(), OFFLINE)


@pytest.mark.usefixtures("speech")
def test_a_recording_with_a_nan_is_refused() -> None:
    """It would make every frame one."""
    wave = np.ones(100, np.float32)
    wave[7] = np.nan
    with pytest.raises(InputError, match=r"speech: row 0: .* all finite"):
        wav2vec2.encode(_recordings(wave), [0], _speech(), OFFLINE)


def test_a_model_of_another_rate_is_refused(speech: Path) -> None:
    """Recordings come with 16,000 samples a second; a model of 8,000 would hear them slowed down."""
    path = speech / "preprocessor_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "sampling_rate": 8000}))
    with pytest.raises(InputError, match="who/speech: found 8000 samples a second, expected 16000"):
        wav2vec2.encode(_waves(400), [0], _speech(), OFFLINE)


@pytest.mark.usefixtures("speech")
def test_texts_are_no_recordings() -> None:
    """The encoder says what it needs."""
    with pytest.raises(InputError, match="proteins: found no recordings, expected some"):
        wav2vec2.encode(_set(), [0], _speech(), OFFLINE)


@pytest.mark.usefixtures("speech")
def test_the_store_tells_recordings_apart_by_their_samples(tmp_path: Path) -> None:
    """Two sets that share a recording have one vector of it, and each row its own recording's."""
    first = _waves(400, 800)
    assert first.waves is not None
    other = PairSet(**{**_fields(_recordings(first.waves[1], first.waves[0] + 1)), "name": "other"})
    identity = wav2vec2.locate(_speech(), OFFLINE)
    stored = embed.vectors([first, other], identity, _speech(), OFFLINE, tmp_path / "store")
    assert stored["speech"][1].tobytes() == stored["other"][0].tobytes()
    expected = wav2vec2.encode(other, [1], _speech(), OFFLINE)
    assert expected[0].tobytes() == stored["other"][1].tobytes()


def _fields(data: PairSet) -> dict[str, Any]:
    return {name: getattr(data, name) for name in PairSet.__slots__}


# -- Which commit


def test_a_model_that_is_nowhere_is_blocked() -> None:
    """Offline, neither encoder can be had, and both say so before anything is read."""
    for locate, params in (
        (esm.locate, _esm()),
        (wav2vec2.locate, _speech(reference="refs/pr/2", revision=None)),
    ):
        with pytest.raises(
            BlockedError, match=f"model {params.repo} is not in the cache and the run is offline"
        ):
            locate(params, OFFLINE)


def test_the_commit_of_a_reference_is_the_one_noted(speech: Path) -> None:
    """A reference that was downloaded once is that commit from then on, without asking."""
    params = _speech(revision=None, reference="refs/pr/2")
    note = speech.parents[1] / "refs" / "refs" / "pr" / "2"
    assert speech == hf_models.folder("who/speech", SHA, "refs/pr/2", None)
    assert SHA == note.read_text()
    assert SHA == wav2vec2.locate(params, OFFLINE)["revision"]
    data = _waves(400)
    pinned = wav2vec2.encode(data, [0], _speech(), OFFLINE)
    assert pinned.tobytes() == wav2vec2.encode(data, [0], params, OFFLINE).tobytes()


def test_a_reference_is_a_pull_request_and_nothing_else() -> None:
    """No path out of the cache, no branch that moves."""
    for reference in ("main", "refs/pr/../x", "refs/heads/main"):
        with pytest.raises(ValidationError, match="reference"):
            _speech(revision=None, reference=reference)
