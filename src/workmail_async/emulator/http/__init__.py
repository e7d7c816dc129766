"""The HTTP side of an emulator: from a request to a service, and back."""
