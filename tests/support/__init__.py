"""What tests share: suites to break, checkouts, and invented evidence."""
