"""moto's IAM, KMS, S3 and STS as an emulator uses them, each emulator with its own."""
