"""Station 2: Grid -> Job, Job, ...: lazy, random access, stable ids."""
