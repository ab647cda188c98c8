package dev.cairn.local.demo;

import dev.cairn.cli.demo.Mailbox;
import dev.cairn.cli.input.InputException;
import dev.cairn.cli.input.InputRow;
import dev.cairn.cli.input.RowKeys;
import dev.cairn.cli.input.UserFunction;
import dev.cairn.cli.inspect.StateReader;
import dev.cairn.cli.output.Sizes;
import dev.cairn.cli.output.Terminal;
import dev.cairn.coordinator.resharding.ShardLineage;
import dev.cairn.format.Trees;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.SubtaskId;
import dev.cairn.inmemory.lambda.LocalContainers;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Restoration;
import dev.cairn.journal.Entry;
import dev.cairn.state.Counts;
import dev.cairn.storage.FilePath;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The demo: a pipeline runs, is disturbed, is restored, continues, and its state is compared with
 * that of a plain fold.
 */
public final class Demo implements AutoCloseable {
  private static final int DEAD_LETTERS_SHOWN = 3;
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final Duration LONGEST_STANDSTILL = Duration.ofSeconds(40);
  private static final double RESTORE_AT = 0.55;

  private final DemoSettings settings;
  private final UserFunction function;
  private final List<InputRow> rows;
  private final Screen screen;
  private final Expectations expectations;
  private final Pipeline pipeline;
  private final DemoFeed feed;
  private final Dashboard dashboard;
  private final DemoRestore restoring;
  private final DemoReshards reshards;
  private final Deque<Act> acts;

  /** An action on the pipeline, taken when a fraction of the input is in the state. */
  private record Act(double fraction, Runnable action) {}

  /** The input cannot be processed, for the reason in the message. */
  private static final class StandstillException extends Exception {
    private static final long serialVersionUID = 1L;

    StandstillException(String message) {
      super(message);
    }
  }

  /**
   * Starts the pipeline; nothing is fed yet.
   *
   * @param records the input, at least one
   * @param keyField the field that is the partition key, in place of what the function says
   * @throws InputException if a record has no usable key, or the rate leaves no time for the
   *     checkpoints
   */
  public static Demo start(
      DemoSettings settings,
      UserFunction function,
      List<byte[]> records,
      Optional<String> keyField,
      Terminal terminal) {
    settings.requireTimeFor(records.size());
    List<InputRow> rows = RowKeys.of(records, function, keyField);
    Screen screen = new Screen(terminal, InstantSource.system());
    return new Demo(settings, function, rows, screen, Pipeline.start(settings, function, screen));
  }

  private Demo(
      DemoSettings settings,
      UserFunction function,
      List<InputRow> rows,
      Screen screen,
      Pipeline pipeline) {
    this.settings = settings;
    this.function = function;
    this.rows = rows;
    this.screen = screen;
    this.pipeline = pipeline;
    this.expectations = Expectations.of(rows.size());
    this.feed =
        new DemoFeed(pipeline.world(), pipeline.stream(), rows, settings.recordsPerSecond());
    this.dashboard = new Dashboard(pipeline, screen, rows.size());
    this.restoring = new DemoRestore(pipeline, screen);
    this.reshards = new DemoReshards(pipeline, screen);
    this.acts = acts();
  }

  private Deque<Act> acts() {
    Deque<Act> acts = new ArrayDeque<>();
    acts.add(mishap(0.08, Mishap.ABANDONED));
    reshard(Reshard.SPLIT).ifPresent(split -> acts.add(new Act(0.13, split)));
    acts.add(mishap(0.18, Mishap.TIMED_OUT));
    acts.add(mishap(0.30, Mishap.DELIVERED_TWICE));
    acts.add(mishap(0.38, Mishap.ZOMBIE));
    // After the checkpoint that is restored, so that the restore takes back the merge as well.
    reshard(Reshard.MERGE).ifPresent(merge -> acts.add(new Act(0.46, merge)));
    return acts;
  }

  private Act mishap(double fraction, Mishap mishap) {
    return new Act(fraction, () -> pipeline.mishaps().arm(mishap));
  }

  /** A small input is over before a job has followed a split. */
  private Optional<Runnable> reshard(Reshard reshard) {
    Runnable action =
        switch (reshard) {
          case SPLIT -> reshards::split;
          case MERGE -> reshards::merge;
        };
    return Optional.of(action).filter(any -> expectations.reshards().contains(reshard));
  }

