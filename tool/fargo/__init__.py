"""From a Dockerfile to a million containers on AWS Batch with Fargate."""

__version__ = "0.1.0"
