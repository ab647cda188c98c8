package dev.cairn.cdk;

import dev.cairn.id.JobId;
import dev.cairn.job.Request.Attribute;
import java.util.List;

/**
 * The filters of the table's stream, which pass to the coordinator new acknowledgements, and the
 * job's item while it has a request. A checkpoint's id may be typed as text or as a number. A
 * filter can only test whether a leaf exists, so each type has its own filter.
 */
final class TableStreamFilters {
  private TableStreamFilters() {}

  /**
   * The filters contain the job's name, because forks share the table: other jobs' items must not
   * wake this coordinator.
   */
  static List<String> of(JobId job) {
    return List.of(
        acknowledgement(job),
        requested(job, Attribute.RESTORE_CHECKPOINT_ID, "S"),
        requested(job, Attribute.RESTORE_CHECKPOINT_ID, "N"),
        requested(job, Attribute.COMMAND, "S"));
  }

  // No name contains "#", so no job's key is a prefix of another job's.
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
