package dev.cairn.cdk;

import java.util.List;

/**
 * What of the table's stream reaches the coordinator: acknowledgements as they are written, and the
 * job's item while it asks for a restore. The request may be typed as text or as a number, and a
 * filter can only ask whether a leaf exists, so there is one for each.
 */
final class TableStreamFilters {
  private static final String ACKNOWLEDGEMENT =
      "{\"eventName\":[\"INSERT\"],\"dynamodb\":{\"Keys\":{\"pk\":{\"S\":[{\"prefix\":\"ACK#\"}]}}}}";

  static final List<String> PATTERNS =
      List.of(ACKNOWLEDGEMENT, restoreRequestedAs("S"), restoreRequestedAs("N"));

  private TableStreamFilters() {}

  private static String restoreRequestedAs(String type) {
    return "{\"eventName\":[\"INSERT\",\"MODIFY\"],\"dynamodb\":{\"Keys\":{\"sk\":{\"S\":[\"JOB\"]}},"
        + "\"NewImage\":{\"restoreCheckpointId\":{\""
        + type
        + "\":[{\"exists\":true}]}}}}";
  }
}
