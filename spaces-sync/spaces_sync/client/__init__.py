"""The careful client: the ports that the rest of the program uses, over any raw port.

What servers get wrong, or do in ways of their own, is made up for here and nowhere else, so that
`xmpp/` and `simulator/` only carry requests. Each such place is marked with the server, its
version, and the test that shows the oddity there.
"""

from spaces_sync.client.reader import CarefulReader
from spaces_sync.client.writer import CarefulWriter

__all__ = ["CarefulReader", "CarefulWriter"]
