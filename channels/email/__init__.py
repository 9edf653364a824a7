"""Email: mailboxes read by IMAP or LMTP, answered by SMTP."""
