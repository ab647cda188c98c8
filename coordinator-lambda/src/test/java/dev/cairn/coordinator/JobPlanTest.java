package dev.cairn.coordinator;

import static dev.cairn.coordinator.Samples.FIRST;
import static dev.cairn.coordinator.Samples.INTERVAL;
import static dev.cairn.coordinator.Samples.JOB;
import static dev.cairn.coordinator.Samples.NOON;
import static dev.cairn.coordinator.Samples.RUNNING;
import static dev.cairn.coordinator.Samples.SECOND;
import static dev.cairn.coordinator.Samples.aborted;
import static dev.cairn.coordinator.Samples.advanced;
import static dev.cairn.coordinator.Samples.completed;
import static dev.cairn.coordinator.Samples.failed;
import static dev.cairn.coordinator.Samples.id;
import static dev.cairn.coordinator.Samples.job;
import static dev.cairn.coordinator.Samples.materialized;
import static dev.cairn.coordinator.Samples.opened;
import static dev.cairn.coordinator.Samples.pending;
import static dev.cairn.coordinator.Samples.pendingSavepoint;
import static dev.cairn.coordinator.Samples.savepoint;
import static dev.cairn.coordinator.Samples.snapshotted;
import static dev.cairn.coordinator.Samples.tail;
import static dev.cairn.coordinator.Samples.toleratingOne;
import static dev.cairn.coordinator.Samples.triggered;
import static dev.cairn.coordinator.Samples.view;
import static dev.cairn.coordinator.Samples.withoutGap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.coordinator.checkpointing.SubtaskRequest;
import dev.cairn.coordinator.journals.JobView;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.coordinator.ports.CoordinatorSettings;
import dev.cairn.coordinator.ports.Event;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Fork;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Restoration;
import dev.cairn.state.HashRange;
import dev.cairn.stream.Shard;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows of a view and an event → the actions, in their order. */
class JobPlanTest {
  private static final Event TICK = new Event.Tick(JOB);
  private static final Event REQUESTED = new Event.Requested(JOB);

  private static final Instant LONG_AGO = NOON.minus(INTERVAL);
  private static final List<Checkpoint> NONE = List.of();
  private static final JournalTail CHANGED = tail(FIRST, opened(1), advanced(withoutGap(2)));
  private static final JournalTail UNCHANGED = tail(SECOND, snapshotted(withoutGap(3), 1));
  private static final List<String> UPKEEP =
      List.of("look for stuck shards", "delete expired letters", "keep the mapping on");

  private record Row(String name, JobView view, Event event, Instant now, List<String> actions) {
    @Override
    public String toString() {
      return name + " → " + actions;
    }
  }

  private static Row row(String name, JobView view, Event event, String... actions) {
    return new Row(name, view, event, NOON, Arrays.asList(actions));
  }

  /** A row of a tick that records, finds the job healthy, and ends with the upkeep. */
  private static Row healthy(String name, JobView view, Instant now, String... actions) {
    List<String> all = new ArrayList<>(List.of("record", "announce Health"));
    all.addAll(Arrays.asList(actions));
    all.addAll(UPKEEP);
    return new Row(name, view, TICK, now, all);
  }

  static Stream<Row> running() {
    Job running = job(RUNNING);
    Checkpoint second = pending(2, LONG_AGO, FIRST, SECOND);
    return Stream.of(
        row("a request that was served", JobView.of(running), REQUESTED),
        row(
            "an acknowledgement, whose checkpoint is settled by then",
            JobView.of(running),
            new Event.Acknowledged(JOB, id(1), Set.of(FIRST))),
        healthy("no subtask was opened", JobView.of(running), NOON),
        healthy(
            "a checkpoint is due",
            view(running, NONE, CHANGED, UNCHANGED),
            NOON,
            "begin 99: trigger 0, carry forward 1"),
        healthy(
            "nothing is new",
            view(running, List.of(completed(1, LONG_AGO, SECOND)), UNCHANGED),
            NOON),
        healthy(
            "a split whose parent nobody applies to its end",
            new JobView(
                running,
                new TreeMap<>(Map.of(SECOND, UNCHANGED)),
                List.of(completed(1, LONG_AGO, SECOND)),
                Map.of(),
                List.of(),
                List.of(
                    new Shard(SECOND.shard(), HashRange.ALL, List.of()),
                    new Shard(FIRST.shard(), HashRange.ALL, List.of(SECOND.shard())))),
            NOON.plusSeconds(5),
            "open  and drain 1",
            "announce Resharding"),
        healthy(
            "a pending checkpoint, of which one subtask knows",
            view(
                running,
                List.of(second),
                tail(FIRST, opened(1), advanced(withoutGap(2)), triggered(3, 2)),
                UNCHANGED),
            NOON,
            "announce InProgress",
            "ask for 2: carry forward 1"),
        healthy(
            "a pending checkpoint, whose subtask knows and is silent",
            view(running, List.of(second), tail(FIRST, opened(1), advanced(2), triggered(3, 2))),
            NOON.plusSeconds(5),
            "announce InProgress",
            "ask for 2: wake 0",
            "wake 0"),
        healthy(
            "a pending checkpoint that is known to be acknowledged",
            new JobView(
                running,
                new TreeMap<>(Map.of(SECOND, UNCHANGED)),
                List.of(second),
                Map.of(id(2), Set.of(SECOND)),
                List.of(),
                List.of()),
            NOON,
            "announce InProgress"));
  }

