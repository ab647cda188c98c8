package dev.cairn.task;

import static dev.cairn.task.pipeline.TaskPipeline.run;
import static dev.cairn.task.pipeline.TaskPipeline.settings;
import static dev.cairn.task.pipeline.TaskPipeline.subtask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Advanced;
import dev.cairn.journal.Entry.Materialized;
import dev.cairn.journal.Entry.Opened;
import dev.cairn.journal.Entry.Snapshotted;
import dev.cairn.journal.Entry.Triggered;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.journal.Journal;
import dev.cairn.journal.OutcomeUnknownException;
import dev.cairn.state.Payload;
import dev.cairn.storage.Layout;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.pipeline.ScriptedCoordinator;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.pipeline.Tap.Call;
import dev.cairn.task.pipeline.TaskPipeline;
import dev.cairn.task.pipeline.Words;
import dev.cairn.task.ports.BatchResult;
import dev.cairn.task.ports.BatchResult.Done;
import dev.cairn.task.ports.BatchResult.RetryFrom;
import dev.cairn.task.ports.Deadline;
import dev.cairn.task.ports.TaskException;
import dev.cairn.task.ports.TaskPorts;
import dev.cairn.task.ports.TaskSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a task does with the batches it is given, and with whoever else writes its journal. */
class TaskTest {
  private final TaskPipeline pipeline = new TaskPipeline(2);
  private final ScriptedCoordinator coordinator = new ScriptedCoordinator(pipeline);

