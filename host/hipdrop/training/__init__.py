"""Tests, exercises and coached runs: feedback and logging for a plan that a physio and the person make."""
