package dev.cairn.simulation.audit;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.Position;
import dev.cairn.id.RecordNumber;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Restoration;
import dev.cairn.job.Restoration.Positions;
import dev.cairn.job.Restoration.Source;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.simulation.audit.Expectation.Fold;
import dev.cairn.simulation.audit.Expectation.Part;
import dev.cairn.state.Counts;
import dev.cairn.state.HashRange;
import dev.cairn.state.StartPosition;
import dev.cairn.storage.FileRef;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** The composition of each subtask's state, from one epoch to the next. */
final class Lineages {
  // Clocks differ, and a restore takes a while.
  private static final Duration SLACK = Duration.ofMinutes(2);

  private final Expectation expectation;
  private final LocalStream stream;
  private final Duration retentionMargin;
  private final FaultTally tally;
  private final Map<SubtaskId, NavigableMap<Epoch, Fold>> folds = new TreeMap<>();
  private final Map<SubtaskId, Entry.Base> bases = new TreeMap<>();
  private final Map<Epoch, Restoration> restorations = new TreeMap<>();
  private final Map<CheckpointId, Contents> contents = new TreeMap<>();

  /** Where each subtask is in a completed checkpoint; one that had applied nothing is not in it. */
  private record Contents(FileRef metadata, Epoch epoch, Map<SubtaskId, Position> positions) {}

  /**
   * @param stream asked for its shards, and for what it still keeps
   * @param retentionMargin how long before it expires a record counts as expired
   */
  Lineages(
      Expectation expectation, LocalStream stream, Duration retentionMargin, FaultTally tally) {
    this.retentionMargin = retentionMargin;
    this.expectation = expectation;
    this.stream = stream;
    this.tally = tally;
  }

  /** Returns the expected state in an epoch. */
  Fold of(SubtaskId subtask, Epoch epoch) {
    return folds(subtask).floorEntry(epoch).getValue();
  }

  /**
   * Returns the record that a shard has to apply after an entry, as far as there is one yet. Where
   * the shard may pass over records that have expired, it is the first one that the stream still
   * has.
   */
  Optional<SequenceNumber> next(AuditedEntry audited) {
    Header header = audited.header();
    Position position = header.position();
    return audited.mayPassOver() && position.equals(audited.before().position())
        ? firstKept(audited.subtask().shard(), position)
        : of(audited.subtask(), header.epoch()).next(position);
  }

  /** A record was set aside in an epoch, because the processes ended that applied it. */
  void setAside(SubtaskId subtask, Epoch epoch, RecordNumber record) {
    folds(subtask).put(epoch, of(subtask, epoch).without(record));
  }

  /** Whether the subtask had state in an epoch, or before it. */
  boolean isKnown(SubtaskId subtask, Epoch epoch) {
    return folds(subtask).floorEntry(epoch) != null;
  }

  private NavigableMap<Epoch, Fold> folds(SubtaskId subtask) {
    return folds.computeIfAbsent(subtask, s -> new TreeMap<>());
  }

  /** Looks at how the job stands, before its journals say what came of it. */
  void note(Job job) {
    restoration(job.status()).ifPresent(from -> restorations.putIfAbsent(job.epoch(), from));
  }

  /** A subtask begins: with nothing, or with its part of what its parents have at their end. */
  void opened(SubtaskId subtask, Entry.Opened opened) {
    Epoch epoch = opened.header().epoch();
    List<ShardId> parents = opened.origin().parents();
    // What a restore opens gets its state with the next entry.
    if (parents.isEmpty() || opened.header().suspended()) {
      folds(subtask).put(epoch, expectation.fold(subtask.shard()));
      return;
    }
    List<Part> parts = new ArrayList<>();
    addInherited(subtask, subtask.shard(), range(subtask.shard()), epoch, parts);
    HashRange range = range(subtask.shard());
    begin(
        subtask,
        opened.header(),
        expectation.fold(subtask.shard(), range, parts, Counts.NONE, opened.header().position()));
  }

