"""Independent, reproducible checks of embedding-compression claims: suites in, stamped results out."""

from harness.numerics import pinning

pinning.pin()  # libraries read these variables when they are imported, so that nothing may come before
