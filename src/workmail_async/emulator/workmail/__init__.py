"""WorkMail as a moto backend: `urls`, `responses`, `exceptions` and `models`, plus `state`."""
