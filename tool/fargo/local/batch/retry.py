"""Whether a failed attempt is followed by another.

Source: API reference, RetryStrategy and EvaluateOnExit.
"""

from fargo.local.batch.records import Attempt, Wire


def retries(strategy: Wire, attempt: Attempt) -> bool:
    """Whether AWS Batch would try again after `attempt`, which ended by itself and not with 0.

    The first rule that fits decides; where none does, the job is tried again.
    """
    if attempt.number >= strategy["attempts"]:
        return False
    for rule in strategy["evaluateOnExit"]:
        if _fits(rule, attempt):
            return bool(rule["action"].upper() == "RETRY")
    return True


def _fits(rule: Wire, attempt: Attempt) -> bool:
    """All conditions that the rule has must hold."""
    exit_code = "" if attempt.exit_code is None else str(attempt.exit_code)
    facts = {
        "onStatusReason": attempt.status_reason,
        "onReason": attempt.reason,
        "onExitCode": exit_code,
    }
    return all(_like(fact, rule[condition]) for condition, fact in facts.items() if condition in rule)


def _like(text: str, pattern: str) -> bool:
    """An asterisk matches any rest, at the pattern's end alone."""
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern
