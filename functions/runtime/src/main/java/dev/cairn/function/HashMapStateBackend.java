package dev.cairn.function;

/** Keeps live state as objects on the heap. This is the default and the only backend so far. */
public record HashMapStateBackend() implements StateBackend {}
