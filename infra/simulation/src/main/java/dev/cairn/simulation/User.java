package dev.cairn.simulation;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointFormat;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.inmemory.lambda.LocalMapping;
import dev.cairn.inmemory.s3.InMemoryStorage;
import dev.cairn.inmemory.world.World;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.journal.ShardFailure;
import dev.cairn.simulation.audit.Auditor;
import dev.cairn.simulation.audit.SimulatedFault;
import dev.cairn.simulation.audit.SimulatedRace;
import dev.cairn.simulation.audit.StoredTable;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import dev.cairn.stream.StreamRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The user of the pipeline, and outside events: restores of all kinds, damaged files, a stream
 * whose records expire.
 */
final class User implements Actions {
  private final World world;
  private final Faults faults;
  private final StoredTable table;
  private final InMemoryStorage stored;
  private final DamagedStorage storage;
  private final LocalStream stream;
  private final LocalMapping mapping;
  private final Auditor auditor;
  private final RunProfile scenario;
  private final RestoresByPath paths;
  private final ForkOwner owner;
  private final LongHalt longHalt;
  private final Set<ShardId> forgetful = new TreeSet<>();
  private int savepoints;
  private int forks;
  private boolean calm;
  private boolean done;

  User(
      SeededWorld world,
      Faults faults,
      StoredTable table,
      InMemoryStorage stored,
      DamagedStorage storage,
      LocalStream stream,
      LocalMapping mapping,
      Auditor auditor,
      RunProfile scenario,
      ForkOwner owner) {
    this.world = world;
    this.faults = faults;
    this.table = table;
    this.stored = stored;
    this.storage = storage;
    this.stream = stream;
    this.mapping = mapping;
    this.auditor = auditor;
    this.scenario = scenario;
    this.owner = owner;
    this.paths = new RestoresByPath(world, faults, table);
    this.longHalt = new LongHalt(world, faults, table, stream, auditor);
  }

  @Override
  public long restores() {
    return table.job(RunProfile.JOB).map(job -> job.epoch().value() - 1).orElse(0L);
  }

  @Override
  public void calm() {
    calm = true;
  }

  @Override
  public boolean isDone() {
    return done;
  }

  @Override
  public void act() {
    while (!calm) {
      world.sleep(Duration.ofMillis(2000 + faults.below(12_000)));
      if (hasFailed()) {
        faults.count(SimulatedRace.THE_JOB_FAILED_OF_ITSELF);
        haltsNoLonger();
      }
      switch (faults.below(36)) {
        case 0, 1, 2 -> restoreAny();
        case 3 -> restoreNonsense();
        case 4, 5 -> damage();
        case 6, 7 -> trim();
        case 8 -> restoreTwice();
        case 9 -> restoreOldestAfterCommit();
        case 10, 11 -> restoreWhileOpening();
        case 12 -> command("checkpoint");
        case 13 -> command("savepoint s" + ++savepoints);
        case 14 -> haltAndGoOn("stop");
        case 15 -> haltAndGoOn("cancel");
        case 16 -> haltAndGoOn("cancel --delete");
        case 17, 18, 23, 24 -> fork();
        case 19 -> restoreClaiming();
        case 20, 21 -> restoreRedistributed();
        case 22 -> restoreAcceptingGap();
        case 25, 26 -> paths.request();
        case 28, 29 -> restoreWhileCollecting();
        case 30 -> putForeignMetadata();
        case 31, 32 -> triggerWhileCollecting();
        case 33, 34 -> haltForLong();
        default -> commandOfAnyKind();
      }
    }
    storage.repair();
    resumeUntilRunning();
    // A last restore, which shows that the remaining checkpoints can be restored.
    List<Checkpoint.Completed> left = completed();
    if (!left.isEmpty()) {
      request(left.getLast().id().toString());
    }
    done = true;
    // The user also resumes the job after failures from now on.
    while (true) {
      resumeUntilRunning();
      world.sleep(Duration.ofSeconds(5));
    }
  }

