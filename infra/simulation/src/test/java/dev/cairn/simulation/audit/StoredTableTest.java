package dev.cairn.simulation.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.id.EntryId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.Revision;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.journal.Journal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoredTableTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final SubtaskId SUBTASK =
      new SubtaskId(new JobId("job"), new StageId("delays"), new ShardId("shardId-000000000000"));

  private final StoredTable table = new StoredTable(() -> NOW);
  private final Journal journal =
      new DynamoDbJournal(table.client(), StoredTable.NAME, StoredTable.ONCE, table.entries());
  private Header head = Header.first(new EntryId("e1"), new Epoch(1), Writer.COORDINATOR, NOW);

  private void append(int entries) {
    for (int i = 0; i < entries; i++) {
      assertThat(journal.append(SUBTASK, new Entry.Suspected(head)))
          .isEqualTo(Journal.Append.APPENDED);
      head = head.next(new EntryId("e" + (head.revision().value() + 1)), Writer.COORDINATOR, NOW);
    }
  }

  private void requireAsStored() {
    List<Entry> stored = journal.after(SUBTASK, new Revision(0));
    List<Entry> read = table.journal(SUBTASK);
    assertThat(read).hasSameSizeAs(stored);
    for (int i = 0; i < stored.size(); i++) {
      assertThat(read.get(i)).isSameAs(stored.get(i));
    }
  }

  @Test
  void aJournalIsReadAgainAfterEachOfItsChanges() {
    assertThat(table.journal(SUBTASK)).isEmpty();
    assertThat(table.changes(SUBTASK)).isZero();
    append(3);
    assertThat(table.journal(SUBTASK)).hasSize(3);
    requireAsStored();
    append(9);
    assertThat(table.journal(SUBTASK)).hasSize(12);
    assertThat(table.changes(SUBTASK)).isEqualTo(12);
    requireAsStored();
  }

  @Test
  void entriesThatExpireAreNoLongerThere() {
    append(4);
    assertThat(journal.expireBelow(SUBTASK, new Revision(3), NOW)).isEqualTo(2);
    assertThat(table.journal(SUBTASK)).hasSize(4);
    requireAsStored();
    assertThat(table.expire(NOW.plus(Duration.ofDays(1)))).isEqualTo(2);
    assertThat(table.journal(SUBTASK))
        .extracting(entry -> entry.revision().value())
        .containsExactly(3L, 4L);
    append(1);
    requireAsStored();
  }
}
