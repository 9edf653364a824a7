"""The inbox: the list, the ticket, and what agents do in it."""
