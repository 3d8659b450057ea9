"""What people are led through: one procedure a file, fed with samples, saying what to do next (`base`)."""
