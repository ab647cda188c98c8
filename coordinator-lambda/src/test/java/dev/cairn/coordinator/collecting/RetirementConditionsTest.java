package dev.cairn.coordinator.collecting;

import static dev.cairn.coordinator.Samples.FIRST;
import static dev.cairn.coordinator.Samples.NOON;
import static dev.cairn.coordinator.Samples.RUNNING;
import static dev.cairn.coordinator.Samples.SECOND;
import static dev.cairn.coordinator.Samples.bySubtask;
import static dev.cairn.coordinator.Samples.completed;
import static dev.cairn.coordinator.Samples.header;
import static dev.cairn.coordinator.Samples.job;
import static dev.cairn.coordinator.Samples.pending;
import static dev.cairn.coordinator.Samples.subtask;
import static dev.cairn.coordinator.Samples.tail;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.coordinator.collecting.References.Held;
import dev.cairn.coordinator.collecting.References.Snapshot;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Restored.Mode;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.state.Channels;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.state.Origin;
import dev.cairn.state.StartPosition;
import dev.cairn.state.StateHandle;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import dev.cairn.stream.Shard;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Each condition under which a closed parent is retired. */
class RetirementConditionsTest {
  private static final SubtaskId THIRD = subtask(2);
  private static final SubtaskId OTHER = subtask(3);
  private static final HashRange LOWER =
      new HashRange(HashRange.ALL.from(), new KeyHash(Long.MAX_VALUE, -1));
  private static final HashRange UPPER =
      new HashRange(new KeyHash(Long.MIN_VALUE, 0), HashRange.ALL.to());
  private static final FileRef STATE_FILE =
      new FileRef(new FilePath("state"), 0, Sha256.of(new byte[0]));
  private static final List<JournalTail> SPLIT =
      List.of(
          closed(FIRST, HashRange.ALL, Optional.of(STATE_FILE)),
          opened(SECOND, LOWER, FIRST),
          opened(THIRD, UPPER, FIRST));
  private static final Held OF_CHILDREN = held(completed(2, NOON, SECOND, THIRD), SECOND, THIRD);

  @Test
  void aParentIsRetiredOnceACheckpointHasItsChildrenAlone() {
    assertThat(retired(SPLIT, OF_CHILDREN)).containsExactly(FIRST);
  }

  @Test
  void aParentIsNotRetiredBeforeACheckpointHasItsChildren() {
    assertThat(retired(SPLIT)).isEmpty();
    assertThat(retired(SPLIT, held(completed(2, NOON, OTHER), OTHER))).isEmpty();
  }

  /** A coordinator that read the journals before the split may begin the first checkpoint. */
  @Test
  void aCheckpointOfAnEarlierEpochDoesNotCount() {
    List<JournalTail> later =
        List.of(
            tail(FIRST, closed(2, HashRange.ALL, Optional.of(STATE_FILE))),
            opened(SECOND, LOWER, FIRST),
            opened(THIRD, UPPER, FIRST));

    assertThat(retired(2, later, List.of(), OF_CHILDREN)).isEmpty();
  }

  @Test
  void aPendingCheckpointOfTheChildrenDoesNotCount() {
    assertThat(retired(SPLIT, held(pending(2, NOON, SECOND, THIRD), SECOND, THIRD))).isEmpty();
  }

  @Test
  void aCheckpointThatHasTheParentKeepsIt() {
    assertThat(retired(SPLIT, held(completed(1, NOON, FIRST), FIRST), OF_CHILDREN)).isEmpty();
  }

  /** Nothing is acknowledged yet. */
  @Test
  void aPendingCheckpointThatExpectsTheParentKeepsIt() {
    assertThat(retired(SPLIT, held(pending(1, NOON, FIRST)), OF_CHILDREN)).isEmpty();
  }

  @Test
  void aCheckpointThatCannotBeReadMayHaveAnySubtask() {
    Checkpoint.Completed damaged = completed(1, NOON, OTHER);
    Held unreadable =
        new Held(
            damaged,
            damaged.metadata().path(),
            Optional.of(damaged.metadata()),
            List.of(),
            List.of(damaged.metadata()));

    assertThat(retired(SPLIT, unreadable, OF_CHILDREN)).isEmpty();
  }

  @Test
  void aParentFromWhichAChildIsToOpenAgainIsKept() {
    assertThat(retired(and(SPLIT, unopened(OTHER, FIRST)), OF_CHILDREN)).isEmpty();
  }

