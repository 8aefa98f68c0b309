"""When it is done: the command line, the Prefect flows and their deployments. Thin."""
