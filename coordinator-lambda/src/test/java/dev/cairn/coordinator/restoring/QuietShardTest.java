package dev.cairn.coordinator.restoring;

import static dev.cairn.pipeline.Pipeline.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.command.Command;
import dev.cairn.command.CommandText;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.coordinator.commanding.DryRun;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.parallel.OutOfTimeException;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.state.StartPosition;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamException;
import dev.cairn.stream.StreamReader;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.ports.BatchResult;
import dev.cairn.task.ports.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Restores over shards that are quiet, empty, trimmed or created again. The stream answers as
 * Kinesis does: one read covers five minutes of the shard, and is empty if nothing arrived in them.
 */
final class QuietShardTest {
  private static final Duration QUIET = Duration.ofHours(10);

  private final Pipeline pipeline = new Pipeline(1);
  private final Pipeline other = pipeline.beside(new JobId("before"), 2);

  /** A savepoint of another job on another stream. */
  private void savepointOfAnother() {
    for (int i = 0; i < 4; i++) {
      other.put("key-" + i, "before-" + i);
    }
    Task<String> container = other.container();
    for (int shard = 0; shard < 2; shard++) {
      if (!other.all(shard).isEmpty()) {
        run(container, shard, other.all(shard));
      }
    }
    other.serve("savepoint");
  }

  private void deliver() {
    assertThat(run(pipeline.container(), 0, pipeline.all(0))).isInstanceOf(BatchResult.Done.class);
  }

  private List<StreamRecord> put(String... words) {
    return pipeline.put(0, words);
  }

  private long applied() {
    return pipeline.head(0).counts().applied();
  }

  private void requireRunning() {
    assertThat(pipeline.job().refusal().map(Job.Refusal::reason)).isEmpty();
    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
    assertThat(pipeline.head(0).hasGap()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 20})
  void aFreshJobAppliesWhatArrivedSinceATimeAndNothingFromBefore(int hours) {
    savepointOfAnother();
    put("old", "old");
    pipeline.pass(Duration.ofHours(hours));
    Instant time = pipeline.now();
    pipeline.pass(Duration.ofHours(2));
    put("new");

    pipeline.serve("restore savepoints/before/savepoint-1 --positions " + time);
    deliver();

    requireRunning();
    assertThat(applied()).isEqualTo(4 + 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 20})
  void aJobThatHasReadAppliesAgainWhatArrivedSinceATime(int hours) {
    savepointOfAnother();
    put("old", "old");
    pipeline.pass(Duration.ofMinutes(40));
    Instant time = pipeline.now();
    pipeline.pass(Duration.ofHours(hours));
    put("new", "new");
    deliver();

    pipeline.serve("restore savepoints/before/savepoint-1 --positions " + time);
    deliver();

    requireRunning();
    assertThat(applied()).isEqualTo(4 + 2);
  }

  @Test
  void aJobThatHasReadAppliesEverythingAgainFromTheHorizon() {
    savepointOfAnother();
    put("old", "old");
    pipeline.pass(QUIET);
    put("new");
    deliver();

    pipeline.serve("restore savepoints/before/savepoint-1 --positions horizon");
    deliver();

    requireRunning();
    assertThat(applied()).isEqualTo(4 + 3);
  }

  @Test
  void aBurstIsReadInLargePages() {
    savepointOfAnother();
    String key = pipeline.key(0, 0);
    for (int i = 0; i < 5_000; i++) {
      pipeline.stream().put(key, new byte[] {'w'}, Optional.empty());
    }
    pipeline.pass(Duration.ofSeconds(5));
    Instant time = pipeline.now();
    put("new");
    AtomicInteger reads = new AtomicInteger();

    dryRun("restore savepoints/before/savepoint-1 --positions " + time, counting(reads));

    assertThat(reads.get()).isLessThan(30);
  }

  @Test
  void aLongQuietTimeIsReadInSeveralTicksAndCheckpointsAreTakenMeanwhile() {
    Checkpoint.Completed checkpoint = gapOverQuiet();
    pipeline.pass(Duration.ofHours(30));
    pipeline.stream().trimExpired();
    // Whether the record is there that the restore needs, is known at the end of the shard.
    AtomicInteger reads = new AtomicInteger();
    Coordinator coordinator = pipeline.coordinator(slowly(reads));
    pipeline.checkpoints().request(Pipeline.JOB, Request.command("restore " + checkpoint.id()));

    assertThat(tickUntil(coordinator, () -> pipeline.job().request().isEmpty())).isBetween(2, 4);

    assertThat(pipeline.job().refusal().orElseThrow().reason()).contains("beyond retention");
    assertThat(pipeline.job().next()).isGreaterThan(checkpoint.id().next());
    assertThat(reads.get()).as("little was read twice").isLessThan(2 * 288);
  }

