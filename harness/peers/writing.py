"""A comparison of planners as files of evidence."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from harness.evidence.files import write_atomic
from harness.evidence.layout import Tree
from harness.evidence.schema.peers import PlanningTime, PlanningTimes
from harness.evidence.schema.version import SCHEMA_VERSION
from harness.evidence.stamp import write_stamped
from harness.peers.comparison import Compared
from harness.run.environment import processor


def write(compared: Compared, tree: Tree) -> Path:
    """Write scores, seconds and, last, the comparison; return the comparison's path."""
    name = compared.comparison.name
    path, times = tree.comparison(name), tree.planning_times(name)
    write_atomic(tree.root / compared.comparison.files.scores.path, compared.scores)
    write_stamped(times, _times(compared).model_dump(mode="json", by_alias=True))
    write_stamped(path, compared.comparison.model_dump(mode="json", by_alias=True))
    return path


def _times(compared: Compared) -> PlanningTimes:
    return PlanningTimes(
        schema=SCHEMA_VERSION,
        name=compared.comparison.name,
        processor=processor(),
        cores=os.cpu_count(),
        platform=f"{platform.system()} {platform.machine()}",
        planners=[
            PlanningTime(planner=each.planner, options=each.options, seconds=round(each.seconds, 1))
            for each in compared.plans
        ],
    )
