package dev.cairn.dynamodb;

import static dev.cairn.dynamodb.TableLayout.EXPIRES_AT;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.id.Revision;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.EntryFormat;
import dev.cairn.journal.Journal;
import dev.cairn.retry.Backoff;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/**
 * Stores journals in DynamoDB: one item per entry, with the revision as the sort key. Attributes
 * beside the entry's bytes make it readable in the console; a read checks that they agree with the
 * bytes.
 *
 * <p>The SDK repeats a write whose response was lost, and may then find its own entry: {@link
 * Append#TAKEN} means that the revision has an entry, but not whose.
 */
public final class DynamoDbJournal implements Journal {
  /** The last base is seldom further back than this; small pages consume few units. */
  private static final int KEYS_A_PAGE_BACKWARDS = 200;

  private static final int ENTRIES_A_PAGE_BACKWARDS = 64;

  private final Table table;
  private final Function<byte[], Entry> format;

  public DynamoDbJournal(DynamoDbClient client, String tableName, Backoff backoff) {
    this(client, tableName, backoff, EntryFormat::read);
  }

  /**
   * @param format reads an entry's bytes as {@link EntryFormat#read} does; a simulation, which
   *     reads the same bytes again and again, remembers what it has read
   */
  public DynamoDbJournal(
      DynamoDbClient client, String tableName, Backoff backoff, Function<byte[], Entry> format) {
    this.table = new Table(client, tableName, backoff);
    this.format = format;
  }

  @Override
  public List<Entry> after(SubtaskId subtask, Revision revision) {
    return table
        .query(
            "journal " + subtask + " after " + revision,
            entries(subtask, "sk > :revision", revision))
        .stream()
        .map(item -> EntryItems.read(item, format))
        .toList();
  }

  @Override
  public List<Entry> fromLastBase(SubtaskId subtask) {
    Consumer<QueryRequest.Builder> backwards =
        query ->
            query
                .keyConditionExpression("pk = :journal")
                .expressionAttributeValues(Map.of(":journal", journal(subtask)))
                .scanIndexForward(false)
                .limit(ENTRIES_A_PAGE_BACKWARDS);
    return table
        .queryUntil("journal " + subtask + " from its last base", backwards, EntryItems::isBase)
        .reversed()
        .stream()
        .map(item -> EntryItems.read(item, format))
        .toList();
  }

  @Override
  public Append append(SubtaskId subtask, Entry entry) {
    boolean free = table.putIfFree(appending(subtask, entry), EntryItems.write(subtask, entry));
    return free ? Append.APPENDED : Append.TAKEN;
  }

  @Override
  public Append append(
      SubtaskId subtask, Entry.Snapshotted entry, Acknowledgement.Acknowledged acknowledgement) {
    TransactWriteItem acknowledge =
        table.putIfFree(AcknowledgementItems.write(acknowledgement, entry.header().writtenAt()));
    TransactWriteItem put = table.putIfFree(EntryItems.write(subtask, entry));
    return append(subtask, entry, List.of(put, acknowledge), 1, Append.ACKNOWLEDGED_ALREADY);
  }

  @Override
  public Append open(SubtaskId subtask, Entry.Base entry, Map<SubtaskId, Entry.Closed> unread) {
    TransactWriteItem sameEpoch =
        table.require(
            ItemUpdate.of(TableLayout.jobKey(subtask.job()))
                .onlyIf("epoch = :epoch")
                .value(":epoch", entry.header().epoch().value()));
    List<TransactWriteItem> writes = new ArrayList<>();
    writes.add(table.putIfFree(EntryItems.write(subtask, entry)));
    unread.forEach((gone, closed) -> writes.add(table.putIfFree(EntryItems.write(gone, closed))));
    int entries = writes.size();
    writes.add(sameEpoch);
    writes.add(table.put(TableLayout.registrationKey(subtask)));
    unread.keySet().forEach(gone -> writes.add(table.put(TableLayout.registrationKey(gone))));
    return append(subtask, entry, writes, entries, Append.EPOCH_MOVED);
  }

  /**
   * @param entries how many of the writes, the first ones, put entries
   * @param otherwise what it means if another write fails
   */
  private Append append(
      SubtaskId subtask,
      Entry entry,
      List<TransactWriteItem> writes,
      int entries,
      Append otherwise) {
    List<Integer> failed = table.transact(appending(subtask, entry), writes);
    if (failed.isEmpty()) {
      return Append.APPENDED;
    }
    return failed.stream().anyMatch(index -> index < entries) ? Append.TAKEN : otherwise;
  }

  private static String appending(SubtaskId subtask, Entry entry) {
    return "append "
        + EntryFormat.kind(entry)
        + " "
        + entry.header().id()
        + " at "
        + subtask
        + " "
        + entry.revision();
  }

  @Override
  public int expireBelow(SubtaskId subtask, Revision base, Instant at) {
    Consumer<QueryRequest.Builder> backwards =
        entries(subtask, "sk < :revision", base)
            .andThen(
                query ->
                    query
                        .projectionExpression("pk, sk, " + EXPIRES_AT)
                        .scanIndexForward(false)
                        .limit(KEYS_A_PAGE_BACKWARDS));
    // Entries are marked from the oldest on, so all entries below a marked one are marked, and the
    // search ends there.
    int marked = 0;
    for (Item entry :
        table
            .queryUntil(
                "journal " + subtask + " below " + base, backwards, item -> item.has(EXPIRES_AT))
            .reversed()) {
      if (entry.has(EXPIRES_AT)) {
        continue;
      }
      ItemUpdate expire =
          ItemUpdate.of(entry.values())
              .set(EXPIRES_AT + " = :at")
              .onlyIf("attribute_exists(pk)")
              .onlyIf("attribute_not_exists(expiresAt)")
              .values(Map.of(":at", Item.expiry(at)));
      if (table.change("let " + entry + " expire", expire)) {
        marked++;
      }
    }
    return marked;
  }

  private static Consumer<QueryRequest.Builder> entries(
      SubtaskId subtask, String which, Revision revision) {
    return query ->
        query
            .keyConditionExpression("pk = :journal AND " + which)
            .expressionAttributeValues(
                Map.of(
                    ":journal",
                    journal(subtask),
                    ":revision",
                    AttributeValue.fromS(TableLayout.entrySk(revision))));
  }

  private static AttributeValue journal(SubtaskId subtask) {
    return AttributeValue.fromS(TableLayout.journalPk(subtask));
  }
}
