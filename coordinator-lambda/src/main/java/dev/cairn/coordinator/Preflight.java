package dev.cairn.coordinator;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointFormat;
import dev.cairn.checkpoint.CheckpointMetadata;
import dev.cairn.checkpoint.Claim;
import dev.cairn.checkpoint.Damage;
import dev.cairn.checkpoint.Job;
import dev.cairn.checkpoint.Restoration;
import dev.cairn.checkpoint.Restoration.ClaimMode;
import dev.cairn.checkpoint.Restoration.Positions;
import dev.cairn.checkpoint.Restoration.Source;
import dev.cairn.checkpoint.SubtaskState;
import dev.cairn.command.Command;
import dev.cairn.command.Command.StartsAt;
import dev.cairn.command.Command.Target;
import dev.cairn.format.FormatException;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.state.RunRef;
import dev.cairn.state.Start;
import dev.cairn.state.StateSchema;
import dev.cairn.storage.CheckpointStorage.Stored;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamException;
import dev.cairn.stream.StreamReader.From;
import dev.cairn.stream.StreamReader.Page;
import dev.cairn.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/**
 * Whether a checkpoint can be restored, found out before anything changes.
 *
 * <p>Reads the metadata and the state files, which are small, and asks the storage for the size and
 * checksum of each run: the number of requests follows the number of files, and no state byte is
 * read.
 */
final class Preflight {
  // Kinesis may answer empty pages where records follow further on.
  private static final int EMPTY_PAGES = 20;
  private static final String METADATA = "_metadata";

  private final CoordinatorPorts ports;
  private final CoordinatorSettings settings;
  private final CoordinatorDecisions decisions;
  private final JournalTails tails;
  private final Recipients recipients;

  Preflight(
      CoordinatorPorts ports,
      CoordinatorSettings settings,
      CoordinatorDecisions decisions,
      JournalTails tails) {
    this.ports = ports;
    this.settings = settings;
    this.decisions = decisions;
    this.tails = tails;
    this.recipients = new Recipients(ports, settings.stage());
  }

  /** A restore cannot be done, for this reason. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;

    RefusedException(String reason) {
      super(reason);
      this.reason = reason;
    }

    String reason() {
      return reason;
    }
  }

  /** What a command asks to be restored. */
  Restoration restoration(Job job, Command.Restore command) throws RefusedException {
    Command.Options options = command.options();
    Source source =
        switch (command.target()) {
          case Target.Id(CheckpointId id) -> new Source.Own(completed(job, id).id());
          case Target.Latest l -> new Source.Own(latest(job).id());
          case Target.Path(String path) -> metadata(job, path, options);
        };
    Restoration all =
        new Restoration(source, options.claimMode(), positions(options), options.acceptsGap());
    return options.allowsNonRestoredState()
        ? all.dropping(compare(job, stored(job, all)).undeclaredNames())
        : all;
  }

  private static Positions positions(Command.Options options) {
    return options
        .startsAt()
        .map(
            at ->
                switch (at) {
                  case StartsAt.SameStream s -> Positions.SAME_STREAM;
                  case StartsAt.Horizon h -> new Positions.Anew(new Start.TrimHorizon());
                  case StartsAt.Timestamp(Instant time) ->
                      new Positions.Anew(new Start.AtTimestamp(time));
                })
        .orElse(Positions.SAME_STREAM);
  }

  /** The {@code _metadata} that a path names, itself or by the directory that holds it. */
  private Source metadata(Job job, String path, Command.Options options) throws RefusedException {
    FilePath file = fileAt(path);
    requireUnclaimed(job, file, options);
    byte[] bytes =
        ports
            .storage()
            .get(file)
            .orElseThrow(
                () ->
                    new RefusedException(
                        "there is no file "
                            + file
                            + ": give the directory of a savepoint, of a"
                            + " checkpoint or of a copy, or the path of its _metadata"));
    JobId owner;
    try {
      owner = CheckpointFormat.readMetadata(bytes, file).trigger().job();
    } catch (FormatException e) {
      throw new RefusedException(file + " is no _metadata that can be read: " + e.getMessage());
    }
    boolean isCheckpoint =
        file.parent().map(FilePath::fileName).filter(name -> name.startsWith("chk-")).isPresent();
    if (!owner.equals(job.id()) && isCheckpoint) {
      throw new RefusedException(
          file
              + " is a checkpoint of job "
              + owner
              + ", which deletes its files when it no longer needs them: take a savepoint of it, or"
              + " a copy with cairn export, and restore that; or begin another job from it, with cairn"
              + " fork --job "
              + owner);
    }
    if (!owner.equals(job.id()) && options.startsAt().isEmpty()) {
      throw new RefusedException(
          file
              + " is of job "
              + owner
              + ": its positions hold in the stream that it reads, and only there; if job "
              + job.id()
              + " reads the same stream, say so with --positions same; if it reads another, say from"
              + " where, with --positions horizon or a time");
    }
    return new Source.Metadata(new FileRef(file, bytes.length, Sha256.of(bytes)));
  }

