"""What browsers see: pages, the inbox, sign-in, the survey page, the API."""
