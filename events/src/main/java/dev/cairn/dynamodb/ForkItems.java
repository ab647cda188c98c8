package dev.cairn.dynamodb;

import dev.cairn.id.JobId;
import dev.cairn.job.Fork;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A fork's item below its parent, and the same as a map on the child's item. */
final class ForkItems {
  /** On the child's item, as long as it holds files of its parent's. */
  static final String FORKED_FROM = "forkedFrom";

  static final String RELEASED_AT = "releasedAt";

  private ForkItems() {}

  static Map<String, AttributeValue> write(Fork fork) {
    return write(Item.at(TableLayout.forkKey(fork.parent(), fork.child())), fork).values();
  }

  /** The map on the child's item; it says when a user released the files, if one did. */
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
