"""Tables of semantic IDs: what codes keep at how many bits, what they are like, how fast they are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import ClassVar

from report.evidence import paired
from report.evidence.envelopes import at, envelope_of, machine_of
from report.evidence.means import Comparisons, group_of
from report.evidence.results import over_seeds
from report.tables.rows import Row

SUITE = "semantic-ids"
METRICS = {
    "pairs": "spearman@original", "random": "spearman-random@original", "overlap": "overlap@10",
    "recall": "recall@10", "people": "retention@human",
}  # fmt: skip
JUDGED = ("pairs", "random")  # those of METRICS that families are judged by
EVERY, UNSEEN = "as-published", "decontaminated"
ENOUGH = 0.95  # the similarity that was asked for
SMALL = 2  # bytes of the published codes, of which positions are looked at one by one
FEW = 8  # positions whose levels are listed one by one
# What a chain is called, by its last step; the baselines are what codes of symbols are compared with.
FAMILIES = {"fsq": "FSQ", "residual-vq": "residual VQ", "hierarchical-vq": "hierarchical VQ"}
BASELINES = {
    "pq": "PQ",
    "scalar": "principal axes, not centred, scalar",
    "sign": "random projection, signs (untrained)",
}
NOTED = {
    "seconds": "seconds", "fitted": "training_seconds", "peak": "peak_memory_bytes",
    "batch": "timings.*.encode_batch_ms.p50",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SemanticIds:
    """Looks up results of the suite; numbers are fractions, bits and bytes.

    ``root``: the folder of evidence, whose envelopes have the timings; None where there is none.
    ``comparisons``: the differences of codes that a run left.
    """

    results: list[Row]
    root: Path | None
    comparisons: Comparisons

    enough: ClassVar[float] = ENOUGH

    def encoders(self) -> list[str]:
        """Return the spaces with evidence."""
        return list(dict.fromkeys(result["inputs"]["cell"]["encoder"] for result in self._mine()))

    def lines(self) -> list[Row]:
        """Return a line for each chain, point and test set, by space, set and bits: means over seeds."""
        together: dict[tuple[str, ...], list[Row]] = {}
        for result in self._mine():
            cell = result["inputs"]["cell"]
            key = (cell["encoder"], cell["train"], cell["chain"], str(cell["point"]))
            together.setdefault(key, []).append(result)
        lines = [
            {"encoder": encoder, "chain": chain, **_measured(seeds, dataset)}
            for (encoder, _, chain, _), seeds in together.items()
            for dataset in seeds[0]["inputs"]["cell"]["tests"]
        ]
        return sorted(lines, key=lambda x: (x["encoder"], x["dataset"], x["bits"], x["family"], x["chain"]))

    def panels(self) -> list[Row]:
        """Return a table a space and test set: its lines, from few bits to many."""
        return [
            {"encoder": key[0], "dataset": key[1], "lines": list(lines)}
            for key, lines in groupby(self.lines(), key=lambda line: (line["encoder"], line["dataset"]))
        ]

    def described(self) -> list[Row]:
        """Return the lines that are codes of symbols, with what the codes of their test set are like."""
        return [line for line in self.lines() if line["codes"]]

    def reached(self) -> list[Row]:
        """Return, for each family, the fewest bits at which ENOUGH of the similarities is kept.

        ``pairs`` and ``random`` have the first line that reaches it, ``best`` of each the best line there is.
        """
        found: dict[tuple[str, ...], Row] = {}
        for line in self.lines():
            if line["family"] != "uncompressed":
                key = (line["encoder"], line["dataset"], line["family"])
                blank = dict(zip(("encoder", "dataset", "family"), key, strict=True))
                row = found.setdefault(key, {**blank, "pairs": None, "random": None, "lines": []})
                row["lines"].append(line)
                for name in JUDGED:
                    if line[name] and line[name]["value"] >= ENOUGH:
                        row[name] = row[name] or line
        return [{**row, "best": {name: _best(row["lines"], name) for name in JUDGED}}
                for row in found.values()]  # fmt: skip

    def compared(self) -> list[Row]:
        """Return each learned code beside each baseline of as many bytes, a line a set and each of JUDGED.

        ``of`` names what is compared; ``less`` is the code's mean minus the baseline's, and ``outcome`` says
        which is better (``report.evidence.paired``).
        """
        lines = self.lines()
        found = []
        for line in lines:
            for base in lines if line["codes"] else ():
                same = all(line[key] == base[key] for key in ("encoder", "dataset", "bytes"))
                if same and base["family"] in BASELINES.values():
                    found += [self._against(line, base, name) for name in JUDGED]
        return found

    def tally(self) -> list[Row]:
        """Return how often each family came out better than each baseline, worse, or neither."""
        counts: dict[tuple[str, str, str], Row] = {}
        for line in self.compared():
            key = (line["family"], line["base"]["family"], line["of"])
            blank = dict(zip(("family", "against", "of"), key, strict=True))
            row = counts.setdefault(key, {**blank, **dict.fromkeys(paired.OUTCOMES, 0)})
            row[line["outcome"]] += 1
        return list(counts.values())

    def axes(self) -> list[Row]:
        """Return what single positions go with: a table a code of SMALL bytes, on the first set of texts."""
        first = {result["inputs"]["cell"]["tests"][0] for result in self._mine()}
        texts = [x for x in self.described() if "axes" in x["codes"] and x["dataset"] in first]
        lines = [line for line in texts if line["bytes"] <= SMALL and line["positions"] <= FEW]
        found = []
        for line in lines:
            properties = line["codes"]["axes"]["properties"]
            strongest = [
                max(properties, key=lambda name: abs(properties[name][i])) for i in range(line["positions"])
            ]
            found.append({**line, **line["codes"]["axes"], "strongest": strongest})
        return found

    def ways(self) -> list[Row]:
        """Return the ways between codes of training rows: a line a code with levels in an order."""
        lines = {(line["encoder"], line["chain"]): line for line in self.described() if line["way"]}
        return list(lines.values())

    def speeds(self) -> list[Row]:
        """Return what the first seed's envelope has of each chain: latency, throughput, seconds, machine."""
        found = {}
        for result in self._mine():
            cell = result["inputs"]["cell"]
            key = (cell["encoder"], cell["chain"], str(cell["point"]))
            envelope = envelope_of(self.root, SUITE, result["cell"])
            if key not in found and envelope:
                what, machine = _measured([result], cell["tests"][0]), machine_of(envelope)
                times = envelope.get("timings", {}).get(cell["tests"][0])
                found[key] = {**what, "encoder": key[0], "machine": machine, "times": times}
                found[key] |= {name: at(envelope, place) for name, place in NOTED.items()}
        return [line for line in found.values() if line["times"]]

    def _against(self, line: Row, base: Row, name: str) -> Row:
        key = UNSEEN, line["dataset"], METRICS[name]
        less = self.comparisons.difference(SUITE, line["group"], base["group"], key)
        means = line[name]["value"], base[name]["value"]
        return {**line, "base": base, "of": name, **paired.stated(less, means)}

    def _mine(self) -> list[Row]:
        return [result for result in self.results if result["suite"] == SUITE]


