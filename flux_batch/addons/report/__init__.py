"""A report on an output folder, from its journal and manifest alone: ``report.json`` and one page that shows it.

```
journal.jsonl  -> History  \
                             -> Report -> report.json
manifest.jsonl -> Pictures /          -> report.html
```

Nothing is shown that was not measured: a number nobody wrote down is left out, not estimated.
"""
