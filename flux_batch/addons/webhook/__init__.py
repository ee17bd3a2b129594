"""Calls from the service when an image is done: a hint that wakes a poll, never the truth."""