  private boolean hasFailed() {
    return table.job(RunProfile.JOB).orElseThrow().status()
        instanceof JobStatus.Halted(Halt.Failed f);
  }

  /** Resumes or restores the job. */
  private void haltsNoLonger() {
    if (faults.below(2) == 0) {
      restoreAny();
      world.sleep(Duration.ofMillis(faults.below(3000)));
    }
    resumeUntilRunning();
  }

  private List<Checkpoint.Completed> completed() {
    return table.checkpoints(RunProfile.JOB).stream()
        .filter(Checkpoint.Completed.class::isInstance)
        .map(Checkpoint.Completed.class::cast)
        .toList();
  }

  private void request(String id) {
    world.pass("user.restore " + id);
    Job job = table.job(RunProfile.JOB).orElseThrow();
    if (job.status() instanceof JobStatus.Restoring) {
      faults.count(SimulatedRace.RESTORE_REQUESTED_DURING_A_RESTORE);
    }
    if (job.status() instanceof JobStatus.Replaying) {
      faults.count(SimulatedRace.RESTORE_REQUESTED_DURING_A_REPLAY);
    }
    if (table.checkpoints(RunProfile.JOB).stream().anyMatch(Checkpoint.Pending.class::isInstance)) {
      faults.count(SimulatedRace.RESTORE_REQUESTED_DURING_A_CHECKPOINT);
    }
    table.request(RunProfile.JOB, Request.restore(id));
  }

  private void command(String text) {
    world.pass("user.command " + text);
    faults.count("command: " + text.split(" ")[0]);
    Job job = table.job(RunProfile.JOB).orElseThrow();
    if (!job.status().isSettled()) {
      faults.count(SimulatedRace.COMMAND_WHILE_THE_JOB_IS_BETWEEN_TWO_STATES);
    }
    if (table.checkpoints(RunProfile.JOB).stream().anyMatch(Checkpoint.Pending.class::isInstance)) {
      faults.count(SimulatedRace.COMMAND_DURING_A_CHECKPOINT, text.split(" ")[0]);
    }
    table.request(RunProfile.JOB, Request.command(text));
  }

  private void commandOfAnyKind() {
    switch (faults.below(5)) {
      case 0 -> command("undo");
      case 1 -> {
        List<Checkpoint.Completed> choice = completed();
        if (choice.size() > 1) {
          command("dispose " + choice.get(faults.below(choice.size())).id());
        }
      }
      case 2 -> command(faults.below(2) == 0 ? "make it so" : "unfork fork-" + forks);
      case 3 -> pinOrUnpin();
      default -> command("resume");
    }
  }

  /** Pins the checkpoint that is about to be subsumed, or unpins one. */
  private void pinOrUnpin() {
    SortedSet<CheckpointId> pinned = table.job(RunProfile.JOB).orElseThrow().pinned();
    List<Checkpoint.Completed> choice = completed();
    if (!pinned.isEmpty() && faults.below(2) == 0) {
      command("unpin " + pinned.first());
    } else if (!choice.isEmpty()) {
      awaitCommit();
      command("pin " + choice.getFirst().id());
    }
  }

  /** Restores a savepoint by its path, and claims it. */
  private void restoreClaiming() {
    List<FilePath> choice =
        completed().stream()
            .flatMap(one -> one.trigger().savepoint().stream())
            .map(Checkpoint.Savepoint::directory)
            .toList();
    if (choice.isEmpty()) {
      command("savepoint s" + ++savepoints);
      return;
    }
    faults.count(SimulatedRace.A_SAVEPOINT_CLAIMED);
    request(choice.get(faults.below(choice.size())) + " --claim-mode CLAIM");
    if (faults.below(2) == 0) {
      // Just before it begins, another command is sent.
      world.sleep(Duration.ofMillis(faults.below(1500)));
      restoreAny();
    }
  }

