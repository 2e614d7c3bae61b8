"""Sessions: begun by their first job, looked at, closed to new jobs, closed at once."""

from __future__ import annotations

from fastapi import APIRouter

from program_runtime.service.api import sessions as native
from program_runtime.service.api.retired.routing import NOTED, RetiredRoute

router = APIRouter(
    prefix="/sessions",
    dependencies=NOTED,
    include_in_schema=False,
    route_class=RetiredRoute,
)

router.get("/{session_id}")(native.session)
router.patch("/{session_id}")(native.change)
router.delete("/{session_id}/close", status_code=204)(native.close)
