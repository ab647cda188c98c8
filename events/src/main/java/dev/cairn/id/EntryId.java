package dev.cairn.id;

/** The id of one attempt to append an entry. Only a retry of the same attempt has the same id. */
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
