"""Every way to reach the desk, one folder each. Nothing here knows the desk."""
