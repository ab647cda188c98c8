package dev.cairn.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.cli.output.Terminal;
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
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Restored.Mode;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.journal.Journal.Append;
import dev.cairn.state.Channels;
import dev.cairn.state.Counts;
import dev.cairn.state.HashRange;
import dev.cairn.state.Origin;
import dev.cairn.state.StartPosition;
import dev.cairn.state.StateHandle;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the demo's log counts and tells across a split and a restore. */
class DemoLogTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final SubtaskId PARENT = subtask(0);
  private static final SubtaskId CHILD = subtask(1);
  private static final Position SOMEWHERE = Position.after(new SequenceNumber("500"));

  private final ByteArrayOutputStream told = new ByteArrayOutputStream();
  private final DemoLog log =
      new DemoLog(
          new Screen(
              Terminal.plain(new PrintStream(told, true, StandardCharsets.UTF_8)),
              InstantSource.fixed(NOON)));

  private static SubtaskId subtask(int number) {
    return new SubtaskId(new JobId("j"), new StageId("s"), new ShardId("shard-" + number));
  }

  private static Origin origin(ShardId... parents) {
    return new Origin(new StartPosition.TrimHorizon(), HashRange.ALL, List.of(parents));
  }

  private static Header header(
      int revision, int epoch, Position position, Position frontier, long applied) {
    return new Header(
        new Revision(revision),
        new EntryId("e" + revision),
        Optional.empty(),
        new Epoch(epoch),
        position,
        frontier,
        Optional.empty(),
        new Counts(applied, 0),
        Writer.MAPPING,
        NOON,
        Optional.empty(),
        false,
        Optional.empty());
  }

  private void closed(int revision, int epoch, long applied) {
    log.appended(
        "container",
        PARENT,
        new Entry.Closed(
            header(revision, epoch, Position.end(), Position.end(), applied),
            origin(),
            StateHandle.EMPTY,
            Channels.EMPTY),
        Append.APPENDED);
  }

  private void opened(int revision, long applied) {
    log.appended(
        "container",
        CHILD,
        new Entry.Opened(
            header(revision, 1, SOMEWHERE, SOMEWHERE, applied),
            origin(PARENT.shard()),
            StateHandle.EMPTY,
            Channels.EMPTY),
        Append.APPENDED);
  }

  private void restored(SubtaskId subtask, int revision, Mode mode, Header header) {
    log.appended(
        Pipeline.COORDINATOR,
        subtask,
        new Entry.Restored(
            header,
            Optional.of(new CheckpointId(3)),
            mode,
            ClaimMode.NO_CLAIM,
            Optional.empty(),
            origin(),
            StateHandle.EMPTY,
            Channels.EMPTY),
        Append.APPENDED);
    assertThat(log.head(subtask).orElseThrow().revision()).isEqualTo(new Revision(revision));
  }

  private String told() {
    return told.toString(StandardCharsets.UTF_8);
  }

  @Test
  void closingAndOpeningAreToldWithTheirShards() {
    closed(5, 1, 70);
    opened(1, 0);

    assertThat(told())
        .contains(
            "shard-0 is closed by revision 5: every record of it is in its state",
            "shard-1 opens with the state of shard-0");
    assertThat(log.closed(PARENT)).isPresent();
    assertThat(log.opened(CHILD)).isPresent();
    assertThat(log.closed(CHILD)).isEmpty();
  }

  /** The entry of an ancestor has no counts: its state is in its descendants. */
  @Test
  void aRestoreThatKeepsADescendantKeepsTheRecordsOfTheClosedShard() {
    closed(5, 1, 70);
    opened(1, 30);

    restored(PARENT, 6, Mode.ANCESTOR, header(6, 2, Position.end(), Position.end(), 0));
    restored(CHILD, 2, Mode.LIVE, header(2, 2, Position.beginning(), SOMEWHERE, 10));

    assertThat(log.records()).isEqualTo(80);
    assertThat(log.counts(PARENT)).isEqualTo(new Counts(70, 0));
    assertThat(log.rewind(new Epoch(2)).orElseThrow().rewound()).isEqualTo(20);
    assertThat(told())
        .contains("shard-1 is put back to checkpoint 3")
        .doesNotContain("shard-0 is p");
  }

  @Test
  void aRestoreToBeforeASplitTakesBackTheRecordsOfParentAndChild() {
    closed(5, 1, 70);
    opened(1, 30);

    restored(PARENT, 6, Mode.LIVE, header(6, 2, SOMEWHERE, Position.end(), 50));
    restored(CHILD, 2, Mode.UNOPENED, header(2, 2, Position.beginning(), SOMEWHERE, 0));

    assertThat(log.records()).isEqualTo(50);
    assertThat(log.rewind(new Epoch(2)).orElseThrow().rewound()).isEqualTo(50);
    assertThat(told())
        .contains(
            "shard-1 is not in checkpoint 3, and opens again from its parents: 30 records to apply"
                + " again");

    closed(7, 2, 70);
    assertThat(log.rewind(new Epoch(2)).orElseThrow().replayed()).isEqualTo(20);
    assertThat(told()).contains("shard-0 has closed its gap at revision 7");
  }
}
