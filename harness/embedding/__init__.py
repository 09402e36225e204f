"""From rows to vectors, stored by the content of all that decides them."""
