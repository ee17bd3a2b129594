"""``python -m flux_batch`` is ``flux-batch``."""

from flux_batch.cli import main

if __name__ == "__main__":
    main()
