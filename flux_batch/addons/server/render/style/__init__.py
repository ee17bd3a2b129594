"""Treatments: what turns the plain painting into a named style."""
