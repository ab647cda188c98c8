package dev.cairn.id;

/** Names one attempt to append an entry. A retry of the same attempt keeps it; nothing else may. */
public record EntryId(String value) implements Comparable<EntryId> {
  public EntryId {
    Names.require("entry id", value);
  }

  @Override
  public int compareTo(EntryId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
