package dev.cairn.inmemory.dynamodb;

import dev.cairn.journal.Entry;
import dev.cairn.journal.EntryFormat;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Reads each entry that a table stores once, however often it is asked for: the same stored bytes
 * are the same object each time.
 */
public final class KnownEntries implements Function<byte[], Entry> {
  private final Map<byte[], Entry> known = new IdentityHashMap<>();

  @Override
  public synchronized Entry apply(byte[] stored) {
    return known.computeIfAbsent(stored, EntryFormat::read);
  }
}
