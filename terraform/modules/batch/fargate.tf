locals {
  # vCPUs => the memory sizes in MiB that Fargate offers with them; the same table as
  # tool/fargo/model/fargate.py, compared by a test.
  # https://docs.aws.amazon.com/batch/latest/APIReference/API_ResourceRequirement.html
  memory_mib = {
    "0.25" = [512, 1024, 2048]
    "0.5"  = range(1024, 4097, 1024)
    "1"    = range(2048, 8193, 1024)
    "2"    = range(4096, 16385, 1024)
    "4"    = range(8192, 30721, 1024)
    "8"    = range(16384, 61441, 4096)
    "16"   = range(32768, 122881, 8192)
    "32"   = [61440, 122880, 249856]
  }

  sizes_text = join("; ", [
    for vcpu in [0.25, 0.5, 1, 2, 4, 8, 16, 32] : join("", [
      "${vcpu} vCPU with ",
      length(local.memory_mib[vcpu]) == 3 ? join(", ", local.memory_mib[vcpu]) : join("", [
        min(local.memory_mib[vcpu]...), " to ", max(local.memory_mib[vcpu]...),
        " by ", local.memory_mib[vcpu][1] - local.memory_mib[vcpu][0],
      ]),
    ])
  ])
}
