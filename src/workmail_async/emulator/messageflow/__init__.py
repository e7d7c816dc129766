"""WorkMail Message Flow as a moto backend: `urls`, `responses`, `exceptions` and `models`."""
