"""Looking at what a run made."""
