"""``python -m program_runtime.execution.broker``, started by the service."""

from program_runtime.execution.broker.process import main

main()
