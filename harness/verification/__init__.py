"""Evidence held against suites and scores, without running anything again."""
