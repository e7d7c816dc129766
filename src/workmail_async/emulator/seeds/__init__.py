"""What an emulator holds at the start."""
