package dev.cairn.journal;

import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.MappingId;
import dev.cairn.id.Position;
import dev.cairn.id.RecordNumber;
import dev.cairn.id.Revision;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.SubSequenceNumber;
import dev.cairn.state.Channels;
import dev.cairn.state.Counts;
import dev.cairn.state.Origin;
import dev.cairn.state.Payload;
import dev.cairn.state.RunRef;
import dev.cairn.state.StateHandle;
import dev.cairn.state.StateSchema;
import dev.cairn.state.TimeProgress;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Layout;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * An entry of a subtask's journal. The journal is the sequence of all entries, ordered by revision.
 */
public sealed interface Entry {

  Header header();

  default Revision revision() {
    return header().revision();
  }

  /**
   * The part that every entry has: the state of its subtask as of this entry.
   *
   * @param id the id of the attempt that wrote it
   * @param prev the id of the entry before; empty for the first
   * @param position how far the shard is applied
   * @param frontier the furthest position that was ever applied; beyond {@code position} only after
   *     a restore
   * @param firstApplied the first record that was ever applied; a replay from the beginning must
   *     start with it
   * @param lastCheckpoint the last checkpoint whose snapshot was taken here
   * @param suspended whether the job halts, so that no task may apply anything
   * @param failing the failure of the next record, if it cannot be applied
   * @param isolation the search for a record that ends the process; empty for a healthy shard
   * @param following what is known of the records right after the position
   * @param heapUse the share of the heap that the state took in the task that wrote last; only if
   *     it was large
   * @param format the version in which the entry is written; never lower than the entry's before
   * @param time the times that the state has reached
   * @param firstAppliedSub the first user record that was applied, if the first record ever applied
   *     was aggregated and its first user records were skipped
   * @param outputs how many outputs the subtask has made
   * @param muteUntil the position up to which outputs are computed but not sent; empty if none are
   *     withheld
   */
  record Header(
      Revision revision,
      EntryId id,
      Optional<EntryId> prev,
      Epoch epoch,
      Position position,
      Position frontier,
      Optional<SequenceNumber> firstApplied,
      Counts counts,
      Writer writer,
      Instant writtenAt,
      Optional<CheckpointId> lastCheckpoint,
      boolean suspended,
      Optional<ShardFailure> failing,
      Optional<Isolation> isolation,
      FollowingRecords following,
      Optional<HeapUse> heapUse,
      FormatVersion format,
      TimeProgress time,
      Optional<SubSequenceNumber> firstAppliedSub,
      long outputs,
      Optional<Position> muteUntil) {

    /**
     * Creates a header in the oldest format, for a healthy shard, without knowledge of the records
     * after its position.
     */
    public Header(
        Revision revision,
        EntryId id,
        Optional<EntryId> prev,
        Epoch epoch,
        Position position,
        Position frontier,
        Optional<SequenceNumber> firstApplied,
        Counts counts,
        Writer writer,
        Instant writtenAt,
        Optional<CheckpointId> lastCheckpoint,
        boolean suspended,
        Optional<ShardFailure> failing) {
      this(
          revision,
          id,
          prev,
          epoch,
          position,
          frontier,
          firstApplied,
          counts,
          writer,
          writtenAt,
          lastCheckpoint,
          suspended,
          failing,
          Optional.empty(),
          FollowingRecords.UNKNOWN,
          Optional.empty(),
          FormatVersion.OLDEST,
          TimeProgress.NONE,
          Optional.empty(),
          0,
          Optional.empty());
    }

    /** Whether records up to the frontier are still to be applied again. */
    public boolean hasGap() {
      return position.isBefore(frontier);
    }

    /** Returns the header of the first entry of a journal in a format, with nothing applied. */
    public static Header first(
        EntryId id, Epoch epoch, Writer writer, Instant now, FormatVersion format) {
      return first(id, epoch, writer, now).raisedTo(format);
    }

    /**
     * Returns the header of the first entry of a journal in the oldest format, with nothing
     * applied.
     */
    public static Header first(EntryId id, Epoch epoch, Writer writer, Instant now) {
      return new Header(
          new Revision(1),
          id,
          Optional.empty(),
          epoch,
          Position.beginning(),
          Position.beginning(),
          Optional.empty(),
          Counts.NONE,
          writer,
          now,
          Optional.empty(),
          false,
          Optional.empty());
    }

    /** Returns the header of the next entry, with unchanged position. */
    public Header next(EntryId id, Writer writer, Instant now) {
      return with(next -> next.continueFrom(this, id, writer, now));
    }

    /** Returns the header of the entry that suspends the subtask. */
    public Header suspended(EntryId id, Epoch entered, Instant now) {
      return with(next -> next.enter(this, id, entered, true, now));
    }

    /**
     * Returns the header of the entry that resumes the subtask.
     *
     * @param acceptsGap whether records after the position may be missing
     */
    public Header resumed(EntryId id, Epoch entered, boolean acceptsGap, Instant now) {
      return with(
          next -> {
            next.enter(this, id, entered, false, now);
            next.following = acceptsGap ? following.withGapAccepted() : following;
          });
    }

    /**
     * Returns the header of the entry that replaces this subtask's state.
     *
     * @param position the position of that state
     * @param frontier how far records were ever applied
     * @param place the part of the state that a header holds
     */
    public Header restored(
        EntryId id,
        Epoch entered,
        Instant now,
        Position position,
        Position frontier,
        StatePlace place,
        FollowingRecords following) {
      return with(
          next -> {
            next.enter(this, id, entered, false, now);
            next.position = position;
            next.frontier = frontier;
            next.firstApplied = place.firstApplied;
            next.firstAppliedSub = place.firstAppliedSub;
            next.counts = place.counts;
            next.lastCheckpoint = place.checkpoint;
            next.failing = Optional.empty();
            next.isolation = Optional.empty();
            next.following = following;
            next.heapUse = Optional.empty();
            next.time = next.format.includes(FormatVersion.TWO) ? place.time : TimeProgress.NONE;
            next.outputs = place.outputs;
            next.muteUntil = Optional.empty();
          });
    }

    /** Returns a copy of this header in a format, unless it is in a later one. */
    public Header raisedTo(FormatVersion least) {
      return with(copy -> copy.format = FormatVersion.max(format, least));
    }

    /**
     * Returns a copy of this header whose record time is at least this. A header in a format
     * without record times is unchanged.
     */
    public Header arrivedBy(Instant latest) {
      return format.includes(FormatVersion.TWO)
          ? with(copy -> copy.time = time.arrived(latest))
          : this;
    }

    /** Returns a copy of this header of a subtask whose job is halted. */
    public Header halted() {
      return with(copy -> copy.suspended = true);
    }

    /** Returns a copy of this header at a later position. */
    public Header at(Position position, SequenceNumber firstApplied, Counts counts) {
      return with(
          moved -> {
            moved.position = position;
            moved.frontier = Position.max(frontier, position);
            moved.firstApplied = this.firstApplied.or(() -> Optional.of(firstApplied));
            moved.counts = counts;
            moved.failing = Optional.empty();
            moved.isolation = Optional.empty();
            moved.following = FollowingRecords.UNKNOWN;
          });
    }

    /**
     * Returns a copy of this header of a shard that takes over the states of others: the latest
     * record time of theirs, and as many outputs as the one that made most. A loss that a user has
     * accepted of a parent extends to the first records of its children, which follow those of the
     * parent.
     */
    public Header inheriting(List<Header> parents) {
      return with(
          child -> {
            if (firstApplied.isEmpty()
                && parents.stream().anyMatch(parent -> parent.following.mayBeMissing())) {
              child.following = following.withGapAccepted();
            }
            child.time =
                new TimeProgress(
                    parents.stream()
                        .map(parent -> parent.time.recordTime())
                        .reduce(Optional.empty(), TimeProgress::later),
                    Optional.empty(),
                    Optional.empty());
            child.outputs = parents.stream().mapToLong(Header::outputs).max().orElse(0);
          });
    }

    /**
     * Returns a copy of this header of a shard of which a user accepts that records are missing.
     */
    public Header acceptingGap() {
      return with(copy -> copy.following = following.withGapAccepted());
    }

    /** Returns a copy of this header of a closed shard of which every kept record is applied. */
    public Header ended() {
      return with(
          ended -> {
            ended.position = Position.end();
            ended.frontier = Position.end();
            ended.failing = Optional.empty();
            ended.isolation = Optional.empty();
            ended.following = following.ofEnd();
          });
    }

    /** Returns a copy of this header whose last checkpoint is this one. */
    public Header with(CheckpointId lastCheckpoint) {
      return with(copy -> copy.lastCheckpoint = Optional.of(lastCheckpoint));
    }

    /** Returns a copy of this header of a shard that fails at the next record. */
    public Header with(ShardFailure failing) {
      return with(copy -> copy.failing = Optional.of(failing));
    }

    /** Returns a copy of this header of a shard that looks for the record that ends the process. */
    public Header with(Optional<Isolation> isolation) {
      return with(copy -> copy.isolation = isolation);
    }

    /** Returns a copy of this header for a replay that has found nothing up to a time. */
    public Header quietUntil(Instant time) {
      return with(copy -> copy.following = following.quietUntil(time));
    }

    /**
     * Returns a copy with the record right after the position, unless a record is known already:
     * the earliest that was seen must not be missing.
     */
    public Header waitingFor(SequenceNumber record) {
      return with(copy -> copy.following = following.waitingFor(record));
    }

    /** Returns a copy of this header with this use of the heap. */
    public Header withHeapUse(Optional<HeapUse> use) {
      return with(copy -> copy.heapUse = use);
    }

    private Header with(Consumer<Draft> change) {
      Draft draft = new Draft(this);
      change.accept(draft);
      return draft.header();
    }

    /** A mutable copy of a header, from which a new one is created. */
    private static final class Draft {
      private Revision revision;
      private EntryId id;
      private Optional<EntryId> prev;
      private Epoch epoch;
      private Position position;
      private Position frontier;
      private Optional<SequenceNumber> firstApplied;
      private Counts counts;
      private Writer writer;
      private Instant writtenAt;
      private Optional<CheckpointId> lastCheckpoint;
      private boolean suspended;
      private Optional<ShardFailure> failing;
      private Optional<Isolation> isolation;
      private FollowingRecords following;
      private Optional<HeapUse> heapUse;
      private FormatVersion format;
      private TimeProgress time;
      private Optional<SubSequenceNumber> firstAppliedSub;
      private long outputs;
      private Optional<Position> muteUntil;

      Draft(Header from) {
        revision = from.revision;
        id = from.id;
        prev = from.prev;
        epoch = from.epoch;
        position = from.position;
        frontier = from.frontier;
        firstApplied = from.firstApplied;
        counts = from.counts;
        writer = from.writer;
        writtenAt = from.writtenAt;
        lastCheckpoint = from.lastCheckpoint;
        suspended = from.suspended;
        failing = from.failing;
        isolation = from.isolation;
        following = from.following;
        heapUse = from.heapUse;
        format = from.format;
        time = from.time;
        firstAppliedSub = from.firstAppliedSub;
        outputs = from.outputs;
        muteUntil = from.muteUntil;
      }

      void continueFrom(Header before, EntryId attempt, Writer by, Instant now) {
        revision = before.revision.next();
        id = attempt;
        prev = Optional.of(before.id);
        writer = by;
        writtenAt = now;
      }

      /**
       * Continues a header in a later epoch. The search for a record that ends the process
       * continues: it may take longer than a checkpoint's time-out, and a job that fails in the
       * meantime and is resumed would otherwise restart it each time.
       */
      void enter(Header before, EntryId attempt, Epoch entered, boolean halts, Instant now) {
        continueFrom(before, attempt, Writer.COORDINATOR, now);
        epoch = entered;
        suspended = halts;
        failing = before.failing.filter(ShardFailure::outlastsHalt);
        isolation = before.isolation.map(search -> search.interrupted(now));
      }

      Header header() {
        return new Header(
            revision,
            id,
            prev,
            epoch,
            position,
            frontier,
            firstApplied,
            counts,
            writer,
            writtenAt,
            lastCheckpoint,
            suspended,
            failing,
            isolation,
            following,
            heapUse,
            format,
            time,
            firstAppliedSub,
            outputs,
            muteUntil);
      }
    }
  }

