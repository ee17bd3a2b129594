"""A run's images for training: a folder, tar shards or Parquet, each row checked against its manifest line."""
