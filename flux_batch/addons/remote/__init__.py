"""Storage elsewhere: what is public of an output folder, and exports, copied to any URL that fsspec can write to.

The folder on this machine stays the truth: lock, journal and parts never leave it.
"""
