"""The web application: agents' inbox, administration pages, sign-in and the customers' survey page."""
