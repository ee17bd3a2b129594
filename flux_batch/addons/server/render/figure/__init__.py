"""Figures: animals, buildings, plants and things, as outlines in tones."""
