package dev.cairn.cli.status;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.journal.Entry;
import dev.cairn.state.Channels;
import dev.cairn.state.Counts;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.state.Manifest;
import dev.cairn.state.Origin;
import dev.cairn.state.Payload;
import dev.cairn.state.RunRef;
import dev.cairn.state.StartPosition;
import dev.cairn.state.StateHandle;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import dev.cairn.stream.Shard;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** A job whose stream is split and merged, as the rows of a test describe it. */
public final class ReshardScene {
  public static final Instant NOW = Instant.parse("2026-11-30T10:00:00Z");
  public static final JobId JOB = new JobId("flights");
  public static final Epoch EPOCH = new Epoch(2);
  public static final HashRange LOWER = range("0", "170141183460469231731687303715884105727");
  public static final HashRange UPPER =
      range("170141183460469231731687303715884105728", "340282366920938463463374607431768211455");

  private final List<SubtaskFacts> subtasks = new ArrayList<>();
  private final List<Shard> listed = new ArrayList<>();
  private final Map<ShardId, Lag> lags = new HashMap<>();
  private final Set<ShardId> closedLongAgo = new HashSet<>();
  private JobStatus status = new JobStatus.Running();
  private boolean isStreamRead = true;

  public static HashRange range(String from, String to) {
    return new HashRange(KeyHash.ofDecimal(from), KeyHash.ofDecimal(to));
  }

  public static ShardId id(int number) {
    return new ShardId("shardId-00000000000" + number);
  }

  public static Instant ago(long seconds) {
    return NOW.minusSeconds(seconds);
  }

  public static RunRef run(String name, long sizeBytes, HashRange range) {
    return new RunRef(
        new FileRef(new FilePath("flights/" + name), sizeBytes, Sha256.of(new byte[0])), range);
  }

  public ReshardScene lists(int shard, HashRange range, Integer... parents) {
    listed.add(new Shard(id(shard), range, Arrays.stream(parents).map(ReshardScene::id).toList()));
    return this;
  }

  public ReshardScene closedLongAgo(int shard) {
    closedLongAgo.add(id(shard));
    return this;
  }

  public ReshardScene lag(int shard, Duration age) {
    lags.put(id(shard), new Lag.Behind(age));
    return this;
  }

  /** A shard of which every record is applied. */
  public ReshardScene keepsUp(int shard) {
    lags.put(id(shard), new Lag.None());
    return this;
  }

  public ReshardScene status(JobStatus other) {
    status = other;
    return this;
  }

  public ReshardScene withoutStream() {
    isStreamRead = false;
    return this;
  }

  private static SubtaskId subtask(int shard) {
    return new SubtaskId(JOB, new StageId("aircraft"), id(shard));
  }

  private static Origin origin(HashRange range, Integer... parents) {
    return new Origin(
        new StartPosition.TrimHorizon(),
        range,
        Arrays.stream(parents).map(ReshardScene::id).toList());
  }

  private static Entry.Header header(long revision, Instant at, Position position, long applied) {
    return new Entry.Header(
        new Revision(revision),
        new EntryId("entry-" + revision),
        Optional.empty(),
        EPOCH,
        position,
        position,
        Optional.empty(),
        new Counts(applied, 0),
        Entry.Writer.MAPPING,
        at,
        Optional.empty(),
        false,
        Optional.empty());
  }

  /** A shard that is being applied. */
  public ReshardScene open(
      int shard, HashRange range, long lastWorkSecondsAgo, Integer... parents) {
    return open(shard, range, lastWorkSecondsAgo, 0, List.of(), parents);
  }

