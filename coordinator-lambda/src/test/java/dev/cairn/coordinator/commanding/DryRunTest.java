package dev.cairn.coordinator.commanding;

import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.command.Command;
import dev.cairn.command.Command.Options;
import dev.cairn.command.Command.StartsAt;
import dev.cairn.command.Command.Target;
import dev.cairn.coordinator.ports.Announcer;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.ports.SourceMapping;
import dev.cairn.coordinator.restoring.PreflightReport;
import dev.cairn.coordinator.restoring.PreflightReport.Kind;
import dev.cairn.coordinator.restoring.PreflightReport.Replay;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Job;
import dev.cairn.job.Request;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Journal;
import dev.cairn.parallel.FanOut;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.storage.FileStorage;
import dev.cairn.stream.StreamException;
import dev.cairn.stream.StreamReader;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a restore would do is told, and not done. */
class DryRunTest {
  private final Pipeline pipeline = new Pipeline(2);
  private final Task<String> container = pipeline.container();
  private final List<Tap.Call> calls = new ArrayList<>();

  /** Checkpoint 1 on both shards; then two more records on one of them, and an hour passes. */
  @BeforeEach
  void goOn() {
    for (int shard = 0; shard < 2; shard++) {
      run(container, shard, pipeline.put(shard, "a"));
    }
    pipeline.checkpoint(container);
    run(container, 0, pipeline.put(0, "b", "c"));
    pipeline.pass(Duration.ofHours(1));
  }

  private DryRun dryRun() {
    return dryRun(pipeline);
  }

  private DryRun dryRun(Pipeline pipeline) {
    Tap tap =
        new Tap() {
          @Override
          public void before(Call call) {
            calls.add(call);
          }
        };
    return new DryRun(
        new CoordinatorPorts(
            Tap.on(Journal.class, "journal", pipeline.journal(), tap),
            Tap.on(CheckpointStore.class, "checkpoints", pipeline.checkpoints(), tap),
            Tap.on(FileStorage.class, "storage", pipeline.storage(), tap),
            Tap.on(StreamReader.class, "stream", pipeline.stream(), tap),
            (subtask, purpose) -> {
              throw new AssertionError("a dry run wakes nobody");
            },
            pipeline::now,
            () -> new EntryId("none"),
            Announcer.SILENT,
            SourceMapping.ALWAYS_ON,
            pipeline.damages(),
            FanOut.ONE_BY_ONE),
        Pipeline.PROMPT);
  }

  private static Command.Restore restore(long id) {
    return new Command.Restore(new Target.Id(new CheckpointId(id)), Options.NONE);
  }

  @Test
  void filesRecordsTimeAndRetentionAreTold() {
    DryRun.Result result = dryRun().restore(pipeline.job(), restore(1));

    PreflightReport report = ((DryRun.Result.Possible) result).report();
    assertThat(report.from().own()).contains(new CheckpointId(1));
    assertThat(report.checked())
        .extracting(PreflightReport.Checked::kind)
        .containsExactlyInAnyOrder(Kind.STATE, Kind.RUN, Kind.STATE, Kind.RUN);
    assertThat(report.sizeBytes())
        .isEqualTo(
            report.checked().stream()
                .mapToLong(
                    one -> pipeline.storage().head(one.file().path()).orElseThrow().sizeBytes())
                .sum());
    assertThat(report.marks()).isZero();
    assertThat(report.streamUnread()).isEmpty();
    assertThat(report.records()).isEqualTo(2);
    Replay busy = report.replays().getFirst();
    assertThat(busy.subtask()).isEqualTo(Pipeline.subtask(0));
    assertThat(busy.records()).isEqualTo(2);
    assertThat(busy.from()).isEqualTo(Position.after(pipeline.all(0).getFirst().sequenceNumber()));
    assertThat(busy.frontier())
        .isEqualTo(Position.after(pipeline.all(0).getLast().sequenceNumber()));
    assertThat(busy.stream())
        .contains(Duration.between(pipeline.all(0).get(1).arrival(), pipeline.now()));
    // What is needed first is the last record that the checkpoint has.
    assertThat(busy.margin())
        .contains(
            Duration.between(
                pipeline.now(),
                pipeline.all(0).getFirst().arrival().plus(pipeline.stream().retention())));
    Replay idle = report.replays().getLast();
    assertThat(idle.records()).isZero();
    assertThat(idle.stream()).isEmpty();
    assertThat(idle.margin()).isEmpty();
  }

