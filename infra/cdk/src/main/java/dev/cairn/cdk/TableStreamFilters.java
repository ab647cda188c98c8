package dev.cairn.cdk;

import dev.cairn.id.JobId;
import dev.cairn.job.Request.Attribute;
import java.util.List;

/**
 * What of the table's stream reaches the coordinator: acknowledgements as they are written, and the
 * job's item while it asks for something. A checkpoint's id may be typed as text or as a number,
 * and a filter can only ask whether a leaf exists, so there is one for each.
 */
final class TableStreamFilters {
  private TableStreamFilters() {}

  /** A fork shares the table: no coordinator is woken by another job's items. */
  static List<String> of(JobId job) {
    return List.of(
        acknowledgement(job),
        requested(job, Attribute.RESTORE_CHECKPOINT_ID, "S"),
        requested(job, Attribute.RESTORE_CHECKPOINT_ID, "N"),
        requested(job, Attribute.COMMAND, "S"));
  }

  // No name holds a "#", so that no job's keys begin as another one's.
  private static String acknowledgement(JobId job) {
    return "{\"eventName\":[\"INSERT\"],\"dynamodb\":{\"Keys\":{\"pk\":{\"S\":[{\"prefix\":\"ACK#"
        + job
        + "#\"}]}}}}";
  }

  private static String requested(JobId job, Attribute attribute, String type) {
    return "{\"eventName\":[\"INSERT\",\"MODIFY\"],\"dynamodb\":{\"Keys\":{\"pk\":{\"S\":[\"JOB#"
        + job
        + "\"]},\"sk\":{\"S\":[\"JOB\"]}},"
        + "\"NewImage\":{\""
        + attribute.attributeName()
        + "\":{\""
        + type
        + "\":[{\"exists\":true}]}}}}";
  }
}
