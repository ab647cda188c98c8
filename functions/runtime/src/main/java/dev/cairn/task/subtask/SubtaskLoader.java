package dev.cairn.task.subtask;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.function.KeyedFunction;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Restored.Mode;
import dev.cairn.journal.FormatContents;
import dev.cairn.journal.Journal;
import dev.cairn.operator.KeyedStateBackend;
import dev.cairn.operator.Operator;
import dev.cairn.operator.Serialization;
import dev.cairn.storage.DamagedFileException;
import dev.cairn.task.ports.TaskDecisions;
import dev.cairn.task.ports.TaskException;
import dev.cairn.task.subtask.StateFiles.MissingFileException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;

/**
 * Brings a subtask in memory to its journal's head: by the missing entries, or from the last base.
 */
public final class SubtaskLoader<E> {
  private final Journal journal;
  private final StateFiles files;
  private final TaskDecisions decisions;
  private final Supplier<? extends KeyedFunction<E>> function;
  private final KeyedStateBackend.Factory backend;
  private final Function<ShardId, Serialization> serialization;
  private final ObjLongConsumer<ShardId> makeRoom;
  private Optional<Read> lastRead = Optional.empty();

  private record Read(SubtaskId subtask, Entry.Header head) {}

  public SubtaskLoader(
      Journal journal,
      StateFiles files,
      TaskDecisions decisions,
      Supplier<? extends KeyedFunction<E>> function,
      KeyedStateBackend.Factory backend,
      Function<ShardId, Serialization> serialization,
      ObjLongConsumer<ShardId> makeRoom) {
    this.journal = journal;
    this.files = files;
    this.decisions = decisions;
    this.function = function;
    this.backend = backend;
    this.serialization = serialization;
    this.makeRoom = makeRoom;
  }

  /**
   * The head of a subtask's journal as the last call of {@link #current} read it; empty if it read
   * none, or that of another subtask.
   */
  public Optional<Entry.Header> lastRead(SubtaskId subtask) {
    return lastRead.filter(read -> read.subtask().equals(subtask)).map(Read::head);
  }

  /** Finds the subtask at its journal's head, from memory where that is enough. */
  public Found<E> current(SubtaskId id, Optional<Subtask<E>> cached) {
    lastRead = Optional.empty();
    if (cached.isPresent()) {
      List<Entry> news = journal.after(id, cached.get().head().revision());
      if (decisions.continues(cached.get().head(), news) && news.stream().allMatch(this::isLive)) {
        lastRead =
            Optional.of(
                new Read(id, news.isEmpty() ? cached.get().head() : news.getLast().header()));
        try {
          return new Found.Live<>(applyEntries(cached.get(), news));
        } catch (MissingFileException e) {
          // The file was collected since the query, because there is a later base. Read the journal
          // again.
        }
      }
    }
    return load(id);
  }

  private boolean isLive(Entry entry) {
    return !(entry instanceof Entry.Base base) || base.mode() == Mode.LIVE;
  }

  private Found<E> load(SubtaskId id) {
    Optional<MissingFileException> missing = Optional.empty();
    Optional<Entry> missedAt = Optional.empty();
    while (true) {
      List<Entry> entries = journal.fromLastBase(id);
      if (entries.isEmpty()) {
        return new Found.Nowhere<>();
      }
      Entry head = entries.getLast();
      lastRead = Optional.of(new Read(id, head.header()));
      if (missing.isPresent() && missedAt.equals(Optional.of(head))) {
        throw new DamagedFileException(
            id
                + " needs a file that is gone: "
                + missing.get().getMessage()
                + "; restore a checkpoint that does not need it",
            missing.get());
      }
      if (!(entries.getFirst() instanceof Entry.Base base)
          || !decisions.continues(base.header(), entries.subList(1, entries.size()))) {
        throw new TaskException(
            FailureReason.UNEXPECTED,
            id + " has a journal with a revision missing after its last base; nothing was applied");
      }
      switch (base.mode()) {
        case LIVE -> {}
        case CLOSED, ANCESTOR -> {
          entries.forEach(entry -> requireSupported(id, entry));
          return new Found.Closed<>(entries);
        }
        case UNOPENED -> {
          entries.forEach(entry -> requireSupported(id, entry));
          return new Found.Unopened<>(base, head.header());
        }
      }
      try {
        return new Found.Live<>(applyEntries(from(id, base), entries.subList(1, entries.size())));
      } catch (MissingFileException e) {
        missing = Optional.of(e);
        missedAt = Optional.of(head);
      }
    }
  }

