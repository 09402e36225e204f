"""Make evidence about embedding compression: suites in, stamped results out."""

import os

# On shared cores the spin-waiting of OpenMP makes k-means several times slower; the variable is
# read once, when faiss or torch is first imported, so it is set before anything else can do that.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
