"""What is done to documents: bytes and models in, results out. No Prefect, no Django, no network."""