  /** A directory that the job has claimed may be half gone at any time. */
  private void requireUnclaimed(Job job, FilePath file, Command.Options options)
      throws RefusedException {
    Optional<FilePath> directory = file.parent();
    if (directory.isEmpty() && options.claimMode() == ClaimMode.CLAIM) {
      throw new RefusedException(
          file
              + " lies in no directory of its own, and a claim is of a directory: restore it with"
              + " NO_CLAIM");
    }
    for (Claim claim : ports.checkpoints().claims(job.id())) {
      if (claim.isConfirmed() && directory.equals(Optional.of(claim.directory()))) {
        throw new RefusedException(
            claim.directory()
                + " was claimed by the restore that began epoch "
                + claim.epoch()
                + ": its files are the job's and go when it no longer needs them; restore one of the job's"
                + " checkpoints, or another savepoint");
      }
    }
  }

  private FilePath fileAt(String path) throws RefusedException {
    try {
      String plain = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
      FilePath named = ports.storage().normalize(new FilePath(plain));
      return named.fileName().equals(METADATA) ? named : Layout.metadataIn(named);
    } catch (IllegalArgumentException e) {
      throw new RefusedException("\"" + path + "\" is no path that can be read: " + e.getMessage());
    }
  }

  private Checkpoint.Completed latest(Job job) throws RefusedException {
    return decisions.recoverable(job, ports.checkpoints().checkpoints(job.id())).stream()
        .findFirst()
        .orElseThrow(
            () ->
                new RefusedException(
                    "job "
                        + job.id()
                        + " has no completed checkpoint; take one with: cairn checkpoint"));
  }

  /**
   * Whether all of it is there, and the stream still has what follows it.
   *
   * @return the states that are to be restored
   */
  Map<SubtaskId, Snapshot> requireRestorable(Job job, Restoration from) throws RefusedException {
    Map<SubtaskId, Snapshot> stored = stored(job, from);
    requireRuns(stored.values());
    requireReadable(compare(job, stored));
    Map<SubtaskId, Snapshot> states = recipients.of(job.id(), from, stored);
    if (from.positions() instanceof Positions.Anew(Start start)) {
      requireInTime(start, from.acceptsGap());
    }
    if (!from.acceptsGap()) {
      requireGaps(from.positions(), states, tails.of(job.id()).values());
    }
    return states;
  }

  /** Whether the stream still has what arrived since a time, and will have it for a while. */
  private void requireInTime(Start start, boolean acceptsGap) throws RefusedException {
    if (!(start instanceof Start.AtTimestamp(Instant time))) {
      return;
    }
    Instant now = ports.clock().instant();
    if (time.isAfter(now)) {
      throw new RefusedException(
          "--positions "
              + time
              + " lies in the future, it is "
              + now
              + ": give a time up to now, from which on the records of the stream are to be applied");
    }
    if (acceptsGap) {
      return;
    }
    Duration retention = ports.stream().retention();
    Instant horizon = now.minus(retention);
    if (time.isBefore(horizon.plus(settings.retentionMargin()))) {
      throw new RefusedException(
          "--positions "
              + time
              + (time.isBefore(horizon)
                  ? " is beyond retention: records from before " + horizon + " are gone"
                  : " is too close to retention: records would expire during the replay")
              + "; give a later time, raise the stream's retention first, or leave out what is gone"
              + " with --positions horizon or --accept-gap");
    }
  }

  private static void requireReadable(StateComparison comparison) throws RefusedException {
    Optional<String> misread = comparison.misread();
    if (misread.isPresent()) {
      throw new RefusedException(misread.get());
    }
  }

  /**
   * Whether the restore leaves no state behind but what its owner has given up. Asked of a person
   * only: a job that restores itself goes on with what it had, also with what its code no longer
   * declares.
   */
  StateComparison requireDeclared(Job job, Restoration from, Map<SubtaskId, Snapshot> states)
      throws RefusedException {
    StateComparison comparison = compare(job, states);
    Optional<String> left = comparison.left(from.dropped());
    if (left.isPresent()) {
      throw new RefusedException(left.get());
    }
    return comparison;
  }

