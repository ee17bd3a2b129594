"""flux-batch: prompts x seeds x styles -> a verified image dataset, each image bought once."""
