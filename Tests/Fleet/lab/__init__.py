"""A fleet on one machine: engines, sentinels and web servers, each in a network namespace of its own."""
