package dev.cairn.coordinator.resharding;

import static dev.cairn.coordinator.Samples.FIRST;
import static dev.cairn.coordinator.Samples.SECOND;
import static dev.cairn.coordinator.Samples.header;
import static dev.cairn.coordinator.Samples.subtask;
import static dev.cairn.coordinator.Samples.tail;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.id.Epoch;
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
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ShardLineageTest {
  private static final SubtaskId THIRD = subtask(2);
  private static final HashRange LOWER =
      new HashRange(HashRange.ALL.from(), new KeyHash(Long.MAX_VALUE, -1));
  private static final HashRange UPPER =
      new HashRange(new KeyHash(Long.MIN_VALUE, 0), HashRange.ALL.to());
  private static final FileRef STATE_FILE =
      new FileRef(new FilePath("state"), 0, Sha256.of(new byte[0]));

  @Test
  void aLiveRootIsExpected() {
    assertThat(expected(live(FIRST, HashRange.ALL))).containsExactly(FIRST);
  }

  @Test
  void aClosedSubtaskIsExpectedUntilItsChildrenCoverItsRange() {
    JournalTail parent = closed(FIRST, HashRange.ALL);
    JournalTail lower = live(SECOND, LOWER, FIRST);
    JournalTail upper = live(THIRD, UPPER, FIRST);

    assertThat(expected(parent)).containsExactly(FIRST);
    assertThat(expected(parent, lower)).containsExactly(FIRST);
    assertThat(expected(parent, lower, upper)).containsExactly(SECOND, THIRD);
  }

  @Test
  void aMergedChildIsExpectedWhenBothParentsAreClosed() {
    JournalTail child = live(THIRD, HashRange.ALL, FIRST, SECOND);

    assertThat(expected(closed(FIRST, LOWER), live(SECOND, UPPER), child))
        .containsExactly(FIRST, SECOND);
    assertThat(expected(closed(FIRST, LOWER), closed(SECOND, UPPER), child)).containsExactly(THIRD);
  }

  /** The stream has forgotten the shard between the ancestor and the second of its descendants. */
  @Test
  void anAncestorWithoutStateIsNeverExpectedAlsoWhenItsKnownChildrenDoNotCoverIt() {
    JournalTail ancestor = restored(FIRST, Mode.ANCESTOR, HashRange.ALL);
    JournalTail lower = live(SECOND, LOWER, FIRST);
    JournalTail upper = live(THIRD, UPPER);

    assertThat(expected(ancestor, lower, upper)).containsExactly(SECOND, THIRD);
  }

  /** Its journal has the keys of the child that was opened first, which may be retired since. */
  @Test
  void aParentThatNobodyReadIsNeverExpectedAndKeepsNoChildFromIt() {
    JournalTail parent = unread(FIRST, LOWER);
    JournalTail upper = live(THIRD, UPPER, FIRST);

    assertThat(expected(parent)).isEmpty();
    assertThat(expected(parent, upper)).containsExactly(THIRD);
    assertThat(ShardLineage.hasUnknownChildren(parent, List.of(parent, upper))).isFalse();
  }

  private static Set<SubtaskId> expected(JournalTail... tails) {
    return new ShardLineage(new Epoch(1), Arrays.asList(tails)).expected();
  }

  private static JournalTail live(SubtaskId subtask, HashRange range, SubtaskId... parents) {
    return tail(subtask, new Entry.Opened(header(1, 1, Writer.MAPPING), origin(range, parents)));
  }

  private static JournalTail closed(SubtaskId subtask, HashRange range) {
    return tail(
        subtask,
        new Entry.Closed(
            header(1, 1, Writer.WAKE),
            origin(range),
            new StateHandle(StateHandle.EMPTY.manifest(), Optional.of(STATE_FILE)),
            Channels.EMPTY));
  }

  private static JournalTail unread(SubtaskId subtask, HashRange range) {
    return tail(subtask, Entry.Closed.unread(header(1, 1, Writer.MAPPING), origin(range)));
  }

  private static JournalTail restored(SubtaskId subtask, Mode mode, HashRange range) {
    return tail(
        subtask,
        new Entry.Restored(
            header(1, 1, Writer.COORDINATOR),
            Optional.empty(),
            mode,
            ClaimMode.SHARED,
            Optional.empty(),
            origin(range),
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
}
