# What modules/batch refuses, before anything is changed.
# The real provider, offline: it needs no account for a plan.

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "offline"
  secret_key                  = "offline"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true
}

variables {
  prefix               = "fargo-demo"
  region               = "eu-west-1"
  image                = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/fargo-demo:1f0c"
  architecture         = "X86_64"
  operating_system     = "LINUX"
  max_vcpus            = 64
  scheduling           = "FIFO"
  bucket               = "workspace"
  execution_role_arn   = "arn:aws:iam::123456789012:role/execution"
  job_role_arn         = "arn:aws:iam::123456789012:role/job"
  service_linked_roles = []
  subnet_ids           = ["subnet-1"]
  security_group_id    = "sg-1"

  log_group = {
    name           = "/fargo/demo/jobs"
    retention_days = 30
    kms_key_arn    = "arn:aws:kms:eu-west-1:123456789012:key/1"
  }
}

run "reject_memory_that_fargate_does_not_offer_with_the_vcpu" {
  command = plan

  module {
    source = "./modules/batch"
  }

  variables {
    jobs = {
      work = {
        command         = ["true"]
        vcpu            = 1
        memory_mib      = 3000
        storage_gib     = 20
        timeout_seconds = null
        attempts        = 1
        environment     = {}
        secrets         = {}
        output          = ""
        read_only_root  = false
        user            = ""
        exec            = false
      }
    }
  }

  expect_failures = [var.jobs]
}

run "reject_a_vcpu_that_fargate_does_not_offer" {
  command = plan

  module {
    source = "./modules/batch"
  }

  variables {
    jobs = {
      work = {
        command         = ["true"]
        vcpu            = 3
        memory_mib      = 2048
        storage_gib     = 20
        timeout_seconds = null
        attempts        = 1
        environment     = {}
        secrets         = {}
        output          = ""
        read_only_root  = false
        user            = ""
        exec            = false
      }
    }
  }

  expect_failures = [var.jobs]
}

run "reject_19_gib_of_storage" {
  command = plan

  module {
    source = "./modules/batch"
  }

  variables {
    jobs = {
      work = {
        command         = ["true"]
        vcpu            = 1
        memory_mib      = 2048
        storage_gib     = 19
        timeout_seconds = null
        attempts        = 1
        environment     = {}
        secrets         = {}
        output          = ""
        read_only_root  = false
        user            = ""
        exec            = false
      }
    }
  }

  expect_failures = [var.jobs]
}

run "reject_201_gib_of_storage" {
  command = plan

  module {
    source = "./modules/batch"
  }

  variables {
    jobs = {
      work = {
        command         = ["true"]
        vcpu            = 1
        memory_mib      = 2048
        storage_gib     = 201
        timeout_seconds = null
        attempts        = 1
        environment     = {}
        secrets         = {}
        output          = ""
        read_only_root  = false
        user            = ""
        exec            = false
      }
    }
  }

  expect_failures = [var.jobs]
}

run "reject_a_timeout_under_a_minute" {
  command = plan

  module {
    source = "./modules/batch"
  }

  variables {
    jobs = {
      work = {
        command         = ["true"]
        vcpu            = 1
        memory_mib      = 2048
        storage_gib     = 20
        timeout_seconds = 59
        attempts        = 1
        environment     = {}
        secrets         = {}
        output          = ""
        read_only_root  = false
        user            = ""
        exec            = false
      }
    }
  }

  expect_failures = [var.jobs]
}

run "reject_no_attempts" {
  command = plan

  module {
    source = "./modules/batch"
  }

  variables {
    jobs = {
      work = {
        command         = ["true"]
        vcpu            = 1
        memory_mib      = 2048
        storage_gib     = 20
        timeout_seconds = null
        attempts        = 0
        environment     = {}
        secrets         = {}
        output          = ""
        read_only_root  = false
        user            = ""
        exec            = false
      }
    }
  }

  expect_failures = [var.jobs]
}

run "reject_eleven_attempts" {
  command = plan

  module {
    source = "./modules/batch"
  }

  variables {
    jobs = {
      work = {
        command         = ["true"]
        vcpu            = 1
        memory_mib      = 2048
        storage_gib     = 20
        timeout_seconds = null
        attempts        = 11
        environment     = {}
        secrets         = {}
        output          = ""
        read_only_root  = false
        user            = ""
        exec            = false
      }
    }
  }

  expect_failures = [var.jobs]
}

run "reject_an_empty_command" {
  command = plan

  module {
    source = "./modules/batch"
  }

  variables {
    jobs = {
      work = {
        command         = []
        vcpu            = 1
        memory_mib      = 2048
        storage_gib     = 20
        timeout_seconds = null
        attempts        = 1
        environment     = {}
        secrets         = {}
        output          = ""
        read_only_root  = false
        user            = ""
        exec            = false
      }
    }
  }

  expect_failures = [var.jobs]
}

