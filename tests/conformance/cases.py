"""All cases, in the order in which they are shown."""

import cases_arrays
import cases_definitions
import cases_dependencies
import cases_environments
import cases_jobs
import cases_listing
import cases_policies
import cases_queues
import cases_retries
import cases_scheduling
import cases_stopping
import cases_tags
import cases_time
from casebook import Case, cases_in

_MODULES = (
    cases_environments,
    cases_queues,
    cases_policies,
    cases_definitions,
    cases_jobs,
    cases_arrays,
    cases_dependencies,
    cases_listing,
    cases_stopping,
    cases_retries,
    cases_time,
    cases_scheduling,
    cases_tags,
)

CASES: tuple[Case, ...] = tuple(cases_in(_MODULES))
