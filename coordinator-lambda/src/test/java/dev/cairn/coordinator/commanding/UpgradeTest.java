package dev.cairn.coordinator.commanding;

import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.subtask;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointFormat;
import dev.cairn.checkpoint.SubtaskState;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.coordinator.ports.Event;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.Revision;
import dev.cairn.job.Job;
import dev.cairn.job.Request;
import dev.cairn.journal.Entry;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.storage.FileRef;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.Task;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is written in each format, and how a running job comes from one to the next. */
class UpgradeTest {
  private final Pipeline pipeline = new Pipeline(1, FormatVersion.ONE);
  private final Coordinator coordinator = pipeline.coordinator();
  private final Task<String> task = pipeline.container();

  @Test
  void aJobInFormatOneIsWrittenAsAnEarlierReleaseReadsIt() {
    apply("a", "b");
    checkpoint();
    apply("c");

    assertThat(entries())
        .hasSizeGreaterThan(4)
        .allSatisfy(
            entry -> {
              assertThat(entry.header().format()).isEqualTo(FormatVersion.ONE);
              assertThat(entry.header().time().recordTime()).isEmpty();
            });
    assertThat(latest().trigger().parent()).isEmpty();
    assertThat(job().current()).isEmpty();
    assertThat(stateOf(lastSnapshot()).format()).isEqualTo(FormatVersion.ONE);
  }

  @Test
  void anUpgradeIsRefusedByTheNameOfTheCodeThatCannotReadIt() {
    apply("a");
    pipeline.registerReading(1);

    ask("upgrade");

    assertThat(job().format()).isEqualTo(FormatVersion.ONE);
    assertThat(job().refusal().orElseThrow().reason())
        .startsWith("the code of count in version 1 reads formats up to 1: ");
  }

  @Test
  void anUnknownFormatIsRefused() {
    pipeline.registerReading(2);

    ask("upgrade 3");

    assertThat(job().format()).isEqualTo(FormatVersion.ONE);
    assertThat(job().refusal().orElseThrow().reason())
        .startsWith("the coordinator knows the formats 1 to 2, and not 3: ");
  }

  @Test
  void theJournalsFollowWithTheNextCheckpoint() {
    apply("a");
    checkpoint();
    pipeline.registerReading(2);

    ask("upgrade");
    assertThat(job().format()).isEqualTo(FormatVersion.TWO);
    assertThat(job().refusal()).isEmpty();
    apply("b");
    assertThat(head().format()).as("before the next checkpoint").isEqualTo(FormatVersion.ONE);

    List<StreamRecord> last = apply("c");
    checkpoint();
    assertThat(head().format()).isEqualTo(FormatVersion.TWO);
    assertThat(head().time().recordTime()).as("nothing was applied since").isEmpty();

    last = apply("d", "e");
    assertThat(head().time().recordTime()).contains(last.getLast().arrival());
    CheckpointId parent = latest().id();
    assertThat(job().current()).contains(parent);
    checkpoint();
    assertThat(latest().trigger().parent()).contains(parent);
    SubtaskState stored = stateOf(lastSnapshot());
    assertThat(stored.format()).isEqualTo(FormatVersion.TWO);
    assertThat(stored.time().recordTime()).contains(last.getLast().arrival());
  }

  @Test
  void aNewJobHasEverythingFromTheFirstEntryOn() {
    Pipeline fresh = new Pipeline(1);
    Task<String> container = fresh.container();
    List<StreamRecord> records = fresh.put(0, "a");
    run(container, 0, records);

    assertThat(fresh.entries(subtask(0)))
        .allSatisfy(entry -> assertThat(entry.header().format()).isEqualTo(FormatVersion.TWO));
    assertThat(fresh.entries(subtask(0)).getLast().header().time().recordTime())
        .contains(records.getLast().arrival());
  }

  /** The earlier release, which may come back, could not read that savepoint. */
  @Test
  void aStateOfALaterFormatIsNotRestoredIntoAJobOfAnEarlierOne() {
    Pipeline later = pipeline.beside(new JobId("later"), 1);
    Task<String> container = later.container();
    Coordinator its = later.coordinator();
    run(container, 0, later.put(0, "a"));
    later.checkpoints().request(new JobId("later"), Request.command("savepoint"));
    its.on(new Event.Requested(new JobId("later")));
    container.wake(Pipeline.shard(0), Pipeline.AMPLE);
    its.on(new Event.Tick(new JobId("later")));
    Checkpoint savepoint = later.checkpoints().checkpoints(new JobId("later")).getFirst();
    apply("b");

    pipeline
        .checkpoints()
        .request(
            JOB,
            Request.restore(
                savepoint.trigger().savepoint().orElseThrow().directory()
                    + " --positions horizon"));
    coordinator.on(new Event.Requested(JOB));

    assertThat(job().refusal().orElseThrow().reason())
        .contains("is written in format 2, and job words is in format 1, ")
        .contains("cairn upgrade");
  }

  private List<StreamRecord> apply(String... words) {
    List<StreamRecord> records = pipeline.put(0, words);
    run(task, 0, records);
    return records;
  }

  /** One is triggered, acknowledged with the next batch, and completed. */
  private void checkpoint() {
    pipeline.pass(Pipeline.INTERVAL);
    coordinator.on(new Event.Tick(JOB));
    task.wake(Pipeline.shard(0), Pipeline.AMPLE);
    coordinator.on(new Event.Tick(JOB));
  }

  private void ask(String command) {
    pipeline.checkpoints().request(JOB, Request.command(command));
    coordinator.on(new Event.Requested(JOB));
    assertThat(job().command()).isEmpty();
  }

  private Job job() {
    return pipeline.checkpoints().job(JOB).orElseThrow();
  }

  private List<Entry> entries() {
    return pipeline.journal().after(subtask(0), new Revision(0));
  }

  private Entry.Header head() {
    return entries().getLast().header();
  }

  private Checkpoint.Completed latest() {
    return latest(pipeline);
  }

  private static Checkpoint.Completed latest(Pipeline of) {
    CheckpointId id = of.checkpoints().job(JOB).orElseThrow().latest().orElseThrow();
    return (Checkpoint.Completed) of.checkpoints().checkpoint(JOB, id).orElseThrow();
  }

  private Entry.Snapshotted lastSnapshot() {
    return entries().stream()
        .filter(Entry.Snapshotted.class::isInstance)
        .map(Entry.Snapshotted.class::cast)
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  private SubtaskState stateOf(Entry.Snapshotted snapshot) {
    Optional<FileRef> file = snapshot.handle().stateFile();
    return CheckpointFormat.readState(
        pipeline.storage().get(file.orElseThrow().path()).orElseThrow(), file.get().path());
  }
}
