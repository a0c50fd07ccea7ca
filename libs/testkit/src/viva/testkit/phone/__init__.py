"""Telephones for tests: a loopback carrier that speaks Twilio's protocols, and people to call."""
