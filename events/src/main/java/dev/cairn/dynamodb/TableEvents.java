package dev.cairn.dynamodb;

import dev.cairn.job.Request;
import dev.cairn.job.TableEvent;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.StreamRecord;

/** Translates records of the table's stream into events of the coordinator. */
public final class TableEvents {
  private TableEvents() {}

  /**
   * The change of one item, independent of how its record was delivered.
   *
   * @param key the item's key
   * @param before the item before; empty if it is new
   * @param after the item after; empty if it was deleted
   */
  public record ItemChange(
      Map<String, AttributeValue> key,
      Map<String, AttributeValue> before,
      Map<String, AttributeValue> after) {}

  public static Optional<TableEvent> of(Record streamed) {
    StreamRecord change = streamed.dynamodb();
    return of(new ItemChange(change.keys(), change.oldImage(), change.newImage()));
  }

  /**
   * Returns an event for a new acknowledgement or decline, or for a new or changed request; empty
   * for anything else.
   */
  public static Optional<TableEvent> of(ItemChange change) {
    String pk = Item.read(change.key()).text(TableLayout.PK);
    String sk = Item.read(change.key()).text(TableLayout.SK);
    if (change.before().isEmpty() && !change.after().isEmpty()) {
      Optional<TableEvent> acknowledged =
          TableLayout.acknowledgedBy(pk, sk)
              .map(
                  by ->
                      acknowledged(by, AcknowledgementItems.isDeclined(Item.read(change.after()))));
      if (acknowledged.isPresent()) {
        return acknowledged;
      }
    }
    for (Request.Attribute attribute : Request.Attribute.values()) {
      AttributeValue requested = change.after().get(attribute.attributeName());
      if (requested != null && !requested.equals(change.before().get(attribute.attributeName()))) {
        return TableLayout.jobOf(pk, sk).map(TableEvent.Requested::new);
      }
    }
    return Optional.empty();
  }

  private static TableEvent acknowledged(TableLayout.Acknowledged by, boolean declined) {
    return declined
        ? new TableEvent.CheckpointDeclined(by.subtask().job(), by.checkpoint())
        : new TableEvent.AcknowledgementWritten(by.subtask().job(), by.checkpoint(), by.subtask());
  }
}
