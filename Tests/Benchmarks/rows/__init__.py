"""The rows of the table: what is measured, against which target."""
