package dev.cairn.dynamodb;

import dev.cairn.id.JobId;
import dev.cairn.job.Fork;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Reads and writes forks: as an item in the parent's partition, and as a map on the child's item.
 */
final class ForkItems {
  /** The attribute of the child's item, as long as the child needs files of its parent. */
  static final String FORKED_FROM = "forkedFrom";

  static final String RELEASED_AT = "releasedAt";

  private ForkItems() {}

  static Map<String, AttributeValue> write(Fork fork) {
    return write(Item.at(TableLayout.forkKey(fork.parent(), fork.child())), fork).values();
  }

  /** Writes the map on the child's item, which includes when a user released the files. */
  static Item writeOrigin(Fork fork) {
    Item origin = write(Item.empty(), fork);
    fork.releasedAt().ifPresent(at -> origin.put(RELEASED_AT, at));
    return origin;
  }

  private static Item write(Item item, Fork fork) {
    return item.put("parent", fork.parent().value())
        .put("child", fork.child().value())
        .put("checkpoint", fork.checkpoint().value())
        .put("metadata", AcknowledgementItems.write(fork.metadata()))
        .put("forkedAt", fork.at());
  }

  static Fork read(Item item) {
    return new Fork(
        item.parse("parent", item.text("parent"), JobId::new),
        item.parse("child", item.text("child"), JobId::new),
        item.checkpoint("checkpoint"),
        AcknowledgementItems.readFile(item.map("metadata")),
        item.time("forkedAt"),
        item.optionalTime(RELEASED_AT));
  }
}
