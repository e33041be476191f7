"""What spaces, nodes and rooms are: frozen values without file, network or XMPP library."""
