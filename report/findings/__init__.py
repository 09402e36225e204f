"""What the evidence says, in sentences that are computed from it."""