  @Test
  void aRestoreThatHasBegunReadsALongQuietTimeInSeveralTicks() {
    savepointOfAnother();
    put("old");
    deliver();
    pipeline.pass(Duration.ofHours(26));
    pipeline.stream().trimExpired();
    AtomicInteger reads = new AtomicInteger();
    Coordinator coordinator = pipeline.coordinator(slowly(reads));
    pipeline
        .checkpoints()
        .request(
            Pipeline.JOB,
            Request.command("restore savepoints/before/savepoint-1 --positions " + pipeline.now()));

    JobStatus running = new JobStatus.Running();
    assertThat(tickUntil(coordinator, () -> !pipeline.job().status().equals(running))).isOne();
    assertThat(tickUntil(coordinator, () -> pipeline.job().status().equals(running)))
        .isBetween(2, 6);

    assertThat(reads.get()).as("little was read twice").isLessThan(2 * 288);
    assertThat(run(pipeline.container(), 0, put("new"))).isEqualTo(new BatchResult.Done());
    requireRunning();
    assertThat(applied()).isEqualTo(4 + 1);
  }

  /** How many ticks it took, none of which may outlast the minute after which the next begins. */
  private int tickUntil(Coordinator coordinator, BooleanSupplier isDone) {
    int ticks = 0;
    while (!isDone.getAsBoolean() && ticks < 20) {
      Instant start = pipeline.now();
      try {
        Pipeline.tick(coordinator);
      } catch (OutOfTimeException e) {
        assertThat(e).hasMessageContaining("without finding a record");
      }
      assertThat(Duration.between(start, pipeline.now())).isLessThan(Duration.ofMinutes(1));
      ticks++;
    }
    return ticks;
  }

  /** A day is 288 pages of five minutes, and there are five of them a second. */
  private Tap slowly(AtomicInteger reads) {
    return new Tap() {
      @Override
      public void before(Call call) {
        if (call.name().equals("stream.read")) {
          reads.incrementAndGet();
          pipeline.pass(Duration.ofMillis(200));
        }
      }
    };
  }

  private static Tap counting(AtomicInteger reads) {
    return new Tap() {
      @Override
      public void before(Call call) {
        if (call.name().equals("stream.read")) {
          reads.incrementAndGet();
        }
      }
    };
  }

