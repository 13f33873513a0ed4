"""The server's processes: gunicorn's settings, its worker, the application it serves."""
