"""What the rooms of Sources may know of each other."""