  /** Where DynamoDB Local listens. */
  public URI endpoint() {
    return pipeline.database().endpoint().orElseThrow();
  }

  /**
   * Runs from the first record to the comparison.
   *
   * @return whether the state equals the plain fold, and all expectations were met
   */
  public boolean run() {
    screen.say(
        Sizes.count(rows.size())
            + " records → "
            + settings.shards()
            + " shards → "
            + function.className()
            + "; a checkpoint each "
            + Sizes.seconds(settings.interval()));
    screen.say(
        "DynamoDB Local at "
            + endpoint()
            + ", table "
            + DemoSettings.TABLE
            + "; files in "
            + settings.directory().map(Path::toString).orElse("it, too"));
    try {
      Optional<DemoRestore.RequestedRestore> restored = story();
      return verdict(restored);
    } catch (StandstillException e) {
      screen.say(String.valueOf(e.getMessage()));
      return false;
    } finally {
      screen.show(List.of());
    }
  }

  private Optional<DemoRestore.RequestedRestore> story() throws StandstillException {
    feed.start();
    Optional<DemoRestore.RequestedRestore> restored = Optional.empty();
    Movement movement = new Movement();
    while (true) {
      dashboard.refresh(feed.fed());
      double done = (double) pipeline.log().records() / rows.size();
      if (!acts.isEmpty() && done >= acts.getFirst().fraction()) {
        acts.removeFirst().action().run();
      }
      reshards.observe(feed.ends());
      feed.release(
          dashboard.completed() >= 1, dashboard.completed() >= expectations.checkpoints() - 1);
      boolean settled = isSettled();
      if (restored.isPresent() && wasRefused(restored.get())) {
        restored = Optional.empty();
      }
      if (restored.isEmpty() && done >= RESTORE_AT) {
        restored = restoring.rewindAtLeast(Math.max(1, expectations.rewound()));
      }
      if (settled && (restored.isEmpty() || !restored.get().epoch().isAfter(job().epoch()))) {
        return restored;
      }
      movement.require(settled);
      pipeline.world().sleep(LOOK);
    }
  }

  /**
   * Whether all of the input is in the state, no restore is under way, and the last checkpoint has
   * all of it. After a restore of a checkpoint that had all of it, no other one follows.
   */
  private boolean isSettled() {
    return isApplied()
        && reshards.areFollowed()
        && job().latest().map(this::holdsEverything).orElse(false);
  }

  /** Whether all of the input is in the state, and no restore is under way. */
  private boolean isApplied() {
    Job job = job();
    return feed.isDone()
        && pipeline.log().reached(feed.ends())
        && job.status() instanceof JobStatus.Running
        && job.requests().isEmpty()
        && hasFollowed(pipeline.lineage());
  }

  /** Whether no closed shard has children that are yet to open with its state. */
  private boolean hasFollowed(ShardLineage lineage) {
    return pipeline.checkpoints().subtasks(settings.job()).stream()
        .filter(lineage::isClosed)
        .allMatch(lineage.passedOnState()::contains);
  }

  private boolean holdsEverything(CheckpointId latest) {
    return pipeline.lineage().expected().stream()
        .map((SubtaskId subtask) -> pipeline.journal().fromLastBase(subtask).getLast())
        .allMatch(
            last ->
                last instanceof Entry.Restored
                    || (last instanceof Entry.Snapshotted snapshot
                        && snapshot.checkpoint().compareTo(latest) <= 0));
  }

  private boolean wasRefused(DemoRestore.RequestedRestore requested) {
    Job job = job();
    boolean refused =
        job.restoreCheckpointId().isEmpty()
            && requested.epoch().isAfter(job.epoch())
            && job.refusal()
                .filter(why -> why.request().equals("restore " + requested.checkpoint()))
                .isPresent();
    if (refused) {
      screen.say("  … refused: " + job.refusal().orElseThrow().reason());
    }
    return refused;
  }

  private Job job() {
    return pipeline.job();
  }

