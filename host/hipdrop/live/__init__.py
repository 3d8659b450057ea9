"""What the physio watches and the runner feels: the live model, the window in a process of its own."""
