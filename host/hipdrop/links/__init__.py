"""Links to a clip: Bluetooth, USB serial, the virtual clip."""
