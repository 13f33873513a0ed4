"""What gunicorn serves: `service.server.wsgi:app`, made once, before the worker processes part from each other."""

from service.app import create_app
from service.kit import logging
from service.kit.app_context import Runtime
from service.kit.db import schema
from service.settings import Settings

settings = Settings.from_environment()
logging.configure(settings.log_level)
app = create_app(settings)

_runtime = app.extensions["crossover"]
assert isinstance(_runtime, Runtime)
schema.require_startable(_runtime.database, newer=settings.newer_schema)
logging.get().info("serving", database=_runtime.database.describe())
_runtime.database.dispose()  # no connection survives a fork