  static Stream<Row> failing() {
    Job running = job(RUNNING);
    JournalTail damaged = tail(FIRST, opened(1), failed(2, FailureReason.DAMAGED, 2, false));
    JournalTail givenUp = tail(SECOND, opened(1), failed(2, FailureReason.USER_CODE, 3, true));
    Checkpoint pending = pending(2, LONG_AGO, FIRST);
    return Stream.of(
        row(
            "a damaged shard goes before one that was given up, and before checkpoints",
            view(running, List.of(pending), damaged, givenUp),
            TICK,
            "record",
            "announce Health",
            "recover 0"),
        row(
            "a shard was given up",
            view(running, List.of(pending), CHANGED, givenUp),
            TICK,
            "record",
            "announce Health",
            "move to SUSPENDING, aborting 2"),
        row(
            "too many checkpoints failed",
            view(toleratingOne(), List.of(aborted(2, LONG_AGO), aborted(3, LONG_AGO)), CHANGED),
            TICK,
            "record",
            "announce Health",
            "move to SUSPENDING"));
  }

  static Stream<Row> replaying() {
    Job replaying = job(new JobStatus.Replaying(Restoration.of(id(1))));
    JournalTail behind = tail(FIRST, opened(1));
    List<Checkpoint> recent = List.of(completed(1, NOON, FIRST));
    return Stream.of(
        healthy("a shard closes its gap", view(replaying, recent, behind), NOON),
        healthy(
            "a shard has a gap, and no task is at work on it",
            view(replaying, recent, behind),
            NOON.plusSeconds(5),
            "wake 0"),
        healthy(
            "the last gap is closed",
            view(replaying, recent, CHANGED),
            NOON,
            "move to RUNNING, then announce RestoreFinished"));
  }

  static Stream<Row> collecting() {
    Job without = job(RUNNING, 1, Optional.empty(), Optional.<Duration>empty());
    JournalTail rewritten = tail(FIRST, materialized(withoutGap(3)));
    return Stream.of(
        row(
            "a job without checkpoints has a new base",
            view(without, NONE, rewritten),
            TICK,
            "record",
            "announce Health",
            "look for stuck shards",
            "delete expired letters",
            "keep the mapping on",
            "collect"));
  }

  static Stream<Row> between() {
    Job restoring = job(new JobStatus.Restoring(Restoration.of(id(1))));
    Job suspending = job(new JobStatus.Suspending(new Halt.Cancelled(false)));
    Job resuming = job(new JobStatus.Resuming(true));
    return Stream.of(
        row("a restore", JobView.of(restoring), TICK, "record", "restore checkpoint 1"),
        row("a restore, at any event", JobView.of(restoring), REQUESTED, "restore checkpoint 1"),
        row("a halt", JobView.of(suspending), TICK, "record", "suspend to CANCELLED"),
        row("a halt, at any event", JobView.of(suspending), REQUESTED, "suspend to CANCELLED"),
        row("a resumption", JobView.of(resuming), REQUESTED, "resume, accepting a gap"));
  }

  static Stream<Row> stopping() {
    Job stopping = job(new JobStatus.Halted(new Halt.Stopping(Optional.empty())));
    Checkpoint pending = pendingSavepoint(2, LONG_AGO, FIRST, SECOND);
    return Stream.of(
        row(
            "its savepoint is to begin, which carries nothing forward",
            view(stopping, NONE, CHANGED, UNCHANGED),
            REQUESTED,
            "keep the mapping off",
            "begin 99: trigger 0, trigger 1"),
        row(
            "its savepoint is pending",
            view(stopping, List.of(pending), CHANGED),
            TICK,
            "record",
            "keep the mapping off",
            "ask for 2: trigger 0"),
        row(
            "its savepoint is completed",
            view(stopping, List.of(savepoint(2)), CHANGED),
            TICK,
            "record",
            "keep the mapping off",
            "move to STOPPED, then announce Halted"),
        row(
            "its savepoint failed",
            view(stopping, List.of(aborted(2, LONG_AGO)), CHANGED),
            TICK,
            "record",
            "keep the mapping off",
            "continue: savepoint 2 failed, so the job continues"),
        row(
            "a savepoint of an earlier epoch is not its own",
            view(
                job(stopping.status(), 2, Optional.empty(), Optional.of(INTERVAL)),
                List.of(savepoint(2)),
                CHANGED),
            REQUESTED,
            "keep the mapping off",
            "begin 99: "));
  }

