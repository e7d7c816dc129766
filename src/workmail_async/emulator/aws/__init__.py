"""moto's IAM, KMS, S3 and STS as an emulator uses them. Each emulator has its own state."""
