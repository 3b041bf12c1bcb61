"""One attack, or one kind of attack, in each module."""
