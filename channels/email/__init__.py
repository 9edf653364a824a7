"""Email: mailboxes read over IMAP, deliveries received over LMTP or SMTP, replies sent over SMTP."""