  private StateComparison compare(Job job, Map<SubtaskId, Snapshot> states) {
    Map<StageId, Set<StateSchema>> stored = new HashMap<>();
    states.forEach(
        (subtask, snapshot) ->
            stored
                .computeIfAbsent(subtask.stage(), stage -> new LinkedHashSet<>())
                .addAll(snapshot.state().manifest().schemas()));
    return StateComparison.of(stored, ports.registrations().of(job.id()));
  }

  /** What is left of the records that a restored subtask would have to apply again. */
  sealed interface Left {
    /** All of them. */
    record All() implements Left {}

    /** From this one on. */
    record Since(SequenceNumber first) implements Left {}

    /** None. */
    record None() implements Left {}
  }

  Left left(JournalTail tail, Position position) {
    Position frontier = decisions.frontier(tail.head());
    if (!position.isBefore(frontier)) {
      return new Left.All();
    }
    Optional<SequenceNumber> required =
        position instanceof Position.After after
            ? Optional.of(after.last())
            : tail.head().firstApplied();
    if (required.isPresent()
        && first(tail.subtask().shard(), new From.At(required.get()))
            .filter(record -> record.sequenceNumber().equals(required.get()))
            .isPresent()) {
      return new Left.All();
    }
    return first(tail.subtask().shard(), new From.Horizon())
        .map(StreamRecord::sequenceNumber)
        .filter(kept -> !frontier.isBefore(kept))
        .<Left>map(Left.Since::new)
        .orElseGet(Left.None::new);
  }

  private Checkpoint.Completed completed(Job job, CheckpointId id) throws RefusedException {
    Optional<Checkpoint> found = ports.checkpoints().checkpoint(job.id(), id);
    if (found.isEmpty()) {
      throw new RefusedException(
          "checkpoint "
              + id
              + " is unknown: job "
              + job.id()
              + " has "
              + job.latest()
                  .map(latest -> "completed checkpoints up to " + latest)
                  .orElse("completed none")
              + "; list them with: cairn checkpoints");
    }
    return switch (found.get()) {
      case Checkpoint.Completed completed -> completed;
      case Checkpoint.Pending p ->
          throw new RefusedException(
              "checkpoint " + id + " is PENDING: wait until it is COMPLETED");
      case Checkpoint.Aborted aborted ->
          throw new RefusedException(
              "checkpoint "
                  + id
                  + " is ABORTED ("
                  + aborted.failure()
                  + "): choose one that is COMPLETED");
      case Checkpoint.Subsumed subsumed when subsumed.isSavepoint() ->
          throw new RefusedException(
              "checkpoint "
                  + id
                  + " is SUBSUMED: the savepoint was disposed of, or a restore claimed it, and its files are"
                  + " the job's own; choose one that is COMPLETED");
      case Checkpoint.Subsumed s ->
          throw new RefusedException(
              "checkpoint "
                  + id
                  + " is SUBSUMED: later checkpoints replaced it; choose one that is COMPLETED, and"
                  + " raise execution.checkpointing.num-retained to keep more");
    };
  }

  /**
   * A subtask's state in a checkpoint, and the file that says so; without one if it is put together
   * from the states of others.
   */
  record Snapshot(Optional<FileRef> file, SubtaskState state) {}

  /** What each subtask of the job is given; any other begins anew. */
  Map<SubtaskId, Snapshot> states(Job job, Restoration from) throws RefusedException {
    return recipients.of(job.id(), from, stored(job, from));
  }

  /**
   * Every subtask's state in the checkpoint, its files checked; a subtask that had applied nothing
   * is not in it.
   */
  Map<SubtaskId, Snapshot> stored(Job job, Restoration from) throws RefusedException {
    return switch (from.source()) {
      case Source.Own(CheckpointId id) -> stored(job.id(), completed(job, id).metadata());
      case Source.Metadata(FileRef file) -> stored(job.id(), file);
      case Source.Nothing n -> Map.of();
    };
  }

  private Map<SubtaskId, Snapshot> stored(JobId job, FileRef metadataFile) throws RefusedException {
    CheckpointMetadata metadata = read(metadataFile, CheckpointFormat::readMetadata);
    Map<SubtaskId, FileRef> files = new TreeMap<>();
    for (Acknowledgement.Acknowledged acknowledged : metadata.acknowledgements()) {
      acknowledged.stateFile().ifPresent(file -> files.put(acknowledged.subtask(), file));
    }
    Map<SubtaskId, Snapshot> states = new TreeMap<>();
    forEach(
        files.entrySet(),
        named -> {
          FileRef file = named.getValue();
          Snapshot snapshot =
              new Snapshot(Optional.of(file), read(file, CheckpointFormat::readState));
          synchronized (states) {
            states.put(named.getKey(), snapshot);
          }
        });
    requireUnmarked(job, metadataFile, states.values());
    return states;
  }

