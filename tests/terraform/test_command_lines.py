from fargo.terraform.process import arguments, environment


def test_options_are_spelled_as_terraform_spells_them() -> None:
    argv = arguments("/bin/terraform", "apply", "plan.tfplan", json=True, input=False, lock_timeout="10s")
    assert argv == ["/bin/terraform", "apply", "-json", "-input=false", "-lock-timeout=10s", "plan.tfplan"]


def test_a_command_of_two_words_is_two_arguments() -> None:
    assert arguments("terraform", "state rm", "a.b", "c.d") == ["terraform", "state", "rm", "a.b", "c.d"]


def test_nothing_of_the_users_terraform_settings_reaches_the_child_but_tokens() -> None:
    ours = environment(
        {
            "PATH": "/bin",
            "TF_LOG": "TRACE",
            "TF_VAR_name": "x",
            "TF_CLI_ARGS": "-lock=false",
            "TF_TOKEN_a_b": "t",
        },
        {"AWS_REGION": "eu-west-1", "AWS_PROFILE": ""},
        {"TF_CLI_CONFIG_FILE": "/made"},
    )
    assert ours == {
        "PATH": "/bin",
        "TF_TOKEN_a_b": "t",
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
        "CHECKPOINT_DISABLE": "1",
        "AWS_REGION": "eu-west-1",
        "TF_CLI_CONFIG_FILE": "/made",
    }