  /**
   * Another job from any checkpoint, or from the one that is about to be subsumed; who would deploy
   * it may come much later, or give it up.
   */
  private void fork() {
    boolean isAboutToGo = faults.below(2) == 0;
    if (isAboutToGo) {
      awaitCommit();
    }
    List<Checkpoint.Completed> choice =
        completed().stream().filter(one -> !one.isSavepoint()).toList();
    if (choice.isEmpty() || calm) {
      return;
    }
    CheckpointId id = choice.get(isAboutToGo ? 0 : faults.below(choice.size())).id();
    command("fork " + id + " fork-" + ++forks);
    if (faults.below(2) == 0) {
      owner.deploy(new JobId("fork-" + forks));
    }
    world.sleep(Duration.ofMillis(faults.below(6000)));
    if (faults.below(2) == 0) {
      command("unfork fork-" + forks);
    }
  }

  /** Halts the job, for very long or very briefly, and resumes it. */
  private void haltAndGoOn(String how) {
    command(how);
    world.sleep(Duration.ofMillis(faults.below(faults.below(2) == 0 ? 1500 : 20_000)));
    if (faults.below(3) == 0) {
      restoreAny();
      world.sleep(Duration.ofMillis(faults.below(3000)));
    }
    resumeUntilRunning();
  }

  /** Records expire during the halt, and the job must not skip them unless a user accepts that. */
  private void haltForLong() {
    if (longHalt.begin()) {
      stream.listed().forEach(shard -> forgetful.add(shard.id()));
    }
    resumeUntilRunning();
  }

  /**
   * Accepts that records are missing wherever a shard waits for that, and nothing else is asked of
   * the job. The shard's failure names the command.
   */
  @Override
  public void acceptGaps() {
    while (true) {
      world.sleep(Duration.ofMillis(5000 + faults.below(5000)));
      Job job = table.job(RunProfile.JOB).orElseThrow();
      if (job.status().isRunning() && job.request().isEmpty()) {
        waitingShard()
            .ifPresent(
                shard -> {
                  faults.count(SimulatedRace.A_USER_ACCEPTED_WHAT_A_FORGOTTEN_SHARD_HAD);
                  table.request(RunProfile.JOB, Request.command("accept-gap " + shard));
                });
      }
    }
  }

  private Optional<String> waitingShard() {
    String advice = "cairn accept-gap ";
    return table.subtasks(RunProfile.JOB).stream()
        .map(subtask -> table.fromLastBase(subtask).getLast().header())
        .flatMap(head -> head.failing().stream())
        .filter(failing -> failing.reason() == FailureReason.RESHARDED)
        .map(ShardFailure::message)
        .filter(message -> message.contains(advice))
        .map(message -> message.substring(message.indexOf(advice) + advice.length()))
        .findFirst();
  }

  /** Repeats the request until the job runs, because nobody else does. */
  private void resumeUntilRunning() {
    while (true) {
      Job job = table.job(RunProfile.JOB).orElseThrow();
      boolean halts =
          switch (job.status()) {
            case JobStatus.Running r -> false;
            case JobStatus.Replaying r -> false;
            case JobStatus.Restoring r -> false;
            case JobStatus.Resuming r -> false;
            case JobStatus.Suspending s -> true;
            case JobStatus.Halted h -> true;
          };
      boolean isStuck = !halts && cannotReplay();
      if (!halts && !isStuck && job.command().isEmpty()) {
        return;
      }
      if (isStuck && job.restoreCheckpointId().isEmpty()) {
        restoreAcceptingExpired();
      }
      if (halts && job.request().isEmpty()) {
        resumeUntilRunning(job);
      }
      world.sleep(Duration.ofMillis(1000 + faults.below(2000)));
    }
  }

  /** Follows the advice of a refusal or a failure; otherwise resumes the job. */
  private void resumeUntilRunning(Job job) {
    if (cannotReplay(job) && !completed().isEmpty()) {
      restoreAcceptingExpired();
    } else {
      command(isRefused(job) ? "resume --accept-gap" : "resume");
    }
  }