  /** Loads the state of a closed shard. */
  public Subtask<E> load(SubtaskId id, Found.Closed<E> closed) {
    Entry.Base base = (Entry.Base) closed.entries().getFirst();
    return applyEntries(from(id, base), closed.entries().subList(1, closed.entries().size()));
  }

  private Subtask<E> from(SubtaskId id, Entry.Base base) {
    requireSupported(id, base);
    Loading loading = new Loading(id.shard());
    Operator<E> operator =
        Operator.open(
            function.get(), backend, base.origin().range(), serialization.apply(id.shard()));
    KeyedStateBackend state = operator.state();
    state.requireCompatible(base.handle().manifest().schemas());
    Set<String> dropped = dropped(base);
    files.read(
        base.handle().manifest(),
        change -> {
          if (dropped.isEmpty() || !dropped.contains(change.key().parts().state())) {
            state.load(change);
            loading.fitIntoHeap(state);
          }
        });
    return new Subtask<>(id, operator, base);
  }

  /** Makes room for a state while it is loaded, before the heap is full. */
  private final class Loading {
    private static final long BYTES_BETWEEN_LOOKS = 1 << 20;

    private final ShardId shard;
    private long seenBytes;

    Loading(ShardId shard) {
      this.shard = shard;
    }

    void fitIntoHeap(KeyedStateBackend state) {
      long bytes = state.retainedBytes();
      if (bytes - seenBytes >= BYTES_BETWEEN_LOOKS) {
        seenBytes = bytes;
        makeRoom.accept(shard, bytes);
      }
    }
  }

  private static Set<String> dropped(Entry.Base base) {
    return base instanceof Entry.Restored restored ? Set.copyOf(restored.dropped()) : Set.of();
  }

  private Subtask<E> applyEntries(Subtask<E> subtask, List<Entry> news) {
    Subtask<E> current = subtask;
    for (Entry entry : news) {
      requireSupported(subtask.id(), entry);
      switch (entry) {
        case Entry.Advanced advanced ->
            current.applyDelta(
                advanced, files.readDelta(subtask.id(), advanced.revision(), advanced.delta()));
        case Entry.Triggered triggered -> current.applyTrigger(triggered);
        case Entry.Suspended same -> current.applyEpoch(same.header());
        case Entry.Resumed same -> current.applyEpoch(same.header());
        case Entry.Failed same -> current.applyFailure(same);
        case Entry.Suspected same -> current.applySuspicion(same);
        case Entry.Snapshotted same -> current.applyBase(same);
        case Entry.Materialized same -> current.applyBase(same);
        case Entry.Opened other -> current = from(subtask.id(), other);
        case Entry.Restored other -> current = from(subtask.id(), other);
        case Entry.Closed other -> current = from(subtask.id(), other);
      }
    }
    return current;
  }

  /** Refuses an entry with parts that this release does not support. */
  private static void requireSupported(SubtaskId id, Entry entry) {
    List<String> unsupported = FormatContents.unsupported(entry);
    if (!unsupported.isEmpty()) {
      throw new TaskException(
          FailureReason.INCOMPATIBLE_STATE,
          id
              + " revision "
              + entry.revision()
              + " was written by a version of Cairn with "
              + String.join(", ", unsupported)
              + "; deploy that version again");
    }
  }
}