  private boolean verdict(Optional<DemoRestore.RequestedRestore> restored) {
    dashboard.refresh(feed.fed());
    screen.keep();
    screen.say(
        "all records are in the state, and every gap is closed; folding the input plainly, to"
            + " compare");
    Optional<DemoLog.Rewind> rewind =
        restored.flatMap(requested -> pipeline.log().rewind(requested.epoch()));
    Set<Mishap> faced = pipeline.mishaps().faced();
    int completed = dashboard.completed();
    boolean equal = compare(PlainFold.of(rows, function, pipeline.stream()));
    screen.print("");
    printSummary(completed, faced, rewind);
    List<String> broken =
        new ArrayList<>(expectations.broken(completed, faced, reshards.kinds(), rewind));
    if (pipeline.log().records() > 0 && isAllDeadLetters()) {
      broken.add("state: the function could process none of the records, and all are dead letters");
    }
    broken.forEach(what -> screen.print("NOT SHOWN: " + what));
    screen.print("");
    screen.print(
        equal && broken.isEmpty()
            ? "EQUAL. Exactly once, in " + Sizes.seconds(screen.elapsed()) + "."
            : equal ? "EQUAL, but not everything was shown." : "NOT EQUAL.");
    return equal && broken.isEmpty();
  }

  private boolean isAllDeadLetters() {
    return pipeline.checkpoints().subtasks(settings.job()).stream()
        .map(subtask -> pipeline.journal().fromLastBase(subtask))
        .filter(tail -> !tail.isEmpty())
        .allMatch(tail -> tail.getLast().header().counts().applied() == 0);
  }

  private boolean compare(PlainFold fold) {
    StateReader stored = new StateReader(pipeline.journal(), pipeline.storage());
    ShardLineage lineage = pipeline.lineage();
    Counts passedOn = Counts.NONE;
    Set<SubtaskId> closed = new TreeSet<>(lineage.passedOnState());
    closed.addAll(pipeline.checkpoints().retired(settings.job()));
    for (SubtaskId subtask : closed) {
      Counts own = pipeline.log().counts(subtask);
      passedOn = passedOn.plus(own.applied(), own.deadLettered());
    }
    StateComparisonWithFold comparison =
        StateComparisonWithFold.of(
            fold,
            lineage.expected().stream().map(stored::head).flatMap(Optional::stream).toList(),
            passedOn);
    screen.print("");
    screen.print(
        "compared    "
            + Sizes.count(comparison.keys())
            + " keys, "
            + Sizes.count(comparison.cells())
            + " cells of state, "
            + Sizes.count(comparison.records())
            + " records, "
            + Sizes.count(comparison.deadLetters())
            + " dead letters");
    screen.print(
        "            what is stored, read cold from journals and files, with a plain fold over the"
            + " input");
    printDeadLetters(comparison.deadLetters());
    comparison.differences().forEach(difference -> screen.print("DIFFERENT   " + difference));
    screen.print("differences " + Sizes.count(comparison.different()));
    return comparison.isEqual();
  }

  private void printDeadLetters(long count) {
    if (count == 0) {
      return;
    }
    FilePath folder = FilePath.of(settings.job().value(), "dead-letters");
    screen.print(
        "            the first dead letters, of those in " + folder + " (kept with --dir):");
    pipeline.storage().list(folder).stream()
        .limit(DEAD_LETTERS_SHOWN)
        .map(file -> pipeline.storage().get(file.path()))
        .flatMap(Optional::stream)
        .map(Trees::fromJson)
        .forEach(
            letter ->
                screen.print(
                    "            "
                        + letter.text("shard")
                        + " record "
                        + letter.text("sequenceNumber")
                        + ": "
                        + letter.text("cause")));
  }

  private void printSummary(int completed, Set<Mishap> faced, Optional<DemoLog.Rewind> rewind) {
    LocalContainers.Figures figures = pipeline.figures();
    screen.print("checkpoints " + completed + " completed");
    screen.print(
        "invocations "
            + Sizes.count(figures.invocations())
            + " in "
            + Sizes.count(figures.coldStarts())
            + " containers; "
            + figures.failures()
            + " failed, "
            + figures.timeOuts()
            + " timed out");
    screen.print(
        "faced       " + faced.stream().map(Mishap::words).collect(Collectors.joining(", ")));
    reshards.printSummary();
    rewind.ifPresent(
        restore ->
            screen.print(
                "restored    checkpoint "
                    + restore.checkpoint()
                    + ": "
                    + Sizes.count(restore.rewound())
                    + " records taken back, "
                    + Sizes.count(restore.replayed())
                    + " applied again"));
  }

