"""From suites to cells: what is to be measured, with which inputs and code, and what is done."""