  /**
   * Adds the states that a shard's keys have before the shard. The stream tells from which shards
   * it came, also those that the job never knew: of these, the state is where their parents left
   * it.
   */
  private void addInherited(
      SubtaskId opened, ShardId shard, HashRange keys, Epoch epoch, List<Part> parts) {
    for (ShardId parent : everListed(shard).parents()) {
      Optional<HashRange> common = range(parent).intersection(keys);
      if (common.isEmpty()) {
        continue;
      }
      SubtaskId subtask = new SubtaskId(opened.job(), opened.stage(), parent);
      if (isStateful(subtask)) {
        parts.add(new Part(of(subtask, epoch), Position.end(), common.get()));
      } else {
        addInherited(opened, parent, common.get(), epoch, parts);
      }
    }
  }

  private boolean isStateful(SubtaskId subtask) {
    return Optional.ofNullable(bases.get(subtask))
        .filter(
            base ->
                switch (base.mode()) {
                  case LIVE -> true;
                  case CLOSED -> !base.isClosedUnread();
                  case ANCESTOR, UNOPENED -> false;
                })
        .isPresent();
  }

  /** Looks at an entry that says what a subtask is from then on. */
  void note(SubtaskId subtask, Entry.Base base) {
    bases.put(subtask, base);
  }

  /** Records that a subtask passed over before its first one are lost to each of its epochs. */
  private void begin(SubtaskId subtask, Header header, Fold fold) {
    if (header.position() instanceof Position.Beginning) {
      header.firstApplied().ifPresent(first -> fold.lose(header.position(), first));
    }
    folds(subtask).put(header.epoch(), fold);
  }

  private HashRange range(ShardId shard) {
    return everListed(shard).range();
  }

  private Shard everListed(ShardId shard) {
    return stream.everListed().stream()
        .filter(one -> one.id().equals(shard))
        .findFirst()
        .orElseThrow();
  }

  /** From here on a checkpoint can be restored. */
  void completed(Checkpoint.Completed checkpoint, Map<SubtaskId, Position> positions) {
    contents.put(
        checkpoint.id(),
        new Contents(checkpoint.metadata(), checkpoint.trigger().epoch(), positions));
  }

  /**
   * A restore gives a subtask its state.
   *
   * @param isOpenedForIt whether it had no journal before
   */
  void restored(String where, SubtaskId subtask, Header header, boolean isOpenedForIt) {
    Restoration from = Objects.requireNonNull(restorations.get(header.epoch()));
    begin(subtask, header, fold(where, subtask, header, from, isOpenedForIt));
  }

  /** A restore puts a subtask to its end, with nothing. */
  void ended(SubtaskId subtask, Header header) {
    ShardId shard = subtask.shard();
    Fold nothing =
        expectation.fold(shard, range(shard), List.of(), header.counts(), Position.end());
    folds(subtask).put(header.epoch(), nothing);
  }

  private Fold fold(
      String where, SubtaskId subtask, Header header, Restoration from, boolean isOpenedForIt) {
    ShardId shard = subtask.shard();
    Optional<Contents> in =
        contents(from).filter(checkpoint -> checkpoint.positions().containsKey(subtask));
    Fold before =
        in.map(checkpoint -> of(subtask, checkpoint.epoch())).orElse(expectation.fold(shard));
    Position at =
        in.map(checkpoint -> checkpoint.positions().get(subtask)).orElse(Position.beginning());
    return switch (from.positions()) {
      case Positions.SameStream s -> {
        if (!from.acceptsGap() || header.position().equals(at)) {
          yield before.again(at);
        }
        tally.count(SimulatedRace.A_SHARD_RESTORED_WITH_A_GAP);
        requireBegins(where, shard, header, expectation.first(shard, at));
        yield fold(
            shard,
            List.of(new Part(before, at, HashRange.ALL)),
            before.at(at).counts(),
            header.position());
      }
      case Positions.Anew(StartPosition start) -> {
        // The stream is the one that the checkpoint is of, so what is divided anew comes together
        // again; and its records are applied a second time.
        tally.count(
            isOpenedForIt
                ? SimulatedRace.A_SHARD_BEGUN_ANEW_OPENED_FOR_IT
                : SimulatedRace.A_SHARD_BEGUN_ANEW);
        Optional<SequenceNumber> first =
            switch (start) {
              case StartPosition.TrimHorizon h -> expectation.first(shard, Position.beginning());
              case StartPosition.AtTimestamp(Instant time) -> expectation.first(shard, time);
            };
        requireBegins(where, shard, header, first);
        Contents divided = contents(from).orElseThrow();
        Counts counts = isFirst(shard) ? counts(divided) : Counts.NONE;
        yield fold(shard, parts(divided), counts, header.position());
      }
    };
  }

