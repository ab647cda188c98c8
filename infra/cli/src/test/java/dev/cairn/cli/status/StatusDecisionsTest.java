package dev.cairn.cli.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.cli.status.Finding.Kind;
import dev.cairn.damage.Damage;
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
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.MappingProblem;
import dev.cairn.job.Restoration;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Isolation;
import dev.cairn.journal.ShardFailure;
import dev.cairn.restart.FailureHistory;
import dev.cairn.state.Channels;
import dev.cairn.state.Counts;
import dev.cairn.state.HashRange;
import dev.cairn.state.Origin;
import dev.cairn.state.Payload;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StatusDecisionsTest {
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private static final JobId JOB = new JobId("flights");
  private static final Epoch EPOCH = new Epoch(2);
  private static final SortedSet<SubtaskId> SUBTASKS = new TreeSet<>(List.of(subtask("0")));
  private static final Origin ORIGIN = new Origin(new StartPosition.TrimHorizon(), HashRange.ALL);

  /** A healthy pipeline of one shard, changed by a row of the table. */
  private static final class Scene {
    private JobStatus status = new JobStatus.Running();
    private Optional<Duration> interval = Optional.of(Duration.ofMinutes(1));
    private Optional<String> request = Optional.empty();
    private Optional<Job.Refusal> refusal = Optional.empty();
    private final List<Checkpoint> checkpoints = new ArrayList<>();
    private List<Entry> journal =
        List.of(snapshotted(1, ago(30)), advanced(2, ago(10), position(20), position(20), 0));
    private StreamFacts stream = listed(new Lag.None(), "0");

    static Scene with() {
      return new Scene().checkpoints(completed(4, ago(31)));
    }

    Scene checkpoints(Checkpoint... these) {
      checkpoints.clear();
      checkpoints.addAll(Arrays.asList(these));
      return this;
    }

    Scene status(JobStatus status) {
      this.status = status;
      return this;
    }

    Scene interval(Duration interval) {
      this.interval = Optional.ofNullable(interval.isZero() ? null : interval);
      return this;
    }

    Scene request(String id) {
      this.request = Optional.of(id);
      return this;
    }

    Scene refused() {
      this.refusal = Optional.of(new Job.Refusal("9", "checkpoint 9 is unknown", ago(60)));
      return this;
    }

    Scene journal(Entry... entries) {
      this.journal = List.of(entries);
      return this;
    }

    Scene stream(StreamFacts stream) {
      this.stream = stream;
      return this;
    }

    PipelineFacts facts() {
      Job job =
          new Job(
              JOB,
              status,
              EPOCH,
              new CheckpointId(99),
              Optional.of(new CheckpointId(4)),
              Optional.empty(),
              new CheckpointSettings(interval, Duration.ofMinutes(10), 3),
              request,
              Optional.empty(),
              refusal);
      List<Acknowledgement> none = List.of();
      return new PipelineFacts(
          JOB,
          Optional.of(job),
          checkpoints,
          none,
          List.of(new SubtaskFacts(subtask("0"), journal)),
          stream,
          NOW);
    }
  }

  private static Instant ago(long seconds) {
    return NOW.minusSeconds(seconds);
  }

  private static SubtaskId subtask(String shard) {
    return new SubtaskId(JOB, new StageId("aircraft"), new ShardId(shard));
  }

  private static Position position(int last) {
    return Position.after(new SequenceNumber(Integer.toString(last)));
  }

  private static Entry.Header header(
      long revision, Epoch epoch, Instant at, Position position, Position frontier, long dead) {
    return new Entry.Header(
        new Revision(revision),
        new EntryId("entry-" + revision),
        Optional.empty(),
        epoch,
        position,
        frontier,
        Optional.empty(),
        new Counts(100, dead),
        Entry.Writer.MAPPING,
        at,
        Optional.empty(),
        false,
        Optional.empty());
  }

  private static Entry snapshotted(long revision, Instant at) {
    return new Entry.Snapshotted(
        header(revision, EPOCH, at, position(10), position(10), 0),
        new CheckpointId(4),
        ORIGIN,
        StateHandle.EMPTY,
        Channels.EMPTY);
  }

  private static Entry restored(long revision, Instant at, Epoch epoch, int position) {
    return new Entry.Restored(
        header(revision, epoch, at, position(position), position(20), 0),
        Optional.of(new CheckpointId(4)),
        Entry.Restored.Mode.LIVE,
        ClaimMode.NO_CLAIM,
        Optional.of(new CheckpointId(5)),
        ORIGIN,
        StateHandle.EMPTY,
        Channels.EMPTY);
  }

  private static Entry advanced(
      long revision, Instant at, Position position, Position frontier, long dead) {
    return Entry.Advanced.of(
        header(revision, EPOCH, at, position, frontier, dead),
        position(10),
        Payload.NONE,
        List.of(),
        List.of());
  }

  private static Checkpoint.Triggering trigger(long id, Epoch epoch, Instant at) {
    return new Checkpoint.Triggering(
        JOB, new CheckpointId(id), epoch, at, ExpectedSubtasks.of(SUBTASKS));
  }

  private static Checkpoint completed(long id, Instant at) {
    return new Checkpoint.Completed(
        trigger(id, EPOCH, at.minusSeconds(1)),
        at,
        new FileRef(new FilePath("flights/chk-4/_metadata"), 1, Sha256.of(new byte[0])),
        1,
        1);
  }

  private static Checkpoint aborted(long id, Epoch epoch) {
    return new Checkpoint.Aborted(
        trigger(id, epoch, ago(20)),
        ago(15),
        Failure.of(FailureReason.EXPIRED, "no answer in 10 s"));
  }

  private static Checkpoint pending(long id, Instant at) {
    return new Checkpoint.Pending(trigger(id, EPOCH, at), SUBTASKS);
  }

  private static StreamFacts listed(Lag lag, String... shards) {
    return new StreamFacts.Listed(
        "departures",
        Stream.of(shards)
            .map(shard -> new Shard(new ShardId(shard), HashRange.ALL, List.of()))
            .toList(),
        Duration.ofHours(24),
        Map.of(new ShardId(shards[shards.length - 1]), lag),
        Set.of());
  }

  private static Lag behind(Duration age) {
    return new Lag.Behind(age);
  }

  private static Arguments row(String what, Scene scene, Kind... kinds) {
    return Arguments.of(what, scene.facts(), List.of(kinds));
  }

  private static Entry failed(long revision, FailureReason reason) {
    FailureHistory failures =
        new FailureHistory(3, ago(90), ago(10), Duration.ofSeconds(4), List.of());
    return new Entry.Failed(
        before(revision)
            .next(new EntryId("failed"), Entry.Writer.MAPPING, ago(10))
            .with(new ShardFailure(reason, "java.lang.OutOfMemoryError", failures, false)));
  }

  private static Entry suspected(long revision) {
    return new Entry.Suspected(
        before(revision)
            .next(new EntryId("suspected"), Entry.Writer.COORDINATOR, ago(10))
            .with(Optional.of(new Isolation.Suspicion())));
  }

  private static Entry.Header before(long revision) {
    return snapshotted(revision - 1, ago(30)).header();
  }

  static Stream<Arguments> pipelines() {
    Duration minute = Duration.ofMinutes(1);
    return Stream.of(
        row("healthy", Scene.with()),
        row(
            "healthy, idle since long",
            Scene.with()
                .checkpoints(completed(4, ago(90_000)))
                .journal(snapshotted(1, ago(90_000)))),
        row(
            "idle for long, and now something new",
            Scene.with().checkpoints(completed(4, ago(90_000)))),
        row(
            "its stream is out of reach",
            Scene.with().stream(new StreamFacts.OutOfReach("the demo's"))),
        row(
            "its stream cannot be read",
            Scene.with().stream(new StreamFacts.Unreadable("departures", "not allowed")),
            Kind.STREAM_UNREADABLE),
        row(
            "it has failed",
            Scene.with()
                .status(
                    new JobStatus.Halted(
                        new Halt.Failed(Failure.of(FailureReason.USER_CODE, "a null")))),
            Kind.JOB_FAILED),
        row(
            "a shard that runs out of memory again and again",
            Scene.with().journal(snapshotted(1, ago(30)), failed(2, FailureReason.OUT_OF_MEMORY)),
            Kind.SHARD_FAILING),
        row(
            "a shard of which no invocation comes back",
            Scene.with().journal(snapshotted(1, ago(30)), suspected(2)),
            Kind.SHARD_SUSPECTED),
        row(
            "being restored since a minute",
            Scene.with()
                .status(new JobStatus.Restoring(Restoration.of(new CheckpointId(4))))
                .journal(restored(3, ago(60), EPOCH, 20))),
        row(
            "being restored since five minutes",
            Scene.with()
                .status(new JobStatus.Restoring(Restoration.of(new CheckpointId(4))))
                .journal(restored(3, ago(300), EPOCH, 20)),
            Kind.RESTORE_STANDS_STILL),
        row(
            "being restored, and no journal knows",
            Scene.with()
                .status(new JobStatus.Restoring(Restoration.of(new CheckpointId(4))))
                .journal(restored(3, ago(5), new Epoch(1), 20)),
            Kind.RESTORE_STANDS_STILL),
        row(
            "a gap that is being closed",
            Scene.with()
                .status(new JobStatus.Replaying(Restoration.of(new CheckpointId(4))))
                .journal(restored(3, ago(60), EPOCH, 10))),
        row(
            "a gap that stands open",
            Scene.with()
                .status(new JobStatus.Replaying(Restoration.of(new CheckpointId(4))))
                .journal(restored(3, ago(121), EPOCH, 10)),
            Kind.GAP_STANDS_OPEN),
        row(
            "records wait, and nothing was appended for long",
            Scene.with().journal(snapshotted(1, ago(400))).stream(
                listed(behind(Duration.ofMinutes(6)), "0")),
            Kind.SHARD_STANDS_STILL),
        row(
            "records wait, and are being applied",
            Scene.with().stream(listed(behind(Duration.ofHours(6)), "0"))),
        row(
            "records are about to expire",
            Scene.with().stream(listed(behind(Duration.ofHours(13)), "0")),
            Kind.LAG_NEAR_RETENTION),
        row(
            "a shard without records and without a journal",
            Scene.with().stream(listed(new Lag.None(), "0", "1"))),
        row(
            "a shard whose first records came just now",
            Scene.with().stream(listed(behind(Duration.ofSeconds(9)), "0", "1"))),
        row(
            "a shard with records and without a journal",
            Scene.with().stream(listed(behind(Duration.ofMinutes(3)), "0", "1")),
            Kind.SHARD_WITHOUT_JOURNAL),
        row(
            "a checkpoint is pending",
            Scene.with().checkpoints(completed(4, ago(62)), pending(5, ago(2)))),
        row(
            "a checkpoint is pending beyond its time-out",
            Scene.with().checkpoints(completed(4, ago(9000)), pending(5, ago(721))),
            Kind.CHECKPOINT_OVERDUE),
        row("one was aborted", Scene.with().checkpoints(completed(4, ago(62)), aborted(5, EPOCH))),
        row(
            "two in a row were aborted",
            Scene.with()
                .checkpoints(
                    completed(4, ago(62)),
                    aborted(5, EPOCH),
                    aborted(6, EPOCH),
                    pending(7, ago(1))),
            Kind.CHECKPOINTS_ABORTED),
        row(
            "two were aborted, then one completed",
            Scene.with().checkpoints(aborted(2, EPOCH), aborted(3, EPOCH), completed(4, ago(9)))),
        row(
            "two were aborted by restores",
            Scene.with().checkpoints(aborted(5, new Epoch(1)), aborted(6, new Epoch(1)))),
        row(
            "none for more than three intervals, though something is new",
            Scene.with()
                .checkpoints(completed(4, ago(9000)))
                .journal(
                    snapshotted(1, ago(9000)),
                    advanced(2, ago(181), position(20), position(20), 0)),
            Kind.NO_RECENT_CHECKPOINT),
        row(
            "none ever, though something is new",
            Scene.with()
                .checkpoints()
                .interval(minute.dividedBy(2))
                .journal(
                    snapshotted(1, ago(9000)), advanced(2, ago(91), position(20), position(20), 0)),
            Kind.NO_RECENT_CHECKPOINT),
        row("a restore is asked for", Scene.with().request("4"), Kind.REQUEST_WAITS),
        row("a restore was refused", Scene.with().refused(), Kind.REQUEST_REFUSED),
        row(
            "dead letters",
            Scene.with()
                .journal(
                    snapshotted(1, ago(30)), advanced(2, ago(10), position(20), position(20), 7)),
            Kind.DEAD_LETTERS),
        row("checkpoints are off", Scene.with().interval(Duration.ZERO), Kind.CHECKPOINTING_OFF),
        row(
            "several at once, the worst first",
            Scene.with().refused().interval(Duration.ZERO).stream(
                listed(behind(Duration.ofHours(13)), "0")),
            Kind.LAG_NEAR_RETENTION,
            Kind.REQUEST_REFUSED,
            Kind.CHECKPOINTING_OFF));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pipelines")
  void whatIsWrongIsFoundAndNothingElse(String what, PipelineFacts facts, List<Kind> kinds) {
    List<Finding> findings = StatusDecisions.findings(facts);
    assertThat(findings).extracting(Finding::kind).as(what).isEqualTo(kinds);
    assertThat(findings)
        .allSatisfy(
            finding -> {
              assertThat(finding.problem()).isNotBlank();
              assertThat(finding.remedy()).isNotBlank();
            });
  }

  @Test
  void whatAHeadNeedsIsToldBeforeWhatACheckpointDoes() {
    Damage ofCheckpoint = damage("chk-4/_metadata", false);
    Damage ofHead = damage("shared/run", true);
    assertThat(damagedFiles(ofCheckpoint).problem())
        .startsWith("a needed file is damaged: flights/chk-4/_metadata was found damaged at ")
        .endsWith(": it is missing; needed by checkpoint 4");
    assertThat(damagedFiles(ofCheckpoint).remedy()).contains("cannot be restored until");
    assertThat(damagedFiles(ofCheckpoint, ofHead).problem())
        .startsWith("2 needed files are damaged, one of them: flights/shared/run was")
        .endsWith("; needed by the journal of aircraft/0");
    assertThat(damagedFiles(ofCheckpoint, ofHead).remedy())
        .contains("before its shard starts cold");
    assertThat(damagedFiles(ofHead).kind().isWrong()).isTrue();
  }

  @Test
  void whatIsWrongWithTheMappingIsWrongAndComesBeforeWhatItCauses() {
    List<Finding> findings =
        MappingFindings.with(
            List.of(new Finding(Kind.DAMAGED_FILES, "a file is damaged", "put it back")),
            List.of(
                new MappingProblem(MappingProblem.Kind.FILTERED, "mapping m-1 has FilterCriteria"),
                new MappingProblem(MappingProblem.Kind.PARALLEL, "mapping m-1 has a factor")));
    assertThat(findings)
        .extracting(Finding::problem)
        .containsExactly(
            "mapping m-1 has FilterCriteria", "mapping m-1 has a factor", "a file is damaged");
    assertThat(findings.getFirst().kind().isWrong()).isTrue();
    assertThat(findings.getFirst().remedy()).contains("docs/operations.md");
    assertThat(MappingFindings.with(List.of(), List.of())).isEmpty();
  }

  private static Finding damagedFiles(Damage... damages) {
    PipelineFacts sound = Scene.with().facts();
    PipelineFacts damaged =
        new PipelineFacts(
            sound.id(),
            sound.job(),
            sound.checkpoints(),
            sound.acknowledgements(),
            sound.subtasks(),
            sound.retired(),
            sound.stream(),
            List.of(damages),
            sound.now());
    return StatusDecisions.findings(damaged).stream()
        .filter(finding -> finding.kind() == Kind.DAMAGED_FILES)
        .findFirst()
        .orElseThrow();
  }

  private static Damage damage(String path, boolean isInJournal) {
    return new Damage(
        new FileRef(new FilePath("flights/" + path), 8, Sha256.of(new byte[0])),
        "it is missing",
        NOW,
        new TreeSet<>(List.of(new CheckpointId(4))),
        new TreeSet<>(List.of(subtask("0"))),
        isInJournal);
  }

  @Test
  void aJobWithoutAnItemIsAllThereIsToSay() {
    PipelineFacts facts =
        new PipelineFacts(
            JOB,
            Optional.empty(),
            List.of(),
            List.of(),
            List.of(),
            new StreamFacts.OutOfReach("nothing says which"),
            NOW);
    assertThat(StatusDecisions.findings(facts))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.kind()).isEqualTo(Kind.NO_JOB);
              assertThat(finding.problem()).contains("job flights has no item");
              assertThat(finding.remedy()).contains("EventBridge rule");
            });
  }

  @Test
  void aFindingNamesWhatAndSince() {
    PipelineFacts facts =
        Scene.with()
            .checkpoints(completed(4, ago(7200)), pending(5, ago(400)))
            .journal(
                snapshotted(1, ago(7200)), advanced(2, ago(600), position(20), position(20), 0))
            .facts();
    assertThat(StatusDecisions.findings(facts))
        .singleElement()
        .isEqualTo(
            new Finding(
                Kind.NO_RECENT_CHECKPOINT,
                "records applied 10 min ago are in no checkpoint yet, with one due each 1"
                    + " min; the last one, 4, was completed 2 h ago",
                "checkpoint 5 waits for aircraft/0: read that shard's log"));
  }

  @Test
  void aHaltedJobSaysSinceWhenAndWhenItsRecordsExpire() {
    JobStatus cancelled = new JobStatus.Halted(new Halt.Cancelled(false));
    Entry suspended =
        new Entry.Suspended(header(3, EPOCH, ago(3_600), position(20), position(20), 0));
    Scene scene =
        Scene.with().status(cancelled).journal(snapshotted(1, ago(4_000)), suspended).stream(
            listed(new Lag.Behind(Duration.ofHours(1)), "0"));
    assertThat(StatusDecisions.findings(scene.facts()))
        .filteredOn(finding -> finding.kind() == Finding.Kind.HALTED)
        .singleElement()
        .satisfies(
            halted -> {
              assertThat(halted.problem())
                  .startsWith("the job is CANCELLED for 60 min, since ")
                  .contains(
                      ", and applies nothing; the first of the records that wait expires in ");
              assertThat(halted.remedy()).startsWith("continue it with: cairn resume");
            });
    assertThat(StatusDecisions.findings(scene.stream(listed(new Lag.None(), "0")).facts()))
        .filteredOn(finding -> finding.kind() == Finding.Kind.HALTED)
        .singleElement()
        .satisfies(
            halted -> assertThat(halted.problem()).endsWith("; no record waits in the stream"));
  }
}
