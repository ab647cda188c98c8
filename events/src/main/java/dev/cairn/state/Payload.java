package dev.cairn.state;

import dev.cairn.storage.FileRef;

/** The bytes of an entry: inline if they are few, otherwise in a file of their own. */
public sealed interface Payload {
  Payload NONE = new Inline(new byte[0]);

  record Inline(byte[] bytes) implements Payload {}

  record Stored(FileRef file) implements Payload {}
}
