"""Station 1: YAML -> Grid: strict models, errors that name file, line and way out."""