  /**
   * The part of a restored state that a header holds.
   *
   * @param checkpoint the job's own checkpoint with this state and position
   */
  record StatePlace(
      Optional<SequenceNumber> firstApplied,
      Optional<SubSequenceNumber> firstAppliedSub,
      Counts counts,
      Optional<CheckpointId> checkpoint,
      TimeProgress time,
      long outputs) {}

  /**
   * Knowledge about the records right after a position. It is dropped as soon as one of them is
   * applied.
   *
   * @param quietUntil the time up to which a replay found that no record arrived; empty if no
   *     replay has read from the position
   * @param mayBeMissing whether a user has accepted that records are missing
   * @param waiting the first of these records, if it was seen while the shard was blocked: a shard
   *     that continues with a later record has lost it
   */
  record FollowingRecords(
      Optional<Instant> quietUntil, boolean mayBeMissing, Optional<SequenceNumber> waiting) {
    public static final FollowingRecords UNKNOWN = new FollowingRecords(Optional.empty(), false);
    public static final FollowingRecords MAY_BE_MISSING =
        new FollowingRecords(Optional.empty(), true);

    private FollowingRecords(Optional<Instant> quietUntil, boolean mayBeMissing) {
      this(quietUntil, mayBeMissing, Optional.empty());
    }

    /** Records that waited until now may be missing; records that are seen from now on may not. */
    FollowingRecords withGapAccepted() {
      return new FollowingRecords(quietUntil, true, Optional.empty());
    }

    FollowingRecords quietUntil(Instant time) {
      return new FollowingRecords(Optional.of(time), mayBeMissing, waiting);
    }

    FollowingRecords waitingFor(SequenceNumber record) {
      return new FollowingRecords(quietUntil, mayBeMissing, waiting.or(() -> Optional.of(record)));
    }

    /** Returns what remains known when the shard has no further record. */
    FollowingRecords ofEnd() {
      return mayBeMissing ? MAY_BE_MISSING : UNKNOWN;
    }

    /**
     * Returns the knowledge that remains when the state at the position is replaced. A loss that a
     * user has accepted remains accepted.
     */
    public FollowingRecords ofSamePosition() {
      return new FollowingRecords(Optional.empty(), mayBeMissing, waiting);
    }
  }

