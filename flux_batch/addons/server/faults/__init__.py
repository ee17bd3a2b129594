"""Going wrong on purpose: which events, how, and the same way every time."""
