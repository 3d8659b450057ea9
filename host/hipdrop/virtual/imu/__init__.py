"""Register models of the sensors, fed with a recording."""
