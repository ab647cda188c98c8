package dev.cairn.state;

import dev.cairn.storage.FileRef;

/** A run in a manifest: its file, and the part of its hash range that belongs to this state. */
public record RunRef(FileRef file, HashRange range) {}
