package dev.cairn.state;

import dev.cairn.storage.FileRef;

/** Bytes that an entry carries: in itself while they are few, in a file of their own otherwise. */
public sealed interface Payload {
  Payload NONE = new Inline(new byte[0]);

  record Inline(byte[] bytes) implements Payload {}

  record Stored(FileRef file) implements Payload {}
}
