"""Make evidence about embedding compression: suites in, stamped results out."""

from harness import numerics

numerics.pin()  # libraries read these variables when they are imported, so that nothing may come before
