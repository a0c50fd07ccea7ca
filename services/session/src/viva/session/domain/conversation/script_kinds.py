"""What kind of prompt a key names."""


def is_question(key: str) -> bool:
    """Whether the prompt is a question or a follow-up."""
    return key.startswith(("question:", "followup:"))
