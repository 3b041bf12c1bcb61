"""Real mail clients, and the command lines of others, before Postern and before Postfix alone."""