  /** The writer of an entry. */
  enum Writer {
    /** A task that the event source mapping invoked. */
    MAPPING,
    /** A task that the coordinator woke. */
    WAKE,
    COORDINATOR
  }

  /** An entry that carries the whole manifest: the state at its revision needs no earlier entry. */
  sealed interface Base extends Entry {
    Origin origin();

    StateHandle handle();

    Channels channels();

    /** Whether the subtask is closed and nothing of it was ever applied. */
    default boolean isClosedEmpty() {
      return mode() == Restored.Mode.CLOSED
          && header().firstApplied().isEmpty()
          && header().counts().equals(Counts.NONE)
          && handle().manifest().runs().isEmpty()
          && origin().parents().isEmpty();
    }

    /**
     * Whether the subtask is closed because nobody could read its shard any more. A shard that was
     * read to its end without a record has a state file that says so.
     */
    default boolean isClosedUnread() {
      return isClosedEmpty() && handle().stateFile().isEmpty();
    }

    /** Whether the subtask is opened, and not closed without anyone having read its shard. */
    default boolean hasState() {
      return mode() != Restored.Mode.UNOPENED && !isClosedUnread();
    }

    /** Returns the subtask's mode from this entry on, until the next base. */
    default Restored.Mode mode() {
      return Restored.Mode.LIVE;
    }
  }

