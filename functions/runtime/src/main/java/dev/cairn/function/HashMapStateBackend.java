package dev.cairn.function;

/** Live state as objects on the heap: the only backend so far, and the default. */
public record HashMapStateBackend() implements StateBackend {}
