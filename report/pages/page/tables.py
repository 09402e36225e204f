"""Tables of the page's sections, from the numbers that their figures draw: at most ROWS rows each."""

from __future__ import annotations

from harness.types import Json
from report.figures._style import Point
from report.figures._titles import selected
from report.findings.words import encoder
from report.pages.page.cells import ROWS, Cell, Table, measured, word
from report.tables.encoder_steps import LARGE, MEASURED, STEPS
from report.verdicts.claims import percent


def contamination(figure: Json) -> Table:
    """Return the pipelines that lose most without the pairs seen."""
    points, suite = figure["points"], figure["suite"]
    every, clean = (selected(points, protocol=protocol) for protocol in ("as-published", "decontaminated"))
    rows = [
        [
            word(before["label"]),
            Cell(str(before["bytes_per_vector"]), before["bytes_per_vector"]),
            measured([before], suite),
            measured([after], suite),
            _points(after["value"] - before["value"]),
        ]
        for before, after in zip(every, clean, strict=True)
    ]
    columns = ["pipeline", "bytes", "every pair, %", "decontaminated, %", "change, points"]
    return Table(
        "Retention of the agreement with people, MiniLM, STS12–16; largest losses first", columns, rows[:ROWS]
    )


def intrinsic(figure: Json) -> Table:
    """Return what each space keeps, a column a pipeline, and the published number."""
    series = ("lens", "aqea", "pca", "axes", "projection")
    printed = {mark["encoder"]: mark["value"] for mark in reversed(figure["published"])}
    rows = []
    for metric, name in (("spearman@original", "similarities"), ("knn-recall@10", "ten nearest")):
        for space in dict.fromkeys(point["encoder"] for point in figure["points"]):
            own = selected(figure["points"], encoder=space, metric=metric)
            cells = [measured(selected(own, series=each), figure["suite"]) for each in series]
            published = printed.get(space) if metric == "spearman@original" else None
            claimed = Cell(percent(published), published if published is not None else -1.0)
            rows.append([word(f"{encoder(space)}: {name}"), claimed, *cells])
    columns = [
        "space and what",
        "published, %",
        "lens, %",
        "AQEA, %",
        "PCA, %",
        "uncentred axes, %",
        "projection, %",
    ]
    return Table(
        "Similarities (Spearman) and ten nearest neighbours kept at about 29× in float32, decontaminated",
        columns,
        rows[:ROWS],
    )


def stages(figure: Json) -> Table:
    """Return similarity and task preservation of each space and protocol."""
    printed = {
        (mark["encoder"], mark["metric"]): Cell(percent(mark["value"]), mark["value"])
        for mark in figure["published"]
    }
    keys = ("encoder", "series", "protocol")
    rows = []
    for key in dict.fromkeys(tuple(point[name] for name in keys) for point in figure["points"]):
        own = selected(figure["points"], **dict(zip(keys, key, strict=True)))
        row = [word(f"{encoder(key[0])}: {'AQEA' if 'aqea' in key[1] else 'lens'}, {key[2]}")]
        for metric in ("spearman@original", "retention@human"):
            row += [
                printed.get((key[0], metric), Cell("–", -1.0)),
                measured(selected(own, metric=metric), figure["suite"]),
            ]
        rows.append(row)
    columns = [
        "space, map and protocol",
        "similarity published, %",
        "here, %",
        "task published, %",
        "here, %",
    ]
    return Table("Three stages at the published bytes, STS-B test", columns, rows[:ROWS])


def retrieval(figure: Json) -> Table:
    """Return nDCG@10 of each method by dimensions, in the figure's first panel with evidence."""
    first = figure["points"][0]
    own = selected(figure["points"], **{key: first[key] for key in ("encoder", "dataset", "protocol")})
    sizes = sorted({point["bytes_per_vector"] for point in own if point["method"] != "uncompressed"})[:4]
    rows = []
    for method in dict.fromkeys(point["method"] for point in own):
        points = selected(own, method=method)
        if method == "uncompressed":
            cells = [measured(points, "autoencoder")] * len(sizes)
        else:
            cells = [measured(selected(points, bytes_per_vector=size), "autoencoder") for size in sizes]
        rows.append([word(method), *cells])
    columns = ["method", *(f"{size // 4} dimensions, %" for size in sizes)]
    caption = f"nDCG@10, {encoder(first['encoder'])}, {first['dataset']}"
    return Table(caption, columns, rows[:ROWS])


def encoder_steps(figure: Json) -> Table:
    """Return nDCG@10 of each step of the auto-encoder system, in the figure's first space."""
    points = figure["points"]
    own = selected(points, encoder=next(space for space in LARGE if selected(points, encoder=space)))
    ordered = sorted(own, key=lambda point: list(STEPS).index(point["step"]))
    rows = [
        [
            word(point["what"]),
            Cell(str(point["bytes_per_vector"] // 4), point["bytes_per_vector"]),
            measured([point], MEASURED[point["encoder"]][0]),
        ]
        for point in ordered
    ]
    return Table("nDCG@10 on NFCorpus", ["step", "dimensions", "nDCG@10, %"], rows[:ROWS])


def search(figure: Json) -> Table:
    """Return, of each space, the configurations that no cheaper one exceeds."""
    points = selected(figure["points"], metric="vs-teacher@knn-recall@10")
    spaces = list(dict.fromkeys(point["encoder"] for point in points))
    rows = []
    for space in spaces:
        best: list[Point] = []
        for point in sorted(selected(points, encoder=space), key=lambda p: (p["bytes"], -p["value"])):
            if not best or point["value"] > best[-1]["value"]:
                best.append(point)
        step = max(1, -(-len(best) * len(spaces) // ROWS))
        rows += [
            [
                word(f"{encoder(space)}: {point['method']}"),
                word(point["backend"]),
                Cell(f"{point['bytes']:.0f}", point["bytes"]),
                measured([point], "search"),
            ]
            for point in best[::-step][::-1]
        ]
    columns = ["space and map", "index", "bytes per row", "ten nearest found, %"]
    return Table("Configurations that no cheaper one exceeds", columns, rows[:ROWS])


def codes(figure: Json) -> Table:
    """Return what codes keep of the pairs of the figure's first set, and of random pairs of it."""
    first = figure["points"][0]
    own = selected(figure["points"], encoder=first["encoder"], dataset=first["dataset"])
    pipelines = dict.fromkeys((p["pipeline"], p["label"], p["bytes_per_vector"]) for p in own)
    rows = []
    for pipeline, label, size in sorted(pipelines, key=lambda key: (key[2], key[0])):
        points = selected(own, pipeline=pipeline, bytes_per_vector=size)
        cells = [
            measured(selected(points, metric=metric), "semantic-ids")
            for metric in ("spearman@original", "spearman-random@original")
        ]
        rows.append([word(label), Cell(str(8 * size), size), *cells])
    columns = ["code", "bits", "pairs, %", "random pairs, %"]
    space = f"{encoder(first['encoder'])}, {first['dataset']}"
    caption = f"Spearman with the original cosines, smallest codes first, {space}"
    return Table(caption, columns, rows[:ROWS])


def _points(difference: float) -> Cell:
    return Cell(percent(difference), difference)
