"""The REST protocol without I/O: methods, requests, answers, error codes and what they prove."""
