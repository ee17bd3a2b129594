"""Places: each module paints one kind of setting, back to front, and says where the subjects stand."""