  @Test
  void nothingIsWritten() {
    Job before = pipeline.job();
    List<Entry> journal = pipeline.journal(0);

    dryRun().restore(before, restore(1));
    dryRun().restore(before, restore(9));
    dryRun().undo(before);

    assertThat(calls).isNotEmpty().noneMatch(Tap.Call::isWrite);
    assertThat(pipeline.job()).isEqualTo(before);
    assertThat(pipeline.journal(0)).isEqualTo(journal);
  }

  @Test
  void whatTheCoordinatorWouldRefuseIsRefusedInItsWords() {
    assertThat(refusal(dryRun().restore(pipeline.job(), restore(9))))
        .contains("checkpoint 9 is unknown");
    assertThat(refusal(dryRun().undo(pipeline.job()))).contains("there is nothing to undo");
    pipeline.stream().trim(Pipeline.shard(0), pipeline.all(0).get(1).sequenceNumber());
    assertThat(refusal(dryRun().restore(pipeline.job(), restore(1))))
        .contains("is beyond retention");
    pipeline.storage().paths().stream()
        .filter(path -> path.value().startsWith(JOB + "/shared/"))
        .findFirst()
        .ifPresent(pipeline.storage()::delete);
    assertThat(refusal(dryRun().restore(pipeline.job(), restore(1)))).contains("is missing");
  }

  /** A savepoint of a job that reads three shards. */
  private Command.Restore ofThreeShards(StartsAt startsAt) {
    Pipeline wide = pipeline.beside(new JobId("wide"), 3);
    for (int shard = 0; shard < 3; shard++) {
      run(wide.container(), shard, wide.put(shard, "w"));
    }
    wide.serve("savepoint");
    return new Command.Restore(
        new Target.Path("savepoints/wide/savepoint-1"),
        new Options(ClaimMode.NO_CLAIM, false, false, Optional.of(startsAt)));
  }

  @Test
  void whichShardGetsWhoseStateIsTold() {
    Command.Restore restore = ofThreeShards(new StartsAt.Horizon());
    calls.clear();

    DryRun.Result result = dryRun().restore(pipeline.job(), restore);

    PreflightReport report = ((DryRun.Result.Possible) result).report();
    assertThat(report.checked()).hasSize(6);
    Replay first = report.replays().getFirst();
    assertThat(first.sources())
        .containsExactly("count/shardId-000000000000", "count/shardId-000000000001");
    assertThat(first.isOpened()).isTrue();
    assertThat(first.from())
        .isEqualTo(Position.before(pipeline.all(0).getFirst().sequenceNumber()));
    assertThat(first.records()).as("a, b and c").isEqualTo(3);
    assertThat(first.stream())
        .contains(Duration.between(pipeline.all(0).getFirst().arrival(), pipeline.now()));
    Replay last = report.replays().getLast();
    assertThat(last.sources())
        .containsExactly("count/shardId-000000000001", "count/shardId-000000000002");
    assertThat(last.records()).as("a").isEqualTo(1);
    assertThat(calls).isNotEmpty().noneMatch(Tap.Call::isWrite);
  }

  @Test
  void fromATimeOnItCountsWhatFollows() {
    Command.Restore restore =
        ofThreeShards(new StartsAt.Timestamp(pipeline.all(0).get(1).arrival()));

    DryRun.Result result = dryRun().restore(pipeline.job(), restore);

    PreflightReport report = ((DryRun.Result.Possible) result).report();
    Replay first = report.replays().getFirst();
    assertThat(first.from()).isEqualTo(Position.after(pipeline.all(0).getFirst().sequenceNumber()));
    assertThat(first.records()).as("b and c").isEqualTo(2);
    assertThat(report.replays().getLast().records()).isZero();
  }

