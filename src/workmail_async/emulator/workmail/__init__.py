"""WorkMail as a moto backend: `urls`, `responses`, `exceptions` and `models`, as moto's own."""
