"""Phone legs: SIP trunks and carrier media streams."""
