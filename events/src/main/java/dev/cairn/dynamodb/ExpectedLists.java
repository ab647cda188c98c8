package dev.cairn.dynamodb;

import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Stores the names of a checkpoint's expected subtasks, which would not fit into its item: as
 * pieces of bounded size, under the digest of the whole list. Checkpoints of the same subtasks
 * share one list, all writers write equal content, and an unused list expires.
 */
final class ExpectedLists {
  /** Names of maximum length fill two thirds of an item. */
  private static final int NAMES_A_PIECE = 1_000;

  private static final Duration KEPT = Duration.ofDays(60);
  private static final Duration KEPT_AT_LEAST = Duration.ofDays(30);
  private static final int REMEMBERED = 4;

  private final Table table;
  private final InstantSource clock;
  // A list never changes, and consecutive checkpoints nearly always have the same list.
  private final Map<Named, StoredList> known =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Named, StoredList> eldest) {
          return size() > REMEMBERED;
        }
      };

  ExpectedLists(Table table, InstantSource clock) {
    this.table = table;
    this.clock = clock;
  }

  private record Named(JobId job, ExpectedSubtasks expected) {}

  /** A list, and the time until which the table keeps it. */
  private record StoredList(SortedSet<SubtaskId> subtasks, Instant until) {}

  /** Stores the list, or extends its expiry, so that it can be found for weeks. */
  void keep(JobId job, SortedSet<SubtaskId> subtasks) {
    Named named = new Named(job, ExpectedSubtasks.of(subtasks));
    if (isStored(read(named))) {
      return;
    }
    Instant until = clock.instant().plus(KEPT);
    List<String> names = subtasks.stream().map(SubtaskId::name).toList();
    for (int piece = 0; piece < pieces(named.expected()); piece++) {
      int from = piece * NAMES_A_PIECE;
      table.put(
          "list the subtasks of job " + job,
          Item.at(TableLayout.expectedKey(job, named.expected(), piece))
              .put("names", names.subList(from, Math.min(names.size(), from + NAMES_A_PIECE)))
              .expiresAt(until)
              .values());
    }
    remember(
        named, new StoredList(Collections.unmodifiableSortedSet(new TreeSet<>(subtasks)), until));
  }

  private boolean isStored(Optional<StoredList> kept) {
    return kept.filter(list -> list.until().isAfter(clock.instant().plus(KEPT_AT_LEAST)))
        .isPresent();
  }

  /** Returns the subtasks; empty if a piece of their list has expired. */
  Optional<SortedSet<SubtaskId>> find(JobId job, ExpectedSubtasks expected) {
    return read(new Named(job, expected)).map(StoredList::subtasks);
  }

  private Optional<StoredList> read(Named named) {
    Optional<StoredList> remembered = remembered(named);
    if (remembered.isPresent()) {
      return remembered;
    }
    Optional<StoredList> stored = stored(named);
    stored.ifPresent(list -> remember(named, list));
    return stored;
  }

  private synchronized Optional<StoredList> remembered(Named named) {
    return Optional.ofNullable(known.get(named));
  }

  private synchronized void remember(Named named, StoredList list) {
    known.put(named, list);
  }

  private Optional<StoredList> stored(Named named) {
    List<Item> pieces = new ArrayList<>();
    for (int piece = 0; piece < pieces(named.expected()); piece++) {
      Optional<Item> item =
          table.get(TableLayout.expectedKey(named.job(), named.expected(), piece));
      if (item.isEmpty()) {
        return Optional.empty();
      }
      pieces.add(item.get());
    }
    TreeSet<SubtaskId> subtasks = new TreeSet<>();
    Instant until = Instant.MAX;
    for (Item piece : pieces) {
      for (String name : piece.texts("names")) {
        subtasks.add(piece.parse("names", name, text -> TableLayout.subtask(named.job(), text)));
      }
      Instant expiry = Instant.ofEpochSecond(piece.number(TableLayout.EXPIRES_AT));
      until = expiry.isBefore(until) ? expiry : until;
    }
    if (!ExpectedSubtasks.of(subtasks).equals(named.expected())) {
      throw pieces.getFirst().damaged("its names are not those of its key");
    }
    return Optional.of(new StoredList(Collections.unmodifiableSortedSet(subtasks), until));
  }

  private static int pieces(ExpectedSubtasks expected) {
    return Math.ceilDiv(expected.count(), NAMES_A_PIECE);
  }
}
