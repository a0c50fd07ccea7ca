"""Signed webhooks and candidate invitations."""