  private void restoreAcceptingExpired() {
    List<Checkpoint.Completed> choice = completed();
    if (!choice.isEmpty()) {
      faults.count(SimulatedRace.A_RESTORE_WITH_A_GAP_AFTER_A_REPLAY_THAT_WAS_IMPOSSIBLE);
      request(choice.getLast().id() + " --accept-gap");
    }
  }

  /** Whether a shard of a job that is not halted repeats a replay that cannot succeed. */
  private boolean cannotReplay() {
    return table.subtasks(RunProfile.JOB).stream()
        .map(subtask -> table.fromLastBase(subtask).getLast().header())
        .flatMap(head -> head.failing().stream())
        .anyMatch(failing -> failing.reason() == FailureReason.REPLAY_IMPOSSIBLE);
  }

  /** Whether the stream no longer has the records that a shard has to apply again. */
  private static boolean cannotReplay(Job job) {
    Optional<Halt> halt =
        switch (job.status()) {
          case JobStatus.Suspending(Halt to) -> Optional.of(to);
          case JobStatus.Halted(Halt to) -> Optional.of(to);
          case JobStatus.Running r -> Optional.empty();
          case JobStatus.Replaying r -> Optional.empty();
          case JobStatus.Restoring r -> Optional.empty();
          case JobStatus.Resuming r -> Optional.empty();
        };
    return halt.filter(
            one ->
                one instanceof Halt.Failed(Failure failure)
                    && failure.reason() == FailureReason.REPLAY_IMPOSSIBLE)
        .isPresent();
  }

  private static boolean isRefused(Job job) {
    return job.refusal().filter(refusal -> refusal.request().startsWith("resume")).isPresent();
  }

  private void restoreAny() {
    List<Checkpoint.Completed> choice = completed();
    if (!choice.isEmpty()) {
      request(choice.get(faults.below(choice.size())).id().toString());
    }
  }

  /**
   * Restores state as if it came from another stream, so that all records of this stream are
   * applied to it.
   */
  private void restoreRedistributed() {
    if (faults.below(2) == 0) {
      // Every shard is given its part, also one that is just being opened.
      world.await(Duration.ofSeconds(10), () -> calm || isOpening());
    }
    List<Checkpoint.Completed> choice = completed();
    if (choice.isEmpty()) {
      return;
    }
    Duration since = Duration.ofMillis(faults.below(120_000));
    String start = faults.below(2) == 0 ? "horizon" : world.now().minus(since).toString();
    faults.count(SimulatedRace.A_RESTORE_ONTO_A_STREAM_AS_IF_IT_WERE_ANOTHER);
    request(choice.get(faults.below(choice.size())).id() + " --positions " + start);
  }

  /** Restores although records after the checkpoint may have expired. */
  private void restoreAcceptingGap() {
    List<Checkpoint.Completed> choice = completed();
    if (!choice.isEmpty()) {
      request(choice.get(faults.below(choice.size())).id() + " --accept-gap");
    }
  }

  private void restoreTwice() {
    restoreAny();
    world.sleep(Duration.ofMillis(faults.below(1500)));
    restoreAny();
  }

  /** Restores the checkpoint that is about to be subsumed. */
  private void restoreOldestAfterCommit() {
    awaitCommit();
    List<Checkpoint.Completed> choice = completed();
    if (!choice.isEmpty()) {
      faults.count(SimulatedRace.RESTORE_OF_THE_OLDEST_CHECKPOINT_RIGHT_AFTER_A_COMMIT);
      request(choice.getFirst().id().toString());
    }
  }

  private void awaitCommit() {
    Optional<CheckpointId> latest = table.job(RunProfile.JOB).orElseThrow().latest();
    world.await(
        Duration.ofSeconds(30),
        () -> calm || !table.job(RunProfile.JOB).orElseThrow().latest().equals(latest));
  }

