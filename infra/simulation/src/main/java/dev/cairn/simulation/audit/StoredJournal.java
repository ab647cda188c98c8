package dev.cairn.simulation.audit;

import dev.cairn.dynamodb.TableEvents.ItemChange;
import dev.cairn.journal.Entry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The entries of one journal as the table stores them, from the table's stream: nearly every change
 * appends one entry, so that nothing else has to be read again. Reads the items themselves, because
 * the adapter is under test here.
 */
final class StoredJournal {
  private final Function<byte[], Entry> format;
  // Read only on request: what cannot be read is the auditor's to notice, not the writer's.
  private final List<ItemChange> unread = new ArrayList<>();
  private final List<String> sortKeys = new ArrayList<>();
  private final List<Entry> entries = new ArrayList<>();
  private long changes;

  /**
   * @param format reads the bytes of an entry; returns the same object for the same bytes
   */
  StoredJournal(Function<byte[], Entry> format) {
    this.format = format;
  }

  /** An item of this journal was put, replaced or deleted. */
  void changed(ItemChange change) {
    unread.add(change);
    changes++;
  }

  /** Counts the changes so far. */
  long changes() {
    return changes;
  }

  /** Returns a view of the entries that have not been deleted, in order. */
  List<Entry> entries() {
    unread.forEach(this::apply);
    unread.clear();
    return Collections.unmodifiableList(entries);
  }

  private void apply(ItemChange change) {
    String sortKey = StoredTable.attribute(change.key(), "sk").s();
    int index = indexOf(sortKey);
    boolean isThere = index >= 0;
    if (change.after().isEmpty()) {
      if (isThere) {
        sortKeys.remove(index);
        entries.remove(index);
      }
    } else if (isThere) {
      entries.set(index, read(change.after()));
    } else {
      sortKeys.add(-index - 1, sortKey);
      entries.add(-index - 1, read(change.after()));
    }
  }

  /** Where an item is; if it is not there, a negative number as of a binary search. */
  private int indexOf(String sortKey) {
    boolean isLast = sortKeys.isEmpty() || sortKeys.getLast().compareTo(sortKey) < 0;
    return isLast ? -sortKeys.size() - 1 : Collections.binarySearch(sortKeys, sortKey);
  }

  private Entry read(Map<String, AttributeValue> item) {
    return format.apply(StoredTable.attribute(item, "body").b().asByteArrayUnsafe());
  }
}
