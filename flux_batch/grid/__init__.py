"""Station 1: YAML -> Grid: strict models, errors that name file, line and way out."""

from flux_batch.grid.file import load_grid, make_grid
from flux_batch.grid.grid import Grid
from flux_batch.grid.setting import setting

__all__ = ["Grid", "load_grid", "make_grid", "setting"]