  /**
   * A coordinator has read the journals and not yet the checkpoints. Until it does, a checkpoint is
   * restored and then let go: what the journals have been given, only they refer to.
   */
  private void restoreWhileCollecting() {
    world.await(Duration.ofSeconds(30), () -> calm || faults.isCollectorAsleep());
    List<Checkpoint.Completed> choice =
        completed().stream().filter(one -> !one.isSavepoint()).toList();
    if (!calm && faults.isCollectorAsleep() && !choice.isEmpty()) {
      faults.count(SimulatedRace.RESTORE_REQUESTED_WHILE_A_COLLECTOR_SLEPT);
      Checkpoint.Completed oldest = choice.getFirst();
      requestExclusively(oldest.id().toString());
      world.await(
          Duration.ofSeconds(60),
          () -> calm || table.job(RunProfile.JOB).orElseThrow().status().isRunning());
      command(faults.below(2) == 0 ? "dispose " + oldest.id() : "cancel --delete");
      world.await(Duration.ofSeconds(90), () -> calm || !faults.isCollectorAsleep());
      world.sleep(Duration.ofMillis(faults.below(5000)));
      resumeUntilRunning();
    }
  }

  /** A coordinator has listed the files; before it reads the journals, they get a trigger. */
  private void triggerWhileCollecting() {
    world.await(Duration.ofSeconds(20), () -> calm || faults.hasCollectorListed());
    if (!calm && faults.hasCollectorListed()) {
      faults.count(SimulatedRace.CHECKPOINT_REQUESTED_WHILE_A_COLLECTOR_HAD_LISTED_THE_FILES);
      command("checkpoint");
    }
  }

  /** Another job of the same name has left its metadata where the next checkpoint's is to be. */
  private void putForeignMetadata() {
    world.await(Duration.ofSeconds(20), () -> calm || withoutMetadata().isPresent());
    Optional<FilePath> path = calm ? Optional.empty() : withoutMetadata();
    if (path.isPresent()) {
      faults.count(SimulatedFault.ANOTHER_FILE_IS_WHERE_THE_METADATA_IS_TO_BE);
      byte[] other = "{\n}\n".getBytes(StandardCharsets.UTF_8);
      stored.put(path.get(), other, Sha256.of(other));
    }
  }

  /** Where a pending checkpoint's metadata is to be, if it is not there yet. */
  private Optional<FilePath> withoutMetadata() {
    return table.checkpoints(RunProfile.JOB).stream()
        .filter(Checkpoint.Pending.class::isInstance)
        .filter(pending -> !pending.isSavepoint())
        .map(pending -> Layout.metadata(RunProfile.JOB, pending.id()))
        .filter(path -> stored.head(path).isEmpty())
        .findFirst();
  }

  /** A shard gets its first record, and is opened, just as everything else is restored. */
  private void restoreWhileOpening() {
    boolean seen = world.await(Duration.ofSeconds(20), () -> calm || isOpening());
    world.sleep(Duration.ofMillis(faults.below(300)));
    if (seen && !calm && isOpening()) {
      faults.count(SimulatedRace.RESTORE_REQUESTED_WHILE_A_SHARD_WAS_BEING_OPENED);
      restoreAny();
    }
  }

  private boolean isOpening() {
    int opened = table.subtasks(RunProfile.JOB).size();
    return opened > 0
        && stream.listed().stream().filter(shard -> stream.size(shard.id()) > 0).count() > opened;
  }

  private void restoreNonsense() {
    List<Checkpoint> all = table.checkpoints(RunProfile.JOB);
    faults.count(SimulatedFault.RESTORE_OF_WHAT_CANNOT_BE_RESTORED_REQUESTED);
    switch (faults.below(3)) {
      case 0 -> request("no such thing");
      case 1 -> request("100000");
      default -> {
        if (!all.isEmpty()) {
          request(all.get(faults.below(all.size())).id().toString());
        }
      }
    }
  }

