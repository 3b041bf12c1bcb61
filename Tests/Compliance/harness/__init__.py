"""The harness of Postern's compliance tests; standard library only."""
