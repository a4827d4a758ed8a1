"""Queues: hops and their lines, computing, loss, repetition, outages and failover."""