  static Stream<Row> halted() {
    Job deleted = job(new JobStatus.Halted(new Halt.Cancelled(true)));
    Job retained = job(new JobStatus.Halted(new Halt.Cancelled(false)));
    Job stopped = job(new JobStatus.Halted(new Halt.Stopped(id(2))));
    Failure failure = Failure.of(FailureReason.USER_CODE, "for this test");
    Job failed = job(new JobStatus.Halted(new Halt.Failed(failure)));
    Instant old = NOON.plus(Duration.ofHours(1));
    Fork released = Fork.of(completed(1, NOON, FIRST), new JobId("fork"), NOON).released(NOON);
    JobView emptied =
        new JobView(
            deleted,
            new TreeMap<>(Map.of(FIRST, CHANGED)),
            NONE,
            Map.of(),
            List.of(released),
            List.of());
    List<String> asleep = List.of("record", "keep the mapping off");
    List<String> deleting = List.of("record", "keep the mapping off", "delete checkpoints");
    return Stream.of(
        new Row(
            "cancelled, with checkpoints to delete",
            view(deleted, List.of(completed(1, NOON, FIRST)), CHANGED),
            TICK,
            old,
            deleting),
        new Row("cancelled, and all is deleted", view(deleted, NONE, CHANGED), TICK, old, asleep),
        new Row("cancelled, and a fork has let its files go", emptied, TICK, old, deleting),
        row("cancelled, at another event", JobView.of(deleted), REQUESTED, "keep the mapping off"),
        new Row("cancelled and retained", JobView.of(retained), TICK, NOON, asleep),
        new Row("stopped", JobView.of(stopped), TICK, NOON, asleep),
        row(
            "failed",
            JobView.of(failed),
            TICK,
            "record",
            "keep the mapping off",
            "announce Health"),
        row("failed, at another event", JobView.of(failed), REQUESTED, "keep the mapping off"));
  }

  @ParameterizedTest
  @MethodSource({"running", "failing", "replaying", "collecting", "between", "stopping", "halted"})
  void plans(Row row) {
    JobPlan plan = new JobPlan(CoordinatorSettings.DEFAULTS, CoordinatorGuards.ALL);

    assertThat(plan.plan(row.view, row.event, row.now).stream().map(JobPlanTest::text))
        .isEqualTo(row.actions);
    assertThat(row.view.tails().isEmpty() || JobPlan.needsJournals(row.view.job(), row.event))
        .as("journals are in the view only where the plan says that it looks at them")
        .isTrue();
  }

  private static String text(Action action) {
    return switch (action) {
      case Action.RecordHistory r -> "record";
      case Action.Announce(var announcement) ->
          "announce " + announcement.getClass().getSimpleName();
      case Action.Move move ->
          "move to "
              + move.to().label()
              + move.aborting().stream().map(one -> ", aborting " + one.id()).collect(joined())
              + move.announcement()
                  .map(one -> ", then announce " + one.getClass().getSimpleName())
                  .orElse("");
      case Action.ContinueWithoutSavepoint(String why) -> "continue: " + why.split(": ", 2)[0];
      case Action.Recover(var damaged) ->
          "recover " + damaged.stream().map(tail -> shard(tail.subtask())).collect(joined());
      case Action.Begin begin -> "begin " + begin.pending().id() + ": " + text(begin.requests());
      case Action.RequestAcks ask -> "ask for " + ask.pending().id() + ": " + text(ask.requests());
      case Action.Wake(var subtasks) ->
          "wake " + subtasks.stream().map(JobPlanTest::shard).collect(joined());
      case Action.Reshard(var opened, var drained) ->
          "open "
              + opened.stream().map(JobPlanTest::shard).collect(joined())
              + " and drain "
              + drained.stream().map(JobPlanTest::shard).collect(joined());
      case Action.Suspend(Halt to) -> "suspend to " + to.label();
      case Action.Resume(boolean acceptsGap) -> "resume" + (acceptsGap ? ", accepting a gap" : "");
      case Action.Restore(Restoration from) -> "restore " + from.name();
      case Action.KeepMapping keep -> "keep the mapping " + (keep.on() ? "on" : "off");
      case Action.FindStuckShards l -> "look for stuck shards";
      case Action.DeleteExpiredLetters d -> "delete expired letters";
      case Action.Collect c -> "collect";
      case Action.DeleteCheckpoints d -> "delete checkpoints";
    };
  }

  private static String text(List<SubtaskRequest> requests) {
    return requests.stream()
        .map(
            request ->
                switch (request) {
                      case SubtaskRequest.Trigger t -> "trigger ";
                      case SubtaskRequest.CarryForward c -> "carry forward ";
                      case SubtaskRequest.Wake w -> "wake ";
                    }
                    + shard(request.tail().subtask()))
        .collect(Collectors.joining(", "));
  }

  private static Collector<CharSequence, ?, String> joined() {
    return Collectors.joining();
  }

  private static String shard(SubtaskId subtask) {
    return subtask.shard().value().substring(subtask.shard().value().length() - 1);
  }
}