  private DryRun.Result dryRun(String command, Tap tap) {
    try {
      return new DryRun(pipeline.ports(tap), Pipeline.PROMPT)
          .restore(pipeline.job(), (Command.Restore) CommandText.parse(command));
    } catch (dev.cairn.command.InvalidCommandException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** A checkpoint after one record, and a second record long after. */
  private Checkpoint.Completed gapOverQuiet() {
    put("a");
    deliver();
    Checkpoint.Completed checkpoint = pipeline.checkpoint(pipeline.container());
    pipeline.pass(QUIET);
    put("b");
    deliver();
    return checkpoint;
  }

  @Test
  void aGapWithALongQuietTimeIsClosed() {
    Checkpoint.Completed checkpoint = gapOverQuiet();

    pipeline.serve("restore " + checkpoint.id());

    requireRunning();
    assertThat(applied()).isEqualTo(2);
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
  }

  @Test
  void aReplayKeepsItsProgressFromOneInvocationToTheNextAndItsDeadline() {
    Checkpoint.Completed checkpoint = gapOverQuiet();
    pipeline.checkpoints().request(Pipeline.JOB, Request.command("restore " + checkpoint.id()));
    Pipeline.tick(pipeline.coordinator());
    Pipeline.tick(pipeline.coordinator());
    List<Duration> left = new ArrayList<>();

    int invocations = 0;
    while (pipeline.head(0).hasGap() && invocations < 50) {
      AtomicInteger reads = new AtomicInteger();
      // Five reads a second in a function of 10 seconds.
      Deadline deadline = () -> Duration.ofSeconds(10).minusMillis(200L * reads.get());
      pipeline.container(counting(reads)).wake(Pipeline.shard(0), deadline);
      left.add(deadline.remaining());
      invocations++;
    }

    assertThat(pipeline.head(0).hasGap()).isFalse();
    // 120 pages of five minutes, of which an invocation reads about 40.
    assertThat(invocations).isBetween(3, 6);
    assertThat(left).allSatisfy(rest -> assertThat(rest).isGreaterThan(Duration.ofSeconds(1)));
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
  }

  @Test
  void aStreamThatRefusesAfterALargePageDoesNotFailAShardThatReplays() {
    put("a");
    deliver();
    Checkpoint.Completed checkpoint = pipeline.checkpoint(pipeline.container());
    int replayed = 3 * Pipeline.settings().replayLimit();
    String[] words = new String[replayed];
    java.util.Arrays.fill(words, "b");
    put(words);
    deliver();
    pipeline.checkpoints().request(Pipeline.JOB, Request.command("restore " + checkpoint.id()));
    Pipeline.tick(pipeline.coordinator());
    Pipeline.tick(pipeline.coordinator());

    int invocations = 0;
    while (pipeline.head(0).hasGap() && invocations < 10) {
      pipeline.container(refusingAfter(1)).wake(Pipeline.shard(0), Pipeline.AMPLE);
      assertThat(pipeline.head(0).failing()).isEmpty();
      invocations++;
    }

    assertThat(invocations).isGreaterThan(1);
    assertThat(pipeline.head(0).hasGap()).isFalse();
    assertThat(applied()).isEqualTo(1 + replayed);
  }

  /** As Kinesis does for five seconds after a page of 10 MB. */
  private static Tap refusingAfter(int pages) {
    AtomicInteger reads = new AtomicInteger();
    return new Tap() {
      @Override
      public void before(Call call) {
        if (call.name().equals("stream.read") && reads.incrementAndGet() > pages) {
          throw new StreamException("stream flights did not read shard 0 within 4 attempts");
        }
      }
    };
  }

  @Test
  void aReplayThatContinuesInAQuietTimeStillProvesThatNothingIsMissing() {
    Checkpoint.Completed checkpoint = gapOverQuiet();
    pipeline.checkpoints().request(Pipeline.JOB, Request.command("restore " + checkpoint.id()));
    Pipeline.tick(pipeline.coordinator());
    Pipeline.tick(pipeline.coordinator());
    AtomicInteger reads = new AtomicInteger();
    pipeline
        .container(counting(reads))
        .wake(Pipeline.shard(0), () -> Duration.ofSeconds(10).minusMillis(200L * reads.get()));
    assertThat(pipeline.head(0).following().quietUntil()).isPresent();

    pipeline.stream().trim(Pipeline.shard(0), pipeline.all(0).getLast().sequenceNumber());

    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(
                () -> pipeline.container().wake(Pipeline.shard(0), Pipeline.AMPLE)))
        .hasMessageContaining("beyond the stream's retention");
    assertThat(applied()).isEqualTo(1);
  }

  @Test
  void aReplayDoesNotPassOverARecordThatExpiresWhileItReadsAQuietTime() {
    put("a");
    deliver();
    Checkpoint.Completed checkpoint = pipeline.checkpoint(pipeline.container());
    pipeline.pass(Duration.ofMinutes(6));
    put("b");
    pipeline.pass(Duration.ofMinutes(6));
    StreamRecord last = put("c").getFirst();
    deliver();
    pipeline.checkpoints().request(Pipeline.JOB, Request.command("restore " + checkpoint.id()));
    Pipeline.tick(pipeline.coordinator());
    Pipeline.tick(pipeline.coordinator());
    pipeline.pass(pipeline.stream().retention().minusMinutes(13));
    AtomicInteger reads = new AtomicInteger();
    Tap trimming =
        new Tap() {
          @Override
          public void before(Call call) {
            if (call.name().equals("stream.read") && reads.incrementAndGet() == 2) {
              pipeline.stream().trim(Pipeline.shard(0), last.sequenceNumber());
            }
          }
        };

    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(
                () -> pipeline.container(trimming).wake(Pipeline.shard(0), Pipeline.AMPLE)))
        .hasMessageContaining("beyond the stream's retention");
    assertThat(applied()).isEqualTo(1);
  }