  /**
   * The subtask begins: as the first entry of its journal, or after a restore to before it was
   * opened. A shard without parents begins with nothing; the child of a split or a merge begins
   * with its part of the state that its closed parents had.
   *
   * @param handle the state that a child shard takes over from its parents; empty for a root
   * @param channels the channels that a child shard takes over from its parents; empty for a root
   */
  record Opened(Header header, Origin origin, StateHandle handle, Channels channels)
      implements Base {
    /** Creates the first entry of a shard without parents. */
    public Opened(Header header, Origin origin) {
      this(header, origin, StateHandle.EMPTY, Channels.EMPTY);
    }
  }

  /**
   * Records were applied.
   *
   * @param from the position before; the position after is the header's
   * @param delta the sorted changes of the state
   * @param states the schemas of states that appear in the delta for the first time since the last
   *     base
   * @param deadLetters records of this entry that the function could not process
   * @param outbox segments for sinks and other stages; empty while jobs have neither, as are the
   *     fields after it
   * @param mapping the mapping that delivered the records; empty if none did, or if it is not known
   */
  record Advanced(
      Header header,
      Position from,
      Payload delta,
      List<StateSchema> states,
      List<DeadLetter> deadLetters,
      List<Channels.Segment> outbox,
      Map<String, Long> marks,
      List<Channels.Segment> heldAdded,
      List<Channels.Segment> heldRemoved,
      Optional<MappingId> mapping)
      implements Entry {
    public Advanced {
      states = List.copyOf(states);
      deadLetters = List.copyOf(deadLetters);
      outbox = List.copyOf(outbox);
      marks = Map.copyOf(marks);
      heldAdded = List.copyOf(heldAdded);
      heldRemoved = List.copyOf(heldRemoved);
    }

    /** Returns a copy of this entry with another delta. Every other field is unchanged. */
    public Advanced withDelta(Payload other) {
      return new Advanced(
          header, from, other, states, deadLetters, outbox, marks, heldAdded, heldRemoved, mapping);
    }

    public static Advanced of(
        Header header,
        Position from,
        Payload delta,
        List<StateSchema> states,
        List<DeadLetter> deadLetters) {
      return new Advanced(
          header,
          from,
          delta,
          states,
          deadLetters,
          List.of(),
          Map.of(),
          List.of(),
          List.of(),
          Optional.empty());
    }
  }

