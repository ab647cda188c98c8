package dev.cairn.task.journalling;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Acknowledgement.Acknowledged;
import dev.cairn.id.EntryId;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Advanced;
import dev.cairn.journal.Entry.Closed;
import dev.cairn.journal.Entry.DeadLetter;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Materialized;
import dev.cairn.journal.Entry.Snapshotted;
import dev.cairn.journal.Entry.Suspected;
import dev.cairn.journal.Entry.Triggered;
import dev.cairn.journal.Isolation;
import dev.cairn.journal.Journal;
import dev.cairn.journal.Journal.Append;
import dev.cairn.state.Change;
import dev.cairn.state.Channels;
import dev.cairn.state.Payload;
import dev.cairn.state.StateDigest;
import dev.cairn.state.StateSchema;
import dev.cairn.task.ports.Deadline;
import dev.cairn.task.ports.TaskPorts;
import dev.cairn.task.subtask.StateFiles;
import dev.cairn.task.subtask.Subtask;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * An entry that a task wants to append, without the parts that depend on the journal's head. {@link
 * JournalSession} creates the entry from it, again after each entry that another writer appends in
 * between.
 */
public sealed interface Proposal<T extends Entry> {
  /** Returns the entry's id, which the names of files stored for it contain. */
  EntryId attempt();

  /** Creates the entry, with this proposal's changes to the header. */
  T entry(Header next);

  /** Puts the entry into the journal. */
  default Append put(Journal journal, SubtaskId subtask, T entry) {
    return journal.append(subtask, entry);
  }

  /** Applies the entry, which is now in the journal, to the subtask in memory. */
  void apply(T entry);

  /**
   * Adapts the proposal to follow entries of other writers that do not change the state, if
   * possible.
   *
   * @param mayBeCollected whether files stored for it may have been collected, because other
   *     writers have stored the same state
   */
  boolean renew(boolean mayBeCollected);

  /** Records that were applied or became dead letters, with their changes. */
  final class Advance implements Proposal<Advanced> {
    private final TaskPorts ports;
    private final StateFiles files;
    private final int inlineThresholdBytes;
    private final Subtask<?> subtask;
    private final Applied records;
    private final Position from;
    private Prepared prepared;

    /**
     * @param position of the last record
     * @param latestArrival the latest time of arrival
     * @param count how many were applied
     * @param letters the dead letters
     * @param isolation the remaining search for the record that ends the process
     */
    record Applied(
        SequenceNumber first,
        Position position,
        Instant latestArrival,
        long count,
        List<DeadLetter> letters,
        List<Change> changes,
        Optional<Isolation> isolation) {}

    /** The entry's content, prepared for the subtask's current head. */
    private record Prepared(EntryId attempt, List<StateSchema> states, Payload delta) {}

    Advance(
        TaskPorts ports,
        StateFiles files,
        int inlineThresholdBytes,
        Subtask<?> subtask,
        Applied records) {
      this.ports = ports;
      this.files = files;
      this.inlineThresholdBytes = inlineThresholdBytes;
      this.subtask = subtask;
      this.records = records;
      this.from = subtask.head().position();
      this.prepared = prepare();
    }

    private Prepared prepare() {
      EntryId attempt = ports.ids().get();
      return new Prepared(
          attempt,
          subtask.newSchemas(),
          files.writeDelta(subtask, attempt, records.changes(), inlineThresholdBytes));
    }

    @Override
    public EntryId attempt() {
      return prepared.attempt();
    }

    @Override
    public Advanced entry(Header next) {
      Header header =
          next.at(
                  records.position(),
                  records.first(),
                  next.counts().plus(records.count(), records.letters().size()))
              .arrivedBy(records.latestArrival())
              .with(records.isolation());
      return Advanced.of(header, from, prepared.delta(), prepared.states(), records.letters());
    }

    @Override
    public void apply(Advanced entry) {
      subtask.recordDelta(entry, records.changes());
    }

    @Override
    public boolean renew(boolean mayBeCollected) {
      if (mayBeCollected) {
        prepared = prepare();
      }
      return true;
    }
  }