  @Test
  void aFirstBatchOpensTheJournalAndAdvancesItOnce() {
    List<StreamRecord> batch = pipeline.put(0, "a", "b", "c");

    assertThat(run(pipeline.container(), 0, batch)).isEqualTo(new Done());

    assertThat(pipeline.journal(0)).hasExactlyElementsOfTypes(Opened.class, Advanced.class);
    assertThat(pipeline.head(0).position())
        .isEqualTo(Position.after(batch.getLast().sequenceNumber()));
    assertThat(pipeline.head(0).counts().applied()).isEqualTo(3);
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(batch));
  }

  @Test
  void whatIsAppliedAlreadyIsSkippedAndNothingIsWritten() {
    Task<String> container = pipeline.container();
    List<StreamRecord> batch = pipeline.put(0, "a", "b");
    run(container, 0, batch);

    assertThat(run(container, 0, batch)).isEqualTo(new Done());
    assertThat(run(pipeline.container(), 0, batch)).isEqualTo(new Done());

    assertThat(pipeline.journal(0)).hasSize(2);
  }

  @Test
  void ofABatchThatOverlapsOnlyTheRestIsApplied() {
    Task<String> container = pipeline.container();
    run(container, 0, pipeline.put(0, "a", "b"));
    pipeline.put(0, "c");

    assertThat(run(container, 0, pipeline.all(0))).isEqualTo(new Done());

    assertThat(pipeline.head(0).counts().applied()).isEqualTo(3);
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(pipeline.all(0)));
  }

  @Test
  void anAppendLostToAnotherContainerFailsTheBatchAndTheNextInvocationIsRight() {
    Task<String> other = pipeline.container();
    run(other, 0, pipeline.put(0, "a"));
    List<StreamRecord> batch = pipeline.put(0, "b", "c");
    Task<String> container =
        pipeline.container(before("journal.append", Advanced.class, () -> run(other, 0, batch)));

    BatchResult lost = run(container, 0, batch);

    assertThat(lost).isEqualTo(new RetryFrom(batch.getFirst().sequenceNumber()));
    assertThat(pipeline.journal(0))
        .hasExactlyElementsOfTypes(Opened.class, Advanced.class, Advanced.class);
    pipeline.put(0, "d");
    assertThat(run(container, 0, pipeline.all(0))).isEqualTo(new Done());
    assertThat(pipeline.head(0).counts().applied()).isEqualTo(4);
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(pipeline.all(0)));
  }

  @Test
  void aTriggerInBetweenIsFollowedAndAnsweredAfterTheBatch() {
    Task<String> container =
        pipeline.container(before("journal.append", Advanced.class, () -> coordinator.trigger()));
    List<StreamRecord> batch = pipeline.put(0, "a", "b");

    assertThat(run(container, 0, batch)).isEqualTo(new Done());

    assertThat(pipeline.journal(0))
        .hasExactlyElementsOfTypes(
            Opened.class, Triggered.class, Advanced.class, Snapshotted.class);
    assertThat(pipeline.checkpoints().acknowledgements(TaskPipeline.JOB, new CheckpointId(1)))
        .hasSize(1);
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(batch));
  }

  /** Otherwise a batch that takes longer than the interval would be lost to each checkpoint. */
  @Test
  void aCheckpointThatIsTakenForItInMidBatchCostsNothingOfIt() {
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    coordinator.checkpoint(pipeline.container());
    List<StreamRecord> batch = pipeline.put(0, "size:20000", "b");
    Task<String> container =
        pipeline.container(
            before(
                "journal.append",
                Advanced.class,
                () -> coordinator.carryForward(subtask(0), new CheckpointId(2))));

    assertThat(run(container, 0, batch)).isEqualTo(new Done());

    Entry carried = pipeline.journal(0).get(pipeline.journal(0).size() - 2);
    assertThat(carried).isInstanceOf(Snapshotted.class);
    assertThat(carried.header().writer()).isEqualTo(Writer.COORDINATOR);
    Advanced advanced = (Advanced) pipeline.journal(0).getLast();
    Layout.Owned file =
        Layout.parse(((Payload.Stored) advanced.delta()).file().path()).orElseThrow();
    assertThat(file.base())
        .as("what was prepared before may be collected")
        .isEqualTo(carried.header().revision());
    assertThat(file.entry()).isEqualTo(advanced.header().id());
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(pipeline.all(0)));
    run(container, 0, pipeline.put(0, "c"));
    run(pipeline.container(), 0, pipeline.put(0, "after a cold start"));
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(pipeline.all(0)));
  }

  @Test
  void aSnapshotByAnotherContainerInMidBatchCostsNothingOfIt() {
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    List<StreamRecord> batch = pipeline.put(0, "b");
    Task<String> container =
        pipeline.container(
            before(
                "journal.append",
                Advanced.class,
                () -> {
                  coordinator.trigger();
                  pipeline.container().wake(TaskPipeline.shard(0), TaskPipeline.AMPLE);
                }));

    assertThat(run(container, 0, batch)).isEqualTo(new Done());

    assertThat(pipeline.journal(0))
        .hasExactlyElementsOfTypes(
            Opened.class, Advanced.class, Triggered.class, Snapshotted.class, Advanced.class);
    assertThat(pipeline.checkpoints().acknowledgements(TaskPipeline.JOB, new CheckpointId(1)))
        .hasSize(1);
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(pipeline.all(0)));
  }

  @Test
  void aTriggerThatIsThereIsAnsweredAfterTheBatch() {
    Task<String> container = pipeline.container();
    run(container, 0, pipeline.put(0, "a"));
    coordinator.trigger();
    List<StreamRecord> batch = pipeline.put(0, "b", "c");

    run(container, 0, batch);

    assertThat(pipeline.journal(0))
        .hasExactlyElementsOfTypes(
            Opened.class, Advanced.class, Triggered.class, Advanced.class, Snapshotted.class);
    assertThat(pipeline.head(0).position())
        .isEqualTo(Position.after(batch.getLast().sequenceNumber()));
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(pipeline.all(0)));
  }

  @Test
  void anEntryWhoseAnswerWasLostIsRecognisedAsItsOwn() {
    List<StreamRecord> batch = pipeline.put(0, "a", "b");
    Task<String> container = pipeline.container(losingTheAnswer("journal.append", Advanced.class));

    assertThat(run(container, 0, batch)).isEqualTo(new Done());

    assertThat(pipeline.journal(0)).hasExactlyElementsOfTypes(Opened.class, Advanced.class);
    run(container, 0, pipeline.put(0, "c"));
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(pipeline.all(0)));
  }

  @Test
  void anEntryThatNeverArrivedIsAppendedAgain() {
    Task<String> container =
        pipeline.container(
            before(
                "journal.append",
                Advanced.class,
                () -> {
                  throw new OutcomeUnknownException("the request was lost");
                }));

    assertThat(run(container, 0, pipeline.put(0, "a"))).isEqualTo(new Done());

    assertThat(pipeline.journal(0)).hasExactlyElementsOfTypes(Opened.class, Advanced.class);
  }

  @Test
  void anOpeningWhoseAnswerWasLostIsNotRepeated() {
    Task<String> container = pipeline.container(losingTheAnswer("journal.open", Opened.class));

    assertThat(run(container, 0, pipeline.put(0, "a"))).isEqualTo(new Done());

    assertThat(pipeline.journal(0)).hasExactlyElementsOfTypes(Opened.class, Advanced.class);
  }

  @Test
  void aTableThatNeverAnswersFailsTheBatchByName() {
    List<StreamRecord> batch = pipeline.put(0, "a");
    Tap dead =
        new Tap() {
          @Override
          public void before(Call call) {
            if (call.has(Advanced.class)) {
              throw new OutcomeUnknownException("no answer");
            }
          }
        };

    assertThatThrownBy(() -> run(pipeline.container(dead), 0, batch))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining("words/count/shardId-000000000000 revision 2 could not be appended");
    assertThat(pipeline.journal(0)).hasExactlyElementsOfTypes(Opened.class);
  }

  @Test
  void withoutTheJobsItemItSaysWhatIsMissing() {
    TaskSettings other = TaskSettings.of(new dev.cairn.id.JobId("other"), TaskPipeline.STAGE);
    Task<String> container = pipeline.container(Tap.NONE, other);

    assertThatThrownBy(() -> run(container, 0, pipeline.put(0, "a")))
        .isInstanceOf(TaskException.class)
        .hasMessageStartingWith("job other has no item in the table");
  }

  @Test
  void withLittleTimeLeftItJournalsWhatItHasAndAsksForTheRest() {
    List<StreamRecord> batch = pipeline.put(0, "a", "b", "c", "d");
    Task<String> container = pipeline.container();

    BatchResult partial = run(container, 0, batch, running(Duration.ofSeconds(10), 2));

    assertThat(partial).isEqualTo(new RetryFrom(batch.get(2).sequenceNumber()));
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(batch.subList(0, 2)));
    assertThat(run(container, 0, batch.subList(2, 4))).isEqualTo(new Done());
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(batch));
  }

  @Test
  void withNoTimeLeftNothingIsJournalled() {
    List<StreamRecord> batch = pipeline.put(0, "a");

    BatchResult nothing = run(pipeline.container(), 0, batch, running(Duration.ofSeconds(10), 0));

    assertThat(nothing).isEqualTo(new RetryFrom(batch.getFirst().sequenceNumber()));
    assertThat(pipeline.journal(0)).hasExactlyElementsOfTypes(Opened.class);
  }

  @Test
  void largeDeltasGoToTheStorageAndComeBack() {
    List<StreamRecord> batch = pipeline.put(0, "size:200", "a");
    run(pipeline.container(), 0, batch);
    run(pipeline.container(), 0, pipeline.put(0, "size:20000", "b"));

    assertThat(((Advanced) pipeline.journal(0).get(1)).delta()).isInstanceOf(Payload.Inline.class);
    assertThat(((Advanced) pipeline.journal(0).get(2)).delta()).isInstanceOf(Payload.Stored.class);
    assertThat(pipeline.storage().paths()).hasSize(1);
    run(pipeline.container(), 0, pipeline.put(0, "c"));
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(pipeline.all(0)));
  }

  @Test
  void withoutCheckpointsTheTaskKeepsTheJournalShortItself() {
    TaskSettings settings =
        new TaskSettings(
            TaskPipeline.JOB,
            TaskPipeline.STAGE,
            settings().start(),
            settings().failurePolicy(),
            settings().inlineThresholdBytes(),
            5,
            settings().materializeAfterBytes(),
            settings().margin(),
            settings().replayLimit());
    Task<String> container = pipeline.container(Tap.NONE, settings);

    for (int i = 0; i < 20; i++) {
      run(container, 0, pipeline.put(0, "word-" + i));
      assertThat(pipeline.journal().fromLastBase(subtask(0))).hasSizeLessThanOrEqualTo(5);
    }

    assertThat(pipeline.journal(0).stream().filter(Materialized.class::isInstance)).hasSize(4);
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(pipeline.all(0)));
    run(pipeline.container(Tap.NONE, settings), 0, pipeline.put(0, "after a cold start"));
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(pipeline.all(0)));
  }

  @Test
  void containersWithoutAffinityLeaveTheStateThatOneWould() {
    List<Task<String>> containers =
        IntStream.range(0, 4).mapToObj(i -> pipeline.container()).toList();
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 120; i++) {
      int shard = random.nextInt(2);
      String key = pipeline.key(shard, random.nextInt(5));
      pipeline.put(key, "word-" + i);
      if (random.nextInt(3) == 0) {
        // Some of it is delivered again, and some containers sleep through a lot.
        List<StreamRecord> all = pipeline.all(shard);
        int from = Math.max(0, all.size() - 1 - random.nextInt(6));
        int behind = from;
        Position at = position(shard);
        while (behind > 0 && at.isBefore(all.get(behind).sequenceNumber())) {
          behind--;
        }
        run(containers.get(random.nextInt(4)), shard, all.subList(behind, all.size()));
      }
      if (i % 30 == 29) {
        coordinator.checkpoint(containers.get(random.nextInt(4)));
      }
    }
    for (int shard = 0; shard < 2; shard++) {
      run(containers.get(shard), shard, pipeline.all(shard));
      assertThat(pipeline.head(shard).counts().applied()).isEqualTo(pipeline.all(shard).size());
      assertThat(pipeline.state(shard)).isEqualTo(TaskPipeline.fold(pipeline.all(shard)));
    }
  }

  @Test
  void aWakeOfAShardThatWasNeverOpenedDoesNothing() {
    pipeline.container().wake(TaskPipeline.shard(1), TaskPipeline.AMPLE);

    assertThat(pipeline.journal(1)).isEmpty();
  }

  @Test
  void aZombieThatSleptThroughEverythingChangesNothing() {
    List<StreamRecord> batch = pipeline.put(0, "a");
    Task<String> awake = pipeline.container();
    ArrayDeque<List<Entry>> seen = new ArrayDeque<>();
    Task<String> zombie =
        pipeline.container(
            before(
                "journal.append",
                Advanced.class,
                () -> {
                  run(awake, 0, batch);
                  coordinator.checkpoint(awake);
                  run(awake, 0, pipeline.put(0, "b"));
                  seen.add(pipeline.journal(0));
                }));

    assertThat(run(zombie, 0, batch)).isEqualTo(new RetryFrom(batch.getFirst().sequenceNumber()));

    assertThat(pipeline.journal(0)).isEqualTo(seen.getFirst());
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(pipeline.all(0)));
  }

  /**
   * A backup that replaces the table has other entries at revisions that a warm container knows:
   * only what an entry names as the one before it tells that it does not continue what is in
   * memory.
   */
  @Test
  void aWarmContainerDoesNotGoOnWithTheEntriesOfATableThatABackupHasReplaced() {
    List<StreamRecord> records = pipeline.put(0, "a", "b", "c");
    run(pipeline.container(), 0, records.subList(0, 1));
    run(pipeline.container(), 0, records.subList(1, 2));
    ReplaceableJournal journal = new ReplaceableJournal(new TaskPipeline(1).journal());
    TaskPorts ports = pipeline.taskPorts(Tap.NONE);
    Task<String> warm =
        new Task<>(
            settings(),
            new TaskPorts(
                journal,
                ports.checkpoints(),
                ports.storage(),
                ports.stream(),
                ports.checksum(),
                ports.clock(),
                ports.ids()),
            Words::new);
    run(warm, 0, records);

    journal.table = pipeline.journal();

    assertThat(run(warm, 0, records)).isEqualTo(new Done());
    assertThat(pipeline.head(0).counts().applied()).isEqualTo(3);
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(records));
  }

  private static final class ReplaceableJournal implements Journal {
    private Journal table;

    ReplaceableJournal(Journal table) {
      this.table = table;
    }

    @Override
    public List<Entry> after(SubtaskId subtask, Revision revision) {
      return table.after(subtask, revision);
    }

    @Override
    public List<Entry> fromLastBase(SubtaskId subtask) {
      return table.fromLastBase(subtask);
    }

    @Override
    public Append append(SubtaskId subtask, Entry entry) {
      return table.append(subtask, entry);
    }

    @Override
    public Append append(
        SubtaskId subtask, Snapshotted entry, Acknowledgement.Acknowledged acknowledgement) {
      return table.append(subtask, entry, acknowledgement);
    }

    @Override
    public Append open(SubtaskId subtask, Entry.Base entry, Map<SubtaskId, Entry.Closed> unread) {
      return table.open(subtask, entry, unread);
    }

    @Override
    public int expireBelow(SubtaskId subtask, Revision base, Instant at) {
      return table.expireBelow(subtask, base, at);
    }
  }

  private Position position(int shard) {
    return pipeline.journal(shard).isEmpty()
        ? Position.beginning()
        : pipeline.head(shard).position();
  }

  /** Ample time for so many questions, and none from then on. */
  private static Deadline running(Duration ample, int questions) {
    Iterator<Duration> left =
        Stream.concat(
                Stream.generate(() -> ample).limit(questions), Stream.generate(() -> Duration.ZERO))
            .iterator();
    return left::next;
  }

  /** Runs something once, right before the first such call. */
  private static Tap before(String call, Class<?> argument, Runnable happens) {
    Consumer<Call> once = once(call, argument, happens);
    return new Tap() {
      @Override
      public void before(Call seen) {
        once.accept(seen);
      }
    };
  }

  /** Loses the answer of the first such call. */
  private static Tap losingTheAnswer(String call, Class<?> argument) {
    Consumer<Call> once =
        once(
            call,
            argument,
            () -> {
              throw new OutcomeUnknownException("the answer was lost");
            });
    return new Tap() {
      @Override
      public void after(Call seen) {
        once.accept(seen);
      }
    };
  }

  private static Consumer<Call> once(String call, Class<?> argument, Runnable happens) {
    AtomicBoolean happened = new AtomicBoolean();
    return seen -> {
      if (seen.name().equals(call) && seen.has(argument) && happened.compareAndSet(false, true)) {
        happens.run();
      }
    };
  }
}
