"""The RO-Crate description of the evidence: all that it names is there, with the sha256 that it states."""

from __future__ import annotations

from typing import Any

from repro.listing import Problems

PATH = "artifacts/ro-crate-metadata.json"


def check_crate(values: dict[str, Any], hashes: dict[str, str], problems: Problems) -> set[str]:
    """Check the description, where there is one, and return its path.

    ``values`` are the JSON files by path, ``hashes`` the sha256 of every file.
    """
    if PATH not in hashes:
        return set()
    entities = values[PATH].get("@graph") if isinstance(values.get(PATH), dict) else None
    if not isinstance(entities, list) or not all(isinstance(entity, dict) for entity in entities):
        problems.append(f"{PATH}: expected a list of entities in @graph")
        return {PATH}
    for entity in entities:
        path = f"artifacts/{entity.get('@id')}"
        if entity.get("@type") == "File" and hashes.get(path) != entity.get("sha256"):
            problems.append(f"{PATH}: {entity.get('@id')}: expected a file with the sha256 that it states")
        folder = entity.get("@type") == "Dataset" and entity.get("@id") != "./"
        if folder and not any(name.startswith(path) for name in hashes):
            problems.append(f"{PATH}: {entity.get('@id')}: expected a folder with files")
    return {PATH}
