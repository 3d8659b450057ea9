"""Guided tests and exercises: what people are led through, as `hipcal.procedures` has it."""
