"""What whoever runs the desk does to its data: export, rebuild the search, back up, restore."""
