"""A command of the user's that runs when a run is over: to mail, to copy, to start what comes next."""
