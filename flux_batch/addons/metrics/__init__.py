"""Numbers of a run for Prometheus: a textfile that node_exporter's textfile collector reads, no port and no library.

The text format is two comment lines and one line per number; a client library would bring a registry of the whole
process and a tenth of a second of imports for them.
"""
