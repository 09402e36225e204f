"""An audit for people: page, summary and figures, from ``audit.json`` alone."""
