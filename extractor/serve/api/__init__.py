"""The API under `/v1`: JSON over HTTP, described by OpenAPI."""