  /** What only reading a file to its end tells, a scrubber may have found out. */
  private void requireUnmarked(JobId job, FileRef metadata, Collection<Snapshot> states)
      throws RefusedException {
    List<Damage> marks = ports.damages().damages(job);
    if (marks.isEmpty()) {
      return;
    }
    Set<FileRef> needed = new HashSet<>(List.of(metadata));
    for (Snapshot snapshot : states) {
      snapshot.file().ifPresent(needed::add);
      snapshot.state().manifest().runs().forEach(run -> needed.add(run.file()));
    }
    for (Damage damage : marks) {
      if (needed.contains(damage.file())) {
        throw new RefusedException(
            "file "
                + damage.path()
                + " was found damaged at "
                + damage.foundAt()
                + ": "
                + damage.what()
                + "; choose another checkpoint, or put an intact copy back and call the scrubber, which then"
                + " takes the mark away");
      }
    }
  }

  private void requireRuns(Collection<Snapshot> states) throws RefusedException {
    List<FileRef> files =
        states.stream()
            .flatMap(snapshot -> snapshot.state().manifest().runs().stream())
            .map(RunRef::file)
            .toList();
    forEach(files, this::requireSame);
  }

  @FunctionalInterface
  private interface Check<T> {
    void require(T one) throws RefusedException;
  }

  private <T> void forEach(Collection<T> all, Check<T> check) throws RefusedException {
    List<Optional<RefusedException>> refusals =
        ports
            .fanOut()
            .map(
                all,
                one -> {
                  try {
                    check.require(one);
                    return Optional.empty();
                  } catch (RefusedException e) {
                    return Optional.of(e);
                  }
                });
    for (Optional<RefusedException> refusal : refusals) {
      if (refusal.isPresent()) {
        throw refusal.get();
      }
    }
  }

  private void requireSame(FileRef file) throws RefusedException {
    Stored stored = ports.storage().head(file.path()).orElseThrow(() -> missing(file));
    if (stored.sizeBytes() != file.sizeBytes()) {
      throw altered(file, "it has " + stored.sizeBytes() + " bytes instead of " + file.sizeBytes());
    }
    if (stored.sha256().isPresent() && !stored.sha256().get().equals(file.sha256())) {
      throw altered(
          file, "its SHA-256 is " + stored.sha256().get() + " instead of " + file.sha256());
    }
  }

  private <T> T read(FileRef file, BiFunction<byte[], FilePath, T> format) throws RefusedException {
    byte[] bytes = ports.storage().get(file.path()).orElseThrow(() -> missing(file));
    if (bytes.length != file.sizeBytes() || !Sha256.of(bytes).equals(file.sha256())) {
      throw altered(file, "its SHA-256 is " + Sha256.of(bytes) + " instead of " + file.sha256());
    }
    try {
      return format.apply(bytes, file.path());
    } catch (FormatException e) {
      throw new RefusedException(file.path() + " cannot be read: " + e.getMessage());
    }
  }

  private static RefusedException missing(FileRef file) {
    return new RefusedException(
        "file "
            + file.path()
            + " is missing from the checkpoint storage: choose another checkpoint");
  }

  private static RefusedException altered(FileRef file, String how) {
    return new RefusedException(
        "file " + file.path() + " was altered: " + how + "; choose another checkpoint");
  }

  /**
   * Whether Kinesis still keeps every record between where the restore puts each subtask and how
   * far it once was.
   */
  private void requireGaps(
      Positions positions, Map<SubtaskId, Snapshot> states, Collection<JournalTail> tails)
      throws RefusedException {
    List<Gap> gaps = new ArrayList<>();
    Set<SubtaskId> opened = new HashSet<>();
    for (JournalTail tail : tails) {
      opened.add(tail.subtask());
      Position position = position(states, tail);
      boolean isGap = position.isBefore(decisions.frontier(tail.head()));
      if (isGap && !(isAnew(positions) && states.containsKey(tail.subtask()))) {
        gaps.add(new Gap(tail.subtask().shard(), true, position, tail.head().firstApplied()));
      }
    }
    gaps.addAll(unread(states, opened));
    if (gaps.isEmpty()) {
      return;
    }
    Instant now = ports.clock().instant();
    requireAll(gaps, now.minus(ports.stream().retention()).plus(settings.retentionMargin()));
  }

