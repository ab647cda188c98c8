package dev.cairn.coordinator.journals;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.id.EntryId;
import dev.cairn.id.Epoch;
import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Journal;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.state.Counts;
import dev.cairn.state.HashRange;
import dev.cairn.state.Origin;
import dev.cairn.state.Payload;
import dev.cairn.state.StartPosition;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the coordinator holds of ten thousand journals that are as long as they can get. */
class CoordinatorMemoryTest {
  private static final int SUBTASKS = 10_000;
  private static final int DELTAS = 200;
  private static final int DELTA_BYTES = 8 * 1024;
  private static final long MOST_BYTES = 64L * 1024 * 1024;

  @Test
  void tenThousandJournalsOfTheGreatestLengthFitIntoItsMemory() {
    Journal journal = answering(Journal.class, call -> journal((SubtaskId) call[0]));
    CheckpointStore checkpoints =
        answering(
            CheckpointStore.class,
            call -> IntStream.range(0, SUBTASKS).mapToObj(Pipeline::subtask).toList());
    Pipeline others = new Pipeline(1);
    JournalTails tails =
        new JournalTails(
            new CoordinatorPorts(
                journal,
                checkpoints,
                others.storage(),
                others.stream(),
                (subtask, purpose) -> {},
                others::now,
                () -> new EntryId("never")));
    long before = used();

    Map<SubtaskId, JournalTail> held = tails.of(Pipeline.JOB);

    long bytes = used() - before;
    System.out.printf(
        Locale.ROOT,
        "the coordinator holds %,d bytes of %,d journals with %d deltas of %,d bytes each\n",
        bytes,
        SUBTASKS,
        DELTAS,
        DELTA_BYTES);
    assertThat(held).hasSize(SUBTASKS);
    assertThat(held.values())
        .allMatch(tail -> tail.head().revision().equals(new Revision(DELTAS + 1)));
    assertThat(bytes).isLessThan(MOST_BYTES);
  }

  private static List<Entry> journal(SubtaskId subtask) {
    List<Entry> entries = new ArrayList<>();
    entries.add(
        new Entry.Opened(
            header(subtask, 1), new Origin(new StartPosition.TrimHorizon(), HashRange.ALL)));
    for (int i = 0; i < DELTAS; i++) {
      entries.add(
          Entry.Advanced.of(
              header(subtask, i + 2),
              Position.beginning(),
              new Payload.Inline(new byte[DELTA_BYTES]),
              List.of(),
              List.of()));
    }
    return entries;
  }

  private static Entry.Header header(SubtaskId subtask, long revision) {
    SequenceNumber last = new SequenceNumber("49590338271490256608559692538361571095" + revision);
    return new Entry.Header(
        new Revision(revision),
        new EntryId(subtask.shard() + "-" + revision),
        Optional.of(new EntryId(subtask.shard() + "-" + (revision - 1))),
        new Epoch(1),
        new Position.After(last),
        new Position.After(last),
        Optional.of(last),
        Counts.NONE,
        Entry.Writer.MAPPING,
        Instant.EPOCH.plusSeconds(revision),
        Optional.empty(),
        false,
        Optional.empty());
  }

  private interface Answer {
    Object to(Object[] call);
  }

  private static <T> T answering(Class<T> port, Answer answer) {
    return port.cast(
        Proxy.newProxyInstance(
            port.getClassLoader(),
            new Class<?>[] {port},
            (proxy, method, arguments) -> answer.to(arguments)));
  }

  private static long used() {
    Runtime runtime = Runtime.getRuntime();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }
}
