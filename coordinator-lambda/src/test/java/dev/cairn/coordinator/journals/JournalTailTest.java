package dev.cairn.coordinator.journals;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.MappingId;
import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubSequenceNumber;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.FollowingRecords;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.journal.HeapUse;
import dev.cairn.journal.Isolation;
import dev.cairn.journal.ShardFailure;
import dev.cairn.restart.FailureHistory;
import dev.cairn.state.Channels;
import dev.cairn.state.Counts;
import dev.cairn.state.HashRange;
import dev.cairn.state.Origin;
import dev.cairn.state.Payload;
import dev.cairn.state.StartPosition;
import dev.cairn.state.TimeProgress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JournalTailTest {
  private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");
  private static final SubtaskId SUBTASK =
      new SubtaskId(new JobId("orders"), new StageId("spending"), new ShardId("shardId-0"));

  private final Header first = Header.first(new EntryId("e1"), new Epoch(1), Writer.MAPPING, NOON);
  private final Entry.Opened opened =
      new Entry.Opened(first, new Origin(new StartPosition.TrimHorizon(), HashRange.ALL));

  /** What a timer or an unsent output needs has to survive, whatever else is left out. */
  @Test
  void theLastAdvancedEntryKeepsEveryFieldButItsBytes() {
    Channels.Segment segment = new Channels.Segment("out", 3, 1, inline("sent"));
    Entry.Advanced advanced =
        new Entry.Advanced(
            withEveryField(),
            Position.beginning(),
            inline("delta"),
            List.of(),
            List.of(new Entry.DeadLetter(new SequenceNumber("7"), "no number")),
            List.of(segment),
            Map.of("producer", 4L),
            List.of(segment),
            List.of(segment),
            Optional.of(new MappingId("mapping-1")));

    JournalTail tail = JournalTail.of(SUBTASK, List.of(opened, advanced)).orElseThrow();

    assertThat(tail.sinceBase()).containsExactly(advanced.withDelta(Payload.NONE));
    Entry.Advanced kept = (Entry.Advanced) tail.sinceBase().getFirst();
    assertThat(kept).usingRecursiveComparison().ignoringFields("delta").isEqualTo(advanced);
    assertThat(kept.delta()).isEqualTo(Payload.NONE);
  }

  /** A header in which every field has a value that no other field and no new header has. */
  private Header withEveryField() {
    return new Header(
        new Revision(2),
        new EntryId("e2"),
        Optional.of(first.id()),
        new Epoch(3),
        Position.within(new SequenceNumber("70"), new SubSequenceNumber(4)),
        Position.after(new SequenceNumber("90")),
        Optional.of(new SequenceNumber("5")),
        new Counts(6, 1),
        Writer.WAKE,
        NOON,
        Optional.of(new CheckpointId(7)),
        true,
        Optional.of(
            new ShardFailure(
                FailureReason.DAMAGED,
                "a file is gone",
                new FailureHistory(1, NOON, NOON, Duration.ZERO, List.of()),
                true)),
        Optional.of(new Isolation.Steps(2)),
        new FollowingRecords(
            Optional.of(NOON.minusSeconds(9)), true, Optional.of(new SequenceNumber("71"))),
        Optional.of(new HeapUse(10, 20)),
        FormatVersion.TWO,
        new TimeProgress(
            Optional.of(NOON.minusSeconds(1)),
            Optional.of(NOON.minusSeconds(2)),
            Optional.of(NOON.plusSeconds(1))),
        Optional.of(new SubSequenceNumber(3)),
        12,
        Optional.of(Position.after(new SequenceNumber("80"))));
  }

  @Test
  void earlierEntriesThatOnlyAddBytesAreLeftOut() {
    Header second = first.next(new EntryId("e2"), Writer.MAPPING, NOON);
    Header third = second.next(new EntryId("e3"), Writer.MAPPING, NOON);

    JournalTail tail =
        JournalTail.of(SUBTASK, List.of(opened, advanced(second), advanced(third))).orElseThrow();

    assertThat(tail.sinceBase()).extracting(Entry::header).containsExactly(third);
  }

  private static Entry.Advanced advanced(Header header) {
    return Entry.Advanced.of(header, Position.beginning(), inline("delta"), List.of(), List.of());
  }

  private static Payload inline(String text) {
    return new Payload.Inline(text.getBytes(StandardCharsets.UTF_8));
  }
}