  /** A replay has read up to a time and found no record. */
  record QuietStretch(Subtask<?> subtask, Supplier<EntryId> ids, Instant quietUntil)
      implements Proposal<Advanced> {
    @Override
    public EntryId attempt() {
      return ids.get();
    }

    @Override
    public Advanced entry(Header next) {
      Header header = next.quietUntil(quietUntil);
      return Advanced.of(header, header.position(), Payload.NONE, List.of(), List.of());
    }

    @Override
    public void apply(Advanced entry) {
      subtask.recordDelta(entry, List.of());
    }

    @Override
    public boolean renew(boolean mayBeCollected) {
      return true;
    }
  }

  /** A step begins in which a record may end the process. */
  record Step(
      Subtask<?> subtask,
      Supplier<EntryId> ids,
      SequenceNumber first,
      int records,
      Deadline deadline)
      implements Proposal<Suspected> {
    @Override
    public EntryId attempt() {
      return ids.get();
    }

    @Override
    public Suspected entry(Header next) {
      Isolation begun = new Isolation.Begun(records, next.writtenAt().plus(deadline.remaining()));
      return new Suspected(next.with(Optional.of(begun)).waitingFor(first));
    }

    @Override
    public void apply(Suspected entry) {
      subtask.applySuspicion(entry);
    }

    @Override
    public boolean renew(boolean mayBeCollected) {
      return true;
    }
  }

  /**
   * The state is stored for a checkpoint. A later trigger makes the proposal invalid, because that
   * trigger must be acknowledged instead.
   *
   * @param stored the stored state
   * @param begun when storing it began
   */
  record Snapshot(
      Subtask<?> subtask, EntryId attempt, Triggered trigger, StoredSnapshot stored, Instant begun)
      implements Proposal<Snapshotted> {
    @Override
    public Snapshotted entry(Header next) {
      return new Snapshotted(
          next.with(trigger.checkpoint()),
          trigger.checkpoint(),
          subtask.origin(),
          stored.handle(),
          Channels.EMPTY);
    }

    @Override
    public Append put(Journal journal, SubtaskId id, Snapshotted entry) {
      Append both =
          journal.append(id, entry, acknowledgement(entry.header(), entry.header().writtenAt()));
      return both == Append.ACKNOWLEDGED_ALREADY ? journal.append(id, entry) : both;
    }

    /**
     * Returns the acknowledgement of a state.
     *
     * @param header the state's
     */
    public Acknowledged acknowledgement(Header header, Instant now) {
      return stored
          .acknowledgement()
          .with(StateDigest.of(header.position(), header.counts(), stored.handle().manifest()))
          .with(Acknowledgement.Timing.between(trigger.header().writtenAt(), begun, now));
    }

    @Override
    public void apply(Snapshotted entry) {
      subtask.applyBase(entry);
    }

    @Override
    public boolean renew(boolean mayBeCollected) {
      return false;
    }
  }

  /**
   * Every record of a closed shard is applied. Whoever comes between, the shard is looked at again.
   */
  record Closing(Subtask<?> subtask, EntryId attempt, StateFiles.Snapshot stored)
      implements Proposal<Closed> {
    @Override
    public Closed entry(Header next) {
      return new Closed(next.ended(), subtask.origin(), stored.handle(), Channels.EMPTY);
    }

    @Override
    public void apply(Closed entry) {
      subtask.applyBase(entry);
    }

    @Override
    public boolean renew(boolean mayBeCollected) {
      return false;
    }
  }

  /**
   * The state is stored so that the journal stays short. It is not needed after entries of other
   * writers.
   */
  record Materialization(Subtask<?> subtask, EntryId attempt, StateFiles.Snapshot stored)
      implements Proposal<Materialized> {
    @Override
    public Materialized entry(Header next) {
      return new Materialized(next, subtask.origin(), stored.handle(), Channels.EMPTY);
    }

    @Override
    public void apply(Materialized entry) {
      subtask.applyBase(entry);
    }

    @Override
    public boolean renew(boolean mayBeCollected) {
      return false;
    }
  }
}
