"""Telephone: call logs of any PBX by webhook, text messages by a gateway, the survey after a call."""