run "reject_a_job_name_with_capitals" {
  command = plan

  module {
    source = "./modules/batch"
  }

  variables {
    jobs = {
      Work = {
        command         = ["true"]
        vcpu            = 1
        memory_mib      = 2048
        storage_gib     = 20
        timeout_seconds = null
        attempts        = 1
        environment     = {}
        secrets         = {}
        output          = ""
        read_only_root  = false
        user            = ""
        exec            = false
      }
    }
  }

  expect_failures = [var.jobs]
}

run "reject_a_variable_of_fargos_own" {
  command = plan

  module {
    source = "./modules/batch"
  }

  variables {
    jobs = {
      work = {
        command         = ["true"]
        vcpu            = 1
        memory_mib      = 2048
        storage_gib     = 20
        timeout_seconds = null
        attempts        = 1
        environment     = { FARGO_RUN = "x" }
        secrets         = {}
        output          = ""
        read_only_root  = false
        user            = ""
        exec            = false
      }
    }
  }

  expect_failures = [var.jobs]
}

run "reject_a_secret_under_a_name_of_aws_batch" {
  command = plan

  module {
    source = "./modules/batch"
  }

  variables {
    jobs = {
      work = {
        command         = ["true"]
        vcpu            = 1
        memory_mib      = 2048
        storage_gib     = 20
        timeout_seconds = null
        attempts        = 1
        environment     = {}
        secrets         = { AWS_BATCH_JOB_ID = "arn:aws:ssm:eu-west-1:123456789012:parameter/x" }
        output          = ""
        read_only_root  = false
        user            = ""
        exec            = false
      }
    }
  }

  expect_failures = [var.jobs]
}

run "reject_a_variable_that_is_also_a_secret" {
  command = plan

  module {
    source = "./modules/batch"
  }

  variables {
    jobs = {
      work = {
        command         = ["true"]
        vcpu            = 1
        memory_mib      = 2048
        storage_gib     = 20
        timeout_seconds = null
        attempts        = 1
        environment     = { KEY = "x" }
        secrets         = { KEY = "arn:aws:ssm:eu-west-1:123456789012:parameter/x" }
        output          = ""
        read_only_root  = false
        user            = ""
        exec            = false
      }
    }
  }

  expect_failures = [var.jobs]
}

run "reject_a_read_only_root_with_an_output_beside_the_scratch_folder" {
  command = plan

  module {
    source = "./modules/batch"
  }

  variables {
    jobs = {
      work = {
        command         = ["true"]
        vcpu            = 1
        memory_mib      = 2048
        storage_gib     = 20
        timeout_seconds = null
        attempts        = 1
        environment     = {}
        secrets         = {}
        output          = "out"
        read_only_root  = true
        user            = ""
        exec            = false
      }
    }
  }

  expect_failures = [var.jobs]
}

run "reject_a_read_only_root_that_exec_would_write_to" {
  command = plan

  module {
    source = "./modules/batch"
  }

  variables {
    jobs = {
      work = {
        command         = ["true"]
        vcpu            = 1
        memory_mib      = 2048
        storage_gib     = 20
        timeout_seconds = null
        attempts        = 1
        environment     = {}
        secrets         = {}
        output          = ""
        read_only_root  = true
        user            = ""
        exec            = true
      }
    }
  }

  expect_failures = [var.jobs]
}

run "reject_a_user_with_a_space" {
  command = plan

  module {
    source = "./modules/batch"
  }

  variables {
    jobs = {
      work = {
        command         = ["true"]
        vcpu            = 1
        memory_mib      = 2048
        storage_gib     = 20
        timeout_seconds = null
        attempts        = 1
        environment     = {}
        secrets         = {}
        output          = ""
        read_only_root  = false
        user            = "a user"
        exec            = false
      }
    }
  }

  expect_failures = [var.jobs]
}

run "reject_32_vcpus_with_less_memory_than_fargate_gives_them" {
  command = plan

  module {
    source = "./modules/batch"
  }

  variables {
    jobs = {
      work = {
        command         = ["true"]
        vcpu            = 32
        memory_mib      = 32768
        storage_gib     = 20
        timeout_seconds = null
        attempts        = 1
        environment     = {}
        secrets         = {}
        output          = ""
        read_only_root  = false
        user            = ""
        exec            = false
      }
    }
  }

  expect_failures = [var.jobs]
}

run "reject_a_scheduling_that_aws_batch_does_not_know" {
  command = plan

  module {
    source = "./modules/batch"
  }

  variables {
    jobs       = {}
    scheduling = "LIFO"
  }

  expect_failures = [var.scheduling]
}
