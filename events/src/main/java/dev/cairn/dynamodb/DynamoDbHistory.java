package dev.cairn.dynamodb;

import dev.cairn.checkpoint.Checkpoint.Triggering;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.history.History;
import dev.cairn.history.HistoryLine;
import dev.cairn.history.HistoryMark;
import dev.cairn.id.JobId;
import dev.cairn.retry.Backoff;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/**
 * Stores a job's history in a partition of its own: one item per line, and the mark after them. The
 * line of a scheduled checkpoint expires with the checkpoint's item; lines of other events are kept
 * longest.
 */
public final class DynamoDbHistory implements History {
  private final Table table;
  private final CheckpointSettings deployed;

  /**
   * @param deployed the settings, whose checkpoint interval determines how long lines are kept
   */
  public DynamoDbHistory(
      DynamoDbClient client, String tableName, Backoff backoff, CheckpointSettings deployed) {
    this.table = new Table(client, tableName, backoff);
    this.deployed = deployed;
  }

  @Override
  public Optional<HistoryMark> mark(JobId job) {
    return table.get(TableLayout.historyMarkKey(job)).map(HistoryItems::readMark);
  }

  @Override
  public boolean record(JobId job, HistoryMark mark, List<HistoryLine> lines) {
    if (lines.size() > LARGEST_RECORD) {
      throw new IllegalArgumentException(
          "a record has " + LARGEST_RECORD + " lines at most, and this one " + lines.size());
    }
    List<TransactWriteItem> writes = new ArrayList<>();
    Map<String, AttributeValue> item = HistoryItems.write(job, mark);
    writes.add(
        mark.version() == 1
            ? table.putIfFree(item)
            : table.putOver(item, HistoryItems.VERSION, mark.version() - 1));
    for (HistoryLine line : lines) {
      Instant expiresAt =
          line.at().plus(isRoutine(line) ? DisplayPeriod.of(deployed) : DisplayPeriod.LONGEST);
      writes.add(table.put(HistoryItems.write(job, line, expiresAt)));
    }
    return table.transact("record the history of job " + job, writes).isEmpty();
  }

  private static boolean isRoutine(HistoryLine line) {
    return line.kind() == HistoryLine.Kind.COMPLETED
        && line.cause().equals(Optional.of(Triggering.SCHEDULE));
  }

  @Override
  public List<HistoryLine> lines(
      JobId job, Instant since, Optional<HistoryLine> before, int limit) {
    List<HistoryLine> lines = new ArrayList<>();
    table.queryUntil(
        "history of job " + job,
        query ->
            query
                .keyConditionExpression("pk = :job AND sk BETWEEN :first AND :last")
                .expressionAttributeValues(
                    Map.of(
                        ":job",
                        AttributeValue.fromS(TableLayout.historyPk(job)),
                        ":first",
                        AttributeValue.fromS(TableLayout.historySk(since)),
                        ":last",
                        AttributeValue.fromS(
                            before
                                .map(line -> TableLayout.historySk(line.at(), line.id()))
                                .orElse(TableLayout.LAST_HISTORY_SK))))
                .scanIndexForward(false)
                .limit(Math.max(1, Math.min(limit + 1, 1_000))),
        item -> {
          HistoryLine line = HistoryItems.readLine(item);
          if (lines.size() < limit && !before.equals(Optional.of(line))) {
            lines.add(line);
          }
          return lines.size() >= limit;
        });
    return lines;
  }
}
