"""Screen, toolkits, keyboard and mouse for long checks with a window."""

from screens import each_toolkit, hands, on_screen, screen, toolkit, toolkits

__all__ = ["each_toolkit", "hands", "on_screen", "screen", "toolkit", "toolkits"]
