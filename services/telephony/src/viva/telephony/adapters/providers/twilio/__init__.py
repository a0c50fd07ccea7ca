"""Twilio: Programmable Voice by REST, sound by Media Streams.

Another carrier of this kind is a folder beside this one with the same files: account, rest,
signature, media, leg, trunk, webhooks.
"""
