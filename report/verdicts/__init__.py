"""Claims, and what the evidence says of them."""
