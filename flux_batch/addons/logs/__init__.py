"""A run as lines of JSON on stderr, for machines that collect logs."""
