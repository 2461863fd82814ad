"""The commands of the documentation that no test runs, each with the reason. A test holds that each is on a page."""

NOT_RUN = {
    "python3 -m pip install": "CI itself begins with it",
    "fargo monitor": "full screen; tests/monitor/test_monitor_in_a_terminal.py runs it",
    "fargo --local monitor": "full screen",
    "fargo ps --watch": "it ends with Ctrl-C; tests/cli/test_following_and_watching.py runs it",
    "fargo down --keep": "nothing stands after the line above it; tests/deploy/test_teardown.py keeps what it says",
    "fargo unlock ID": "it takes a lock that a dead process left; tests/cli/test_unlock.py breaks one",
    'eval "$(fargo completion zsh)"': "it is for another shell than bash; tests/cli/test_completion.py",
    "fargo completion fish": "it is for another shell than bash; tests/cli/test_completion.py",
    "fargo submit --resume": "it takes a submission that broke off; tests/runs/test_exactly_once.py has many",
    "nox": "CI itself runs it",
    "python3 -m venv venv": "nothing is installed from PyPI in a test",
    "aws batch submit-job --job-name first": "to the queue of the Terraform above it",
    "terraform": "minutes of the provider's own waits; tests/e2e runs Terraform on the local AWS",
}
"""How a command begins => why."""
