"""Web chat: a small script on any page, a socket or long polling behind it, nothing lost on the way."""
