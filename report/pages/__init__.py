"""The report and the README, rendered, and their prose checked."""
