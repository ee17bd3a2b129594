"""Station 4: answer -> verdict."""
