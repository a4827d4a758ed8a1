"""Guangzhou Twin: a traffic and municipal digital-twin event-stream simulator."""
