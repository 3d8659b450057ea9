"""The virtual clip: real firmware under the real MicroPython, with a modelled sensor and a virtual radio."""
