"""Screen, toolkits, keyboard and mouse for the tests of the window."""

from screens import hands, on_screen, screen, toolkit, toolkits

__all__ = ["hands", "on_screen", "screen", "toolkit", "toolkits"]
