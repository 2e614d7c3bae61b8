"""What runs inside a child: from waiting for a job to its last frame."""
