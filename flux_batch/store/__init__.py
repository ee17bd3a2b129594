"""Station 5: verdict -> verified file -> manifest line."""