def family(steps: list[Row]) -> str:
    """Return what a chain is called: by its last step."""
    use, params = steps[-1]["use"], steps[-1].get("params", {})
    if use == "fsq" and params["residuals"] > 1:
        return "residual FSQ"
    return FAMILIES.get(use) or BASELINES.get(use) or "uncompressed"


def setting(steps: list[Row], levels: list[int]) -> str:
    """Return in words what a code consists of: its levels, and what else is not the default."""
    params = steps[-1].get("params", {})
    stages = params.get("residuals", 1)
    words = [_levels(levels[: len(levels) // stages] if stages > 1 else levels)] if levels else []
    words += [f"{stages} stages"] if stages > 1 else []
    words += ["levels learned"] if params.get("bits") and steps[-1]["use"] == "fsq" else []
    words += ["hidden layers"] if params.get("hidden") else []
    words += [str(params["gradient"])] if steps[-1]["use"] == "residual-vq" else []
    words += [f"{params['bits']} bits a dimension"] if steps[-1]["use"] == "scalar" else []
    return "; ".join(words)


def _levels(levels: list[int]) -> str:
    runs = [(size, len(list(same))) for size, same in groupby(levels)]
    if len(levels) <= FEW:
        return ", ".join(str(size) for size in levels)
    return ", ".join(f"{count} of {size}" for size, count in runs)


def _measured(seeds: list[Row], dataset: str) -> Row:
    """Return the line of a test set, of results that differ in their seed alone; codes are the first's."""
    first = seeds[0]
    steps, size = first["inputs"]["cell"]["steps"], first["sizes"]["bytes_per_vector"]
    codes = first.get("codes", {}).get(dataset)
    notes = [note for result in seeds for note in result.get("training", {}).values()]
    return {
        "dataset": dataset,
        "group": group_of(first["cell"], first["inputs"]["cell"]["seed"]),
        "family": family(steps),
        "setting": setting(steps, codes["levels"] if codes else []),
        "bytes": size,
        "bits": codes["bits"] if codes else 8 * size,
        "ratio": first["sizes"]["ratio"],
        "seeds": len(seeds),
        "codes": codes,
        "positions": len(codes["levels"]) if codes else 0,
        "way": {
            key: [sum(at) / len(at) for at in zip(*(note[key] for note in notes), strict=True)]
            for key in ("way_to_first", "way_to_last", "line_to_first")
            if notes and all(key in note for note in notes)
        },
        **{name: _mean(seeds, dataset, metric, UNSEEN) for name, metric in METRICS.items()},
        "every": _mean(seeds, dataset, METRICS["pairs"], EVERY),
    }


def _mean(seeds: list[Row], dataset: str, metric: str, protocol: str) -> Row | None:
    wanted = {"dataset": dataset, "metric": metric, "protocol": protocol}
    found = [value for result in seeds for value in result["values"] if wanted.items() <= value.items()]
    return over_seeds(found) if found else None


def _best(lines: list[Row], name: str) -> Row | None:
    return max((x for x in lines if x[name]), key=lambda x: float(x[name]["value"]), default=None)
