"""An ONNX graph as it grows: operators by name, their inputs values of the graph or arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import onnx

Value: TypeAlias = str | NDArray[Any] | np.generic  # of a graph, by its name; or a constant

OPSET = 18  # the first with all operators that most graphs need
BIT_CAST = 26  # the first with BitCast


class Graph:
    """Operators in the order of their use. ``opset``: the lowest version that has them all."""

    def __init__(self) -> None:
        self.opset = OPSET
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def add(self, operator: str, *inputs: Value, **attributes: Any) -> str:
        """Add an operator and return the name of its output; numbers among ``inputs`` become constants."""
        from onnx import helper

        names = [value if isinstance(value, str) else self._constant(value) for value in inputs]
        output = f"v{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, names, [output], **attributes))
        if operator == "BitCast":
            self.opset = BIT_CAST
        return output

    def cast(self, value: str, dtype: type[np.generic]) -> str:
        """Return ``value`` as numbers of another type."""
        from onnx import helper

        return self.add("Cast", value, to=helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))

    def bit_cast(self, value: str, dtype: type[np.generic]) -> str:
        """Return the bits of ``value`` read as another type of equal width."""
        from onnx import helper

        return self.add("BitCast", value, to=helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))

    def reshape(self, value: str, *shape: int) -> str:
        """Return ``value`` in another shape; -1 is what is left."""
        return self.add("Reshape", value, np.array(shape, np.int64))

    def columns(self, value: str, start: int, stop: int) -> str:
        """Return columns ``start`` to ``stop``, excluded, of a matrix."""
        return self.add("Slice", value, *(np.array([i], np.int64) for i in (start, stop, 1)))

    def total(self, value: str, axis: int) -> str:
        """Return sums over an axis, which is dropped."""
        return self.add("ReduceSum", value, np.array([axis], np.int64), keepdims=0)

    def zeros_after(self, value: str, count: int) -> str:
        """Return a matrix of float32 with ``count`` more columns of zeros."""
        if not count:
            return value
        return self.add("Pad", value, np.array([0, 0, 0, count], np.int64))

    def model(
        self, described: str, source: tuple[str, type, int], result: tuple[str, type, int]
    ) -> onnx.ModelProto:
        """Return the checked model whose last operator is ``result``: name, type and width of both ends."""
        import onnx
        from onnx import helper

        ends = []
        for name, dtype, width in (source, result):
            kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
            ends.append(helper.make_tensor_value_info(name, kind, ["n", width]))
        last = [helper.make_node("Identity", [f"v{len(self._nodes) - 1}"], [result[0]])]
        graph = helper.make_graph(self._nodes + last, "codec", ends[:1], ends[1:], self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=10)
        model.doc_string = described
        onnx.checker.check_model(model, full_check=True)
        return model

    def _constant(self, array: NDArray[Any] | np.generic) -> str:
        from onnx import numpy_helper

        name = f"c{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name