  @Test
  void aChildOfAnotherParentThatIsToOpenAgainKeepsNone() {
    assertThat(retired(and(SPLIT, unopened(subtask(5), OTHER)), OF_CHILDREN))
        .containsExactly(FIRST);
  }

  /** Its journal has the keys of the child that was opened first. */
  private static final List<JournalTail> UNREAD =
      List.of(closed(FIRST, LOWER, Optional.empty()), opened(SECOND, LOWER, FIRST));

  private static final Held OF_FIRST_CHILD = held(completed(2, NOON, SECOND), SECOND);

  @Test
  void aParentThatNobodyReadIsKeptUntilAllOfItsListedChildrenAreOpened() {
    Shard lower = shard(SECOND, LOWER, FIRST);
    Shard upper = shard(THIRD, UPPER, FIRST);

    assertThat(retired(1, UNREAD, List.of(lower, upper), OF_FIRST_CHILD)).isEmpty();
    assertThat(retired(1, UNREAD, List.of(lower), OF_FIRST_CHILD)).containsExactly(FIRST);
    assertThat(
            retired(
                1, and(UNREAD, opened(THIRD, UPPER, FIRST)), List.of(lower, upper), OF_FIRST_CHILD))
        .containsExactly(FIRST);
  }

  @Test
  void aStreamThatDoesNotAnswerMayHaveSuchAChild() {
    assertThat(retired(1, UNREAD, List.of(), OF_FIRST_CHILD)).isEmpty();
  }

  @Test
  void aChildOfAnUnreadParentThatIsRetiredItselfWasOpened() {
    SubtaskId grandchild = OTHER;

    assertThat(
            retired(
                1,
                and(UNREAD, opened(grandchild, UPPER, THIRD)),
                List.of(
                    shard(SECOND, LOWER, FIRST),
                    shard(THIRD, UPPER, FIRST),
                    shard(grandchild, UPPER, THIRD)),
                OF_FIRST_CHILD))
        .containsExactly(FIRST);
  }

  private static List<SubtaskId> retired(List<JournalTail> tails, Held... held) {
    return retired(1, tails, List.of(), held);
  }

  private static List<SubtaskId> retired(
      long epoch, List<JournalTail> tails, List<Shard> listed, Held... held) {
    return Retirement.of(
        new References(
            job(RUNNING, epoch, Optional.empty(), Optional.empty()),
            bySubtask(tails),
            Arrays.stream(held).map(Held::checkpoint).toList(),
            Arrays.asList(held),
            List.of()),
        Retirement::isUnneeded,
        () -> listed);
  }

  private static List<JournalTail> and(List<JournalTail> tails, JournalTail another) {
    List<JournalTail> all = new ArrayList<>(tails);
    all.add(another);
    return all;
  }

  private static Held held(Checkpoint checkpoint, SubtaskId... contents) {
    return new Held(
        checkpoint,
        STATE_FILE.path(),
        Optional.empty(),
        Arrays.stream(contents)
            .map(subtask -> new Snapshot(subtask, STATE_FILE, List.of()))
            .toList(),
        List.of());
  }

  private static JournalTail closed(SubtaskId subtask, HashRange range, Optional<FileRef> file) {
    return tail(subtask, closed(1, range, file));
  }

  private static Entry.Closed closed(long epoch, HashRange range, Optional<FileRef> file) {
    return new Entry.Closed(
        header(1, epoch, Writer.WAKE),
        origin(range),
        new StateHandle(StateHandle.EMPTY.manifest(), file),
        Channels.EMPTY);
  }

  private static JournalTail opened(SubtaskId subtask, HashRange range, SubtaskId parent) {
    return tail(subtask, new Entry.Opened(header(1, 1, Writer.MAPPING), origin(range, parent)));
  }

  private static JournalTail unopened(SubtaskId subtask, SubtaskId parent) {
    return tail(
        subtask,
        new Entry.Restored(
            header(1, 1, Writer.COORDINATOR),
            Optional.of(new CheckpointId(1)),
            Mode.UNOPENED,
            ClaimMode.NO_CLAIM,
            Optional.empty(),
            origin(UPPER, parent),
            StateHandle.EMPTY,
            Channels.EMPTY,
            List.of()));
  }

  private static Origin origin(HashRange range, SubtaskId... parents) {
    return new Origin(
        new StartPosition.TrimHorizon(),
        range,
        Arrays.stream(parents).map(SubtaskId::shard).toList());
  }

  private static Shard shard(SubtaskId subtask, HashRange range, SubtaskId parent) {
    return new Shard(subtask.shard(), range, List.of(parent.shard()));
  }
}