  /** A dead letter: the record's number, and the cause. */
  record DeadLetter(RecordNumber record, String cause) {
    /** Creates a dead letter of a whole Kinesis record. */
    public DeadLetter(SequenceNumber sequenceNumber, String cause) {
      this(RecordNumber.of(sequenceNumber), cause);
    }

    /** Returns the sequence number of the Kinesis record. */
    public SequenceNumber sequenceNumber() {
      return record.sequenceNumber();
    }
  }

  /**
   * The coordinator triggers a checkpoint.
   *
   * @param savepoint the directory in which the whole state is to be stored; empty for an ordinary
   *     checkpoint
   * @param isFull whether the snapshot is written without a reference to any earlier file, as with
   *     {@code execution.checkpointing.incremental: false}
   * @param cut by producer, the last number that belongs before the checkpoint; empty for a source
   * @param latestCompleted the last completed checkpoint that the job's state continues, up to
   *     which pending files are visible; empty if nothing depends on it
   */
  record Triggered(
      Header header,
      CheckpointId checkpoint,
      Optional<FilePath> savepoint,
      boolean isFull,
      String mode,
      Map<String, Long> cut,
      Optional<CheckpointId> latestCompleted)
      implements Entry {
    public static final String ALIGNED = "aligned";

    /** Creates the trigger of a checkpoint without pending files. */
    public Triggered(
        Header header,
        CheckpointId checkpoint,
        Optional<FilePath> savepoint,
        boolean isFull,
        String mode,
        Map<String, Long> cut) {
      this(header, checkpoint, savepoint, isFull, mode, cut, Optional.empty());
    }

    public static Triggered of(
        Header header, CheckpointId checkpoint, Optional<FilePath> savepoint) {
      return new Triggered(header, checkpoint, savepoint, false, ALIGNED, Map.of());
    }

    /**
     * Returns a copy of this trigger that requests a snapshot without references to earlier files.
     */
    public Triggered asFull() {
      return new Triggered(header, checkpoint, savepoint, true, mode, cut, latestCompleted);
    }

    public Triggered {
      cut = Map.copyOf(cut);
    }
  }

  /**
   * The state at this entry is stored for a checkpoint, and acknowledged.
   *
   * @param latestCompleted of an entry by the coordinator, as in {@link Triggered}
   */
  record Snapshotted(
      Header header,
      CheckpointId checkpoint,
      Origin origin,
      StateHandle handle,
      Channels channels,
      Optional<CheckpointId> latestCompleted)
      implements Base {
    /** Creates a snapshot without pending files. */
    public Snapshotted(
        Header header,
        CheckpointId checkpoint,
        Origin origin,
        StateHandle handle,
        Channels channels) {
      this(header, checkpoint, origin, handle, channels, Optional.empty());
    }
  }

  /** The state at this entry is stored, so that the journal stays short. */
  record Materialized(Header header, Origin origin, StateHandle handle, Channels channels)
      implements Base {}

