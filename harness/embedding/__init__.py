"""From rows to vectors, stored under the hash of everything that determines them."""
