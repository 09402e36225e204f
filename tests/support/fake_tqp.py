"""An environment that stands in for turboquant-pro's: a ``tqp`` and a ``python`` that keep its contract.

Its plan is fixed, its codec rounds to tenths, and both leave what they were given in the folder ``seen``
beside them. A ``problem`` makes the plan end as a Python traceback does.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from harness.types import Json

PLAN: Json = {
    "tool_version": "9.9.9",
    "recommended": {"label": "PCA-4 + TQ4", "pca_dim": 4, "bytes_per_vector": 6.5, "recall@10": 0.925},
    "risk_flags": ["a flag"],
}
SIZES = {"payload_bytes": 4, "side_bytes": 4, "state_bytes": 100}

_TQP = """
import json, os, shutil, sys
from pathlib import Path
own = Path(__file__).parent / "seen"
if sys.argv[1] == "version":
    print("turboquant-pro 9.9.9")
    sys.exit()
value = dict(zip(sys.argv, sys.argv[1:]))
own.joinpath("arguments.json").write_text(json.dumps(sys.argv[1:]))
own.joinpath("environment.json").write_text(json.dumps(dict(os.environ)))
shutil.copy(value["--embeddings"], own / "seen.npy")
if {problem!r}:
    raise ValueError({problem!r})
Path(value["--out"]).write_text({plan!r})
sys.exit(1)
"""

_PYTHON = """
import shutil, sys
from pathlib import Path
import numpy as np
script, plan, seen, rows, decoded = sys.argv[1:]
shutil.copy(rows, Path(__file__).parent / "seen" / "rows.npy")
vectors = np.load(rows)
np.save(decoded, {expression})
print({sizes!r})
"""


def fake_tqp(
    folder: Path,
    *,
    plan: Any = PLAN,
    problem: str = "",
    expression: str = "np.round(vectors, 1)",
    sizes: Any = SIZES,
) -> Path:
    """Write the two commands into ``folder`` and return the path of ``tqp``.

    ``expression`` makes the decoded rows of ``vectors`` (n, D).
    """
    (folder / "seen").mkdir(parents=True)
    named = {
        "tqp": _TQP.format(problem=problem, plan=json.dumps(plan)),
        "python": _PYTHON.format(expression=expression, sizes=json.dumps(sizes)),
    }
    for name, text in named.items():
        path = folder / name
        path.write_text(f"#!{sys.executable}\n{text}")
        path.chmod(0o755)
    return folder / "tqp"