  /**
   * State and position were replaced by those of a checkpoint.
   *
   * @param checkpoint the checkpoint's id in its own job; empty if the subtask begins anew
   * @param claimMode who owns the files of the handle
   * @param voidUpTo the last checkpoint id that was assigned before the restore, if any
   * @param dropped the names of states whose cells in the handle's runs do not belong to the state
   */
  record Restored(
      Header header,
      Optional<CheckpointId> checkpoint,
      Mode mode,
      ClaimMode claimMode,
      Optional<CheckpointId> voidUpTo,
      Origin origin,
      StateHandle handle,
      Channels channels,
      List<String> dropped)
      implements Base {
    public Restored {
      dropped = List.copyOf(dropped);
    }

    /** Creates a restored entry with the whole state of its handle. */
    public Restored(
        Header header,
        Optional<CheckpointId> checkpoint,
        Mode mode,
        ClaimMode claimMode,
        Optional<CheckpointId> voidUpTo,
        Origin origin,
        StateHandle handle,
        Channels channels) {
      this(header, checkpoint, mode, claimMode, voidUpTo, origin, handle, channels, List.of());
    }

    /** Returns a copy of this entry of a subtask that is something else. */
    public Restored as(Mode other) {
      return new Restored(
          header, checkpoint, other, claimMode, voidUpTo, origin, handle, channels, dropped);
    }

    /**
     * Whether the next snapshot must not refer to these files, because they belong to another job,
     * or hold more than the state.
     */
    public boolean isToBeRewritten(JobId job) {
      return hasForeignFiles(job) || !dropped.isEmpty();
    }

    /**
     * Whether the state lies in files that another job owns and keeps, or has no state file
     * although it needs one. The latter is a state that was composed from other subtasks' states,
     * or whose position differs from that of its file. Only a shard that came from no other, and of
     * which nothing was applied, needs no file: it begins anew. A child without a file is in no
     * checkpoint, and a restore of it would open the child again from its parents.
     */
    public boolean hasForeignFiles(JobId job) {
      boolean isNothing =
          handle.manifest().runs().isEmpty()
              && header.counts().equals(Counts.NONE)
              && header.position() instanceof Position.Beginning
              && origin.parents().isEmpty();
      boolean hasNoFile = handle.stateFile().isEmpty() && !isNothing;
      // A state without runs has a state file as well, which a checkpoint would name.
      Stream<FileRef> files =
          Stream.concat(
              handle.stateFile().stream(), handle.manifest().runs().stream().map(RunRef::file));
      return hasNoFile
          || (claimMode == ClaimMode.NO_CLAIM
              && files.anyMatch(file -> !Layout.isOwn(job, file.path())));
    }

    /** A subtask is in one of these modes. */
    public enum Mode {
      /** Applies the records of its shard. */
      LIVE,
      /** Has applied its closed shard to the end. Its children open with its state. */
      CLOSED,
      /**
       * Is closed, and descendants of it have its state: a checkpoint was restored that holds them.
       * Its own state is not known any more, so no child can open with it.
       */
      ANCESTOR,
      /** Is not part of the state. It is opened when its parents are closed. */
      UNOPENED
    }
  }

  /** The job halts: after this entry no task applies records. The state is unchanged. */
  record Suspended(Header header) implements Entry {}

  /** The job continues with the state in which it halted. */
  record Resumed(Header header) implements Entry {}

  /** The next record could not be applied; the header describes the failure. */
  record Failed(Header header) implements Entry {}

  /**
   * A record after the position may end the process that applies it; the header's isolation
   * describes the search for it. The coordinator writes the first such entry, and a task writes one
   * before each step.
   */
  record Suspected(Header header) implements Entry {}

  /**
   * The shard is closed and every record of it is applied: its children open with this state. The
   * last base of a journal for good, unless a restore goes back to before it.
   */
  record Closed(Header header, Origin origin, StateHandle handle, Channels channels)
      implements Base {
    /** The first entry of a shard that nobody can read any more. */
    public static Closed unread(Header first, Origin origin) {
      return new Closed(first.ended(), origin, StateHandle.EMPTY, Channels.EMPTY);
    }

    /** Returns a copy that says that a user accepts the loss of what was not read. */
    public Closed acceptingGap() {
      return new Closed(header.acceptingGap(), origin, handle, channels);
    }

    @Override
    public Restored.Mode mode() {
      return Restored.Mode.CLOSED;
    }
  }
}
