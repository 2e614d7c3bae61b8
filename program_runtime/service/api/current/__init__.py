"""What the current official client asks for beside ``/api/v1``.

It logs in at IBM Cloud's identity service, and looks its instance up in IBM Cloud's
search and catalog; environment variables point all three at this service.
"""