  /** Damages a file of the job temporarily; any reader of it must notice. */
  private void damage() {
    List<FilePath> files =
        stored.paths().stream().filter(path -> Layout.parse(path).isPresent()).toList();
    if (files.isEmpty() || calm) {
      return;
    }
    int count = 1 + faults.below(4);
    for (int i = 0; i < count; i++) {
      FilePath path = files.get(faults.below(files.size()));
      switch (faults.below(4)) {
        case 0 -> {
          faults.count(SimulatedFault.FILE_LOST);
          storage.lose(path);
        }
        case 1 -> {
          faults.count(SimulatedFault.FILE_CUT_OFF);
          storage.truncate(path);
        }
        default -> {
          faults.count(SimulatedFault.BIT_FLIPPED);
          storage.flip(path, faults.below(1 << 20));
        }
      }
    }
    if (faults.below(2) == 0) {
      restoreAny();
    }
    world.sleep(Duration.ofMillis(3000 + faults.below(10_000)));
    storage.repair();
  }

  /**
   * The stream forgets its oldest records while a restored shard may still need them, up to what
   * the newest checkpoint covers; and as an operator would, someone then restores that checkpoint,
   * or puts up with what is missing.
   */
  private void trim() {
    List<Checkpoint.Completed> choice = completed();
    if (!scenario.trims() || choice.isEmpty() || calm || !auditor.hasGap()) {
      return;
    }
    Checkpoint.Completed newest = choice.getLast();
    Map<ShardId, Position> positions = positions(newest);
    if (!isRetained(positions)) {
      return;
    }
    boolean trimmed = false;
    for (Map.Entry<ShardId, Position> shard : positions.entrySet()) {
      if (shard.getValue() instanceof Position.After after
          && !mapping.progress(shard.getKey()).cursor().isBefore(after)) {
        world.pass("user.trim " + shard.getKey() + " to " + after);
        stream.trim(shard.getKey(), after.last());
        forgetful.add(shard.getKey());
        trimmed = true;
      }
    }
    if (trimmed) {
      faults.count(SimulatedFault.STREAM_TRIMMED_IN_A_GAP);
      world.sleep(Duration.ofMillis(faults.below(4000)));
      long before = restores();
      if (faults.below(2) == 0) {
        requestExclusively(choice.get(faults.below(choice.size())).id() + " --accept-gap");
      }
      if (restores() == before) {
        requestExclusively(newest.id().toString());
      }
    }
  }

  /** Sends a request that no other request replaces, because nothing else may unblock a shard. */
  private void requestExclusively(String restore) {
    request(restore);
    world.await(
        Duration.ofMinutes(2),
        () -> table.job(RunProfile.JOB).orElseThrow().restoreCheckpointId().isEmpty());
  }

  /**
   * Whether the stream still has every record from these positions on: only then does the
   * checkpoint bring everything back.
   */
  private boolean isRetained(Map<ShardId, Position> positions) {
    return forgetful.stream()
        .allMatch(
            shard -> {
              List<StreamRecord> oldest = stream.after(shard, Position.beginning(), 1);
              return !oldest.isEmpty()
                  && !positions
                      .getOrDefault(shard, Position.beginning())
                      .isBefore(Position.after(oldest.getFirst().sequenceNumber()));
            });
  }

  private Map<ShardId, Position> positions(Checkpoint.Completed checkpoint) {
    Map<ShardId, Position> positions = new TreeMap<>();
    byte[] metadata = stored.get(checkpoint.metadata().path()).orElseThrow();
    CheckpointFormat.readMetadata(metadata, checkpoint.metadata().path())
        .acknowledgements()
        .forEach(
            acknowledged ->
                acknowledged
                    .stateFile()
                    .flatMap(
                        file ->
                            stored
                                .get(file.path())
                                .map(bytes -> CheckpointFormat.readState(bytes, file.path())))
                    .ifPresent(
                        state -> positions.put(acknowledged.subtask().shard(), state.position())));
    return positions;
  }
}