  /** What is left begins ten hours after the horizon, which takes more pages than there is time. */
  @Test
  void aReplayOfWhatHasExpiredFailsAlsoWhereTheOldestRecordLeftIsFarAway() {
    Checkpoint.Completed checkpoint = gapOverQuiet();
    pipeline.checkpoints().request(Pipeline.JOB, Request.command("restore " + checkpoint.id()));
    Pipeline.tick(pipeline.coordinator());
    Pipeline.tick(pipeline.coordinator());
    pipeline.stream().trim(Pipeline.shard(0), pipeline.all(0).getLast().sequenceNumber());
    AtomicInteger reads = new AtomicInteger();

    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(
                () ->
                    pipeline
                        .container(counting(reads))
                        .wake(
                            Pipeline.shard(0),
                            () -> Duration.ofSeconds(10).minusMillis(200L * reads.get()))))
        .hasMessageContaining("beyond the stream's retention");
    assertThat(pipeline.head(0).failing().orElseThrow().reason())
        .isEqualTo(FailureReason.REPLAY_IMPOSSIBLE);
    assertThat(reads.get()).isLessThan(10);
  }

  @Test
  void aGapThatHasExpiredIsRefusedAlsoWhereTheShardHasNothingLeft() {
    Checkpoint.Completed checkpoint = gapOverQuiet();
    pipeline.pass(Duration.ofHours(30));
    pipeline.stream().trimExpired();

    pipeline.serve("restore " + checkpoint.id());

    assertThat(pipeline.job().refusal().orElseThrow().reason())
        .contains("beyond retention", "nor is any record after it", "--accept-gap");
    assertThat(pipeline.job().request()).isEmpty();
    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " --accept-gap"})
  void aRecordAfterAnEmptyPageIsFoundByEachRestoreOfTheSameCoordinator(String option) {
    put("a");
    pipeline.pass(Duration.ofSeconds(30));
    put("b");
    deliver();
    Checkpoint.Completed checkpoint = pipeline.checkpoint(pipeline.container());
    put("c");
    deliver();
    Coordinator coordinator =
        new Coordinator(emptyFirst(pipeline.ports(Tap.NONE)), Pipeline.PROMPT);

    for (int restore = 0; restore < 3; restore++) {
      Request request = Request.command("restore " + checkpoint.id() + option);
      pipeline.checkpoints().request(Pipeline.JOB, request);
      Pipeline.tick(coordinator);
      Pipeline.tick(coordinator);
      pipeline.container().wake(Pipeline.shard(0), Pipeline.AMPLE);
      Pipeline.tick(coordinator);

      requireRunning();
      assertThat(pipeline.job().epoch().value()).isEqualTo(2 + restore);
      assertThat(applied()).isEqualTo(3);
      assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
    }
  }

  /** Each scan begins with a page that has no record and is not at the tip, as in Kinesis. */
  private CoordinatorPorts emptyFirst(CoordinatorPorts ports) {
    StreamReader there = ports.topology().source().stream();
    Map<String, StreamReader.From> begun = new HashMap<>();
    StreamReader stream =
        new StreamReader() {
          @Override
          public List<Shard> shards() {
            return there.shards();
          }

          @Override
          public List<Shard> shardsOpenAt(StartPosition place) {
            return there.shardsOpenAt(place);
          }

          @Override
          public Duration retention() {
            return there.retention();
          }

          @Override
          public Page read(ShardId shard, From from, int limit) {
            if (from instanceof From.Next(String token)) {
              return there.read(shard, begun.getOrDefault(token, from), limit);
            }
            Instant first = there.read(shard, from, 1).records().getFirst().arrival();
            String token = "begun-" + begun.size();
            begun.put(token, from);
            return new Page(
                List.of(),
                Optional.of(new From.Next(token)),
                Duration.between(first, pipeline.now()).plusMillis(1));
          }
        };
    return new CoordinatorPorts(
        ports.journal(),
        ports.checkpoints(),
        ports.storage(),
        stream,
        (subtask, purpose) -> ports.topology().wake(subtask),
        ports.clock(),
        ports.ids());
  }

  @Test
  void anAcceptedGapOfWhichNothingIsLeftIsClosedAtOnce() {
    Checkpoint.Completed checkpoint = gapOverQuiet();
    Position frontier = pipeline.head(0).position();
    pipeline.pass(Duration.ofHours(30));
    pipeline.stream().trimExpired();

    pipeline.serve("restore " + checkpoint.id() + " --accept-gap");

    requireRunning();
    assertThat(pipeline.head(0).position()).isEqualTo(frontier);
    List<StreamRecord> later = put("c");
    assertThat(run(pipeline.container(), 0, later)).isEqualTo(new BatchResult.Done());
    assertThat(applied()).isEqualTo(2);
  }

  @Test
  void anAcceptedGapBeginsWithTheOldestRecordThatIsLeft() {
    put("a");
    deliver();
    Checkpoint.Completed checkpoint = pipeline.checkpoint(pipeline.container());
    put("b");
    pipeline.pass(Duration.ofHours(20));
    put("c");
    deliver();
    pipeline.pass(Duration.ofHours(10));
    pipeline.stream().trimExpired();

    pipeline.serve("restore " + checkpoint.id() + " --accept-gap");

    requireRunning();
    // a of the checkpoint, and c: b has expired.
    assertThat(applied()).isEqualTo(2);
  }

  @Test
  void aDryRunOfAnAcceptedGapCountsWhatIsLeft() {
    put("a");
    deliver();
    Checkpoint.Completed checkpoint = pipeline.checkpoint(pipeline.container());
    put("b");
    pipeline.pass(Duration.ofHours(20));
    put("c", "d");
    deliver();
    pipeline.pass(Duration.ofHours(10));
    pipeline.stream().trimExpired();

    DryRun.Result result = dryRun("restore " + checkpoint.id() + " --accept-gap", Tap.NONE);

    assertThat(result)
        .isInstanceOfSatisfying(
            DryRun.Result.Possible.class,
            possible ->
                assertThat(possible.report().replays())
                    .singleElement()
                    .extracting(PreflightReport.Replay::records)
                    .isEqualTo(2L));
  }

  @Test
  void aRestoreOnAStreamThatWasCreatedAgainIsRefusedInTheWordsOfKinesis() {
    Checkpoint.Completed checkpoint = gapOverQuiet();
    pipeline.stream().recreate(1);
    put("c");

    pipeline.serve("restore " + checkpoint.id());

    assertThat(pipeline.job().refusal().orElseThrow().reason())
        .contains("did not come from this stream", "--accept-gap");
    assertThat(pipeline.job().request()).isEmpty();
    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
  }

  @Test
  void aRestoreOnAStreamThatWasCreatedAgainGoesOnWithoutTheOldOne() {
    Checkpoint.Completed checkpoint = gapOverQuiet();
    pipeline.stream().recreate(1);

    pipeline.serve("restore " + checkpoint.id() + " --accept-gap");

    requireRunning();
    List<StreamRecord> later = put("c");
    assertThat(run(pipeline.container(), 0, later)).isEqualTo(new BatchResult.Done());
    assertThat(applied()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aJobsOwnCheckpointGoesOnInAStreamThatWasCreatedAgain(boolean isStopped) {
    put("a", "b");
    deliver();
    Checkpoint.Completed checkpoint = pipeline.checkpoint(pipeline.container());
    put("gone", "gone");
    deliver();
    if (isStopped) {
      pipeline.serve("stop");
    }
    pipeline.stream().recreate(1);
    put("c");

    pipeline.serve("restore " + checkpoint.id());
    assertThat(pipeline.job().refusal().orElseThrow().reason())
        .contains("did not come from this stream", "--positions");

    pipeline.serve("restore " + checkpoint.id() + " --positions horizon");
    assertThat(pipeline.isFed()).isTrue();
    assertThat(run(pipeline.container(), 0, pipeline.all(0))).isEqualTo(new BatchResult.Done());
    requireRunning();
    assertThat(applied()).isEqualTo(2 + 1);
  }

  @Test
  void positionsInAStreamThatWasCreatedAgainAreThoseOfTheNewOne() {
    savepointOfAnother();
    put("a", "b");
    deliver();
    pipeline.stream().recreate(1);
    put("c");

    pipeline.serve("restore savepoints/before/savepoint-1 --positions horizon");
    assertThat(run(pipeline.container(), 0, pipeline.all(0))).isEqualTo(new BatchResult.Done());

    requireRunning();
    assertThat(applied()).isEqualTo(4 + 1);
  }
}
