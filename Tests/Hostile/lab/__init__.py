"""The private machine from which mail really leaves, and what every attack on it is given."""
