"""What has to be right before an export: rights, policies and room on the disk."""
