"""Conditions of the policy, evaluated by a CEL library; nothing else knows which."""
