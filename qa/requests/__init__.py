"""Requests that are no questions about a fact: what kind a request is, and what each kind gives."""
