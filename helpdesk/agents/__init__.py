"""The people of the desk: who they are, what they may do, how they sign in."""
