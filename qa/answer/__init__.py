"""Spans become an answer: settle, compose, cite, decide; verify afterwards."""
