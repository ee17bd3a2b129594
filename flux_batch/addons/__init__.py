"""Each folder here may be deleted alone."""
