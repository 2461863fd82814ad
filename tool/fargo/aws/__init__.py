"""AWS, one service a module: own types out, never response dicts. The only users of boto3."""