  /** A shard that has applied so many records in the minute before its last entry. */
  public ReshardScene open(
      int shard,
      HashRange range,
      long lastWorkSecondsAgo,
      long records,
      List<RunRef> runs,
      Integer... parents) {
    Position position = Position.after(new SequenceNumber("20"));
    Entry base =
        new Entry.Snapshotted(
            header(1, ago(lastWorkSecondsAgo + 60), position, 100),
            new CheckpointId(4),
            origin(range, parents),
            new StateHandle(new Manifest(runs, List.of()), Optional.empty()),
            Channels.EMPTY);
    Entry last =
        Entry.Advanced.of(
            header(2, ago(lastWorkSecondsAgo), position, 100 + records),
            position,
            Payload.NONE,
            List.of(),
            List.of());
    subtasks.add(new SubtaskFacts(subtask(shard), List.of(base, last)));
    return this;
  }

  /** A shard that is applied to its end. */
  public ReshardScene closed(int shard, HashRange range, long secondsAgo, Integer... parents) {
    return closed(shard, range, secondsAgo, List.of(), parents);
  }

  public ReshardScene closed(
      int shard, HashRange range, long secondsAgo, List<RunRef> runs, Integer... parents) {
    subtasks.add(
        new SubtaskFacts(
            subtask(shard),
            List.of(
                new Entry.Closed(
                    header(3, ago(secondsAgo), Position.end(), 100),
                    origin(range, parents),
                    new StateHandle(
                        new Manifest(runs, List.of()),
                        Optional.of(
                            new FileRef(new FilePath("flights/state"), 1, Sha256.of(new byte[0])))),
                    Channels.EMPTY))));
    return this;
  }

  /** A shard that has stored a state for a checkpoint, and was applied to its end then. */
  public ReshardScene closedAfter(
      long checkpoint, int shard, HashRange range, long secondsAgo, Integer... parents) {
    return closed(shard, range, secondsAgo, parents)
        .replacing(
            shard,
            entry ->
                entry instanceof Entry.Closed closed
                    ? new Entry.Closed(
                        closed.header().with(new CheckpointId(checkpoint)),
                        closed.origin(),
                        closed.handle(),
                        closed.channels())
                    : entry);
  }

  private ReshardScene replacing(int shard, UnaryOperator<Entry> change) {
    subtasks.replaceAll(
        subtask ->
            subtask.id().shard().equals(id(shard))
                ? new SubtaskFacts(
                    subtask.id(), subtask.fromLastBase().stream().map(change).toList())
                : subtask);
    return this;
  }

  /** A shard that a restore has put back to before it was opened. */
  public ReshardScene unopened(int shard, HashRange range, Integer... parents) {
    subtasks.add(
        new SubtaskFacts(
            subtask(shard),
            List.of(
                new Entry.Restored(
                    header(5, ago(600), Position.beginning(), 0),
                    Optional.of(new CheckpointId(4)),
                    Entry.Restored.Mode.UNOPENED,
                    ClaimMode.NO_CLAIM,
                    Optional.empty(),
                    origin(range, parents),
                    StateHandle.EMPTY,
                    Channels.EMPTY))));
    return this;
  }

  /** Changes the last entry of a shard's journal, such as to a failure. */
  public ReshardScene then(int shard, UnaryOperator<Entry> next) {
    for (int i = 0; i < subtasks.size(); i++) {
      SubtaskFacts before = subtasks.get(i);
      if (before.id().shard().equals(id(shard))) {
        List<Entry> entries = new ArrayList<>(before.fromLastBase());
        entries.add(next.apply(entries.getLast()));
        subtasks.set(i, new SubtaskFacts(before.id(), entries));
      }
    }
    return this;
  }

  public PipelineFacts facts() {
    Job job =
        new Job(
            JOB,
            status,
            EPOCH,
            new CheckpointId(99),
            Optional.of(new CheckpointId(4)),
            Optional.empty(),
            new CheckpointSettings(Optional.of(Duration.ofHours(9)), Duration.ofMinutes(10), 3),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    StreamFacts stream =
        isStreamRead
            ? new StreamFacts.Listed(
                "departures", listed, Duration.ofHours(24), lags, closedLongAgo)
            : new StreamFacts.OutOfReach("the demo's stream is inside its process");
    return new PipelineFacts(JOB, Optional.of(job), List.of(), List.of(), subtasks, stream, NOW);
  }
}