  /**
   * Keeps the idle pipeline running and executes a user's requests; each restore is followed by
   * another comparison. Returns only by an exception, when the pipeline is closed.
   *
   * @param hints what a user can type
   * @param mailbox where other processes leave records for the stream
   */
  public void keepRunning(List<String> hints, Mailbox mailbox) {
    screen.print("");
    hints.forEach(screen::print);
    List<InputRow> all = new ArrayList<>(rows);
    Epoch compared = job().epoch();
    Optional<Job.Refusal> printed = job().refusal();
    StreamRequests streamRequests = new StreamRequests(pipeline);
    while (true) {
      take(mailbox, all);
      streamRequests.serve(mailbox.ofStream());
      dashboard.refresh(feed.fed());
      Job job = job();
      if (job.refusal().isPresent() && !job.refusal().equals(printed)) {
        screen.say("restore refused: " + job.refusal().get().reason());
        printed = job.refusal();
      }
      if (job.epoch().isAfter(compared) && isApplied()) {
        screen.say("restored, and every gap is closed; comparing again");
        screen.print(
            compare(PlainFold.of(all, function, pipeline.stream())) ? "EQUAL." : "NOT EQUAL.");
        compared = job.epoch();
      }
      pipeline.world().sleep(LOOK);
    }
  }

  private void take(Mailbox mailbox, List<InputRow> all) {
    for (Mailbox.StoredRow left : mailbox.waiting()) {
      pipeline.stream().put(left.row().key(), left.row().data(), left.row().hashKey());
      all.add(left.row());
      mailbox.taken(left);
      screen.say("a record was put into the stream again, under key " + left.row().key());
    }
  }

  /** Stops everything; containers that are frozen end too. */
  @Override
  public void close() {
    pipeline.close();
  }

  /** Distinguishes a slow or waiting pipeline from one without progress. */
  private final class Movement {
    private long records;
    private Duration lastMoved = Duration.ZERO;
    private Optional<Halt> printed = Optional.empty();

    void require(boolean settled) throws StandstillException {
      if (isHaltedByTheUser()) {
        lastMoved = screen.elapsed();
        return;
      }
      long now = pipeline.log().records();
      if (records != now || (now >= feed.fed() && !feed.isDone())) {
        records = now;
        lastMoved = screen.elapsed();
      }
      Duration still = screen.elapsed().minus(lastMoved);
      if (still.compareTo(LONGEST_STANDSTILL) > 0) {
        throw new StandstillException(
            "nothing has moved for "
                + Sizes.seconds(still)
                + ", with "
                + Sizes.count(records)
                + " of "
                + Sizes.count(rows.size())
                + " records in the state; "
                + why(settled)
                + "; the last failure was: "
                + pipeline.lastFailure());
      }
    }

    /** Waits until the user resumes the job. */
    private boolean isHaltedByTheUser() {
      Optional<Halt> halt =
          job().status() instanceof JobStatus.Halted(Halt to) && !(to instanceof Halt.Failed)
              ? Optional.of(to)
              : Optional.empty();
      if (halt.isPresent() && !halt.equals(printed)) {
        screen.say("the job is " + halt.get().label() + "; it goes on with: ./cairn resume");
      }
      printed = halt;
      return halt.isPresent();
    }

    private String why(boolean settled) {
      Job job = job();
      return switch (job.status()) {
        case JobStatus.Restoring(Restoration from) ->
            "the restore of " + from.name() + " is not done";
        case JobStatus.Replaying(Restoration from) ->
            "the replay after the restore of " + from.name() + " is not done";
        case JobStatus.Halted(Halt halt) -> "the job is " + halt.label();
        case JobStatus.Suspending s -> "the job is about to halt";
        case JobStatus.Resuming r -> "the job is about to go on";
        case JobStatus.Running r when !job.requests().isEmpty() ->
            "\"" + job.requests().getFirst().command() + "\" waits to be served";
        case JobStatus.Running r ->
            settled
                ? "of "
                    + dashboard.completed()
                    + " completed checkpoints, none is far enough back to be restored"
                : "the job runs";
      };
    }
  }
}
