"""What every resource stands on and no resource knows by name: database, problems, paging, idempotency, jobs."""