  @Test
  void shardsThatItWouldOpenAreTold() {
    Pipeline fresh = pipeline.beside(new JobId("fresh"), 3);
    Command.Restore restore = ofThreeShards(new StartsAt.SameStream());
    for (int shard = 0; shard < 3; shard++) {
      fresh.put(shard, "w");
    }
    calls.clear();

    DryRun.Result result = dryRun(fresh).restore(fresh.job(), restore);

    PreflightReport report = ((DryRun.Result.Possible) result).report();
    assertThat(report.replays()).hasSize(3).noneMatch(Replay::isOpened);
    assertThat(report.replays().getFirst().sources()).containsExactly("count/shardId-000000000000");
    assertThat(report.records()).isZero();
    assertThat(calls).isNotEmpty().noneMatch(Tap.Call::isWrite);
    assertThat(fresh.checkpoints().subtasks(fresh.job().id())).isEmpty();
  }

  /** A dry run that Kinesis allows to read nothing. */
  private DryRun withAnUnreadableStream() {
    Tap refusing =
        new Tap() {
          @Override
          public void before(Call call) {
            throw new StreamException("access denied");
          }
        };
    CoordinatorPorts ports =
        new CoordinatorPorts(
            pipeline.journal(),
            pipeline.checkpoints(),
            pipeline.storage(),
            Tap.on(StreamReader.class, "stream", pipeline.stream(), refusing),
            (subtask, purpose) -> {},
            pipeline::now,
            () -> new EntryId("none"));
    return new DryRun(ports, Pipeline.PROMPT);
  }

  private static String refusal(DryRun.Result result) {
    return ((DryRun.Result.Refused) result).reason();
  }

  /** From a machine that cannot read it; the coordinator will. */
  @Test
  void aStreamThatCannotBeAskedIsSaidToBeUnread() {
    DryRun.Result result = withAnUnreadableStream().restore(pipeline.job(), restore(1));

    PreflightReport report = ((DryRun.Result.Possible) result).report();
    assertThat(report.streamUnread()).contains("access denied");
    assertThat(report.records()).isEqualTo(2);
    assertThat(report.margin()).isEqualTo(Optional.empty());
  }

  /** Which shards there are, only the stream knows. */
  @Test
  void withoutTheStreamNobodyKnowsWhoGetsWhat() {
    Command.Restore restore = ofThreeShards(new StartsAt.Horizon());
    DryRun.Result result = withAnUnreadableStream().restore(pipeline.job(), restore);

    PreflightReport report = ((DryRun.Result.Possible) result).report();
    assertThat(report.checked()).hasSize(6);
    assertThat(report.streamUnread()).contains("access denied");
    assertThat(report.replays()).isEmpty();
  }

  @Test
  void aGapThatIsNotClosedYetIsCountedToItsEnd() {
    pipeline.checkpoints().request(Pipeline.JOB, Request.command("restore 1"));
    Pipeline.tick(pipeline.coordinator());
    Pipeline.tick(pipeline.coordinator());
    assertThat(pipeline.head(0).hasGap()).isTrue();

    PreflightReport report =
        ((DryRun.Result.Possible) dryRun().restore(pipeline.job(), restore(1))).report();

    assertThat(report.records()).isEqualTo(2);
  }

  /** The counts of one job's state say nothing of the records of the other's stream. */
  @Test
  void afterARestoreOfAnotherJobsStateRecordsAreStillCounted() {
    Pipeline other = pipeline.beside(new JobId("before"), 1);
    for (int i = 0; i < 5; i++) {
      other.put("key-" + i, "before");
    }
    run(other.container(), 0, other.all(0));
    other.serve("savepoint");
    pipeline.serve("restore savepoints/before/savepoint-1 --positions horizon");
    assertThat(pipeline.head(0).counts().applied()).isEqualTo(5 + 3);

    PreflightReport report =
        ((DryRun.Result.Possible) dryRun().restore(pipeline.job(), restore(1))).report();

    assertThat(report.replays()).extracting(Replay::records).containsExactly(2L, 0L);
  }
}
