"""All that the retired client does with one channel of a service."""

import os
import warnings

import retired_endings
import retired_jobs
import retired_log_in
import retired_primitives
import retired_programs
import retired_samples
import retired_sessions

warnings.simplefilter("ignore")

parts = [
    retired_log_in,
    retired_programs,
    retired_jobs,
    retired_endings,
    retired_sessions,
    retired_primitives,
]
if "WITH_SAMPLES" in os.environ:
    parts.append(retired_samples)
for part in parts:
    part.run()