  /** What the mapping has yet to deliver, from its horizon on. */
  private static List<Gap> unread(Map<SubtaskId, Snapshot> states, Set<SubtaskId> opened) {
    return states.entrySet().stream()
        .filter(state -> !opened.contains(state.getKey()))
        .filter(state -> state.getValue().state().position() instanceof Position.After)
        .map(
            state ->
                new Gap(
                    state.getKey().shard(),
                    false,
                    state.getValue().state().position(),
                    Optional.empty()))
        .toList();
  }

  /**
   * Whether the mapping will still deliver all that follows the states of shards that the job has
   * not opened. A restore is begun with that; but a fork may be deployed long after it was begun.
   */
  void requireDeliverable(Job job, Restoration from, Map<SubtaskId, Snapshot> states)
      throws RefusedException {
    if (from.acceptsGap()
        || isAnew(from.positions())
        || !(from.source() instanceof Source.Metadata(FileRef file))) {
      return;
    }
    List<Gap> gaps = unread(states, Set.copyOf(ports.checkpoints().subtasks(job.id())));
    Instant oldestAllowed =
        ports.clock().instant().minus(ports.stream().retention()).plus(settings.retentionMargin());
    // What has arrived since is there. Of a shard that is idle, the record at its position need
    // not be.
    if (!gaps.isEmpty()
        && read(file, CheckpointFormat::readMetadata)
            .trigger()
            .triggeredAt()
            .isBefore(oldestAllowed)) {
      requireAll(gaps, Instant.MIN);
    }
  }

  private void requireAll(List<Gap> gaps, Instant oldestAllowed) throws RefusedException {
    Set<ShardId> shards =
        ports.stream().shards().stream().map(Shard::id).collect(Collectors.toSet());
    forEach(gaps, gap -> requireGap(gap, shards, oldestAllowed));
  }

  private static boolean isAnew(Positions positions) {
    return switch (positions) {
      case Positions.SameStream s -> false;
      case Positions.Anew a -> true;
    };
  }

  /**
   * A shard of which records have to be read from this position on.
   *
   * @param wasRead whether this job has applied them once, so that there must have been some
   */
  private record Gap(
      ShardId shard, boolean wasRead, Position position, Optional<SequenceNumber> firstApplied) {}

  private void requireGap(Gap gap, Set<ShardId> shards, Instant oldestAllowed)
      throws RefusedException {
    String shard = "shard " + gap.shard();
    if (!shards.contains(gap.shard())) {
      throw new RefusedException(
          shard + " is no longer in the stream, and records of it would have to be read again");
    }
    SequenceNumber required =
        gap.position() instanceof Position.After after
            ? after.last()
            : gap.firstApplied()
                .orElseThrow(() -> new RefusedException(shard + " has a gap but no first record"));
    From.At at = new From.At(required);
    Optional<StreamRecord> first =
        gap.wasRead() ? first(gap.shard(), at) : FreshStart.first(ports.stream(), gap.shard(), at);
    if (first.isEmpty() || !first.get().sequenceNumber().equals(required)) {
      throw new RefusedException(
          shard
              + " is beyond retention: record "
              + required
              + " is no longer in the stream; choose a later checkpoint");
    }
    if (first.get().arrival().isBefore(oldestAllowed)) {
      throw new RefusedException(
          shard
              + " is too close to retention: record "
              + required
              + " arrived at "
              + first.get().arrival()
              + " and would expire during the replay; choose a later checkpoint, or raise the stream's retention first");
    }
  }

  private Optional<StreamRecord> first(ShardId shard, From from) {
    From next = from;
    for (int i = 0; i < EMPTY_PAGES; i++) {
      Page page = ports.stream().read(shard, next, 1);
      if (!page.records().isEmpty()) {
        return Optional.of(page.records().getFirst());
      }
      if (page.next().isEmpty()) {
        return Optional.empty();
      }
      next = page.next().get();
    }
    throw new StreamException(
        "shard "
            + shard
            + " answers no record where one was applied once; the restore is tried again");
  }

  /** Where shards begin that do not go on from what they have. */
  FreshStart freshStart(Start start) {
    return FreshStart.of(
        ports.stream(), start, settings.retentionMargin(), ports.clock().instant());
  }

  private static Position position(Map<SubtaskId, Snapshot> states, JournalTail tail) {
    return Optional.ofNullable(states.get(tail.subtask()))
        .map(snapshot -> snapshot.state().position())
        .orElse(Position.beginning());
  }
}
