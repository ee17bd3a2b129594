"""Is it a whole image? Judged from the bytes while they stream by; pixels are looked at afterwards, on request."""
