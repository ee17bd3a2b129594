"""Station 3: Job -> body on the wire; the only place that knows the HTTP library and the key."""
