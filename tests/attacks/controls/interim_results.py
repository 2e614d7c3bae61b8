"""Publishes while it runs: results, metrics, a checkpoint."""

CONTROL = {"expects": 3, "interim": [{"step": 1}, {"step": 2}, {"step": 3}]}


def main(backend, user_messenger):
    for step in (1, 2, 3):
        user_messenger.publish({"step": step})
        user_messenger.metric(step=step, energy=-step / 2)
    user_messenger.checkpoint({"step": step})
    return step