  private List<Part> parts(Contents checkpoint) {
    return checkpoint.positions().entrySet().stream()
        .map(one -> new Part(of(one.getKey(), checkpoint.epoch()), one.getValue(), HashRange.ALL))
        .toList();
  }

  /**
   * A shard's part of states, on top of which whatever is left of the records from a position is
   * applied.
   */
  private Fold fold(ShardId shard, List<Part> parts, Counts counts, Position from) {
    Fold fold = expectation.fold(shard, range(shard), parts, counts, from);
    firstKept(shard, from).ifPresentOrElse(next -> fold.lose(from, next), () -> fold.loseAll(from));
    return fold;
  }

  private Optional<SequenceNumber> firstKept(ShardId shard, Position from) {
    return stream.after(shard, from, 1).stream().map(StreamRecord::sequenceNumber).findFirst();
  }

  private Optional<Contents> contents(Restoration from) {
    return switch (from.source()) {
      case Source.Own(CheckpointId id) -> Optional.ofNullable(contents.get(id));
      case Source.Metadata(FileRef file) ->
          contents.values().stream().filter(one -> one.metadata().equals(file)).findFirst();
      case Source.Nothing n -> Optional.empty();
    };
  }

  /**
   * Whether all of a shard's records are applied from one on, as far as the stream keeps them, and
   * nothing else.
   */
  private void requireBegins(
      String where, ShardId shard, Header header, Optional<SequenceNumber> wanted) {
    Optional<SequenceNumber> first = firstKept(shard, header.position());
    boolean isTooEarly =
        first.isPresent() && wanted.map(w -> first.get().compareTo(w) < 0).orElse(true);
    boolean isTooLate =
        wanted
            .flatMap(w -> firstSafe(shard, header, w))
            .filter(latest -> first.map(f -> f.compareTo(latest) > 0).orElse(true))
            .isPresent();
    if (isTooEarly || isTooLate) {
      throw new Violation(
          Invariants.FOLD, where + " begins with " + first + " instead of with " + wanted);
    }
  }

  /**
   * The first record from one on that is kept, and stays so while a restore is carried out. Earlier
   * ones may have been gone when the restore looked for them, or as good as gone. Empty if the
   * stream has none.
   */
  private Optional<SequenceNumber> firstSafe(ShardId shard, Header header, SequenceNumber from) {
    Instant safe = header.writtenAt().minus(stream.retention()).plus(retentionMargin).plus(SLACK);
    return stream.after(shard, Position.before(from), Integer.MAX_VALUE).stream()
        .filter(record -> !record.arrival().isBefore(safe))
        .map(StreamRecord::sequenceNumber)
        .findFirst();
  }

  /** Whether a shard has the first of all keys. */
  private boolean isFirst(ShardId shard) {
    return range(shard).from().equals(HashRange.ALL.from());
  }

  private Counts counts(Contents checkpoint) {
    Counts all = Counts.NONE;
    for (Map.Entry<SubtaskId, Position> one : checkpoint.positions().entrySet()) {
      Counts counts = of(one.getKey(), checkpoint.epoch()).at(one.getValue()).counts();
      all = all.plus(counts.applied(), counts.deadLettered());
    }
    return all;
  }

  private static Optional<Restoration> restoration(JobStatus status) {
    return switch (status) {
      case JobStatus.Restoring(Restoration from) -> Optional.of(from);
      case JobStatus.Replaying(Restoration from) -> Optional.of(from);
      case JobStatus.Running r -> Optional.empty();
      case JobStatus.Suspending s -> Optional.empty();
      case JobStatus.Halted h -> Optional.empty();
      case JobStatus.Resuming r -> Optional.empty();
    };
  }
}
