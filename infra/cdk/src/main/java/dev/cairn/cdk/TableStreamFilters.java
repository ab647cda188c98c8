package dev.cairn.cdk;

import dev.cairn.checkpoint.Request.Attribute;
import java.util.List;

/**
 * What of the table's stream reaches the coordinator: acknowledgements as they are written, and the
 * job's item while it asks for something. A checkpoint's id may be typed as text or as a number,
 * and a filter can only ask whether a leaf exists, so there is one for each.
 */
final class TableStreamFilters {
  private static final String ACKNOWLEDGEMENT =
      "{\"eventName\":[\"INSERT\"],\"dynamodb\":{\"Keys\":{\"pk\":{\"S\":[{\"prefix\":\"ACK#\"}]}}}}";

  static final List<String> PATTERNS =
      List.of(
          ACKNOWLEDGEMENT,
          requested(Attribute.RESTORE_CHECKPOINT_ID, "S"),
          requested(Attribute.RESTORE_CHECKPOINT_ID, "N"),
          requested(Attribute.COMMAND, "S"));

  private TableStreamFilters() {}

  private static String requested(Attribute attribute, String type) {
    return "{\"eventName\":[\"INSERT\",\"MODIFY\"],\"dynamodb\":{\"Keys\":{\"sk\":{\"S\":[\"JOB\"]}},"
        + "\"NewImage\":{\""
        + attribute.attributeName()
        + "\":{\""
        + type
        + "\":[{\"exists\":true}]}}}}";
  }
}
