"""Runs that a clip has kept by itself: what their files hold, how they come here, and what becomes of them."""
