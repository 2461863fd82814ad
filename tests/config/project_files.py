"""Project files, right and wrong."""

GOOD = """
name = "thumbnails"
region = "eu-west-1"

[image]
architecture = "arm64"
build_args = { BASE_IMAGE = "python:3.13-slim" }

[jobs.thumbnail]
command = ["python", "thumbnail.py"]
vcpu = 0.5
memory = "2 GiB"
storage = "30 GiB"
timeout = "15m"
attempts = 3
spot = true
environment = { LOG_LEVEL = "info" }
secrets = { API_KEY = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf" }
output = "out"

[network]
zones = 3
"""

SECRET = "arn:aws:ssm:eu-west-1:123456789012:parameter/key"
MINIMAL = 'name = "ab"\n[jobs.run]\ncommand = ["true"]\n'

WRONG = [
    (MINIMAL.replace("name", "nmae"), "nmae is not a setting", "did you mean name?"),
    (MINIMAL.replace("[jobs", "[job"), "job is not a setting", "did you mean jobs?"),
    (MINIMAL + 'memroy = "1 GiB"', "jobs.run.memroy is not a setting", "did you mean memory?"),
    (MINIMAL + '[network]\nvpc = "mine"\nsubnets = ["subnet-1"]', "network.vpc is 'mine'", "such as vpc-"),
    (MINIMAL + '[network]\nvpc = "vpc-1"', "network.subnets is []", "1 to 16 subnets of vpc-1"),
    (MINIMAL + '[network]\nsubnets = ["subnet-1"]', "network.subnets is", "unless `vpc` names the VPC"),
    (MINIMAL.replace('"ab"', '"Ab"'), "name is 'Ab'", "2 to 30 lower-case letters"),
    (MINIMAL.replace('"ab"', '"' + "a" * 31 + '"'), "name is 'aaa", "2 to 30"),
    (MINIMAL.replace('"ab"', '"ab\\n"'), r"name is 'ab\n'", "2 to 30"),
    (MINIMAL.replace("run]", '"run\\n"]'), r"is 'run\n'", "1 to 30 lower-case letters"),
    (MINIMAL.replace("run]", "Run_1]"), "jobs.Run_1 is 'Run_1'", "1 to 30 lower-case letters"),
    (MINIMAL.replace('["true"]', '"true"'), "jobs.run.command expected `array`", ""),
    (MINIMAL.replace('["true"]', "[]"), "jobs.run.command is []", "at least one argument"),
    (MINIMAL.replace('["true"]', '["echo", ""]'), "jobs.run.command is ''", "none that is empty"),
    (MINIMAL.replace('command = ["true"]', ""), "jobs.run object missing required field `command`", ""),
    (MINIMAL + "vcpu = 3", "jobs.run.vcpu is 3", "0.25, 0.5, 1, 2, 4, 8, 16, 32"),
    (MINIMAL + 'vcpu = 1\nmemory = "512 MiB"', "jobs.run.memory is '512 MiB'", "2 GiB to 8 GiB in steps of 1 GiB"),
    (MINIMAL + 'memory = "4 GiB"', "jobs.run.memory is '4 GiB'", "the next that holds this is 0.5 vCPU, 4 GiB"),
    (MINIMAL + 'memory = "lots"', "jobs.run.memory is 'lots'", "a size such as 512 MiB"),
    (MINIMAL + 'storage = "10 GiB"', "jobs.run.storage is '10 GiB'", "20 to 200"),
    (MINIMAL + 'timeout = "30s"', "jobs.run.timeout is '30s'", "60s or more"),
    (MINIMAL + 'timeout = "30"', "jobs.run.timeout is '30'", "60s or more"),
    (MINIMAL + 'timeout = "0s"', "jobs.run.timeout is '0s'", "60s or more"),
    (MINIMAL + "attempts = 11", "jobs.run.attempts is 11", "1 to 10"),
    (MINIMAL + 'read_only_root = true\noutput = "out"', "jobs.run.output is 'out'", "a folder under /tmp"),
    (MINIMAL + "read_only_root = true\nexec = true", "jobs.run.exec is True", "ECS Exec"),
    (MINIMAL + 'user = "a b"', "jobs.run.user is 'a b'", "such as 1000:1000"),
    (MINIMAL + '[compute]\nscheduling = "lifo"', "compute.scheduling is 'lifo'", "fifo or fair_share"),
    (MINIMAL + 'spot = "yes"', "jobs.run.spot expected `bool`", ""),
    (MINIMAL + "environment = { FARGO_RUN = '1' }", "jobs.run.environment.FARGO_RUN is", "neither with FARGO_"),
    (MINIMAL + f"environment = {{ KEY = '1' }}\nsecrets = {{ KEY = '{SECRET}' }}", "jobs.run.secrets.KEY is 'KEY'", "not in environment"),
    (MINIMAL + "secrets = { KEY = 'hunter2' }", "jobs.run.secrets.KEY is 'hunter2'", "the ARN of"),
    (MINIMAL + "secrets = { KEY = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:key' }", "secret:key'", "six characters"),
    (MINIMAL + '[network]\ncidr = "10.0.0.0/8"', "network.cidr is '10.0.0.0/8'", "from /16 to /24"),
    (MINIMAL + '[network]\nendpoints = ["s4"]', "network.endpoints is 's4'", "secretsmanager"),
    (MINIMAL + '[image]\narchitecture = "riscv"', "image.architecture is 'riscv'", "x86_64 or arm64"),
    (MINIMAL + "[logs]\nretention_days = 31", "logs.retention_days is 31", "30, 60"),
    (MINIMAL + "[compute]\nmax_vcpus = 0", "compute.max_vcpus is 0", "1 or more"),
    (MINIMAL + '[roles]\npath = "teams"', "roles.path is 'teams'", "such as /teams/x/"),
    (MINIMAL + '[roles]\npermissions_boundary = "none"', "roles.permissions_boundary is 'none'", "ARN of an IAM policy"),
    (MINIMAL + '[notifications]\nstates = ["lost"]', "notifications.states is 'lost'", "running, succeeded, failed"),
    (MINIMAL + '[notifications]\nemails = ["me"]', "notifications.emails is 'me'", "e-mail addresses"),
    (MINIMAL + '[notifications]\nemails = ["a@b.c"]', "notifications.emails is ['a@b.c']", "none without states"),
    ('name = "ab"', "jobs has no job", "add a table [jobs.NAME]"),
    ('name = "ab"\njobs = 3', "jobs is 3, not a table", "write [jobs]"),
    ("name = ", "is not TOML", ""),
    ("name = " + "[" * 20_000, "is not TOML", ""),
    (MINIMAL + 'policy = [{ Effect = [], Action = "s3:GetObject", Resource = "*" }]', "jobs.run.policy is []", "Allow or Deny"),
]  # fmt: skip
"""Text, what the error says, and what its hint says."""
